"""Chapter 05: what shows where the weights are?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.canvas import BLUE
from course_lib.figures.strokes import box, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards.relative_index import draw_grid, draw_line
from course_lib.page.storyboards.small_matrix import LETTERS, matrix


def _cell(axes: Axes) -> None:
    i, j = np.argwhere(matrix())[0].tolist()
    title(axes, "letters: weights")
    draw_grid(axes, (2.2, 3.4), (2.6, 2.2))
    box(axes, (2.2 + 2.6 * j, 3.4 + 2.2 * i), (2.6, 2.2), lw=2.8)


def _gap(axes: Axes) -> None:
    title(axes, "steps to the next weight")
    draw_line(axes, 7, arcs=len(LETTERS))


def _count(axes: Axes) -> None:
    counts = np.count_nonzero(matrix(), axis=1)
    title(axes, "weights in each row")
    draw_grid(axes, (2.2, 3.4), (1.7, 2.2))
    for i, count in enumerate(counts.tolist()):
        y = 3.4 + 2.2 * i
        box(axes, (17, y + 0.4), (1.9 * count, 1.4), facecolor=BLUE, lw=0)
        words(axes, 17.6 + 1.9 * count, y + 1.1, f"{count}", ha="left",
              fontweight="bold")  # fmt: skip


def inquiry() -> Inquiry:
    """Offer a colored cell, the gap between two, or the number of cells in a row."""
    return Inquiry(
        "05",
        "where the weights are",
        (
            Candidate(
                "a colored cell",
                _cell,
                "Every format must store the colored cells, so they do not show how "
                "the formats differ.",
            ),
            Candidate(
                "the gap between two colored cells",
                _gap,
                "Formats differ in how they store *where*, and “where” is a sequence "
                "of gaps. The more predictable the next gap, the shorter its code can "
                "be. That is the idea of entropy, the limit in this chapter.",
            ),
            Candidate(
                "the number of colored cells in a row",
                _count,
                "The counts are what CSR stores about the rows, as row starts. *Where* "
                "the weights are in a row must still be stored, weight by weight.",
            ),
        ),
        ours="B",
    )
