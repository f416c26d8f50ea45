"""Results of checking a submitted notebook: plain data to store and to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """The result of one check on one answer.

    ``check`` is its title, ``share`` its fraction of the exercise's points (0 for the
    visible check, whose inputs a learner can see). If it failed, ``misconception`` is
    an entry of the course's list ("M6") or a named slip, and ``hint`` what to look at.
    ``detail`` – given, returned and expected values – is empty unless ``visible``.
    ``score`` is that of an open exercise, if it passed.
    """

    check: str
    share: float
    visible: bool
    passed: bool
    misconception: str = ""
    hint: str = ""
    detail: str = ""
    score: float | None = None


@dataclass(frozen=True)
class ExerciseResult:
    """The verdicts on one exercise, ``points`` of ``out_of``.

    ``awarded`` are points set by hand instead, with a ``reason``.
    ``shape`` is that of the answer (see ``child/shapes.py``), for comparisons.
    """

    exercise: str
    section: int
    title: str
    out_of: float
    verdicts: list[Verdict]
    awarded: float | None = None
    reason: str = ""
    shape: str = ""

    @property
    def points(self) -> float:
        """Return the points set by hand, if any, or those of the passed checks."""
        if self.awarded is not None:
            return self.awarded
        earned = sum(v.share for v in self.verdicts if v.passed)
        return round(self.out_of * earned, 2)

    @property
    def score(self) -> float | None:
        """Return an open exercise's score in the passed check of the largest share."""
        scored = [v for v in self.verdicts if v.score is not None]
        return max(scored, key=lambda v: v.share).score if scored else None

    @property
    def misconceptions(self) -> list[str]:
        """Return the recognized misconceptions, each once, in the order of the checks.

        If the visible check names the mistake, the others only see its effects.
        """
        failed = [verdict for verdict in self.verdicts if not verdict.passed]
        informative = [verdict for verdict in failed if verdict.visible] or failed
        return list(dict.fromkeys(verdict.misconception for verdict in informative))


@dataclass(frozen=True)
class LongAnswer:
    """An answer to be graded by hand: the question's name, its text, and the answer.

    ``out_of`` is 0 where its mark does not count; ``points`` is the mark otherwise.
    """

    question: str
    asked: str
    written: str
    points: float = 0
    out_of: float = 0


@dataclass(frozen=True)
class Result:
    """Everything about one notebook of one learner.

    ``notebook`` is its path below the submissions folder, with ``/``; ``chapter`` two
    digits, or an empty string if no answer of any chapter was found. ``notes`` are for
    humans, such as that the file is not a notebook. ``retried`` lists requests made
    twice because the machine stalled; with ``stalled`` it did so again. ``late`` is the
    percentage taken off a late notebook. Of several notebooks, those of the highest
    ``rank`` may count.
    """

    learner: str
    notebook: str
    chapter: str
    exercises: list[ExerciseResult] = field(default_factory=list)
    long_answers: list[LongAnswer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    stalled: bool = False
    late: float = 0
    rank: float = 0

    @property
    def deducted(self) -> float:
        """Return the points taken off because it was late, to the hundredth."""
        return round(_sum(self) * self.late / 100, 2)

    @property
    def points(self) -> float:
        """Return the points of exercises and marks, less those for being late."""
        return round(_sum(self) - self.deducted, 2)

    @property
    def out_of(self) -> float:
        """Return the maximum points of the chapter."""
        return round(sum(part.out_of for part in _parts(self)), 2)


def _sum(result: Result) -> float:
    return sum(part.points for part in _parts(result))


def _parts(result: Result) -> list[ExerciseResult | LongAnswer]:
    return [*result.exercises, *result.long_answers]


def from_plain(data: dict[str, Any]) -> Result:
    """Return the result that ``asdict`` turned into ``data``; ValueError otherwise."""
    try:
        exercises = [
            ExerciseResult(**{**e, "verdicts": [Verdict(**v) for v in e["verdicts"]]})
            for e in data["exercises"]
        ]
        answers = [LongAnswer(**answer) for answer in data["long_answers"]]
        return Result(**{**data, "exercises": exercises, "long_answers": answers})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"data must be a stored result, got {error}") from error
