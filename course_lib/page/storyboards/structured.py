"""Chapter 04: removing a filter, and the slice of every filter that reads it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.strokes import (
    GONE,
    arrow,
    bars,
    box,
    horizontal_bars,
    picture,
    title,
    words,
)
from course_lib.measure import nonzero_count, parameter_count
from course_lib.page.storyboards import Frame, Storyboard
from course_lib.page.storyboards.small_lenet import FILTERS, NEXT, cut, macs

COLUMNS = tuple(2.2 + 5.4 * i for i in range(FILTERS))


def draw_filter(
    axes: Axes,
    weights: np.ndarray,
    corner: tuple[float, float],
    side: float,
    top: float,
) -> None:
    picture(axes, weights, corner, (side, side), colors="RdBu", limits=(-top, top))


def draw_blank(axes: Axes, corner: tuple[float, float], side: float) -> None:
    box(axes, corner, (side, side), **GONE)


def _slides(axes: Axes) -> None:
    found = cut()
    filters = found.weights("conv1")[:, 0]
    picture(axes, found.image, (1, 3.6), (12, 12))
    step = 12 / 28
    box(axes, (1 + 11 * step, 3.6 + 7 * step), (5 * step, 5 * step), lw=2)
    arrow(axes, (1 + 16.5 * step, 3.6 + 9.5 * step), (1 + 22 * step, 3.6 + 9.5 * step))
    top = float(np.abs(filters).max())
    draw_filter(axes, filters[-1], (15.6, 6), 7, top)
    words(axes, 19.1, 4.8, "filter, 5 × 5")
    words(axes, 19.1, 14.4, "blue: +")
    words(axes, 19.1, 16, "red: −")


def draw_channels(axes: Axes, without: bool = False) -> None:
    """Draw filters above their channels; ``without`` blanks the removed one."""
    found = cut()
    filters = found.weights("conv1")[:, 0]
    top, loud = float(np.abs(filters).max()), float(found.channels.max())
    title(axes, f"{FILTERS - without} filters, {FILTERS - without} channels")
    for i, x in enumerate(COLUMNS):
        gone = without and i == found.gone
        if gone:
            draw_blank(axes, (x + 0.5, 3), 3)
            draw_blank(axes, (x - 0.4, 9.2), 4.8)
        else:
            draw_filter(axes, filters[i], (x + 0.5, 3), 3, top)
            arrow(axes, (x + 2, 6.5), (x + 2, 8.7))
            picture(
                axes, found.channels[i], (x - 0.4, 9.2), (4.8, 4.8), limits=(0, loud)
            )
        words(axes, x + 2, 15.6, f"{i + 1}")


def _stack(axes: Axes) -> None:
    found = cut()
    slices = found.weights("conv2")[0]
    loud, top = float(found.channels.max()), float(np.abs(slices).max())
    title(axes, "one filter of the next layer")
    for i, x in enumerate(COLUMNS):
        picture(axes, found.channels[i], (x - 0.4, 3), (4.8, 4.8), limits=(0, loud))
        arrow(axes, (x + 2, 8.2), (x + 2, 10))
        draw_filter(axes, slices[i], (x, 10.4), 4, top)
        words(axes, x + 2, 16.4, f"slice {i + 1}")
    box(axes, (1.2, 9.9), (21.6, 5), lw=2)


def _importance(axes: Axes) -> None:
    found = cut()
    filters = found.weights("conv1")[:, 0]
    top = float(np.abs(filters).max())
    title(axes, "sum of absolute weights")
    gone = [i == found.gone for i in range(FILTERS)]
    bars(
        axes, found.sizes.tolist(), (COLUMNS[0] - 0.7, 12.4), (5.4 * FILTERS, 7.6),
        gone=gone, numbers="{:.1f}",
    )  # fmt: skip
    for i, x in enumerate(COLUMNS):
        draw_filter(axes, filters[i], (x + 0.5, 13.2), 3, top)
        words(axes, x + 2, 17.1, f"{i + 1}")


def draw_slices(axes: Axes) -> None:
    """Draw the slices of the next filters, hatched if they read what is removed."""
    found = cut()
    weights = found.weights("conv2")
    top = float(np.abs(weights).max())
    title(axes, f"{NEXT} next filters × {FILTERS} slices")
    for k in range(NEXT):
        y = 3 + 4.4 * k
        words(axes, 1.2, y + 1.9, "abc"[k])
        for i, x in enumerate(COLUMNS):
            if i == found.gone:
                draw_blank(axes, (x + 0.1, y), 3.8)
            else:
                draw_filter(axes, weights[k, i], (x + 0.1, y), 3.8, top)
    for i, x in enumerate(COLUMNS):
        words(axes, x + 2, 16.9, f"{i + 1}")


def _smaller(axes: Axes) -> None:
    found = cut()
    lines = []
    for layer in ("conv1", "conv2"):
        shapes = [
            " × ".join(map(str, found.weights(layer, model).shape))
            for model in (found.before, found.after)
        ]
        lines.append((layer, *shapes))
    for i, (layer, was, now) in enumerate(lines):
        y = 3.6 + 5 * i
        words(axes, 1, y, layer, ha="left", fontweight="bold")
        words(axes, 1, y + 2, was, ha="left")
        arrow(axes, (11.3, y + 2), (12.7, y + 2))
        words(axes, 13.0, y + 2, now, ha="left", fontweight="bold")
    zeros = parameter_count(found.after) - nonzero_count(found.after)
    words(axes, 12, 14.2, "zeros among the parameters:")
    words(axes, 12, 16.2, f"{zeros}", fontweight="bold", fontsize=13)


def _work(axes: Axes) -> None:
    rows = []
    for (layer, (was, now)), unit in zip(
        macs().items(), ("filter", "slice"), strict=True
    ):
        rows.append((f"{layer}", was, f"{was}"))
        rows.append((f"{layer}, one {unit} fewer", now, f"{now}"))
    title(axes, "multiplications per image")
    horizontal_bars(axes, rows, 3.6, step=3.6)


def storyboard() -> Storyboard:
    """Return the eight frames; the filter to remove is found, not chosen by us."""
    name = cut().gone + 1
    frames = (
        Frame("A filter of 5 × 5 weights slides over the image.", _slides),
        Frame(
            f"Each filter makes one picture, a channel: {FILTERS} filters, {FILTERS} "
            "channels.",
            draw_channels,
        ),
        Frame(
            f"Each filter of the next layer reads all {FILTERS} channels, so it is a "
            f"stack of {FILTERS} slices.",
            _stack,
        ),
        Frame(
            f"Choose the filter that seems to matter least: number {name}, with the "
            "smallest sum of absolute weights.",
            _importance,
        ),
        Frame(
            "Remove it, and its channel is no longer computed.",
            lambda axes: draw_channels(axes, without=True),
        ),
        Frame(
            f"That channel can no longer be read: slice {name} of every filter in the "
            "next layer is removed, too.",
            draw_slices,
        ),
        Frame("Nothing was set to zero, but two layers became smaller.", _smaller),
        Frame(
            "The same kernels run on smaller arrays and have less to do in both "
            "layers.",
            _work,
        ),
    )
    return Storyboard(
        "structured",
        "04",
        "Removing a filter from both layers",
        frames,
        "The linear layer after the second convolution has 16 columns per channel. "
        "One filter of that convolution is removed: how many columns must go with it?",
        "All 16. The linear layer reads a channel at 4 × 4 positions, one column for "
        "each. A column left behind would have nothing to read.",
        ("M7",),
    )
