"""Counts for a class: chapters, exercises, mistakes, and notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean

from course_lib.handin.feedback import PLAIN
from course_lib.handin.results import Result
from grading.scores import Score, best_scores

MOST_NOTES = 200


@dataclass
class ExerciseTally:
    """One exercise: everybody's points, and the number of learners per mistake."""

    section: int
    title: str
    out_of: int
    points: list[float] = field(default_factory=list)
    mistakes: Counter[str] = field(default_factory=Counter)

    @property
    def full(self) -> int:
        """The number of learners with all points."""
        return sum(points >= self.out_of for points in self.points)

    @property
    def none(self) -> int:
        """The number of learners without points."""
        return sum(points == 0 for points in self.points)

    @property
    def partial(self) -> int:
        """The number of learners with some of the points."""
        return len(self.points) - self.full - self.none

    @property
    def mean(self) -> float:
        """The mean points."""
        return fmean(self.points)


@dataclass
class ChapterTally:
    """One chapter: everybody's points, and its exercises by name."""

    out_of: int
    points: list[float] = field(default_factory=list)
    exercises: dict[str, ExerciseTally] = field(default_factory=dict)


@dataclass
class Tally:
    """A class. ``mistakes`` counts the learners who made each, once per learner.

    ``notes`` are learner, notebook and note; ``more_notes`` counts omitted ones.
    """

    learners: int = 0
    files: int = 0
    chapters: dict[str, ChapterTally] = field(default_factory=dict)
    mistakes: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    more_notes: int = 0


def tally(results: Iterable[Result]) -> Tally:
    """Tally a class; of several notebooks per learner and chapter, the best counts."""
    total = Tally()
    for learner, group in groupby(best_scores(_counted(results, total)), _learner):
        scores = list(group)
        total.learners += 1
        total.mistakes.update(_mistakes(scores))
        for score in scores:
            _add(total, score)
            for notebook, note in score.notes:
                if len(total.notes) < MOST_NOTES:
                    total.notes.append((learner, notebook, note))
                else:
                    total.more_notes += 1
    total.chapters = dict(sorted(total.chapters.items()))
    for chapter in total.chapters.values():
        in_order = sorted(chapter.exercises.items(), key=lambda item: item[1].section)
        chapter.exercises = dict(in_order)
    return total


def most_common(mistakes: Counter[str], most: int) -> list[tuple[str, int]]:
    """Return the most common first, ties in the order of names."""
    ordered = sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))
    return ordered[:most]


def _counted(results: Iterable[Result], total: Tally) -> Iterable[Result]:
    for result in results:
        total.files += 1
        yield result


def _learner(score: Score) -> str:
    return score.learner


def _mistakes(scores: list[Score]) -> set[str]:
    """Return the misconceptions of a learner, each once."""
    found = {m for s in scores for e in s.exercises for m in e.misconceptions}
    return found - PLAIN.keys()


def _add(total: Tally, score: Score) -> None:
    if not score.exercises:
        return
    chapter = total.chapters.setdefault(score.chapter, ChapterTally(score.out_of))
    chapter.points.append(score.points)
    for own in score.exercises:
        new = ExerciseTally(own.section, own.title, own.out_of)
        exercise = chapter.exercises.setdefault(own.exercise, new)
        exercise.points.append(own.points)
        exercise.mistakes.update(own.misconceptions)
