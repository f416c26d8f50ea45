"""Pictures of chapter 00: the map of a city, erased in places, and redrawn smaller."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.figures.canvas import styled
from course_lib.figures.city import MARGIN, City

EDGE, STREET, MAIN, ERASED = "#4d4d4d", "white", "#E69F00", "#8c8c8c"
PAPER, WATER, PARK = "#f1eadb", "#56B4E9", "#009E73"
WIDE = 2.5  # a stretch is drawn as a main road from this width on


@styled
def city_maps(city: City, erased: City, redrawn: City) -> Figure:
    """Draw three maps at one scale – all streets, erased, redrawn – and a legend."""
    figure, panels = plt.subplots(2, 2, figsize=(7.2, 8.0))
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.93, wspace=0.04, hspace=0.19)
    gone, area = city.streets - erased.streets, city.paper
    titles = (
        f"The city\n{city.streets} stretches of street",
        f"{gone} stretches erased\nthe sheet is as large as before",
        f"Redrawn: {redrawn.streets} stretches\n"
        f"on {100 * redrawn.paper / area:.0f}% of the paper",
    )
    cities = (city, erased, redrawn)
    for axes, title, shown in zip(panels.flat, titles, cities, strict=False):
        _map(axes, shown, before=city)
        axes.set_title(title, fontsize=13)
    _legend(panels.flat[3])
    return figure


def city_in_words(city: City, erased: City, redrawn: City) -> str:
    """Return the alternative text of the three maps."""
    return (
        f"Three street maps. The whole city: {city.streets} stretches of street, drawn "
        f"wide or narrow. The same sheet with {city.streets - erased.streets} narrow "
        f"ones erased: {100 * erased.paper / city.paper:.0f}% of the paper. Whole "
        f"streets taken out and the rest redrawn: {redrawn.streets} stretches on "
        f"{100 * redrawn.paper / city.paper:.0f}% of the paper."
    )


def _map(axes: Axes, city: City, before: City) -> None:
    """Draw one map on its sheet, with the old edge if the sheet was larger."""
    # all sheets are aligned at the top
    bottom = city.side[1] - before.side[1] - 1.1 * MARGIN
    right = before.side[0] + 1.1 * MARGIN
    axes.set(xlim=(-1.1 * MARGIN, right), ylim=(bottom, city.side[1] + 1.1 * MARGIN))
    axes.set(aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    if city.side != before.side:
        dashes: dict[str, Any] = {"fill": False, "linestyle": (0, (4, 3))}
        axes.add_patch(_sheet(before.side, city.side[1] - before.side[1], **dashes))
    sheet = _sheet(city.side, 0.0, facecolor=PAPER)
    axes.add_patch(sheet)
    axes.fill(*city.park.T, facecolor=PARK, alpha=0.35)
    (river,) = axes.plot(*city.river.T, color=WATER, linewidth=8, alpha=0.8)
    river.set_clip_path(sheet)
    streets = sorted(city.stretches(), key=lambda stretch: stretch[1])
    for ends, width in streets:  # casings first, so that streets meet without an edge
        if width:
            _line(axes, ends, EDGE, _points(width) + 1.5)
        else:
            axes.plot(*ends.T, color=ERASED, linewidth=0.9, linestyle=":")
    for ends, width in streets:
        if width:
            _line(axes, ends, MAIN if width >= WIDE else STREET, _points(width))


def _points(width: float) -> float:
    """Return the drawn width of a stretch, in points."""
    return min(0.3 + 0.85 * width, 6.0)


def _line(axes: Axes, ends: np.ndarray, color: str, points: float) -> None:
    axes.plot(*ends.T, color=color, linewidth=points, solid_capstyle="round")


def _sheet(side: tuple[float, float], bottom: float, **style: Any) -> Rectangle:
    width, height = (length + 2 * MARGIN for length in side)
    corner = (-MARGIN, bottom - MARGIN)
    return Rectangle(corner, width, height, edgecolor="black", linewidth=1.2, **style)


def _legend(axes: Axes) -> None:
    """Draw a legend of what a street, a gap and a sheet represent."""
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.axis("off")
    wide, narrow = "wide street:\na large weight", "narrow street:\na small weight"
    for y, text, width in ((8.6, wide, 4.0), (6.7, narrow, 0.8)):
        ends = np.array([(0.4, y), (2.2, y)])
        _line(axes, ends, EDGE, _points(width) + 1.5)
        _line(axes, ends, MAIN if width >= WIDE else STREET, _points(width))
        axes.text(2.9, y, text, fontsize=13, va="center")
    axes.plot([0.4, 2.2], [4.8, 4.8], color=ERASED, linewidth=1.5, linestyle=":")
    axes.text(2.9, 4.8, "erased:\na weight of zero", fontsize=13, va="center")
    axes.add_patch(Rectangle((0.4, 2.3), 1.8, 1.2, facecolor=PAPER, edgecolor="black"))
    axes.text(2.9, 2.9, "the sheet:\nthe model’s file", fontsize=13, va="center")
    axes.plot([0.4, 2.2], [1.0, 1.0], color="black", linewidth=1.2, dashes=(4, 3))
    axes.text(2.9, 1.0, "the sheet as it was", fontsize=13, va="center")
