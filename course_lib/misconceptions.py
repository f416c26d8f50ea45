"""What learners get wrong, M1 to M16, and what corrects it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Misconception:
    """What people believe, what corrects it, and the lesson cells that measure it.

    ``cells`` are ``"CHAPTER:WORDS"``, where one code cell of the lesson contains the
    words.
    """

    name: str
    belief: str
    corrects: str
    cells: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def misconceptions() -> dict[str, Misconception]:
    """Return all sixteen by name."""
    text = (files("course_lib") / "misconceptions.toml").read_text(encoding="utf-8")
    return {
        name: Misconception(name, **entry | {"cells": tuple(entry.get("cells", []))})
        for name, entry in tomllib.loads(text).items()
    }
