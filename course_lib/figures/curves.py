"""Figures of measured curves, and of small matrices side by side."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib.figures.canvas import GRAY, LINES, frame_image, styled

EDGE: dict[str, Any] = {"marker": "^", "linestyle": "", "markerfacecolor": "none"}


def trade_off(frames: Mapping[str, pd.DataFrame], *, limit: float = 5.0) -> Figure:
    """Draw the drop in accuracy against size reduction, one line per method.

    Each frame has ``size_reduction`` (percent of the parameters) and ``drop``
    (percentage points); everything else is as in ``curves``.
    """
    labels = ("parameters removed (%)", "drop in accuracy (points)")
    figure = curves(frames, "size_reduction", "drop", labels=labels, limit=limit)
    figure.axes[0].axhline(0, color=GRAY, linewidth=1, zorder=1)
    return figure


@styled
def curves(
    frames: Mapping[str, pd.DataFrame],
    x: str,
    y: str,
    *,
    labels: tuple[str, str],
    limit: float | None = None,
    diagonal: bool = False,
) -> Figure:
    """Draw column ``y`` against column ``x``, one line per frame.

    ``labels`` name the two axes, with units in parentheses. Columns ``low`` and
    ``high`` of a frame are drawn as a band around its line. The axis ends at ``limit``:
    points above it are triangles at the upper edge, which the legend explains.
    ``diagonal`` adds the line on which y equals x.
    """
    figure, axes = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
    top = np.inf if limit is None else limit
    beyond = []
    for (name, frame), (color, marker, line) in zip(
        frames.items(), cycle(LINES), strict=False
    ):
        rows = frame.dropna(subset=[y]).sort_values(x)
        inside = rows[y] <= top
        axes.plot(
            rows[x], rows[y], line, color=color, marker=marker, label=name,
            markevery=np.flatnonzero(inside).tolist(),
        )  # fmt: skip
        if {"low", "high"} <= set(rows):
            axes.fill_between(
                rows[x], rows["low"], rows["high"], color=color, alpha=0.2, linewidth=0
            )
        if not inside.all():
            beyond.append((rows[x][~inside], color))
    if diagonal:
        end = max(float(frame[x].max()) for frame in frames.values())
        axes.plot([1, end], [1, end], color=GRAY, label="ideal")
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.margins(x=0.02)
    if limit is not None:
        _end_at(axes, limit, beyond)
    # right of the axes, where it covers no data
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _end_at(axes: Axes, limit: float, beyond: list[tuple[pd.Series, str]]) -> None:
    """End the y axis at ``limit``, with triangles for what lies ``beyond`` it."""
    lowest = min(axes.dataLim.y0, 0.0)
    axes.set_ylim(lowest - 0.04 * (limit - lowest), limit)
    for i, (x, color) in enumerate(beyond):
        axes.plot(
            x, [limit] * len(x), color=color, clip_on=False,
            markersize=6 + 3 * i,  # around each other where they coincide
            **EDGE,
        )  # fmt: skip
    if beyond:
        unit = axes.get_ylabel().partition("(")[2].rstrip(")")
        words = f"above {limit:g} {unit}".rstrip()
        # without points, it would reach to the corner of the figure in the layout
        (handle,) = axes.plot([], [], color=GRAY, markersize=8, label=words, **EDGE)
        handle.set_in_layout(False)


@styled
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
        axes.scatter(columns, rows, s=4, color=GRAY)
        axes.set(title=name, xticks=[], yticks=[])
        frame_image(axes)
    figure.colorbar(mesh, ax=grid[0, -1], shrink=0.8, label="weight")
    return figure
