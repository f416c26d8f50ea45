"""Figures of masks: what is pruned from each layer, and where."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from course_lib.figures.canvas import BLUE, GRAY, RED, frame_image, styled
from course_lib.figures.scene import Scene

PIXELS = 28 * 28
BINS = 81
FLOOR = 0.7  # where the histograms begin, slightly below one weight
PICTURES = 2  # the number of first layers whose mask is drawn
KEPT = ListedColormap(["white", BLUE])
REMOVED: dict[str, Any] = {
    "facecolor": "white", "edgecolor": GRAY, "hatch": "/////", "linewidth": 1,
}  # fmt: skip
THRESHOLD: dict[str, Any] = {"color": RED, "linestyle": "--", "linewidth": 1}


class WeightsAndMasks(Scene):
    """Histograms of all layers' weights above pictures of the first layers' masks.

    ``weights`` maps a layer's name to its weights, of any shape. All histograms share
    one axis, because the differences between layers matter.
    """

    @styled
    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        super().__init__(Figure(figsize=(8, 5.4), layout="constrained"))
        above, below = self.figure.subfigures(
            2, 1, height_ratios=(1, 1.1), squeeze=False
        ).flat
        top = above.subplots(1, len(weights), sharex=True, squeeze=False)[0]
        reach = max(float(np.abs(values).max()) for values in weights.values()) or 1.0
        edges = np.linspace(-reach, reach, BINS + 1)
        self._histograms = [
            _Histogram(axes, name, values, edges)
            for axes, (name, values) in zip(top, weights.items(), strict=True)
        ]
        top[0].set_ylabel("weights (log scale)")
        above.legend(handles=_legend(), loc="outside lower center", ncols=3)
        self._pictures: list[_Pixels | _Matrix] = []
        first = list(weights)[:PICTURES]
        panels = below.subplots(1, len(first), squeeze=False)[0]
        for axes, name in zip(panels, first, strict=True):
            shape = weights[name].shape
            read = len(shape) == 2 and shape[1] == PIXELS
            self._pictures.append((_Pixels if read else _Matrix)(axes, name, shape))
            if read:
                self.moving.append(_color_bar(below, axes))
        for part in (*self._histograms, *self._pictures):
            self.moving += part.moving

    def update(
        self, masks: Mapping[str, np.ndarray], thresholds: Mapping[str, float]
    ) -> None:
        """Show ``masks``, bool, True = kept, of the weights' shapes.

        ``thresholds`` are magnitudes, drawn on both sides of zero.
        """
        for part in self._histograms:
            part.update(masks[part.name], thresholds[part.name])
        for picture in self._pictures:
            picture.update(masks[picture.name])


@styled
def pixels_and_matrix(name: str, mask: np.ndarray) -> Figure:
    """Draw which pixels a first layer reads, and its mask, shape (units, 784).

    The rows of the mask are sorted by the number of weights that they keep.
    """
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(8.4, 3.4), width_ratios=(1, 1.6), layout="constrained"
    )
    pixels, matrix = _Pixels(left, name, mask.shape), _Matrix(right, name, mask.shape)
    pixels.update(mask)
    matrix.update(mask[np.argsort(-mask.sum(axis=1), kind="stable")])
    right.set_ylabel(f"{len(mask)} units, most weights first")
    figure.colorbar(pixels.mesh, ax=left, shrink=0.8)
    return figure


class _Pixels:
    """The number of kept weights per pixel; pixels without any are crossed out."""

    def __init__(self, axes: Axes, name: str, shape: tuple[int, ...]) -> None:
        self.name = name
        self.mesh = axes.imshow(np.zeros((28, 28)), cmap="cividis", vmin=0, vmax=1)
        (self._none,) = axes.plot(
            [], [], "x", color="white", markersize=3, markeredgewidth=0.7
        )
        axes.set(xticks=[], yticks=[], title="\n")
        frame_image(axes)
        self._title = axes.title
        self.moving = [self.mesh, self._none, *axes.spines.values(), axes.title]

    def update(self, mask: np.ndarray) -> None:
        counts = mask.sum(axis=0).reshape(28, 28)
        self.mesh.set_data(counts)
        self.mesh.set_clim(0, max(1, counts.max()))
        rows, columns = np.nonzero(counts == 0)
        self._none.set_data(columns, rows)
        self._title.set_text(
            f"{self.name}, weights a pixel keeps\n× none: {len(rows)} of {PIXELS}"
        )


class _Matrix:
    """A mask as an image, dark = kept: one row per unit, one column per input."""

    def __init__(self, axes: Axes, name: str, shape: tuple[int, ...]) -> None:
        self.name = name
        units, inputs = shape[0], math.prod(shape[1:])
        self._mesh = axes.imshow(
            np.zeros((units, inputs)), cmap=KEPT, vmin=0, vmax=1, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        axes.set(xlabel=f"{inputs} inputs", ylabel=f"{units} units", title="\n")
        axes.set(xticks=[], yticks=[])
        frame_image(axes)
        self._title = axes.title
        self.moving = [self._mesh, *axes.spines.values(), axes.title]

    def update(self, mask: np.ndarray) -> None:
        self._mesh.set_data(mask.reshape(len(mask), -1))
        self._title.set_text(
            f"{self.name}, its mask\ndark: {mask.sum():,} of {mask.size:,} kept"
        )


class _Histogram:
    """Kept weights in front of all weights, which are gray and hatched."""

    def __init__(
        self, axes: Axes, name: str, values: np.ndarray, edges: np.ndarray
    ) -> None:
        self.name = name
        # the bin of each weight, so that a mask is counted in one pass
        places = np.searchsorted(edges, values.ravel(), side="right") - 1
        self._bins = np.minimum(places, BINS - 1)
        counts = np.bincount(self._bins, minlength=BINS)
        # from just above zero, which a logarithmic axis does not have
        axes.stairs(counts, edges, baseline=FLOOR, fill=True, **REMOVED)
        self._kept = axes.stairs(counts, edges, baseline=FLOOR, fill=True, color=BLUE)
        self._lines = [axes.axvline(0, **THRESHOLD) for _ in range(2)]
        axes.set(yscale="log", xlabel="weight", ylim=(FLOOR, None), title="\n")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.minorticks_off()  # would otherwise take most of the drawing time
        self._title = axes.title
        self.moving = [self._kept, *self._lines, axes.title]

    def update(self, mask: np.ndarray, threshold: float) -> None:
        kept = np.bincount(self._bins[mask.ravel()], minlength=BINS)
        self._kept.set_data(np.maximum(kept, FLOOR))
        for line, side in zip(self._lines, (threshold, -threshold), strict=True):
            line.set_xdata([side, side])
            line.set_visible(side != 0)
        percent = 100 * mask.mean()
        self._title.set_text(
            f"{self.name}: {percent:.1f}% kept\nof {mask.size:,} weights"
        )


def _color_bar(below: SubFigure, axes: Axes) -> Axes:
    """Return a picture's scale, redrawn as a whole because its end changes."""
    integer_ticks = MaxNLocator(5, integer=True)
    bar = below.colorbar(
        axes.images[0], ax=axes, label="weights kept", ticks=integer_ticks
    )
    return bar.ax


def _legend() -> list[Artist]:
    return [
        Patch(color=BLUE, label="kept"),
        Patch(label="removed", **REMOVED),
        Line2D([], [], label="threshold", **THRESHOLD),
    ]
