"""Chapter 04: what shows that a filter is removed?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from course_lib.figures.strokes import box, picture, title, words
from course_lib.page.inquiries import Candidate, Inquiry
from course_lib.page.storyboards.small_lenet import FILTERS, cut
from course_lib.page.storyboards.structured import draw_blank, draw_filter, draw_slices

CORNERS = tuple((3.6 + 9.4 * (i % 2), 2.8 + 7.6 * (i // 2)) for i in range(FILTERS))
SIDE = 6.2


def _pale(axes: Axes) -> None:
    found = cut()
    filters = found.weights("conv1")[:, 0]
    top = float(np.abs(filters).max())
    title(axes, f"the {FILTERS} filters, one scale")
    for i, (x, y) in enumerate(CORNERS):
        draw_filter(axes, filters[i], (x, y), SIDE, top)
        words(axes, x - 1, y + SIDE / 2, f"{i + 1}")
        if i == found.gone:
            box(axes, (x - 0.2, y - 0.2), (SIDE + 0.4, SIDE + 0.4), lw=2.4)


def _missing(axes: Axes) -> None:
    found = cut()
    loud = float(found.channels.max())
    title(axes, "what the filters find")
    for i, (x, y) in enumerate(CORNERS):
        words(axes, x - 1, y + SIDE / 2, f"{i + 1}")
        if i == found.gone:
            draw_blank(axes, (x, y), SIDE)
        else:
            picture(axes, found.channels[i], (x, y), (SIDE, SIDE), limits=(0, loud))


def inquiry() -> Inquiry:
    """Offer the pale filter, the picture it would have made, or its readers' slices."""
    return Inquiry(
        "04",
        "that a filter is removed",
        (
            Candidate(
                "the pale filter",
                _pale,
                "The pale filter shows how the choice was made: its weights are small. "
                "But small weights are only a guess at importance, and the picture "
                "shows only one side of the cut.",
            ),
            Candidate(
                "the picture that it no longer makes",
                _missing,
                "The missing picture is what the first layer no longer has to "
                "compute. It does not show that the next layer was reading it.",
            ),
            Candidate(
                "the missing slice of the next layer’s filters",
                draw_slices,
                "It is easy to see that a filter is gone. It is easy to forget that "
                "the cut has *two sides*, because the next layer read that filter’s "
                "channel. That is where code goes wrong.",
            ),
        ),
        ours="C",
    )
