"""Figures of measured curves, and of small matrices side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.figures.canvas import GREY, LINES, tidy


def trade_off(curves: Mapping[str, pd.DataFrame], *, limit: float = 5.0) -> Figure:
    """Draw the drop in accuracy over size reduction, one line per method.

    Each frame has ``size_reduction`` (percent of the parameters) and ``drop``
    (percentage points). Points above ``limit`` are drawn at the upper edge as arrows.
    """
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for (name, frame), (color, marker, line) in zip(
        curves.items(), cycle(LINES), strict=False
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
    tidy(axes)
    return figure


def curves(
    frames: Mapping[str, pd.DataFrame],
    x: str,
    y: str,
    *,
    labels: tuple[str, str],
    limit: float | None = None,
    diagonal: bool = False,
) -> Figure:
    """Draw column ``y`` over column ``x``, one line per frame.

    ``labels`` name the two axes, with units. Points above ``limit`` are drawn at the
    upper edge as arrows; ``diagonal`` adds the line on which y equals x.
    """
    figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
    for (name, frame), (color, marker, line) in zip(
        frames.items(), cycle(LINES), strict=False
    ):
        rows = frame.dropna(subset=[y]).sort_values(x)
        inside = rows if limit is None else rows[rows[y] <= limit]
        axes.plot(
            inside[x], inside[y], line,
            color=color, marker=marker, markersize=5, label=name,
        )  # fmt: skip
        if limit is not None:
            outside = rows[rows[y] > limit][x]
            axes.plot(outside, [limit] * len(outside), "^", color=color, alpha=0.5)
    if diagonal:
        end = max(float(frame[x].max()) for frame in frames.values())
        axes.plot([1, end], [1, end], color=GREY, linewidth=1, label="ideal")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    if limit is not None:
        axes.set_ylim(None, limit * 1.03)
    axes.legend(frameon=False)
    tidy(axes)
    return figure


def matrices(pictures: Mapping[str, np.ndarray]) -> Figure:
    """Draw small matrices side by side, on one scale around zero; zeros are marked.

    A cell that is exactly zero is white with a dot, so that it differs from a small
    weight without relying on color.
    """
    scale = max(float(np.abs(values).max()) for values in pictures.values()) or 1.0
    figure, grid = plt.subplots(
        1, len(pictures), figsize=(3.2 * len(pictures), 3.2), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axes, (name, values) in zip(grid.flat, pictures.items(), strict=True):
        mesh = axes.imshow(values, cmap="RdBu", vmin=-scale, vmax=scale)
        rows, columns = np.nonzero(values == 0)
        axes.scatter(columns, rows, s=4, color=GREY)
        axes.set(title=name, xticks=[], yticks=[])
    figure.colorbar(mesh, ax=grid[0, -1], shrink=0.8)
    return figure
