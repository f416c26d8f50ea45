"""Figures of neuron activations and their statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.scale import SymmetricalLogTransform
from matplotlib.ticker import FixedLocator, MaxNLocator

from course_lib.figures.canvas import (
    BLUE,
    GRAY,
    ORANGE,
    RED,
    frame_image,
    plain_numbers,
    styled,
)
from course_lib.figures.scene import Scene

PER_ROW = 100  # cells of a stripe, so that each is large enough to be seen
SHOWN = 100  # neurons of a stack
DECADES = (0, 0.001, 0.01, 0.1, 1, 10)
NEAR_ZERO = 1e-3  # below it the axes of statistics are linear, above it logarithmic
BINS = 40
Layers = Mapping[str, tuple[np.ndarray, np.ndarray]]
# plain in front of quiet: they differ in their outlines and hatches, too
LOOKS: dict[str, dict[str, Any]] = {
    "quiet": {"facecolor": (*to_rgb(ORANGE), 0.35), "edgecolor": RED, "hatch": "////"},
    "plain": {"facecolor": (*to_rgb(BLUE), 0.45), "edgecolor": BLUE},
}


@styled
def activation_pictures(layers: Mapping[str, np.ndarray]) -> Figure:
    """Draw the activations of each layer for one image, each of shape (units,).

    A cell is a neuron, ``PER_ROW`` to a row; white cells with a dot are exactly zero.
    ``"logits"``, one for each digit, are drawn with their values.
    """
    rows = [-(-len(values) // PER_ROW) for values in layers.values()]
    figure, grid = plt.subplots(
        len(layers), 1, figsize=(9, 0.65 * len(rows) + 0.18 * sum(rows)), squeeze=False,
        height_ratios=[max(count, 2) for count in rows], layout="constrained",
    )  # fmt: skip
    for axes, (name, values) in zip(grid.flat, layers.items(), strict=True):
        frame_image(axes)
        if name == "logits":
            _logits(axes, values)
        else:
            _stripe(axes, name, values)
    return figure


def _stripe(axes: Axes, name: str, values: np.ndarray) -> None:
    """Draw activations row by row, with the number of those that are exactly zero."""
    cells = np.full((-(-len(values) // PER_ROW), PER_ROW), np.nan)
    cells.flat[: len(values)] = values
    zero = cells == 0
    mesh = axes.imshow(
        np.ma.masked_array(cells, zero | np.isnan(cells)), aspect="auto",
        interpolation="nearest", vmin=0,
    )  # fmt: skip
    y, x = np.nonzero(zero)
    axes.scatter(x, y, s=2, color=GRAY, linewidth=0)
    axes.set(xticks=[], yticks=[])
    axes.set_title("activation", loc="right", fontsize=10)
    axes.set_title(
        f"{name}: {len(values):,} neurons, {len(x):,} exactly zero (white)", loc="left"
    )
    axes.figure.colorbar(mesh, ax=axes, pad=0.01, ticks=MaxNLocator(2), aspect=8)


def _logits(axes: Axes, values: np.ndarray) -> None:
    """Draw the logits as cells with their numbers, above the digits."""
    reach = float(np.abs(values).max()) or 1.0
    axes.imshow(values[None], aspect="auto", cmap="RdBu", vmin=-reach, vmax=reach)
    for digit, value in enumerate(values):
        color = "white" if abs(value) > 0.6 * reach else "black"
        weight = "bold" if value == values.max() else "normal"
        text = f"{value:.1f}".replace("-", "−")
        axes.text(digit, 0, text, color=color, weight=weight, ha="center", va="center")
    axes.set(xticks=range(len(values)), yticks=[], xlabel="digit")
    axes.set_title("logits: one for each digit (bold: the largest)", loc="left")


@styled
def activation_stacks(stacks: Mapping[str, np.ndarray]) -> Figure:
    """Draw activations of shape (images, neurons) as images, side by side.

    The neurons of each are sorted by their mean, the largest first, and at most
    ``SHOWN`` of them are drawn, at even distances. All have one color scale, which ends
    at the 99th percentile of the strongest, so that a few very large values do not
    darken the rest.
    """
    shown = {name: _sorted_sample(values) for name, values in stacks.items()}
    top = max(float(np.quantile(values, 0.99)) for values in shown.values()) or 1.0
    figure, grid = plt.subplots(
        1, len(stacks), figsize=(4.2 * len(stacks) + 0.6, 3.6), squeeze=False,
        sharey=True, layout="constrained",
    )  # fmt: skip
    for axes, (name, values) in zip(grid.flat, shown.items(), strict=True):
        frame_image(axes)
        mesh = axes.imshow(
            values, aspect="auto", vmin=0, vmax=top, interpolation="nearest"
        )
        neurons = stacks[name].shape[1]
        part = f"{values.shape[1]:,} of {neurons:,}, sorted by mean"
        axes.set(title=name, xlabel=f"neuron ({part})")
    grid[0, 0].set_ylabel("image")
    figure.colorbar(mesh, ax=grid, label="activation", extend="max", pad=0.01)
    return figure


def _sorted_sample(values: np.ndarray) -> np.ndarray:
    """Return at most ``SHOWN`` columns, at even distances in the order of the means."""
    order = np.argsort(-values.mean(axis=0), kind="stable")
    places = np.linspace(0, len(order) - 1, min(SHOWN, len(order)))
    return values[:, order[places.round().astype(int)]]


@styled
def statistic_histograms(
    networks: Mapping[str, Layers], thresholds: tuple[float, float] | None = None
) -> Figure:
    """Draw the distributions of means and standard deviations, one row per layer.

    ``networks`` maps ``"plain"`` and ``"quiet"`` to their layers, and these map a
    layer's name to its (mean, std), both of shape (units,). All panels share one axis,
    linear below ``NEAR_ZERO`` and logarithmic above, so that a pile at zero is visible.
    ``thresholds`` draws the lines at or below which the plain rule removes.
    """
    layers = next(iter(networks.values()))
    figure, grid = plt.subplots(
        len(layers), 2, figsize=(9, 1.9 * len(layers) + 0.8), squeeze=False,
        sharex=True, sharey="row", layout="constrained",
    )  # fmt: skip
    scale = SymmetricalLogTransform(10, NEAR_ZERO, 1)
    every = [part.max() for found in networks.values() for both in found.values()
             for part in both]  # fmt: skip
    low, high = scale.transform(np.array([0, max(NEAR_ZERO, *every)])).tolist()
    edges = scale.inverted().transform(np.linspace(low, high, BINS + 1))
    for row, name in zip(grid, layers, strict=True):
        for column, axes in enumerate(row):
            for network, look in LOOKS.items():
                counts, _ = np.histogram(networks[network][name][column], edges)
                axes.stairs(counts, edges, fill=True, label=network, lw=1.5, **look)
            if thresholds is not None:
                axes.axvline(
                    thresholds[column], color="black", linestyle="--", label="threshold"
                )
        row[0].set_ylabel(f"{name}\nneurons (of {len(layers[name][0]):,})")
    axes.set_xscale("symlog", linthresh=NEAR_ZERO)
    axes.set_xlim(-NEAR_ZERO / 20, edges[-1])
    for axes in grid.flat:
        plain_numbers(axes)
    axes.xaxis.set_major_locator(FixedLocator(DECADES))  # of all panels
    for axes, label in zip(grid[-1], ("mean", "standard deviation"), strict=True):
        axes.set_xlabel(f"{label} of the activation")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside upper center", ncols=3)
    return figure


class MeanAgainstStd(Scene):
    """Every neuron as a point (|mean|, std); those in the shaded corner are removed.

    ``layers`` maps a layer's name to its (mean, std), both of shape (units,).
    The axes are logarithmic above 0.001 and linear below, so that zero is visible; they
    end at the largest neuron, independent of the thresholds.
    """

    @styled
    def __init__(self, layers: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
        figure = Figure(figsize=(3.4 * len(layers), 3.1), layout="constrained")
        super().__init__(figure)
        self._layers = {name: (np.abs(m), std) for name, (m, std) in layers.items()}
        panels = figure.subplots(1, len(layers), squeeze=False)[0]
        self._parts = []
        for axes, (size, std) in zip(panels, self._layers.values(), strict=True):
            corner = axes.add_patch(Rectangle((0, 0), 0, 0, color=GRAY, alpha=0.3))
            kept = axes.scatter(size, std, s=9, color=BLUE, label="kept")
            gone = axes.scatter([], [], s=12, color=RED, marker="x", label="removed")
            axes.set(xlabel="|mean|", title=" ")
            axes.set_xscale("symlog", linthresh=1e-3)
            axes.set_yscale("symlog", linthresh=1e-3)
            axes.set(xlim=(-1e-4, None), ylim=(-1e-4, None))
            plain_numbers(axes)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(FixedLocator(DECADES))
            self._parts.append((corner, kept, gone, axes.title))
            self.moving += (corner, kept, gone, axes.title)
        panels[0].set_ylabel("standard deviation")
        # it is in front of the points
        self.moving.append(panels[0].legend(loc="lower right"))

    def update(self, thresholds: tuple[float, float]) -> None:
        """Move the corner to ``thresholds`` = (mean, std); mark its points."""
        layers = self._layers.items()
        for (name, (size, std)), parts in zip(layers, self._parts, strict=True):
            corner, kept, gone, title = parts
            goes = (size <= thresholds[0]) & (std <= thresholds[1])
            points = np.column_stack([size, std])
            kept.set_offsets(points[~goes])
            gone.set_offsets(points[goes])
            corner.set_bounds(0, 0, *thresholds)
            title.set_text(f"{name}: {goes.sum()} of {len(size):,} removed")
