"""The visual inquiries' pictures and texts: one module per chapter.

The texts are here and not in ``source/``, because a reader chooses before reading why.
The pictures are drawn from the arrays of the chapter's storyboard.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache

from course_lib.figures.frames import Draw

CHAPTERS = ("01", "02", "03", "04", "05", "06")
LETTERS = ("A", "B", "C")


@dataclass(frozen=True)
class Candidate:
    """One object that might show the idea: its name, its picture, and a comment.

    ``why`` is Markdown, shown once the candidate has been chosen: what it shows and
    what it leaves out.
    """

    label: str
    draw: Draw
    why: str


@dataclass(frozen=True)
class Inquiry:
    """The same mechanism as three pictures: which one shows it best?

    ``chapter`` is two digits, ``idea`` what the picture should convey, ``ours`` the
    letter that we would choose. Raises ValueError for a wrong number of candidates or
    an unknown letter.
    """

    chapter: str
    idea: str
    candidates: tuple[Candidate, ...]
    ours: str

    def __post_init__(self) -> None:
        if len(self.candidates) != len(LETTERS) or self.ours not in LETTERS:
            raise ValueError(
                f"candidates must be {len(LETTERS)}, and ours one of {LETTERS}, "
                f"got {len(self.candidates)} and {self.ours!r}"
            )

    @property
    def question(self) -> str:
        """Return the question that is asked."""
        return f"Which picture best shows {self.idea}?"

    @property
    def kept_as(self) -> str:
        """Return the name under which the journal keeps the choice."""
        return f"{self.chapter}-inquiry"

    def options(self) -> dict[str, Candidate]:
        """Return the candidates by letter."""
        return dict(zip(LETTERS, self.candidates, strict=True))


@lru_cache(maxsize=len(CHAPTERS))
def inquiry_of(chapter: str) -> Inquiry:
    """Return a chapter's inquiry. Raises ValueError for a chapter without one."""
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {list(CHAPTERS)}, got {chapter!r}")
    made = importlib.import_module(f"{__name__}.chapter{chapter}").inquiry()
    assert isinstance(made, Inquiry)
    return made
