"""The figure of times: how many times faster sparse is, against the density."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, LogLocator

from course_lib.figures.canvas import GRAY, LINES, label_ends, plain_numbers, styled


@styled
def speedups(found: pd.DataFrame) -> Figure:
    """Draw the speedup of sparse over dense against the density, one panel per batch.

    ``found`` is a frame as from ``break_even.measured_speedups``: one line per shape,
    labeled at its left end, on log axes. With a column ``predicted ×``, the prediction
    is a dotted line of the same color. Below the line at one, dense is faster.
    """
    batches = sorted(set(found["batch"]))
    figure, panels = plt.subplots(
        1, len(batches), figsize=(1.2 + 2.9 * len(batches), 4), squeeze=False,
        sharex=True, sharey=True, layout="constrained",
    )  # fmt: skip
    columns = [name for name in ("sparse ×", "predicted ×") if name in found]
    speeds = found[columns].to_numpy()
    densities = 100 * np.unique(found["density"])
    for axes, batch in zip(panels[0], batches, strict=True):
        # room for the labels on the left
        axes.set(
            xscale="log", yscale="log", xlim=(densities[0] / 14, densities[-1] * 2)
        )
        axes.set_ylim(speeds.min() / 1.3, speeds.max() * 1.3)
        axes.set_title("1 image" if batch == 1 else f"{batch} images")
        axes.axhline(1, color=GRAY, linewidth=1)
        _lines(axes, found[found["batch"] == batch])
        plain_numbers(axes)
        axes.xaxis.set_major_locator(FixedLocator(densities.tolist()))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    panels[0, 0].set_ylabel("times faster than dense")
    panels[0, -1].annotate(
        "break-even", (1, 1), (4, 0), xycoords=panels[0, -1].get_yaxis_transform(),
        textcoords="offset points", va="center", fontsize=9, annotation_clip=False,
    )  # fmt: skip
    figure.supxlabel("weights kept (%)", fontsize=11)
    handles = [Line2D([], [], color=GRAY, marker="o", label="measured")]
    if len(columns) == 2:
        handles.append(Line2D([], [], color=GRAY, ls=":", label="roofline"))
    figure.legend(handles=handles, loc="outside upper right", ncols=2)
    return figure


def _lines(axes: Axes, found: pd.DataFrame) -> None:
    """Draw the lines of one batch size, with a label at the left end of each."""
    ends = []
    shapes = found.groupby(["rows", "columns"], sort=False)
    for ((rows, columns), line), (color, marker, _) in zip(
        shapes, cycle(LINES), strict=False
    ):
        x = 100 * line["density"]
        axes.plot(x, line["sparse ×"], color=color, marker=marker)
        if "predicted ×" in line:
            axes.plot(x, line["predicted ×"], ":", color=color)
        ends.append((f"{rows} × {columns}", float(line["sparse ×"].iloc[0]), color))
    label_ends(axes, ends, x=float(100 * found["density"].min()), side="left")
