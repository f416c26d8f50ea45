"""Figures of shapes: what the layers around removed units lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from course_lib.figures.canvas import BLUE, GRAY, ORANGE, RED, frame_image, styled
from course_lib.figures.scene import Scene

REMOVED: dict[str, Any] = {
    "facecolor": (*to_rgb(ORANGE), 0.35), "edgecolor": RED, "hatch": "///",
    "linewidth": 0,
}  # fmt: skip


@dataclass(frozen=True)
class CutLayer:
    """A layer's weights as a matrix, sorted so that removed units come last.

    ``weight`` has shape (rows, columns); the first ``rows`` and ``columns`` of them
    stay. ``title`` gives the shapes, ``inputs`` and ``units`` label the axes.
    """

    weight: np.ndarray
    rows: int
    columns: int
    title: str
    inputs: str
    units: str


class CutLayers(Scene):
    """The layers' weights with removed parts hatched, and bars of what is left.

    ``layers`` are shown in order, ``left`` maps each quantity to a percentage; the bars
    show that the percentages differ. ``update`` takes other cuts of the same layers and
    the same quantities.
    """

    @styled
    def __init__(self, layers: Sequence[CutLayer], left: Mapping[str, float]) -> None:
        super().__init__(Figure(figsize=(8, 5.2), layout="constrained"))
        above, below = self.figure.subfigures(
            2, 1, height_ratios=(3.2, 1.2), squeeze=False
        ).flat
        panels = above.subplots(1, len(layers), squeeze=False)[0]
        self._matrices = [
            _Matrix(axes, layer) for axes, layer in zip(panels, layers, strict=True)
        ]
        legend = [Patch(color=BLUE, label="stays (darker: larger weight)"),
                  Patch(label="removed", **REMOVED)]  # fmt: skip
        above.legend(
            handles=legend, loc="outside lower center", ncols=2,
            title="rows and columns by importance, the most important first",
        )  # fmt: skip
        self._bars = _Bars(below.subplots(), list(left))
        for matrix in self._matrices:
            self.moving += matrix.moving
        self.moving += self._bars.moving
        self.update(layers, left)

    def update(self, layers: Sequence[CutLayer], left: Mapping[str, float]) -> None:
        """Show another cut of the same layers, and what remains."""
        for matrix, layer in zip(self._matrices, layers, strict=True):
            if matrix.update(layer):
                self.repaint()
        self._bars.update(left)


class _Matrix:
    def __init__(self, axes: Axes, layer: CutLayer) -> None:
        self._weight = layer.weight
        height, width = layer.weight.shape
        self._mesh = axes.imshow(
            np.abs(layer.weight), aspect="auto", cmap="Blues",
            vmin=0, vmax=np.quantile(np.abs(layer.weight), 0.99) or 1,
            extent=(0, width, height, 0),
        )  # fmt: skip
        self._rows = Rectangle((0, 0), 0, 0, **REMOVED)
        self._columns = Rectangle((0, 0), 0, 0, **REMOVED)
        for patch in (self._rows, self._columns):
            axes.add_patch(patch)
        axes.set(xticks=[], yticks=[], xlabel=layer.inputs, ylabel=layer.units)
        frame_image(axes)
        self._title = axes.set_title(layer.title)
        spines = axes.spines.values()
        self.moving: list[Artist] = [self._rows, self._columns, *spines, self._title]

    def update(self, layer: CutLayer) -> bool:
        """Hatch what is removed; return whether the order of the weights changed."""
        height, width = layer.weight.shape
        # two rectangles without overlap: full rows, then the rest of the columns
        for patch, corner, extent in (
            (self._rows, (0, layer.rows), (width, height - layer.rows)),
            (self._columns, (layer.columns, 0), (width - layer.columns, layer.rows)),
        ):
            patch.set_bounds(*corner, *extent)
            patch.set_visible(min(extent) > 0)
        self._title.set_text(layer.title)
        if np.array_equal(layer.weight, self._weight):
            return False
        self._weight = layer.weight
        self._mesh.set_data(np.abs(layer.weight))
        return True


class _Bars:
    def __init__(self, axes: Axes, names: list[str]) -> None:
        self._names = names
        self._shares = axes.barh(names, 0, color=BLUE, height=0.6)
        outlines = axes.barh(names, 100, color="none", edgecolor=GRAY, height=0.6)
        self._labels = axes.bar_label(outlines, ["0%"] * len(names), padding=4)
        axes.set(xlim=(0, 110), xticks=[], title="what is left")
        axes.invert_yaxis()
        axes.tick_params(left=False)
        axes.grid(False)
        axes.spines[:].set_visible(False)
        self.moving: list[Artist] = [*self._shares, *outlines, *self._labels]

    def update(self, left: Mapping[str, float]) -> None:
        for name, bar, label in zip(
            self._names, self._shares, self._labels, strict=True
        ):
            bar.set_width(left[name])
            label.set_text(f"{left[name]:.1f}%")
