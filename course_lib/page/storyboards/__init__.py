"""The storyboards' frames: one module per mechanism, drawn from arrays it computes.

``board(name)`` computes what a storyboard draws, once per process; until then nothing
is loaded. Everything is deterministic: seeds are fixed, and the reader's random state
is left alone.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache

from course_lib.figures.frames import Draw

# in chapter order
NAMES = (
    "training",
    "activations",
    "mask",
    "structured",
    "relative_index",
    "weight_sharing",
    "folding",
)
MIN_FRAMES, MAX_FRAMES = 6, 8


@dataclass(frozen=True)
class Frame:
    """One sentence, and a function that draws its picture on a panel."""

    sentence: str
    draw: Draw


@dataclass(frozen=True)
class Storyboard:
    """A mechanism in six to eight frames, and one question to answer at the end.

    ``name`` is what ``show`` is called with, ``chapter`` two digits, ``answer`` ours,
    shown on request, ``misconceptions`` ("M1" to "M16") those that the question is
    about. Raises ValueError for fewer or more frames, and for a question without a
    question mark at the end.
    """

    name: str
    chapter: str
    title: str
    frames: tuple[Frame, ...]
    question: str
    answer: str
    misconceptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not MIN_FRAMES <= len(self.frames) <= MAX_FRAMES:
            raise ValueError(
                f"frames of {self.name!r} must be {MIN_FRAMES} to {MAX_FRAMES}, "
                f"got {len(self.frames)}"
            )
        if not self.question.endswith("?"):
            raise ValueError(
                f"question must end with a question mark, got {self.question!r}"
            )

    @property
    def kept_as(self) -> str:
        """Return the name under which the journal keeps the answer."""
        return f"{self.chapter}-storyboard-{self.name.replace('_', '-')}"


@lru_cache(maxsize=len(NAMES))
def board(name: str) -> Storyboard:
    """Return the storyboard with this name. Raises ValueError for an unknown name."""
    if name not in NAMES:
        raise ValueError(f"name must be one of {list(NAMES)}, got {name!r}")
    made = importlib.import_module(f"{__name__}.{name}").storyboard()
    assert isinstance(made, Storyboard)
    return made
