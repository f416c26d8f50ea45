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

HEADING = re.compile(r"^# # (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Chapter:
    """A chapter: the stem of its files, its lesson's heading, whether it has exercises.

    The heading is "02 Activation pruning: removing …", or the stem where there is none.
    """

    stem: str
    heading: str
    has_exercises: bool

    @property
    def title(self) -> str:
        """Return the heading up to its colon, as links name the chapter."""
        return self.heading.partition(":")[0]


def chapters(root: Path) -> list[Chapter]:
    """List the chapters of a course that have a lesson, in their order."""
    found: list[Chapter] = []
    for _, sources in groupby(source_files(root), chapter_stem):
        lesson, *exercises = sorted(sources, key=is_exercise_set)
        first = HEADING.search(lesson.read_text(encoding="utf-8"))
        heading = first[1] if first else lesson.stem
        found.append(Chapter(lesson.stem, heading, bool(exercises)))
    return found


def end(line: str, path: str) -> Cell:
    """Return the last cell: `line` again, and on exercises the solutions, too."""
    parts = ["---", line]
    folder, _, file = path.partition("/")
    if folder == EXERCISES:
        solutions = file.replace(f"_{EXERCISES}.", f"_{SOLUTIONS}.")
        parts.append(
            "Try every exercise first, and open its hints; then compare with the "
            f"[solutions](../{SOLUTIONS}/{solutions})."
        )
    return Cell("markdown", "\n\n".join(parts))


def line(root: Path, path: str) -> str:
    """Return the links of a notebook: back, its chapter's other pages, the map, on."""
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
