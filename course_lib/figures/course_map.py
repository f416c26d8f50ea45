"""The chapters as places on a map, connected by arrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from course_lib.figures.canvas import BLUE, GRAY, ORANGE, styled

WIDTH, HEIGHT = 1.8, 0.86
Place = tuple[float, float]


@styled
def course_map(
    places: Mapping[str, Place],
    ways: Sequence[tuple[str, str]],
    done: Mapping[str, float],
    here: str,
    beyond: Sequence[str] = (),
) -> Figure:
    """Draw named boxes, connected by arrows from prerequisites to what follows.

    ``places`` maps a name to the position of its box, ``done`` to a fraction drawn as a
    bar with its percentage; ``here`` has a thick frame, ``beyond`` a dashed one.
    """
    figure = plt.figure(figsize=(9.2, 4.0))
    axes = figure.add_axes((0, 0, 1, 1))
    boxes = {}
    for name, place in places.items():
        boxes[name] = _box(axes, name, place, bold=name == here, dashed=name in beyond)
        if name in done:
            _bar(axes, place, done[name])
    for start, end in ways:
        style = "--" if end in beyond else "-"
        axes.annotate(
            "", xy=places[end], xytext=places[start],
            arrowprops={
                "arrowstyle": "-|>", "color": GRAY, "linestyle": style,
                "patchA": boxes[start], "patchB": boxes[end], "shrinkA": 1,
                "shrinkB": 2, "mutation_scale": 16,
            },
        )  # fmt: skip
    xs, ys = zip(*places.values(), strict=True)
    axes.set(xlim=(min(xs) - 1.05, max(xs) + 1.05), ylim=(min(ys) - 0.7, max(ys) + 0.7))
    axes.set_axis_off()
    return figure


def _box(
    axes: Axes, name: str, place: Place, *, bold: bool, dashed: bool
) -> FancyBboxPatch:
    x, y = place
    frame = FancyBboxPatch(
        (x - WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, boxstyle="round,pad=0.03",
        facecolor="white", edgecolor=ORANGE if bold else (GRAY if dashed else BLUE),
        linewidth=3 if bold else 1.4, linestyle="--" if dashed else "-",
    )  # fmt: skip
    axes.add_patch(frame)
    text = fill(name, 18) + ("\nyou are here" if bold else "")
    axes.text(x, y + 0.08, text, ha="center", va="center", fontsize=10)
    return frame


def _bar(axes: Axes, place: Place, fraction: float) -> None:
    x, y = place[0] - WIDTH / 2 + 0.08, place[1] - HEIGHT / 2 + 0.02
    length = WIDTH - 0.62
    axes.barh(y + 0.06, length, 0.09, left=x, color="none", edgecolor=GRAY)
    axes.barh(y + 0.06, fraction * length, 0.09, left=x, color=BLUE)
    axes.text(
        x + length + 0.06, y + 0.06, f"{100 * fraction:.0f}%", va="center", size=9
    )
