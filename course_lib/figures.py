"""Figures of the course: they take DataFrames or arrays and return a Figure.

Colours are the Okabe–Ito palette, and no figure relies on colour alone. ``show``
displays a figure together with a sentence that says what it shows; the sentence
is the alternative text, and it is compared when the notebooks are tested.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#999999"
LINES = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", ":"), (RED, "D", "-."))


def picture(figure: Figure) -> bytes:
    """The figure as PNG bytes; the figure is closed."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, bbox_inches="tight")
    plt.close(figure)
    return buffer.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Display a figure once, with ``alt`` as its alternative text."""
    if not alt.strip():
        raise ValueError("alt is empty; allowed is a sentence that says what is shown")
    png = base64.b64encode(picture(figure)).decode()
    data = {"image/png": png, "text/plain": alt}
    display(data, metadata={"image/png": {"alt": alt}}, raw=True)


def learning_curves(history: pd.DataFrame) -> Figure:
    """Loss and validation error an epoch.

    ``history`` has the epoch as its index and the columns ``loss`` (nats) and
    ``validation_accuracy`` (fraction).
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    left.plot(history.index, history["loss"], color=BLUE, marker="o")
    left.set(xlabel="epoch", ylabel="training loss (nats)", yscale="log")
    error = 100 * (1 - history["validation_accuracy"])
    right.plot(history.index, error, color=ORANGE, marker="s", linestyle="--")
    right.set(xlabel="epoch", ylabel="validation error (%)", ylim=(0, None))
    for axes in (left, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
        _tidy(axes)
    return figure


def digits(images: np.ndarray, captions: Sequence[str], columns: int = 8) -> Figure:
    """A grid of grey-level images of shape (n, 28, 28) with a caption each."""
    if len(images) != len(captions) or len(images) == 0:
        raise ValueError(
            f"{len(images)} images and {len(captions)} captions; "
            "allowed are equally many, at least one"
        )
    rows = -(-len(images) // columns)
    figure, grid = plt.subplots(
        rows,
        columns,
        figsize=(1.15 * columns, 1.4 * rows),
        squeeze=False,
        layout="constrained",
    )
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, caption in zip(grid.flat, images, captions, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(caption, fontsize=9)
    return figure


def activation_pictures(layers: Mapping[str, np.ndarray]) -> Figure:
    """What one image makes each layer do: a strip of values, shape (units,), each."""
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
    """Activations of shape (images, neurons) as pictures, one below the other.

    The colour scale of each ends at its 99th percentile, so that a few very loud
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
    """The distribution of means and standard deviations, a row of axes a statistic.

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
            _tidy(axes)
    for axes in grid[:, 0]:
        axes.set_ylabel("neurons (log scale)")
    return figure


def mean_against_std(
    layers: Mapping[str, tuple[np.ndarray, np.ndarray]],
    thresholds: tuple[float, float],
) -> Figure:
    """Every neuron as a point (|mean|, std); the shaded corner is what goes.

    Logarithmic axes that turn linear below 0.001, so that zero has its place.
    """
    figure, grid = plt.subplots(
        1, len(layers), figsize=(3.4 * len(layers), 3.1), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axes, (name, (mean, std)) in zip(grid.flat, layers.items(), strict=True):
        size, gone = np.abs(mean), (np.abs(mean) <= thresholds[0])
        gone &= std <= thresholds[1]
        corner = Rectangle((0, 0), *thresholds, color=GREY, alpha=0.3)
        axes.add_patch(corner)
        axes.scatter(size[~gone], std[~gone], s=9, color=BLUE, label="kept")
        axes.scatter(size[gone], std[gone], s=12, color=RED, marker="x", label="goes")
        axes.set(xlabel="|mean|", title=f"{name}: {gone.sum()} of {len(mean)} go")
        axes.set_xscale("symlog", linthresh=1e-3)
        axes.set_yscale("symlog", linthresh=1e-3)
        axes.set(xlim=(-1e-4, None), ylim=(-1e-4, None))
        _tidy(axes)
    grid[0, 0].set_ylabel("standard deviation")
    grid[0, 0].legend(frameon=False, loc="lower right")
    return figure


def trade_off(curves: Mapping[str, pd.DataFrame], *, limit: float = 5.0) -> Figure:
    """Drop in accuracy over size reduction, a line a method.

    Each frame has ``size_reduction`` (percent of the parameters) and ``drop``
    (percentage points). Points above ``limit`` are drawn at the upper edge as arrows.
    """
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for (name, frame), (color, marker, line) in zip(
        curves.items(), LINES * 2, strict=False
    ):
        rows = frame.dropna(subset=["drop"]).sort_values("size_reduction")
        inside = rows[rows["drop"] <= limit]
        axes.plot(
            inside["size_reduction"], inside["drop"], line,
            color=color, marker=marker, markersize=5, label=name,
        )  # fmt: skip
        outside = rows[rows["drop"] > limit]["size_reduction"]
        axes.plot(outside, [limit] * len(outside), "^", color=color, alpha=0.5)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(
        xlabel="fewer parameters (%)",
        ylabel="drop in accuracy (points)",
        ylim=(None, limit * 1.03),
    )
    axes.legend(frameon=False, loc="upper left")
    _tidy(axes)
    return figure


def _threshold_lines(axes: Axes, value: float, *, both_sides: bool) -> None:
    for position in {value, -value} if both_sides else {value}:
        axes.axvline(position, color=RED, linestyle="--", linewidth=1)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
