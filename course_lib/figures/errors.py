"""Figures of errors on a logarithmic axis that no curve leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from course_lib.figures.canvas import GREY, LINES, plain_numbers, styled

TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
GAP = 0.075  # between two names, as a fraction of the height of the axes


@styled
def error_curves(rows: pd.DataFrame, by: str, *, base: float) -> Figure:
    """Draw errors over the weights pruned, one line per value of ``by``, named there.

    ``rows`` has the columns ``by``, ``sparsity`` (a fraction) and ``error`` (percent,
    above 0); where ``low`` and ``high`` differ from it, they are drawn as a band. The
    axis is logarithmic and reaches 100 %, so that no point is off the scale. ``base``
    is the error of the network that was not pruned, a dotted line.
    """
    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    lowest = min(base, float(rows["error"].min()))
    axes.set(yscale="log", ylim=(0.8 * lowest, 100), ylabel="errors (%)")
    axes.set_xlabel("weights pruned (%)")
    axes.axhline(base, color=GREY, linestyle=":", linewidth=1.5, zorder=1)
    ends = {"not pruned": (math.nan, base, GREY)}
    groups = rows.sort_values("sparsity").groupby(by, sort=False)
    for (name, frame), (color, marker, line) in zip(groups, cycle(LINES), strict=False):
        x, y = 100 * frame["sparsity"], frame["error"]
        axes.plot(x, y, line, color=color, marker=marker, label=name)
        if "low" in frame and (frame["low"] < frame["high"]).any():
            axes.fill_between(
                x, frame["low"], frame["high"], color=color, alpha=0.25, linewidth=0
            )
        ends[str(name)] = (float(x.iloc[-1]), float(y.iloc[-1]), color)
    plain_numbers(axes)
    axes.yaxis.set_major_locator(FixedLocator([t for t in TICKS if t > 0.8 * lowest]))
    axes.margins(x=0.02)
    _name_at_the_end(axes, ends)
    return figure


def _name_at_the_end(axes: Axes, ends: Mapping[str, tuple[float, float, str]]) -> None:
    """Write each name right of the axes, at the height of its curve or just above.

    ``ends`` are the last point of each curve and its color. Names keep ``GAP`` from
    one another; a thin line leads from each to its point, if that has an x.
    """
    low, high = (math.log(limit) for limit in axes.get_ylim())
    place = -math.inf
    for name, (x, y, color) in sorted(ends.items(), key=lambda item: item[1][1]):
        place = max(place + GAP, (math.log(y) - low) / (high - low))
        leader = {"arrowstyle": "-", "color": color, "linewidth": 1, "shrinkA": 0}
        axes.annotate(
            name,
            (1, place) if math.isnan(x) else (x, y),
            (1.04, place),
            xycoords="axes fraction" if math.isnan(x) else "data",
            textcoords="axes fraction",
            va="center",
            arrowprops=leader,
            annotation_clip=False,
        )
