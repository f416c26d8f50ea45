"""Figures of chapter 04: filters, kept and removed, and error against time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from course_lib.figures.canvas import LINES, frame_image, plain_numbers, styled


@styled
def kept_and_removed(
    pictures: np.ndarray, captions: Sequence[str], kept: int
) -> Figure:
    """Draw small pictures of weights on one scale around zero, in two rows.

    ``pictures`` has the shape (n, height, width) and a caption each; the first
    ``kept``, at least one and not all, are in the upper row.
    """
    if len(captions) != len(pictures) or not 0 < kept < len(pictures):
        raise ValueError(
            "captions must have one entry per picture, and kept must be from 1 to one "
            "less, got "
            f"{len(captions)}, {len(pictures)} and {kept}"
        )
    top = float(np.abs(pictures).max()) or 1.0
    columns = max(kept, len(pictures) - kept)
    figure, grid = plt.subplots(
        2, columns, figsize=(0.85 * columns + 1.4, 2.6), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for line, name, part in (
        (grid[0], "kept", slice(None, kept)),
        (grid[1], "removed", slice(kept, None)),
    ):
        for axes in line[len(pictures[part]) :]:
            axes.set_axis_off()
        for axes, picture, caption in zip(
            line, pictures[part], captions[part], strict=False
        ):
            mesh = axes.imshow(picture, cmap="RdBu", vmin=-top, vmax=top)
            axes.set_title(caption, fontsize=10)
            axes.set(xticks=[], yticks=[])
            frame_image(axes)
        line[0].set_ylabel(name)
    figure.colorbar(mesh, ax=grid, label="weight", shrink=0.9, pad=0.02)
    return figure


@styled
def error_over_time(found: pd.DataFrame) -> Figure:
    """Draw error against time on log axes: a line per network, from dense to smaller.

    ``found`` has one row per point: ``network``, ``way`` (its label), ``ms`` per batch,
    and the ``error`` in percent with its interval from ``low`` to ``high``.
    """
    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    axes.set_xscale("log")
    axes.set_yscale("log")
    groups = found.groupby("network", sort=False)
    for (name, rows), (color, marker, line) in zip(groups, cycle(LINES), strict=False):
        spread = [rows["error"] - rows["low"], rows["high"] - rows["error"]]
        axes.errorbar(
            rows["ms"], rows["error"], spread, fmt=line, color=color, marker=marker,
            capsize=3, elinewidth=1,
        )  # fmt: skip
        for way, ms, error in rows[["way", "ms", "error"]].itertuples(index=False):
            axes.annotate(
                f"{name}, {way}", (ms, error), xytext=(6, 4), color="black",
                textcoords="offset points", fontsize=9,
            )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
    plain_numbers(axes)
    axes.set(xlabel="time (ms per batch of 256)", ylabel="test error (%)")
    axes.margins(x=0.2)
    return figure
