"""The visual inquiries' pictures and texts: one module per chapter.

The texts are here and not in ``source/``, because a reader chooses before reading why.
The pictures are drawn from the arrays of the chapter's storyboard.
"""

from __future__ import annotations

import importlib
from functools import lru_cache

from course_lib.page.inquiries.parts import LETTERS, Candidate, Inquiry

CHAPTERS = ("01", "02", "03", "04", "05", "06")


@lru_cache(maxsize=len(CHAPTERS))
def inquiry_of(chapter: str) -> Inquiry:
    """Return a chapter's inquiry. Raises ValueError for a chapter without one."""
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {list(CHAPTERS)}, got {chapter!r}")
    made = importlib.import_module(f"{__name__}.chapter{chapter}").inquiry()
    assert isinstance(made, Inquiry)
    return made


__all__ = ["CHAPTERS", "LETTERS", "Candidate", "Inquiry", "inquiry_of"]
