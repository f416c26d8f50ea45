"""Figures of a class as SVG, with a sentence that describes them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from course_lib.figures.canvas import BLUE, ORANGE, styled
from course_lib.handin.shown import number

WIDTH = 4.8  # inches: at 96 dots per inch it stays readable on a phone
BINS = 10


@dataclass(frozen=True)
class Picture:
    """An image: ``source`` is a data URL for ``img``, ``alt`` its full description."""

    source: str
    alt: str


@styled
def mistakes_picture(mistakes: Sequence[tuple[str, int]]) -> Picture:
    """Draw horizontal bars of ``(label, learners)``, in this order, labels above."""
    figure = Figure(figsize=(WIDTH, 0.5 * len(mistakes) + 0.7), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(mistakes))
    counts = [count for _, count in mistakes]
    axes.barh(places, counts, height=0.4, color=BLUE)
    for place, (words, count) in zip(places, mistakes, strict=True):
        # without math mode: the labels are ours, but may contain a dollar sign
        axes.text(0, place - 0.28, f"{words}: {count}", va="bottom", fontsize=9.5,
                  parse_math=False)  # fmt: skip
    axes.set(
        xlabel="learners",
        yticks=[],
        xlim=(0, 1.05 * max(counts)),
        ylim=(len(mistakes) - 0.6, -0.85),
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines["left"].set_visible(False)
    listed = "; ".join(f"{words}: {count}" for words, count in mistakes)
    return _picture(figure, f"Bars. Learners who made each mistake: {listed}.")


@styled
def scores_picture(chapters: Mapping[str, tuple[Sequence[float], float]]) -> Picture:
    """Draw the distribution of scores per chapter, from points and maximum points."""
    size = (WIDTH, 1.35 * len(chapters) + 0.4)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(chapters), sharex=True, squeeze=False)[:, 0]
    words = []
    for axes, (chapter, (points, out_of)) in zip(panels, chapters.items(), strict=True):
        shares = 100 * np.array(points) / out_of
        _histogram(axes, shares)
        low, middle, high = np.percentile(points, [25, 50, 75])
        title = f"chapter {chapter}: median {number(middle)} of {number(out_of)} points"
        axes.set_title(title, fontsize=10, loc="left")
        words.append(
            f"Chapter {chapter}, {len(points)} handed in: median {number(middle)} of "
            f"{number(out_of)} points, "
            f"the middle half from {number(low)} to {number(high)}."
        )
    panels[-1].set_xlabel("percentage of the chapter's points (line: median)")
    return _picture(figure, f"Histograms of the scores. {' '.join(words)}")


def _histogram(axes: Axes, shares: np.ndarray) -> None:
    axes.hist(shares, bins=BINS, range=(0, 100), color=BLUE, edgecolor="white")
    axes.axvline(float(np.median(shares)), color="black", linewidth=3)
    axes.axvline(float(np.median(shares)), color=ORANGE, linewidth=1.6)
    axes.set(xlim=(0, 100), ylabel="learners")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))


def _picture(figure: Figure, alt: str) -> Picture:
    buffer = io.BytesIO()
    # without date or randomness, so that the same class has the same page
    with matplotlib.rc_context({"svg.hashsalt": "class"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    data = base64.b64encode(buffer.getvalue()).decode()
    return Picture(f"data:image/svg+xml;base64,{data}", alt)
