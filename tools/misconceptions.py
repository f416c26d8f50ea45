"""Stamp docs/misconceptions.md: where each misconception appears and is measured.

Questions, exercises, demos, storyboards, and claims declare which ones they are about;
only the cells of lessons are listed in `course_lib/misconceptions.toml`.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.claims import load_claims
from course_lib.demos.gallery import DEMOS
from course_lib.misconceptions import Misconception, misconceptions
from course_lib.page.questions import chapters, questions
from course_lib.page.storyboards import NAMES, board
from tools.blocks import update_file, with_block

PAGE = Path("docs") / "misconceptions.md"


def places() -> Iterator[tuple[str, str, str]]:
    """Yield a misconception, the kind of place that is about it, and which one."""
    for chapter in chapters():
        asked = questions(chapter)
        for name in asked.predict.misconceptions.values():
            yield name, "prediction of", chapter
        for name in asked.again.misconceptions.values():
            yield name, "once more after", chapter
        for question in asked.practice:
            for name in question.misconceptions:
                yield name, "practice", f"`{chapter}-{question.name}`"
    for exercise in EXERCISES.values():
        yield exercise.misconception, "exercise", f"`{exercise.name}`"
    for demo in DEMOS:
        words = import_module(f"course_lib.demos.{demo}").__doc__ or ""
        for name in re.findall(r"\bM\d+\b", words):
            yield name, "demo", f"`{demo}`"
    for storyboard in NAMES:
        for name in board(storyboard).misconceptions:
            yield name, "storyboard", f"`{storyboard}`"
    for claim in load_claims().values():
        for name in claim.misconceptions:
            yield name, "claim", f"`{claim.name}`"


def measured(entry: Misconception) -> list[str]:
    """List the claims and cells that measure a misconception."""
    claims = [c for c in load_claims().values() if entry.name in c.misconceptions]
    found = [f"claim `{claim.name}`" for claim in claims if claim.check]
    for cell in entry.cells:
        chapter, _, words = cell.partition(":")
        found.append(f"cell of {chapter} with `{words}`")
    return found


def table() -> str:
    """Return a Markdown table: the belief, who meets it, and what measures it."""
    rows = ["| | what people believe | met by | measured by |", "|---|---|---|---|"]
    about = dict.fromkeys(places())  # each once, in order
    for entry in misconceptions().values():
        met = [f"{kind} {which}" for name, kind, which in about if name == entry.name]
        listed = ", ".join(met), ", ".join(measured(entry)).replace("|", r"\|")
        rows.append(f"| {entry.name} | {entry.belief} | {' | '.join(listed)} |")
    return "\n".join(rows)


def stamped(text: str) -> str:
    """Return the page's text with the table; ValueError unless it has its markers."""
    return with_block(text, "misconceptions", table(), PAGE.as_posix())


def update(root: Path) -> str:
    """Bring the page up to date and report what was done."""
    if not (root / PAGE).exists():
        return "not needed"  # a course without such a page
    return update_file(root / PAGE, stamped)


def problems(root: Path) -> list[str]:
    """List where the page differs from what is declared."""
    path = root / PAGE
    if path.exists() and stamped(text := path.read_text(encoding="utf-8")) != text:
        return [f"{PAGE.as_posix()}: not what is declared; run make build"]
    return []
