"""Chapter 06: what shows that a unit can go?"""

from __future__ import annotations

from matplotlib.axes import Axes

from course_lib.figures.strokes import bars, box, cells, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards.folding import draw_prediction
from course_lib.page.storyboards.small_layer import (
    GONE,
    UNITS,
    contributions,
    error,
    norms,
    refitted,
    weights,
)

LEFT, WIDE = 2.6, 4.9


def _faint(axes: Axes) -> None:
    columns = weights()[:, :-1]
    title(axes, "the next layer’s weights")
    cells(axes, columns, (LEFT, 4), (WIDE, 3.4), numbers="{:.1f}")
    x = LEFT + WIDE * int(norms().argmin())
    box(axes, (x, 4), (WIDE, 3.4 * len(columns)), edgecolor="white", lw=4)
    box(axes, (x, 4), (WIDE, 3.4 * len(columns)), lw=2.4)
    _names(axes)


def _short(axes: Axes) -> None:
    title(axes, "activation × norm")
    bars(
        axes, contributions().tolist(), (LEFT, 14.6), (WIDE * len(UNITS), 10),
        numbers="{:.1f}",
    )  # fmt: skip
    _names(axes)


def _line(axes: Axes) -> None:
    draw_prediction(axes)
    words(axes, 19, 9, f"{UNITS[GONE]} is nearly")
    words(axes, 19, 10.9, "on the line")


def _names(axes: Axes) -> None:
    for i, name in enumerate(UNITS):
        words(axes, LEFT + WIDE * (i + 0.5), 15.9, name)


def _times(unit: int) -> str:
    """Return how much more is lost without a unit than without the one that goes."""
    return f"{error(refitted(unit)) / error(refitted(GONE)):.1f} times"


def inquiry() -> Inquiry:
    """Offer a faint column, a short bar, or a unit that the others predict."""
    faint, short = int(norms().argmin()), int(contributions().argmin())
    goes = UNITS[GONE]
    return Inquiry(
        "06",
        "that a unit can go",
        (
            Candidate(
                "the faint column of weights that read it",
                _faint,
                f"Unit {UNITS[faint]} is read with the smallest weights. But no other "
                "unit can stand in for it: after the refit, the error without "
                f"{UNITS[faint]} is {_times(faint)} that without {goes}, although the "
                f"weights that read {goes} are larger.",
            ),
            Candidate(
                "the short bar of what it contributes",
                _short,
                "Counting the activations is fairer, and it points to another unit, "
                f"{UNITS[short]}. But each bar looks at one unit alone, as if the "
                "others could not make up for it. After the refit, the error without "
                f"{UNITS[short]} is {_times(short)} that without {goes}.",
            ),
            Candidate(
                "the dots along the line of what the others predict",
                _line,
                f"Only this picture asks what the *others* can do. {goes} is large, "
                "and so are the weights that read it, but the first two units predict "
                "it: little is lost without it. What the picture leaves out is how "
                "strongly the next layer reads the rest, the distances from the line. "
                "The error after the refit counts both.",
            ),
        ),
        ours="C",
    )
