"""Chapter 06: how the remaining units compensate for a removed one."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.canvas import BLUE
from course_lib.figures.strokes import (
    EDGE,
    arrow,
    bars,
    cells,
    dashed,
    horizontal_bars,
    title,
    words,
)
from course_lib.page.storyboards import Frame, Storyboard
from course_lib.page.storyboards.small_layer import (
    GONE,
    NEXT,
    UNITS,
    answers,
    error,
    lost,
    mean_folded,
    outputs,
    predicted,
    refitted,
    removed,
    shares,
    weights,
)

NAME, STAYING = UNITS[GONE], UNITS[:GONE]
CORNER, STEP = (4.4, 13.6), 3.5  # the scatter's zero, and the length of 1


def _outputs(axes: Axes) -> None:
    title(axes, f"{len(UNITS)} units, {len(outputs())} inputs")
    _names(axes, UNITS, 6.1, 4.2, 3.2)
    _answers(axes, outputs(), (4, 4.2), (4.2, 1.6))
    words(axes, 2.3, 10.6, "inputs", rotation=90)


def _weights(axes: Axes) -> None:
    row = np.append(outputs()[0], 1)
    title(axes, "the first input")
    _names(axes, (*UNITS, "1"), 4, 3.4, 3.6)
    _answers(axes, row[None, :], (2.3, 4.5), (3.4, 2))
    arrow(axes, (10.6, 7), (10.6, 8.9))
    _matrix(axes, weights(), (2.3, 9.3), (3.4, 2))
    words(axes, 20, 12.3, "=")
    _answers(axes, (weights() @ row)[:, None], (20.7, 9.3), (3, 2))
    words(axes, 10.6, 16.8, "last column: the bias")


def _lost(axes: Axes, matrix: np.ndarray) -> None:
    """Draw a matrix without the unit, and what one unit lacks because of it."""
    _names(axes, (*UNITS, "b"), 5, 4, 1.6)
    _matrix(axes, matrix, (3, 2.5), (4, 1.6))
    words(axes, 13, 9, f"what {NEXT[-1]} is missing, by input")
    left, zero, one = 3, 15, 2  # the place of the bars, and the height of a 1
    for level in (0, 1, 2):
        axes.plot([left, 23], [zero - one * level] * 2, color=EDGE, lw=0.8)
        words(axes, left - 1, zero - one * level, f"{level}")
    values = lost(matrix)[:, -1].tolist()
    bars(axes, values, (left, zero), (20, one), top=1)


def draw_prediction(axes: Axes) -> None:
    """Draw the unit's outputs over what the other units predict, and the diagonal."""
    mine, end = outputs()[:, GONE], 3
    assert max(mine.max(), predicted().max()) < end
    left, bottom = CORNER
    arrow(axes, CORNER, (left + STEP * end + 1.2, bottom), lw=1)
    arrow(axes, CORNER, (left, bottom - STEP * end - 1.2), lw=1)
    for tick in range(1, end + 1):
        words(axes, left + STEP * tick, bottom + 1.1, f"{tick}")
        words(axes, left - 0.9, bottom - STEP * tick, f"{tick}")
    dashed(axes, CORNER, (left + STEP * end, bottom - STEP * end))
    for x, y in zip(predicted(), mine, strict=True):
        axes.plot(
            left + STEP * x, bottom - STEP * y, "o", ms=6, mec="white", mew=0.6,
            color=BLUE, zorder=3,
        )  # fmt: skip
    words(axes, left - 2.4, bottom - STEP * end / 2, NAME, fontweight="bold")
    words(axes, left + STEP * end / 2, bottom + 3, f"predicted by {', '.join(STAYING)}")


def _predicted(axes: Axes) -> None:
    draw_prediction(axes)
    words(axes, 16.1, 8, f"{NAME} ≈", ha="right")
    for i, (share, name) in enumerate(zip(shares(), (*UNITS, ""), strict=True)):
        if name != NAME:
            sign = "−" if share < 0 else "+" if i else ""
            line = f"{sign} {abs(share):.2f} {name}".strip()
            words(axes, 16.5, 8 + 2 * min(i, GONE), line, ha="left")


def _refitted(axes: Axes) -> None:
    title(axes, "before")
    _names(axes, (*UNITS, "b"), 4.1, 4.2, 3)
    _matrix(axes, weights(), (2, 3.8), (4.2, 1.6))
    arrow(axes, (12, 8.9), (12, 10.7))
    words(axes, 13, 9.8, "least squares", ha="left")
    _matrix(axes, refitted(), (2, 11), (4.2, 1.6), numbers="{:.2f}")
    words(axes, 12, 16.9, "after")


def _errors(axes: Axes) -> None:
    title(axes, "squared error")
    rows = [
        (name, value := error(matrix), f"{value:.2f}")
        for name, matrix in (
            (f"{NAME} removed", removed()),
            ("its mean in the bias", mean_folded()),
            ("least squares", refitted()),
        )
    ]
    horizontal_bars(axes, rows, 4.2, step=4.4)


def _onward(axes: Axes) -> None:
    title(axes, "the next layer’s units")
    before, after = answers(weights()), answers(refitted())
    _names(axes, NEXT, 2.4, 3.4, 4.6)
    _names(axes, NEXT, 14.5, 3.4, 4.6)
    _answers(axes, before, (0.7, 5.5), (3.4, 1.5))
    top = float(before.max())
    cells(
        axes, after - before, (12.8, 5.5), (3.4, 1.5), numbers="{:.1f}",
        limits=(-top, top),
    )  # fmt: skip
    words(axes, 5.8, 3.2, "before")
    words(axes, 17.9, 3.2, "after − before")


def _answers(
    axes: Axes,
    values: np.ndarray,
    corner: tuple[float, float],
    size: tuple[float, float],
) -> None:
    """Draw what units answer; all frames share their colors."""
    top = max(outputs().max(), answers(weights()).max())
    cells(
        axes, values, corner, size, numbers="{:.1f}", colors="cividis",
        limits=(0, float(top)),
    )  # fmt: skip


def _matrix(
    axes: Axes,
    matrix: np.ndarray,
    corner: tuple[float, float],
    size: tuple[float, float],
    numbers: str = "{:.1f}",
) -> None:
    """Draw the next layer's matrix; a column without weights is hatched."""
    for i, name in enumerate(NEXT):
        words(axes, corner[0] - 0.9, corner[1] + (i + 0.5) * size[1], name)
    gone = np.broadcast_to((matrix == 0).all(axis=0), matrix.shape)
    largest = float(np.abs(weights()).max())
    cells(
        axes, matrix, corner, size, numbers=numbers, limits=(-largest, largest),
        gone=gone,
    )  # fmt: skip


def _names(axes: Axes, names: tuple[str, ...], x: float, step: float, y: float) -> None:
    for i, name in enumerate(names):
        words(axes, x + step * i, y, name)


def storyboard() -> Storyboard:
    """Return the eight frames; predictions, weights and errors are computed."""
    parts = " + ".join(f"{shares()[i]:.1f} {UNITS[i]}" for i in (0, 1))
    frames = (
        Frame(
            f"Each of four units, {UNITS[0]} to {UNITS[-1]}, gives one number per "
            "input: eight inputs, eight rows.",
            _outputs,
        ),
        Frame(
            "The next layer reads each unit through a column of weights, and adds a "
            "bias.",
            _weights,
        ),
        Frame(
            f"Remove {NAME}: its column goes, and what it added is missing everywhere.",
            lambda axes: _lost(axes, removed()),
        ),
        Frame(
            f"Put the mean of what {NAME} added into the bias, as in chapter 02: what "
            "strays from the mean is still missing.",
            lambda axes: _lost(axes, mean_folded()),
        ),
        Frame(f"But the others predict {NAME}: it is nearly {parts}.", _predicted),
        Frame(
            f"So the next layer reads {STAYING[0]} and {STAYING[1]} in its place: "
            "least squares finds its new weights.",
            _refitted,
        ),
        Frame("The error of the three ways, on the eight inputs.", _errors),
        Frame(
            "Then the next layer: its units answer a little differently now, "
            "and its own fit starts from these answers.",
            _onward,
        ),
    )
    return Storyboard(
        "folding",
        "06",
        "Removing a unit that the others can replace",
        frames,
        "A layer keeps 768 of its 1,536 units, and the fit has seen 500 tokens. Its "
        "error on these tokens is zero: is the layer as good as before?",
        "Hardly. With more weights to choose than tokens to match, least squares fits "
        "anything, chance included, and so the error on these tokens means nothing. "
        "Fit on many more tokens than there are units, and judge on other texts.",
    )
