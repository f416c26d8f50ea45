"""Figures of data and of training."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.figures.canvas import LINES, styled

NAMES = {"train_error": "training", "validation_error": "validation"}


@styled
def learning_curves(history: pd.DataFrame) -> Figure:
    """Draw training and validation error per epoch.

    ``history`` has the epoch as its index and the columns ``train_error`` and
    ``validation_error``, both in percent.
    """
    figure, axes = plt.subplots(figsize=(7.6, 3.6), layout="constrained")
    ends = history[["train_error", "validation_error"]].iloc[-1]
    for (column, end), (color, marker, line) in zip(ends.items(), LINES, strict=False):
        axes.plot(
            history.index, history[column], line,
            color=color, marker=marker, clip_on=False,
        )  # fmt: skip
        axes.annotate(
            f"{NAMES[str(column)]}: {end:.2f}%", (history.index[-1], end),
            xytext=(8, 0), textcoords="offset points",
            va="bottom" if end == ends.max() else "top",  # never one over the other
        )  # fmt: skip
    axes.set(xlabel="epoch", ylabel="error (%)", ylim=(0, None))
    axes.set_xlim(None, history.index[-1])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


@styled
def digits(images: np.ndarray, captions: Sequence[str], columns: int = 8) -> Figure:
    """Draw a grid of grayscale images of shape (n, 28, 28), each with a caption."""
    if len(images) != len(captions) or len(images) == 0:
        raise ValueError(
            "images and captions must have the same length, at least 1, "
            f"got {len(images)} and {len(captions)}"
        )
    rows = -(-len(images) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(1.15 * columns, 1.4 * rows), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, image, caption in zip(grid.flat, images, captions, strict=False):
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(caption, fontsize=10)
    return figure
