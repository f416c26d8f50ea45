"""The storyboards' frames: one module a mechanism, drawn from arrays it computes.

``board(name)`` computes what a storyboard draws, once a process; until then nothing is
loaded. Everything is deterministic: seeds are fixed and the reader's random numbers
are left alone.
"""

from __future__ import annotations

import importlib
from functools import lru_cache

from course_lib.page.storyboards.parts import Frame, Storyboard

# in the order of the chapters
NAMES = (
    "training",
    "activations",
    "mask",
    "structured",
    "relative_index",
    "weight_sharing",
)


@lru_cache(maxsize=len(NAMES))
def board(name: str) -> Storyboard:
    """The storyboard of that name. Raises ValueError for a name that is not there."""
    if name not in NAMES:
        raise ValueError(f"name must be one of {list(NAMES)}, got {name!r}")
    made = importlib.import_module(f"{__name__}.{name}").storyboard()
    assert isinstance(made, Storyboard)
    return made


__all__ = ["NAMES", "Frame", "Storyboard", "board"]
