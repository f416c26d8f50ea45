"""Errors on a logarithmic axis that no curve leaves."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from course_lib.figures.canvas import GRAY, LINES, label_ends, plain_numbers, styled

STYLES = (*LINES, ("#CC79A7", "v", "-"))  # Okabe–Ito's purple, for a fifth line


@styled
def error_curves(
    errors: pd.DataFrame,
    *,
    labels: tuple[str, str],
    chance: pd.DataFrame | None = None,
    base: float | None = None,
) -> Figure:
    """Draw the columns against the index on a log axis, each named at its right end.

    ``errors`` must be above zero; ``labels`` name the two axes, with units in
    parentheses. The columns of ``chance``, with the same index, are random draws: their
    mean is a gray line, their range a gray band. ``base`` is the error of the network
    that was not pruned, a dotted line.
    """
    if not (errors > 0).all(axis=None):
        raise ValueError(f"errors must be > 0, got {errors.to_numpy().min()}")
    figure, axes = plt.subplots(figsize=(7.6, 4.2), layout="constrained")
    axes.set_yscale("log")
    ends = []
    for (name, line), (color, marker, dashes) in zip(
        errors.items(), cycle(STYLES), strict=False
    ):
        axes.plot(errors.index, line, dashes, color=color, marker=marker)
        ends.append((str(name), float(line.iloc[-1]), color))
    if chance is not None:
        mean = chance.mean(axis=1)
        axes.plot(chance.index, mean, color=GRAY)
        axes.fill_between(
            chance.index, chance.min(axis=1), chance.max(axis=1), color=GRAY,
            alpha=0.3, linewidth=0,
        )  # fmt: skip
        ends.append(("chance", float(mean.iloc[-1]), GRAY))
    if base is not None:
        axes.axhline(base, color=GRAY, linestyle=":", linewidth=1.5, zorder=1)
        ends.append(("not pruned", base, GRAY))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    plain_numbers(axes)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.margins(x=0.02)
    label_ends(axes, ends, x=axes.get_xlim()[1], side="right")
    return figure
