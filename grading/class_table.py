"""``class.csv``: one row per learner, with points per chapter and exercise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.handin.examine import QUOTED
from course_lib.handin.long_answers import long_answer
from course_lib.handin.results import Result
from course_lib.handin.shown import number
from grading.cells import cell, write_rows
from grading.policy import Policy
from grading.scores import Score, best_scores

MAX_NOTES = 20


def write(
    results: Iterable[Result],
    path: Path,
    policy: Policy | None = None,
    marks: Mapping[str, Mapping[str, tuple[str, str]]] | None = None,
) -> None:
    """Write the table atomically.

    Chapters that nobody submitted have no columns. ``out_of`` is the same for all: an
    exercise without an answer gives no points. An open exercise has a second column,
    its score; lower is better. A long answer has its mark, and one that counts adds to
    the chapter's points.
    """
    policy, marks = policy or Policy(), marks or {}
    scores = list(best_scores(results))
    chapters = [
        Columns.of(chapter, policy) for chapter in sorted({s.chapter for s in scores})
    ]
    chapters = [columns for columns in chapters if columns.exercises]
    names = [name for columns in chapters for name in columns.names()]
    header = ["learner", "points", "out_of", *names, "notes"]
    rows = [header]
    for learner, own in groupby(scores, key=lambda score: score.learner):
        row = _row(learner, list(own), chapters, marks.get(learner, {}))
        rows.append([row.get(name, "") for name in header])
    write_rows(path, rows)


@dataclass(frozen=True)
class Columns:
    """A chapter's columns: what each exercise is worth, and its long answer.

    ``question`` is empty if the chapter has none; ``out_of`` is what it is all worth.
    """

    chapter: str
    exercises: dict[str, float]
    question: str
    out_of: float
    can_be_late: bool

    @classmethod
    def of(cls, chapter: str, policy: Policy) -> Columns:
        """Return the columns of a chapter in a class."""
        exercises = policy.points_of(chapter)
        _, counted = policy.question(chapter)
        question = next((a.question for a in long_answer(chapter, [])), "")
        out_of = round(sum(exercises.values()) + counted, 2)
        return cls(chapter, exercises, question, out_of, policy.late_percent > 0)

    def names(self) -> list[str]:
        """Return the headings."""
        names = [f"{self.chapter}_{n}" for n in ("points", "out_of", "notebook")]
        names += [f"{self.chapter}_{name}" for name in _with_scores(self.exercises)]
        names += [self.question.replace("-", "_")] * bool(self.question)
        return names + [f"{self.chapter}_taken_off"] * self.can_be_late

    def cells(
        self, score: Score | None, marks: Mapping[str, tuple[str, str]]
    ) -> dict[str, str]:
        """Return a learner's cells by their headings, without the empty ones."""
        total = {f"{self.chapter}_out_of": number(self.out_of)}
        if score is None:
            return total
        cells = {"points": number(score.points), "notebook": cell(score.notebook)}
        for e in score.exercises:
            cells[e.exercise] = number(e.points)
            if e.score is not None:
                cells[f"{e.exercise}_score"] = f"{e.score:.2f}"
        cells["taken_off"] = number(score.deducted)
        mark = marks.get(self.question, ("", ""))[0]
        if mark and self.question in score.marks:
            mark = number(score.marks[self.question])  # as it adds to the points
        named = {f"{self.chapter}_{name}": text for name, text in cells.items()}
        return total | named | {self.question.replace("-", "_"): cell(mark)}


def _with_scores(exercises: Iterable[str]) -> list[str]:
    """Return the names of columns: each exercise, and the score of an open one."""
    columns = []
    for name in exercises:
        columns += [name, f"{name}_score"] if EXERCISES[name].score else [name]
    return columns


def _row(
    learner: str,
    scores: list[Score],
    chapters: list[Columns],
    marks: Mapping[str, tuple[str, str]],
) -> dict[str, str]:
    by_chapter = {score.chapter: score for score in scores}
    row = {
        "learner": cell(learner),
        "points": number(sum(score.points for score in scores)),
        "out_of": number(sum(columns.out_of for columns in chapters)),
        "notes": cell(_notes(scores)),
    }
    for columns in chapters:
        row |= columns.cells(by_chapter.get(columns.chapter), marks)
    return row


def _notes(scores: list[Score]) -> str:
    """Return the uncounted notebooks and all notes, a submission's own words last."""
    if not any(score.notebook for score in scores):
        return "nothing handed in"
    lines = []
    for score in scores:
        for notebook, points in score.others if score.chapter else ():
            lines.append(
                f"chapter {score.chapter}: {score.notebook} ({number(score.points)} "
                f"points) counts; {notebook} ({number(points)} points) does not"
            )
        lines += [f"{notebook}: {note}" for notebook, note in score.notes]
    lines.sort(key=lambda line: QUOTED in line)
    more = len(lines) - MAX_NOTES
    return "\n".join(lines[:MAX_NOTES] + [f"and {more} more"] * (more > 0))
