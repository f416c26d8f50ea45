"""Figures of masks: what goes from each layer, and where in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from course_lib.figures.canvas import BLUE, GREY, RED

PIXELS = 28 * 28
PICTURES = 2  # the first layers, of which the mask itself is drawn
KEPT = ListedColormap(["white", BLUE])
REMOVED: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "hatch": "/////"}
THRESHOLD: dict[str, Any] = {"color": RED, "linestyle": "--", "linewidth": 1}


def weights_and_masks(
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    thresholds: Mapping[str, float],
) -> Figure:
    """Histograms of all layers' weights above pictures of the first layers' masks.

    ``weights`` and ``masks`` (bool, True = kept) map a layer's name to arrays of
    the same shape; ``thresholds`` are magnitudes, drawn on both sides of zero. All
    histograms share one axis, because what counts is where the layers differ.
    """
    figure = plt.figure(figsize=(8, 5.4), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1, 1.1), squeeze=False).flat
    top = above.subplots(1, len(weights), sharex=True, squeeze=False)[0]
    _histograms(top, weights, masks, thresholds)
    above.legend(handles=_legend(), loc="outside lower center", ncols=3, frameon=False)
    first = list(masks)[:PICTURES]
    panels = below.subplots(1, len(first), squeeze=False)[0]
    for axes, name in zip(panels, first, strict=True):
        mask = masks[name]
        if mask.ndim == 2 and mask.shape[1] == PIXELS:
            mesh = pixel_counts(axes, name, mask)
            whole = MaxNLocator(5, integer=True)
            below.colorbar(mesh, ax=axes, label="weights kept", ticks=whole)
        else:
            mask_matrix(axes, name, mask)
    return figure


def pixel_counts(axes: Axes, name: str, mask: np.ndarray) -> AxesImage:
    """How many weights each pixel keeps; ``mask`` has shape (units, 784).

    Returns the image for a colour bar. Pixels that keep none are crossed out.
    """
    counts = mask.sum(axis=0).reshape(28, 28)
    mesh = axes.imshow(counts, cmap="cividis", vmin=0, vmax=max(1, counts.max()))
    rows, columns = np.nonzero(counts == 0)
    axes.plot(columns, rows, "x", color="white", markersize=3, markeredgewidth=0.7)
    axes.set(xticks=[], yticks=[])
    axes.set_title(f"{name}, weights a pixel keeps\n× none: {len(rows)} of {PIXELS}")
    return mesh


def pixels_and_matrix(name: str, mask: np.ndarray) -> Figure:
    """Which pixels a first layer reads, and its mask; ``mask`` is (units, 784)."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(8.4, 3.4), width_ratios=(1, 1.6), layout="constrained"
    )
    figure.colorbar(pixel_counts(left, name, mask), ax=left, shrink=0.8)
    mask_matrix(right, name, mask)
    return figure


def mask_matrix(axes: Axes, name: str, mask: np.ndarray) -> None:
    """A mask as a picture, dark = kept: a row a unit, a column an input weight."""
    flat = mask.reshape(len(mask), -1)
    axes.imshow(flat, cmap=KEPT, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    axes.set(xlabel=f"{flat.shape[1]} inputs", ylabel=f"{len(flat)} units")
    axes.set_title(f"{name}, its mask\ndark: {mask.sum()} of {mask.size} kept")
    axes.set(xticks=[], yticks=[])


def _histograms(
    panels: np.ndarray,
    weights: Mapping[str, np.ndarray],
    masks: Mapping[str, np.ndarray],
    thresholds: Mapping[str, float],
) -> None:
    """Kept weights over all weights: what stays grey and hatched goes."""
    reach = max(float(np.abs(values).max()) for values in weights.values()) or 1.0
    edges = np.linspace(-reach, reach, 82)
    for axes, (name, values) in zip(panels, weights.items(), strict=True):
        mask = masks[name]
        axes.hist(values.ravel(), edges, histtype="stepfilled", **REMOVED)
        axes.hist(values[mask], edges, histtype="stepfilled", color=BLUE)
        for side in {thresholds[name], -thresholds[name]} - {0}:
            axes.axvline(side, **THRESHOLD)
        axes.set(yscale="log", xlabel="weight", ylim=(0.7, None))
        axes.minorticks_off()  # most of the drawing time otherwise
        share = 100 * mask.mean()
        axes.set_title(f"{name}: {share:.1f} % kept\nof {mask.size} weights")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("weights (log scale)")


def _legend() -> list[Artist]:
    return [
        Patch(color=BLUE, label="kept"),
        Patch(label="removed", **REMOVED),
        Line2D([], [], label="threshold", **THRESHOLD),
    ]
