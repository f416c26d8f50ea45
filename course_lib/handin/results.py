"""What checking a handed-in notebook found: plain data, to store and to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What one check said about one answer.

    ``check`` is its title, ``share`` the part of the exercise's points that it
    carries (0 for the visible check: a learner could see its inputs). Where it
    failed, ``misconception`` is an entry of the course's list ("M6") or a named slip
    and ``hint`` what to look at. ``detail`` – what was given, came and was expected –
    is for a learner only where ``visible`` is true.
    """

    check: str
    share: float
    visible: bool
    passed: bool
    misconception: str = ""
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ExerciseResult:
    """The verdicts on one exercise, ``points`` of ``out_of``."""

    exercise: str
    section: int
    title: str
    out_of: int
    verdicts: list[Verdict]

    @property
    def points(self) -> float:
        """Points earned, to the hundredth: each passed check's share of ``out_of``."""
        earned = sum(v.share for v in self.verdicts if v.passed)
        return round(self.out_of * earned, 2)

    @property
    def misconception(self) -> str:
        """The first misconception recognised, or an empty text."""
        return next((v.misconception for v in self.verdicts if not v.passed), "")


@dataclass(frozen=True)
class LongAnswer:
    """A text for a human to mark: the question's name, its words, what was written."""

    question: str
    asked: str
    written: str


@dataclass(frozen=True)
class Result:
    """Everything about one notebook of one learner.

    ``notebook`` is its path below the submissions folder, with ``/``; ``chapter`` two
    digits, or an empty text where no answer of any chapter was found. ``notes`` say
    what a human should know, such as that the file is no notebook.
    """

    learner: str
    notebook: str
    chapter: str
    exercises: list[ExerciseResult] = field(default_factory=list)
    long_answers: list[LongAnswer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points earned in all exercises."""
        return round(sum(e.points for e in self.exercises), 2)

    @property
    def out_of(self) -> int:
        """Points that the chapter's exercises give."""
        return sum(e.out_of for e in self.exercises)


def from_plain(data: dict[str, Any]) -> Result:
    """The result of which ``asdict`` made ``data``; ValueError for anything else."""
    try:
        exercises = [
            ExerciseResult(**{**e, "verdicts": [Verdict(**v) for v in e["verdicts"]]})
            for e in data["exercises"]
        ]
        answers = [LongAnswer(**answer) for answer in data["long_answers"]]
        return Result(**{**data, "exercises": exercises, "long_answers": answers})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"data is no stored result: {error}") from error
