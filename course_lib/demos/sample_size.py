"""Demo of chapter 01: how uncertain is an accuracy measured on n images?

Refutes: a difference in the second decimal of an accuracy is a difference
between models (the seed of misconception M10). Opens on a sample so small that
its interval is wider than most differences that papers report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from course_lib import controls
from course_lib.demos.explorer import explorer
from course_lib.figures import picture
from course_lib.figures.canvas import BLUE, GRAY, styled
from course_lib.uncertainty import wilson_interval

SIZES = (100, 400, 1600, 6400)
DRAWS = 100
AXES = ("accuracy of a sample (%)", "images in a sample")
KEYS = (f"{DRAWS} samples", "the first, with its 95% interval", "all images")


@dataclass(frozen=True)
class Sample:
    """Random samples of ``size`` images: the accuracy of each, in percent.

    ``intervals`` are their 95% confidence intervals, (low, high) in percent,
    ``standard_error`` is in points, and ``overall`` is the accuracy on all images.
    """

    size: int
    accuracies: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    standard_error: float
    overall: float

    @property
    def covered(self) -> int:
        """How many of the intervals contain the accuracy on all images."""
        return sum(low <= self.overall <= high for low, high in self.intervals)

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        (low, high), found = self.intervals[0], self.accuracies
        return (
            f"{self.size:,} images drawn at random: {found[0]:.2f}% correct, "
            f"± {self.standard_error:.2f} points, 95% interval {low:.2f} to "
            f"{high:.2f}% · {len(found)} such samples: {min(found):.2f} to "
            f"{max(found):.2f}%; {self.covered} of their intervals include the "
            f"{self.overall:.2f}% of all images"
        )


def compute(correct: np.ndarray, size: int) -> Sample:
    """Return ``DRAWS`` samples of ``size`` predictions; ``correct`` is bool (N,).

    The images are drawn at random and with replacement, as if from the endless supply
    that the N images stand for. The first ones of a file would not do: a file may be
    sorted, as MNIST's is, by how easy its images are. The standard error is that of a
    fraction of n independent predictions, √(p (1 − p) / n), with p estimated from all N
    of them so that a lucky sample does not look certain; the intervals are Wilson's.
    """
    correct = np.asarray(correct, dtype=bool)
    if not 1 <= size <= len(correct):
        raise ValueError(f"size must be from 1 to {len(correct)}, got {size!r}")
    chosen = np.random.default_rng(0).integers(len(correct), size=(DRAWS, size))
    right = correct[chosen].sum(axis=1).tolist()
    overall = correct.mean()
    return Sample(
        size,
        tuple(100 * count / size for count in right),
        tuple(wilson_interval(count, size) for count in right),
        100 * math.sqrt(overall * (1 - overall) / size),
        100 * float(overall),
    )


@styled
def draw(samples: list[Sample], chosen: int) -> Figure:
    """Draw the samples of every size, and the interval of each size's first one."""
    figure = Figure(figsize=(7, 3.3))
    figure.subplots_adjust(0.12, 0.15, 0.98, 0.9)  # faster than a computed layout
    axes = figure.subplots()
    for row, sample in enumerate(samples):
        color = BLUE if sample.size == chosen else GRAY
        (low, high), first = sample.intervals[0], sample.accuracies[0]
        heights = row + np.linspace(-0.3, 0.3, len(sample.accuracies))
        dots = axes.scatter(sample.accuracies, heights, s=6, color=color, alpha=0.45)
        first_one = axes.errorbar(
            first, row, xerr=[[first - low], [high - first]],
            fmt="o", color=color, capsize=4,
            linewidth=3 if sample.size == chosen else 1,
        )  # fmt: skip
        if sample.size == chosen:
            shown = [dots, first_one]
    shown.append(axes.axvline(samples[0].overall, color="black", linestyle=":"))
    lowest = min(sample.intervals[0][0] for sample in samples)
    names = [f"{sample.size:,}" for sample in samples]
    axes.set(xlabel=AXES[0], ylabel=AXES[1], xlim=(lowest - 0.3, 100.3))
    axes.set(yticks=range(len(samples)), yticklabels=names)
    axes.get_yticklabels()[names.index(f"{chosen:,}")].set_fontweight("bold")
    axes.legend(
        handles=shown, labels=KEYS, loc="lower right", bbox_to_anchor=(1, 1), ncols=3
    )
    return figure


def inputs(sizes: tuple[int, ...] = SIZES) -> dict[str, widgets.Widget]:
    """Return the demo's controls by name; it starts at the smallest size."""
    options: list[tuple[str, float]] = [(f"{size:,}", size) for size in sizes]
    return {"images": controls.slider(AXES[1], options, min(sizes))}


def build(correct: np.ndarray) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    samples = {size: compute(correct, size) for size in SIZES if size <= len(correct)}

    def state(size: int) -> tuple[bytes, str]:
        png = picture(draw(list(samples.values()), size), trim=False)
        return png, samples[size].sentence()

    said = "Demo, a slider over the number of images."
    return explorer("sample-size", inputs(tuple(samples)), said, state)
