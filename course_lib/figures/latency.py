"""Figures of times: where sparse is faster, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator

from course_lib.figures.canvas import (
    GREY,
    LINES,
    RED,
    legend_beside,
    plain_numbers,
    styled,
)


@styled
def break_even_map(found: pd.DataFrame, densities: Sequence[float]) -> Figure:
    """Draw the density below which sparse is faster, per shape and batch size.

    ``found`` is a map as ``break_even.measured_map`` returns it, on the grid of
    ``densities``. Each cell shows its number in percent, with a question mark where the
    rounds disagree. With a column ``predicted``, the prediction is below it, and a
    dashed frame marks predictions off by more than one step of the grid.
    """
    names = (found["rows"].astype(str) + " × " + found["columns"].astype(str)).tolist()
    shapes, batches = list(dict.fromkeys(names)), sorted(set(found["batch"]))
    steps = np.full((len(shapes), len(batches)), np.nan)
    places = [
        (shapes.index(name), batches.index(batch))
        for name, batch in zip(names, found["batch"], strict=True)
    ]
    steps[tuple(zip(*places, strict=True))] = found["step"]
    size = (2.4 + 1.3 * len(batches), 1.6 + 0.75 * len(shapes))
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    mesh = axes.imshow(
        steps, cmap="cividis", vmin=0, vmax=len(densities), aspect="auto"
    )
    for (i, j), (_, row) in zip(places, found.iterrows(), strict=True):
        _cell(axes, i, j, row, densities)
    axes.set_xticks(range(len(batches)), [str(batch) for batch in batches])
    axes.set_yticks(range(len(shapes)), shapes)
    axes.set(xlabel="images in a batch", ylabel="outputs × inputs of the layer")
    bar = figure.colorbar(mesh, label="sparse is faster up to (% of weights left)")
    labels = ["never", *(f"{100 * density:g}" for density in sorted(densities))]
    bar.set_ticks(range(len(labels)), labels=labels)
    axes.set_title(_legend(found), fontsize=10)
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    return figure


def _cell(
    axes: Axes, i: int, j: int, row: pd.Series, densities: Sequence[float]
) -> None:
    """Write the numbers of a cell, dark on bright and bright on dark."""
    color = "black" if row["step"] > 0.55 * len(densities) else "white"
    number = _percent(row["break_even"], densities) + ("" if row["sure"] else " ?")
    above = 0.13 if "predicted" in row else 0.0
    middle: dict[str, Any] = {"ha": "center", "va": "center", "color": color}
    axes.text(j, i - above, number, fontsize=11, fontweight="bold", **middle)
    if "predicted" not in row:
        return
    predicted = _percent(row["predicted"], densities)
    axes.text(j, i + 0.22, f"predicted {predicted}", fontsize=8, **middle)
    if abs(row["off"]) > 1:
        frame = Rectangle(
            (j - 0.46, i - 0.44), 0.92, 0.88, fill=False,
            edgecolor=RED, linestyle="--", linewidth=2,
        )  # fmt: skip
        axes.add_patch(frame)


def _percent(density: float, densities: Sequence[float]) -> str:
    """Return a density of the grid as text; beyond its ends nothing is known."""
    if density == 0:
        return f"< {100 * min(densities):g} %"
    return ("≥ " if density == max(densities) else "") + f"{100 * density:g} %"


def _legend(found: pd.DataFrame) -> str:
    lines = []
    if not found["sure"].all():
        lines.append("?: the rounds disagree by more than one step")
    if "predicted" in found:
        near = (found["off"].abs() <= 1).sum()
        lines.append(f"prediction within one step in {near} of {len(found)} cells")
        if near < len(found):
            lines.append("dashed: further away")
    return "; ".join(lines)


@styled
def over_batches(
    frames: Mapping[str, pd.DataFrame], y: str, label: str, *, even: bool = True
) -> Figure:
    """Draw column ``y`` over the batch size, one line per frame, on log axes.

    A frame has the column ``batch``; if it has ``"{y} low"`` and ``"{y} high"``,
    they are drawn as error bars. ``even`` draws the line at one: below it dense is
    faster.
    """
    figure, axes = plt.subplots(figsize=(7.6, 3.8), layout="constrained")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    if even:
        axes.axhline(1, color=GREY, linewidth=1)
        place = axes.get_yaxis_transform()
        axes.text(1, 1, "as fast as dense", va="bottom", ha="right", transform=place)
    for (name, frame), (color, marker, line) in zip(
        frames.items(), cycle(LINES), strict=False
    ):
        spread = None
        if {f"{y} low", f"{y} high"} <= set(frame.columns):
            spread = [frame[y] - frame[f"{y} low"], frame[f"{y} high"] - frame[y]]
        axes.errorbar(
            frame["batch"], frame[y], spread, fmt=line, color=color, marker=marker,
            capsize=3, label=name,
        )  # fmt: skip
    batches = sorted({int(b) for frame in frames.values() for b in frame["batch"]})
    axes.set_xticks(batches)
    # a few ticks between powers of ten, as the lines rarely span many of them
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    plain_numbers(axes)
    axes.set(xlabel="images in a batch", ylabel=label)
    legend_beside(axes)
    return figure
