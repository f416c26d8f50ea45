"""The objects of a page that a note can be attached to, numbered as on the page.

``anchors.json`` is derived from the sources by the build: concepts are headings,
equations bear their number, code cells that of ``In [n]`` after a run from the top.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

KINDS = (
    "concept",
    "equation",
    "code",
    "demo",
    "claim",
    "source",
    "misconception",
)


@dataclass(frozen=True)
class Anchor:
    """One object: its number, what kind it is, what it says, and its cell's id."""

    anchor: str
    kind: str
    label: str
    cell: str

    def listed(self) -> str:
        """How a list shows it."""
        return f"{self.kind} {self.anchor}: {self.label}"


@lru_cache(maxsize=1)
def _all() -> dict[str, tuple[Anchor, ...]]:
    text = (files("course_lib.page") / "anchors.json").read_text(encoding="utf-8")
    return {
        chapter: tuple(Anchor(**entry) for entry in entries)
        for chapter, entries in json.loads(text).items()
    }


def anchors(chapter: str) -> tuple[Anchor, ...]:
    """The objects of a chapter's page; ValueError for a chapter that there is not."""
    if chapter not in _all():
        raise ValueError(f"chapter is {chapter!r}; allowed are {list(_all())}")
    return _all()[chapter]
