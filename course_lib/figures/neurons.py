"""Figures of what neurons do."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.figures.canvas import BLUE, GREY, ORANGE, RED, tidy
from course_lib.figures.scene import Scene


def activation_pictures(layers: Mapping[str, np.ndarray]) -> Figure:
    """Draw the activations of each layer for one image, each of shape (units,)."""
    figure, grid = plt.subplots(
        len(layers), 1, figsize=(9, 0.9 * len(layers)), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axes, (name, values) in zip(grid.flat, layers.items(), strict=True):
        mesh = axes.imshow(values[None, :], aspect="auto", cmap="cividis")
        axes.set(yticks=[], ylabel=name)
        axes.yaxis.label.set(rotation=0, ha="right", va="center")
        figure.colorbar(mesh, ax=axes)
    return figure


def activation_stacks(stacks: Mapping[str, np.ndarray]) -> Figure:
    """Draw activations of shape (images, neurons) as images, one below another.

    The color scale of each ends at its 99th percentile, so that a few very strong
    neurons do not darken the rest.
    """
    figure, grid = plt.subplots(
        len(stacks), 1, figsize=(9, 2 * len(stacks)), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axes, (name, values) in zip(grid.flat, stacks.items(), strict=True):
        top = np.quantile(values, 0.99) or 1.0
        mesh = axes.imshow(
            values, aspect="auto", cmap="cividis", vmin=0, vmax=top,
            interpolation="nearest",
        )  # fmt: skip
        axes.set(ylabel=f"{name}\nimage", xlabel="neuron")
        figure.colorbar(mesh, ax=axes)
    return figure


def statistic_histograms(
    layers: Mapping[str, tuple[np.ndarray, np.ndarray]],
    thresholds: tuple[float, float] | None = None,
) -> Figure:
    """Draw the distributions of means and standard deviations, one row for each.

    ``layers`` maps a layer's name to its (mean, std), both of shape (units,);
    ``thresholds`` draws the lines below which the plain rule removes.
    """
    figure, grid = plt.subplots(
        2, len(layers), figsize=(3.2 * len(layers), 4.6), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for column, (name, values) in enumerate(layers.items()):
        for row, label in enumerate(("mean", "standard deviation")):
            axes = grid[row, column]
            axes.hist(values[row], bins=40, color=(BLUE, ORANGE)[row])
            axes.set(xlabel=f"{label} of the activation", yscale="log")
            if row == 0:
                axes.set_title(f"{name}: {len(values[0])} neurons")
            if thresholds is not None:
                _threshold_lines(axes, thresholds[row], both_sides=row == 0)
            tidy(axes)
    for axes in grid[:, 0]:
        axes.set_ylabel("neurons (log scale)")
    return figure


class MeanAgainstStd(Scene):
    """Every neuron as a point (|mean|, std); those in the shaded corner are removed.

    ``layers`` maps a layer's name to its (mean, std), both of shape (units,).
    The axes are logarithmic above 0.001 and linear below, so that zero is visible; they
    end at the largest neuron, independent of the thresholds.
    """

    def __init__(self, layers: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
        figure = Figure(figsize=(3.4 * len(layers), 3.1), layout="constrained")
        super().__init__(figure)
        self._layers = {name: (np.abs(m), std) for name, (m, std) in layers.items()}
        panels = figure.subplots(1, len(layers), squeeze=False)[0]
        self._parts = []
        for axes, (size, std) in zip(panels, self._layers.values(), strict=True):
            corner = axes.add_patch(Rectangle((0, 0), 0, 0, color=GREY, alpha=0.3))
            kept = axes.scatter(size, std, s=9, color=BLUE, label="kept")
            gone = axes.scatter([], [], s=12, color=RED, marker="x", label="goes")
            axes.set(xlabel="|mean|", title=" ")
            axes.set_xscale("symlog", linthresh=1e-3)
            axes.set_yscale("symlog", linthresh=1e-3)
            axes.set(xlim=(-1e-4, None), ylim=(-1e-4, None))
            tidy(axes)
            self._parts.append((corner, kept, gone, axes.title))
            self.moving += (corner, kept, gone, axes.title)
        panels[0].set_ylabel("standard deviation")
        # it is in front of the points
        self.moving.append(panels[0].legend(frameon=False, loc="lower right"))

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
            title.set_text(f"{name}: {goes.sum()} of {len(size)} go")


def _threshold_lines(axes: Axes, value: float, *, both_sides: bool) -> None:
    for position in {value, -value} if both_sides else {value}:
        axes.axvline(position, color=RED, linestyle="--", linewidth=1)
