"""The objects of a page that a note can be attached to, numbered as on the page.

They are read from the published lesson: headings, equations, and code cells, which
carry the number of ``In [n]`` after a run from the top. The claims come last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

from course_lib.claims import load_claims
from course_lib.files import beside_library

# an equation's number ends its LaTeX, which a list cannot typeset
HEADING_OR_TAG = re.compile(
    r"^#{2,3} (?P<heading>.+)$|\\tag\{(?P<tag>[\d.]+)\}\s*\$\$", re.MULTILINE
)
# tags of code meant to be read; cells with other tags show a part of the page
READ = {"headline", "nbval-ignore-output", "picture", "reveal"}
# the line that identifies a code cell: no import, comment, or decorator
CODE_LINE = re.compile(r"^(?!import |from |[#@)])\S.*", re.MULTILINE)
LABEL = 60  # characters


@dataclass(frozen=True)
class PageObject:
    """One object: its number on the page, its kind, its label, and a claim's name."""

    number: str
    kind: str
    label: str
    claim: str = ""

    def listed(self) -> str:
        """Return the object's entry in a list."""
        return f"{self.kind} {self.number}: {self.label}"


@lru_cache
def objects(chapter: str) -> tuple[PageObject, ...]:
    """Return the objects of a chapter's page, in page order."""
    found = [*_in_lesson(chapter)]
    shown = [claim for claim in load_claims().values() if chapter in claim.chapters]
    for number, claim in enumerate(shown, start=1):
        label = _short(claim.statement)
        label = f"“{label}”" if claim.verbatim else label
        found.append(PageObject(f"{chapter}-q{number}", "claim", label, claim.name))
    return tuple(found)


def _in_lesson(chapter: str) -> Iterator[PageObject]:
    concepts, demos, heading = count(1), count(1), ""
    for cell in _cells(chapter):
        text, tags = "".join(cell["source"]), set(cell["metadata"].get("tags", []))
        if cell["cell_type"] == "markdown":
            for found in HEADING_OR_TAG.finditer(text):
                if tag := found["tag"]:
                    yield PageObject(f"({tag})", "equation", f"in “{heading}”")
                else:
                    heading = found["heading"].strip()
                    yield PageObject(f"{chapter}-c{next(concepts)}", "concept", heading)
            continue
        place = f"In [{cell['execution_count']}]"
        if "demo" in tags:
            number = f"{chapter}-d{next(demos)}"
            yield PageObject(number, "demo", f"its first state, {place}")
        elif tags <= READ and (line := CODE_LINE.search(text)):
            yield PageObject(place, "code", _short(line[0]))


def _cells(chapter: str) -> list[dict[str, Any]]:
    """Return the lesson's cells, from the checkout or the installed library."""
    for path in beside_library(f"notebooks/{chapter}_*.ipynb"):
        cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
        return cells
    return []


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"
