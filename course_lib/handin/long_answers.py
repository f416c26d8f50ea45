"""The answers graded by hand, found by heading, not by cell metadata."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from course_lib.handin.results import LongAnswer

HEADING = "In your own words"
PAGES = Path(__file__).resolve().parents[2] / "exercises"


def long_answer(chapter: str, texts: list[tuple[str, str]]) -> list[LongAnswer]:
    """Return what was written below the chapter's open question or in later cells.

    ``texts`` are the cells' kinds and texts. The question's own lines are ignored
    everywhere. A chapter without such a question gives an empty list.
    """
    asked = _asked(chapter)
    if not asked:
        return []
    written: list[str] = []
    is_open = False
    for kind, text in texts:
        starts = kind == "markdown" and HEADING in text
        is_open = starts or (is_open and kind == "markdown")
        if is_open:
            written += text.split("\n")
    known = {line.strip() for line in asked.split("\n")}
    kept = [line for line in written if not line.strip() or line.strip() not in known]
    return [LongAnswer(f"{chapter}-own-words", _question(asked), _tidy(kept))]


def _tidy(lines: list[str]) -> str:
    """Remove empty lines at both ends and repeated ones."""
    text = "\n".join(line.rstrip() for line in lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()


def _question(asked: str) -> str:
    """Return the question without heading, answer line and self-check."""
    _, _, below = asked.partition("\n")
    return below.partition("\n---")[0].strip()


@cache
def _asked(chapter: str) -> str:
    """Return the open question's cell as released, or an empty string.

    Outside a clone of the course there are no pages, and thus no questions.
    """
    for page in PAGES.glob(f"{chapter}_*.ipynb") if chapter else ():
        for cell in json.loads(page.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown" and f"## {HEADING}" in text:
                return text
    return ""
