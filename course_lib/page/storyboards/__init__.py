"""The storyboards' frames: one module per mechanism, drawn from arrays it computes.

``board(name)`` computes what a storyboard draws, once per process; until then nothing
is loaded. Everything is deterministic: seeds are fixed, and the reader's random state
is left alone.
"""

from __future__ import annotations

import importlib
from functools import lru_cache

from course_lib.page.storyboards.parts import Frame, Storyboard

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


@lru_cache(maxsize=len(NAMES))
def board(name: str) -> Storyboard:
    """Return the storyboard with this name. Raises ValueError for an unknown name."""
    if name not in NAMES:
        raise ValueError(f"name must be one of {list(NAMES)}, got {name!r}")
    made = importlib.import_module(f"{__name__}.{name}").storyboard()
    assert isinstance(made, Storyboard)
    return made


__all__ = ["NAMES", "Frame", "Storyboard", "board"]
