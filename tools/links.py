"""The line of links at the top and at the end of every notebook.

They are relative, and lead from one committed notebook to another. A learner's copy
has its own map: `course_lib.workspace` turns MAP into it.
"""

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from course_lib.workspace import MAP
from tools.settings import (
    EXERCISES,
    LESSONS,
    SOLUTIONS,
    chapter_stem,
    is_exercise_set,
    notebook_path,
    source_files,
)
from tools.source import Cell

TITLE = re.compile(r"^# # ([^:\n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A chapter as links name it: its stem, its title, and whether it has exercises."""

    stem: str
    title: str
    has_exercises: bool


def chapters(root: Path) -> list[Chapter]:
    """List the chapters of a course that have a lesson, in their order."""
    found: list[Chapter] = []
    for _, sources in groupby(source_files(root), chapter_stem):
        lesson, *exercises = sorted(sources, key=is_exercise_set)
        found.append(Chapter(lesson.stem, _title(lesson), bool(exercises)))
    return found


def _title(lesson: Path) -> str:
    found = TITLE.search(lesson.read_text(encoding="utf-8"))
    return found[1] if found else lesson.stem


def with_top(title: Cell, root: Path, path: str) -> Cell:
    """Put the line of links of the notebook at `path` below its title."""
    line, _, rest = title.text.partition("\n")
    parts = [line, _line(root, path), rest.strip("\n")]
    return title.with_text("\n\n".join(part for part in parts if part))


def end(root: Path, path: str) -> Cell:
    """Return the last cell: where to go on, and on exercises the solutions, too."""
    parts = ["---", _line(root, path)]
    folder, _, file = path.partition("/")
    if folder == EXERCISES:
        solutions = file.replace(f"_{EXERCISES}.", f"_{SOLUTIONS}.")
        parts.append(
            "Try every exercise first, and open its hints; then compare with the "
            f"[solutions](../{SOLUTIONS}/{solutions})."
        )
    return Cell("markdown", "\n\n".join(parts))


def _line(root: Path, path: str) -> str:
    """Return the links: back, the chapter's other pages, the map, on."""
    folder, found = path.split("/")[0], chapters(root)
    (here,) = (i for i, c in enumerate(found) if notebook_path(c.stem, folder) == path)
    links = []
    if here > 0:
        links.append(_link(f"← {found[here - 1].title}", found[here - 1], LESSONS))
    if folder != LESSONS:
        links.append(_link("lesson", found[here], LESSONS))
    if folder != EXERCISES and found[here].has_exercises:
        links.append(_link("exercises", found[here], EXERCISES))
    links.append(f"[map]({MAP})")
    if here + 1 < len(found):
        links.append(_link(f"{found[here + 1].title} →", found[here + 1], LESSONS))
    return " · ".join(links)


def _link(text: str, chapter: Chapter, folder: str) -> str:
    return f"[{text}](../{notebook_path(chapter.stem, folder)})"
