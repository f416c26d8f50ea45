"""Figures of shapes: what a layer loses when units go, on either side of the seam."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_lib.figures.canvas import BLUE, GREY, ORANGE, RED

REMOVED: dict[str, Any] = {
    "facecolor": (*to_rgb(ORANGE), 0.35),
    "edgecolor": RED,
    "hatch": "///",
    "linewidth": 0,
}


@dataclass(frozen=True)
class CutLayer:
    """A layer's weights as a matrix, sorted so that what is removed stands last.

    ``weight`` has shape (rows, columns); the first ``rows`` and ``columns`` of them
    stay. ``title`` says the shapes, ``inputs`` and ``units`` label the axes.
    """

    weight: np.ndarray
    rows: int
    columns: int
    title: str
    inputs: str
    units: str


def cut_layers(layers: Sequence[CutLayer], left: Mapping[str, float]) -> Figure:
    """The layers' weights with what goes hatched, and bars of what is left.

    ``left`` maps what is counted to percent; the bars tell that a share of one is
    not a share of another.
    """
    figure = plt.figure(figsize=(8, 5.2), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(3.2, 1.2), squeeze=False).flat
    panels = above.subplots(1, len(layers), squeeze=False)[0]
    for axes, layer in zip(panels, layers, strict=True):
        _matrix(axes, layer)
    legend = [Patch(color=BLUE, label="stays (darker: larger weight)"),
              Patch(label="removed", **REMOVED)]  # fmt: skip
    above.legend(
        handles=legend, loc="outside lower center", ncols=2, frameon=False,
        title="rows and columns by importance, the most important first",
    )  # fmt: skip
    _bars(below.subplots(), left)
    return figure


def _matrix(axes: Axes, layer: CutLayer) -> None:
    size = np.abs(layer.weight)
    height, width = size.shape
    axes.imshow(
        size, aspect="auto", cmap="Blues", vmin=0, vmax=np.quantile(size, 0.99) or 1,
        extent=(0, width, height, 0),
    )  # fmt: skip
    # two rectangles that do not overlap: whole rows, then what is left of columns
    for corner, extent in (
        ((0, layer.rows), (width, height - layer.rows)),
        ((layer.columns, 0), (width - layer.columns, layer.rows)),
    ):
        if min(extent) > 0:
            axes.add_patch(Rectangle(corner, *extent, **REMOVED))
    axes.set(xticks=[], yticks=[], xlabel=layer.inputs, ylabel=layer.units)
    axes.set_title(layer.title, fontsize=10)


def _bars(axes: Axes, left: Mapping[str, float]) -> None:
    names, shares = list(left), list(left.values())
    axes.barh(names, shares, color=BLUE, height=0.6)
    whole = axes.barh(names, 100, color="none", edgecolor=GREY, height=0.6)
    axes.bar_label(whole, [f"{share:.1f} %" for share in shares], padding=4)
    axes.set(xlim=(0, 110), xticks=[], title="what is left")
    axes.invert_yaxis()
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)
