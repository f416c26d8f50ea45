"""Counts for a class: chapters, exercises, mistakes, and notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from statistics import correlation, fmean

from course_lib.handin.examine import QUOTED
from course_lib.handin.feedback import PLAIN
from course_lib.handin.results import Result
from grading.scores import Score, best_scores

MAX_NOTES = 200
MAX_OF_ONE = 5  # nobody crowds out the notes on others
FEW = 10  # learners; with fewer, a correlation means nothing


@dataclass
class ExerciseTally:
    """One exercise: everybody's points, and the number of learners per mistake.

    ``rest`` are everybody's points in the other exercises of the chapter.
    """

    section: int
    title: str
    out_of: float
    points: list[float] = field(default_factory=list)
    rest: list[float] = field(default_factory=list)
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

    @property
    def difficulty(self) -> float:
        """The mean share of the points, from 0 (nobody) to 1 (everybody)."""
        return self.mean / self.out_of if self.out_of else 1

    @property
    def discrimination(self) -> float | None:
        """The correlation with the rest of the chapter, from -1 to 1.

        That is the corrected item-total correlation. None for a small class, or where
        all have the same points.
        """
        if len(self.points) < FEW or min(map(_spread, (self.points, self.rest))) == 0:
            return None
        return correlation(self.points, self.rest)


def _spread(points: list[float]) -> float:
    return max(points) - min(points)


@dataclass
class ChapterTally:
    """One chapter: everybody's points, and its exercises by name."""

    out_of: float
    points: list[float] = field(default_factory=list)
    exercises: dict[str, ExerciseTally] = field(default_factory=dict)


@dataclass
class Tally:
    """A class. ``mistakes`` counts the learners who made each, once per learner.

    ``notes`` are learner, notebook and note; ``more_notes`` counts omitted ones.
    ``absent`` are learners on the roster who handed in nothing.
    """

    learners: int = 0
    absent: int = 0
    files: int = 0
    chapters: dict[str, ChapterTally] = field(default_factory=dict)
    mistakes: Counter[str] = field(default_factory=Counter)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    more_notes: int = 0


def tally(results: Iterable[Result]) -> Tally:
    """Tally a class; of several notebooks per learner and chapter, one counts."""
    results = list(results)
    # a notebook with several chapters has several results
    total = Tally(files=len({result.notebook for result in results} - {""}))
    for learner, group in groupby(best_scores(results), attrgetter("learner")):
        scores = list(group)
        handed_in = any(score.notebook for score in scores)
        total.learners += handed_in
        total.absent += not handed_in
        total.mistakes.update(_mistakes(scores))
        notes = [(learner, *noted) for score in scores for noted in score.notes]
        notes.sort(key=lambda noted: QUOTED in noted[2])
        room = min(MAX_OF_ONE, MAX_NOTES - len(total.notes))
        total.notes += notes[:room]
        total.more_notes += len(notes[room:])
        for score in scores:
            _add(total, score)
    total.chapters = dict(sorted(total.chapters.items()))
    for chapter in total.chapters.values():
        in_order = sorted(chapter.exercises.items(), key=lambda item: item[1].section)
        chapter.exercises = dict(in_order)
    return total


def most_common(mistakes: Counter[str], most: int) -> list[tuple[str, int]]:
    """Return the most common first, ties in the order of names."""
    ordered = sorted(mistakes.items(), key=lambda item: (-item[1], item[0]))
    return ordered[:most]


def _mistakes(scores: list[Score]) -> set[str]:
    """Return the misconceptions of a learner, each once."""
    found = {m for s in scores for e in s.exercises for m in e.misconceptions}
    return found - PLAIN.keys()


def _add(total: Tally, score: Score) -> None:
    if not score.exercises or not score.notebook:  # only points set by hand
        return
    chapter = total.chapters.setdefault(score.chapter, ChapterTally(score.out_of))
    chapter.points.append(score.points)
    everything = sum(exercise.points for exercise in score.exercises)
    for own in score.exercises:
        new = ExerciseTally(own.section, own.title, own.out_of)
        exercise = chapter.exercises.setdefault(own.exercise, new)
        exercise.points.append(own.points)
        exercise.rest.append(everything - own.points)
        exercise.mistakes.update(own.misconceptions)
