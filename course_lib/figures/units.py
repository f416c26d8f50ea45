"""Figures of chapter 04: filters, errors without some units, and errors over time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from course_lib.figures.canvas import GREY, LINES, frame_image, plain_numbers, styled

STYLES = (*LINES, ("#CC79A7", "v", "-"))  # Okabe–Ito's purple, for a fifth line
GAP = 0.075  # between two labels, as a fraction of the height of the axes


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
            "captions must be as many as pictures, and kept from 1 to one less, got "
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
def error_curves(
    errors: pd.DataFrame,
    *,
    labels: tuple[str, str],
    chance: pd.DataFrame | None = None,
) -> Figure:
    """Draw the columns over the index on a log axis, each named at its right end.

    ``errors`` must be above zero; ``labels`` name the two axes, with units in
    parentheses. The columns of ``chance``, over the same index, are random draws: their
    mean is a gray line, their range a gray band.
    """
    if not (errors > 0).all(axis=None):
        raise ValueError(f"errors must be > 0, got {errors.min(axis=None)}")
    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    axes.set_yscale("log")
    ends = []
    for (name, line), (color, marker, dashes) in zip(
        errors.items(), cycle(STYLES), strict=False
    ):
        axes.plot(errors.index, line, dashes, color=color, marker=marker)
        ends.append((str(name), line.iloc[-1], color))
    if chance is not None:
        mean = chance.mean(axis=1)
        axes.plot(chance.index, mean, color=GREY)
        axes.fill_between(
            chance.index, chance.min(axis=1), chance.max(axis=1), color=GREY,
            alpha=0.3, linewidth=0,
        )  # fmt: skip
        ends.append(("chance", mean.iloc[-1], GREY))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    plain_numbers(axes)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.margins(x=0.02)
    _name_ends(axes, errors.index[-1], ends)
    return figure


def _name_ends(axes: Axes, x: float, ends: Sequence[tuple[str, float, str]]) -> None:
    """Write names right of the axes at the heights of their ends, none over another."""
    low, high = axes.get_ylim()
    heights = [np.log(y / low) / np.log(high / low) for _, y, _ in ends]
    for (name, y, color), height in zip(ends, spread_out(heights), strict=True):
        axes.annotate(
            name, (x, y), xytext=(1.04, height), textcoords="axes fraction",
            va="center", arrowprops={"arrowstyle": "-", "color": color, "lw": 1},
        )  # fmt: skip


def spread_out(heights: Sequence[float], gap: float = GAP) -> list[float]:
    """Return the heights, moved apart until each is ``gap`` above the next lower."""
    order, moved = np.argsort(heights, kind="stable"), np.array(heights, float)
    for lower, upper in pairwise(order):
        moved[upper] = max(moved[upper], moved[lower] + gap)
    if len(moved):
        moved -= (moved - np.array(heights, float)).mean()
    return [float(height) for height in moved]


@styled
def error_over_time(found: pd.DataFrame) -> Figure:
    """Draw error over time on log axes: a line per network, from dense to smaller.

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
