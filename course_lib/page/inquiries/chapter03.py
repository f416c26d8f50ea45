"""Chapter 03: what shows that a weight is pruned?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.canvas import BLUE, RED
from course_lib.figures.strokes import cells, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards.mask import CORNER, NUMBERS, SIZE, weights


def _zero() -> tuple[int, int]:
    """Return the cell that the pictures point at: the first that the mask erases."""
    i, j = np.argwhere(~weights()[1])[0].tolist()
    return i, j


def _cell(axes: Axes) -> None:
    W, M = weights()
    marked = np.zeros(W.shape, bool)
    marked[_zero()] = True
    title(axes, "W ∘ M")
    cells(axes, W * M, CORNER, SIZE, numbers=NUMBERS, marked=marked)


def _edge(axes: Axes) -> None:
    W, M = weights()
    outputs, inputs = W.shape
    title(axes, "solid: kept, dotted: gone")
    left = np.linspace(3.4, 15.6, inputs)
    right = np.linspace(4.4, 14.6, outputs)
    top = float(np.abs(W).max())
    for i, j in np.ndindex(outputs, inputs):
        ends = (5, 19), (left[j], right[i])
        if M[i, j]:
            color = BLUE if W[i, j] > 0 else RED
            axes.plot(*ends, color=color, lw=1 + 3 * abs(float(W[i, j])) / top)
        else:
            axes.plot(*ends, ":", color="#888888", lw=0.9)
        if (i, j) == _zero():
            axes.plot(*ends, ":", color="black", lw=2.4)
    for x, places in ((5, left), (19, right)):
        axes.plot([x] * len(places), places, "o", color="white", mec="black", ms=9)
    words(axes, 5, 17.1, "inputs")
    words(axes, 19, 17.1, "neurons")


def _column(axes: Axes) -> None:
    following = np.random.default_rng(0).normal(size=(4, len(weights()[0])))
    gone = np.zeros(following.shape, bool)
    gone[:, _zero()[0]] = True
    title(axes, "the next layer")
    cells(axes, following, (2, 3.6), (4, 3), numbers="{:.1f}", gone=gone)
    words(axes, 12, 16.9, "one column per input")


def inquiry() -> Inquiry:
    """Offer a zeroed cell, a missing edge, or the next layer's missing column."""
    W, _ = weights()
    return Inquiry(
        "03",
        "that a weight is pruned",
        (
            Candidate(
                "a zeroed cell of the matrix",
                _cell,
                "This is what the computer stores: a cell with a zero, in a matrix "
                f"that still has {W.shape[0]} × {W.shape[1]} cells. You can count what "
                "became smaller: nothing.",
            ),
            Candidate(
                "a missing edge between two neurons",
                _edge,
                "A missing edge suggests that its multiplication is skipped. That is "
                "true only of a kernel that keeps a list of edges, and the picture "
                "hides the kernel.",
            ),
            Candidate(
                "a missing column of the next layer",
                _column,
                "This shows another operation: an array became smaller because a whole "
                "neuron was removed, as in chapters 02 and 04.",
            ),
        ),
        ours="A",
    )
