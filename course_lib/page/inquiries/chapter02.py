"""Chapter 02: what shows that a neuron can go?"""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.axes import Axes

from course_lib.figures.strokes import box, cells, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards import tiny
from course_lib.page.storyboards.activations import LEFT, WIDE, draw_stack, pruned


def _first() -> int:
    """Return the silent neuron that all three pictures show, counted from 0."""
    return int(np.flatnonzero(pruned().silent)[0])


def _dark(axes: Axes) -> None:
    found = pruned()
    title(axes, "12 images, 6 neurons")
    draw_stack(axes, 3, 1.1)
    box(axes, (LEFT + WIDE * _first(), 3), (WIDE, 1.1 * len(found.stack)),
        edgecolor="white", lw=4)  # fmt: skip
    box(axes, (LEFT + WIDE * _first(), 3), (WIDE, 1.1 * len(found.stack)), lw=2.2)
    words(axes, 2.3, 9.6, "image", rotation=90)
    words(axes, 13.7, 17, "dark is zero")


def _row(axes: Axes) -> None:
    weights = tiny.weights(pruned().model, "fc1")
    gone = np.zeros(weights.shape, bool)
    gone[_first()] = True
    title(axes, "W₁: one row per neuron")
    cells(axes, weights, (0.9, 3.6), (0.45, 1.9), gone=gone)
    words(axes, 12, 16.6, "49 gray levels")


def _column(axes: Axes) -> None:
    weights = tiny.weights(pruned().model, "fc2")
    gone = np.zeros(weights.shape, bool)
    gone[:, _first()] = True
    title(axes, "W₂: one column per neuron")
    cells(axes, weights, (4.4, 3), (2.9, 1.3), gone=gone)
    words(axes, 2.6, 9.5, "digit", rotation=90)
    words(axes, 13, 17, "6 neurons")


def _answers() -> str:
    """Return for how many images the neuron that is dark for twelve is active."""
    model, _ = tiny.trained()
    images = tiny.images().images
    with torch.no_grad():
        hidden = model(images, return_activations=True)[1]["fc1"][:, _first()]
    return f"{int((hidden > 0).sum())} of {len(images)}"


def inquiry() -> Inquiry:
    """Offer the dark column, the missing row, or the next layer's missing column."""
    return Inquiry(
        "02",
        "that a neuron can go",
        (
            Candidate(
                "the dark column in the stack of activations",
                _dark,
                "It shows *why the neuron may go*: the next layer never read anything "
                "but zero from it. It also shows what can go wrong: a column that is "
                "dark here may light up for images that are not in the stack. "
                f"This one does for {_answers()} images.",
            ),
            Candidate(
                "the missing row of the layer’s own weights",
                _row,
                "The missing row shows what is *done*, not why it may be done. Its "
                "weights need not be small: the neuron is silent because its sum is "
                "negative for these images.",
            ),
            Candidate(
                "the missing column of the next layer",
                _column,
                "The missing column is the other side of the cut, and easily "
                "forgotten. But it, too, shows what is *done*; it does not show how "
                "the neuron was found.",
            ),
        ),
        ours="A",
    )
