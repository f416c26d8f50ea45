"""Figures of data and of training."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from course_lib.figures.canvas import BLUE, ORANGE, tidy


def learning_curves(history: pd.DataFrame) -> Figure:
    """Draw loss and validation error per epoch.

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
        tidy(axes)
    return figure


def digits(images: np.ndarray, captions: Sequence[str], columns: int = 8) -> Figure:
    """Draw a grid of grayscale images of shape (n, 28, 28), each with a caption."""
    if len(images) != len(captions) or len(images) == 0:
        raise ValueError(
            "images and captions must be equally many and at least one, "
            f"got {len(images)} and {len(captions)}"
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
