"""What Canvas and Moodle import: their own grade tables filled in, and a feedback zip.

The table is the one given as the roster, so it has the people and columns they expect.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from course_lib.files import atomic_write
from course_lib.handin.results import Result
from course_lib.handin.shown import number
from course_lib.page.learning_map import CHAPTERS
from grading.cells import write_rows
from grading.collect import Submission
from grading.lms_names import page_name
from grading.policy import number as number_in
from grading.roster import Roster, Table
from grading.scores import Score, best_scores

# Canvas, lib/gradebook_importer.rb: the columns before the assignments, and a row
# whose first cell contains these words
PERSON = ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID",
          "Root Account", "Section")  # fmt: skip
POSSIBLE = "Points Possible"
EPOCH = (2000, 1, 1, 0, 0, 0)  # the same pages give the same file


def write_grades(results: Iterable[Result], roster: Roster, out: Path) -> list[Path]:
    """Write ``canvas.csv`` or ``moodle.csv``, if the roster is one of them.

    Learners who handed in nothing get no grade there, and keep the one they have.
    """
    if roster.kind not in ("canvas", "moodle"):
        return []
    scores = [score for score in best_scores(results) if score.exercises]
    fill = _for_canvas if roster.kind == "canvas" else _for_moodle
    path = out / f"{roster.kind}.csv"
    write_rows(path, fill(roster, scores), encoding="utf-8")
    return [path]


def _for_canvas(roster: Roster, scores: Sequence[Score]) -> Table:
    """Return the grade book's columns of people, and one per chapter."""
    header, *rows = roster.table
    own = [place for place, name in enumerate(header) if name in PERSON]
    possible = next((row for row in rows if POSSIBLE in row[0]), [])
    columns = [_column(chapter, header, possible) for chapter in _chapters(scores)]
    worth = _worth(scores)
    most = [most or worth[chapter] for chapter, _, most in columns]
    made = [
        [header[place] for place in own] + [heading for _, heading, _ in columns],
        [POSSIBLE, *[""] * (len(own) - 1), *map(number, most)],
    ]
    points = {(score.learner, score.chapter): score.points for score in scores}
    for row in rows:
        person = roster.person_of(row)
        if person is not None:
            reached = [points.get((person.learner, c)) for c, _, _ in columns]
            each = zip(reached, columns, most, strict=True)
            scaled = [_scaled(p, worth[c], high) for p, (c, _, _), high in each]
            made.append([row[place] for place in own] + scaled)
    return made


def _column(
    chapter: str, header: Sequence[str], possible: Sequence[str]
) -> tuple[str, str, float]:
    """Return a chapter, the heading of its assignment, and its points in Canvas, or 0.

    Canvas adds a number to the heading once the assignment exists.
    """
    title = f"{chapter} {CHAPTERS.get(chapter, '')}".strip()
    for name, cell in zip(header, possible, strict=False):
        if re.fullmatch(rf"{re.escape(title)}( \(\d+\))?", name):
            return chapter, name, number_in(cell) or 0
    return chapter, title, 0


def _for_moodle(roster: Roster, scores: Sequence[Score]) -> Table:
    """Return the worksheet with the column Grade filled in: all chapters together."""
    header, *rows = roster.table
    points: dict[str, float] = {}
    for score in scores:
        points[score.learner] = points.get(score.learner, 0) + score.points
    out_of = sum(_worth(scores).values())
    grade = header.index("Grade")
    most = next((i for i, n in enumerate(header) if n.lower() == "maximum grade"), None)
    made = [list(header)]
    for row in rows:
        person, cells = roster.person_of(row), list(row)
        if person is not None and person.learner in points:
            high = (number_in(row[most]) if most is not None else 0) or out_of
            cells[grade] = _scaled(points[person.learner], out_of, high)
        made.append(cells)
    return made


def _chapters(scores: Iterable[Score]) -> list[str]:
    return sorted({score.chapter for score in scores})


def _worth(scores: Iterable[Score]) -> dict[str, float]:
    return {score.chapter: score.out_of for score in scores}


def _scaled(points: float | None, out_of: float, most: float) -> str:
    """Return points as Canvas or Moodle counts them; empty for none."""
    if points is None:
        return ""
    return number(points * most / out_of if out_of else 0)


def write_feedback(
    submissions: Iterable[Submission], pages: Mapping[str, Sequence[Path]], path: Path
) -> list[Path]:
    """Write a zip with the pages on notebooks that Canvas or Moodle named, if any.

    ``pages`` are the files by notebook, the chapter in their folder's name if there
    are several.
    """
    named = [one for one in submissions if one.user and one.notebook in pages]
    if not named:
        path.unlink(missing_ok=True)  # left over from another class
        return []
    with (
        atomic_write(path) as partial,
        zipfile.ZipFile(partial, "w") as archive,
    ):
        for one in named:
            for number_, page in enumerate(pages[one.notebook], 1):
                part = str(number_) if len(pages[one.notebook]) > 1 else ""
                entry = zipfile.ZipInfo(page_name(one.notebook, part), EPOCH)
                archive.writestr(entry, page.read_bytes(), zipfile.ZIP_DEFLATED)
    return [path]
