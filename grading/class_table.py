"""``class.csv``: one row per learner, with points per chapter and exercise."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.files import atomic_write
from course_lib.handin.examine import exercises_of
from course_lib.handin.results import Result
from course_lib.handin.shown import number
from grading.cells import cell
from grading.scores import Score, best_scores

MOST_NOTES = 20


def write(results: Iterable[Result], path: Path) -> None:
    """Write the table atomically.

    Chapters that nobody submitted have no columns. ``out_of`` is the same for all: an
    exercise without an answer gives no points. An open exercise has a second column,
    its score; less is better. The file begins with a byte order mark,
    by which spreadsheets recognize UTF-8.
    """
    scores = list(best_scores(results))
    chapters = _points_of({score.chapter for score in scores})
    with (
        atomic_write(path) as partial,
        partial.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(_header(chapters))
        for learner, own in groupby(scores, key=lambda score: score.learner):
            writer.writerow(_row(learner, list(own), chapters))


def _points_of(chapters: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return the points of each exercise of each chapter, in page order."""
    return {
        chapter: {e.name: e.points for e in exercises_of(chapter)}
        for chapter in sorted(chapters)
        if exercises_of(chapter)
    }


def _header(chapters: dict[str, dict[str, int]]) -> list[str]:
    header = ["learner", "points", "out_of"]
    for chapter, exercises in chapters.items():
        header += [f"{chapter}_points", f"{chapter}_out_of", f"{chapter}_notebook"]
        header += [f"{chapter}_{name}" for name in _with_scores(exercises)]
    return [*header, "notes"]


def _with_scores(exercises: Iterable[str]) -> list[str]:
    """Return the names of columns: each exercise, and the score of an open one."""
    columns = []
    for name in exercises:
        columns += [name, f"{name}_score"] if EXERCISES[name].score else [name]
    return columns


def _row(
    learner: str, scores: list[Score], chapters: dict[str, dict[str, int]]
) -> list[str]:
    by_chapter = {score.chapter: score for score in scores}
    out_of = sum(sum(exercises.values()) for exercises in chapters.values())
    total = sum(score.points for score in scores)
    row = [cell(learner), number(total), str(out_of)]
    for chapter, exercises in chapters.items():
        row += _columns(by_chapter.get(chapter), exercises)
    return [*row, cell(_notes(scores))]


def _columns(score: Score | None, exercises: dict[str, int]) -> list[str]:
    """Return a chapter's cells, empty if the chapter was not submitted."""
    total = str(sum(exercises.values()))
    if score is None:
        return ["", total, "", *("" for _ in _with_scores(exercises))]
    points = {e.exercise: number(e.points) for e in score.exercises}
    points |= {
        f"{e.exercise}_score": f"{e.score:.2f}"
        for e in score.exercises
        if e.score is not None
    }
    own = [points.get(name, "") for name in _with_scores(exercises)]
    return [number(score.points), total, cell(score.notebook), *own]


def _notes(scores: list[Score]) -> str:
    """Return the uncounted notebooks and the grader's notes, one per line."""
    lines = []
    for score in scores:
        for notebook, points in score.others if score.chapter else ():
            lines.append(
                f"chapter {score.chapter}: {notebook} ({number(points)} points) does "
                f"not count, {score.notebook} ({number(score.points)}) does"
            )
        lines += [f"{notebook}: {note}" for notebook, note in score.notes]
    more = len(lines) - MOST_NOTES
    return "\n".join(lines[:MOST_NOTES] + [f"and {more} more"] * (more > 0))
