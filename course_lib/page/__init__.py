"""Interactive parts that every page offers, besides the demos.

A prediction before the reveal, a storyboard, a visual inquiry, claims to judge,
practice with nudges, a research note, the learning map: one module each, with a
``show`` that displays it. What is typed or chosen is kept in ``my_work/`` at once.
"""

from course_lib.page import (
    claim_review,
    inquiry,
    learning_map,
    practice,
    predict,
    research_note,
    storyboard,
)

__all__ = [
    "claim_review", "inquiry", "learning_map", "practice", "predict", "research_note",
    "storyboard",
]  # fmt: skip
