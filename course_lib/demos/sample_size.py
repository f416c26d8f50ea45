"""Demo of chapter 01: how uncertain is an accuracy measured on n images?

Refutes: a difference in the second decimal of an accuracy is a difference
between models (the seed of misconception M10). Opens on a sample so small that
its interval is wider than most differences that papers report.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from course_lib import controls
from course_lib.figures import picture
from course_lib.figures.canvas import BLUE, GREY
from course_lib.page.positions import Positions

SIZES = (100, 400, 1600, 6400)


@dataclass(frozen=True)
class Sample:
    """An accuracy on ``size`` images and its standard error, both in percent."""

    size: int
    accuracy: float
    standard_error: float

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        return (
            f"{self.size:,} images: {self.accuracy:.2f} % correct, "
            f"± {self.standard_error:.2f} points"
        )


def compute(correct: np.ndarray, size: int) -> Sample:
    """Return the accuracy of the first ``size`` predictions; ``correct`` is bool (N,).

    The standard error is that of a fraction of n independent predictions,
    √(p (1 − p) / n), with p estimated from all N of them so that a lucky sample does
    not look certain.
    """
    correct = np.asarray(correct, dtype=bool)
    if not 1 <= size <= len(correct):
        raise ValueError(f"size must be from 1 to {len(correct)}, got {size!r}")
    overall = correct.mean()
    error = 100 * math.sqrt(overall * (1 - overall) / size)
    return Sample(size, 100 * float(correct[:size].mean()), error)


def draw(samples: list[Sample], chosen: int, overall: float) -> Figure:
    """Draw each sample's accuracy ± one standard error; highlight the chosen one."""
    figure, axes = plt.subplots(figsize=(6, 2.4), layout="constrained")
    for sample in samples:
        color = BLUE if sample.size == chosen else GREY
        axes.errorbar(
            sample.accuracy, f"{sample.size:,}", xerr=sample.standard_error,
            fmt="o", color=color, capsize=4,
            linewidth=3 if sample.size == chosen else 1,
        )  # fmt: skip
    axes.axvline(overall, color=GREY, linestyle=":")
    low = min(sample.accuracy - sample.standard_error for sample in samples)
    axes.set(
        xlabel="test accuracy (%), ± one standard error",
        ylabel="images",
        xlim=(low - 0.1, 100.05),  # the approximation may exceed 100 %
    )
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def build(correct: np.ndarray) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    samples = {size: compute(correct, size) for size in SIZES if size <= len(correct)}
    overall = 100 * float(np.mean(correct))
    control = controls.slider(
        "test images", [(f"{size:,}", size) for size in samples], min(samples)
    )
    line, image = controls.readout(), controls.Picture()

    def refresh(change: object = None) -> None:
        size = control.value
        image.png = picture(draw(list(samples.values()), size, overall), trim=False)
        line.value = samples[size].sentence()

    control.observe(refresh, names="value")
    refresh()
    alt = f"Demo, a slider over the number of test images. {line.value}"
    png, kept = image.png, Positions("sample-size", {"images": control})
    return widgets.VBox([control, kept.way_back(), kept.saving, line, image]), png, alt


def show(correct: np.ndarray) -> None:
    """Display the demo for answers ``correct``, bool of shape (N,)."""
    controls.display_bundle(*build(correct))
