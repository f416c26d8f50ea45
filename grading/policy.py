"""A class's rules in a TOML file: weights, deadlines, and which submission counts."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from course_lib.check import EXERCISES
from course_lib.handin.examine import exercises_of
from course_lib.handin.long_answers import long_answer
from course_lib.handin.results import LongAnswer, Result

CHAPTERS = sorted({exercise.chapter for exercise in EXERCISES.values()})
COUNTS = ("best", "latest")
KEYS = ("counts", "late_percent", "deadlines", "weights", "long_answers")


@dataclass(frozen=True)
class Policy:
    """What an answer is worth in this class.

    ``late_percent`` is taken off each notebook handed in after its chapter's deadline.
    ``weights`` multiply the points of a chapter (``"03"``) or an exercise (``"bill"``).
    ``long_answers`` are the points of a chapter's long answer, if its mark counts.
    """

    counts: str = "best"
    late_percent: float = 0
    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    long_answers: Mapping[str, float] = field(default_factory=dict)

    def weight(self, exercise: str) -> float:
        """Return the factor for the points of an exercise."""
        chapter = EXERCISES[exercise].chapter if exercise in EXERCISES else ""
        return self.weights.get(exercise, 1) * self.weights.get(chapter, 1)

    def points_of(self, chapter: str) -> dict[str, float]:
        """Return what each exercise of a chapter is worth, in page order."""
        found = exercises_of(chapter)
        return {e.name: round(e.points * self.weight(e.name), 2) for e in found}

    def question(self, chapter: str) -> tuple[str, float]:
        """Return the name of the long answer that counts, and its points, if any."""
        out_of = self.long_answers.get(chapter, 0)
        asked = long_answer(chapter, []) if out_of else []
        out_of = round(out_of * self.weights.get(chapter, 1), 2)
        return (asked[0].question, out_of) if asked else ("", 0)

    def weighted(self, result: Result) -> Result:
        """Return the result with its exercises and its text weighted by this policy."""
        question, out_of = self.question(result.chapter)
        exercises = [
            replace(e, out_of=round(e.out_of * self.weight(e.exercise), 2))
            for e in result.exercises
        ]
        texts = [
            replace(answer, out_of=out_of) if answer.question == question else answer
            for answer in result.long_answers
        ]
        return replace(result, exercises=exercises, long_answers=texts)

    def marked(self, answer: LongAnswer, mark: str, result: Result) -> LongAnswer:
        """Return a long answer with its mark, scaled by the chapter's weight.

        Raises ValueError if the mark counts and is not a number in range.
        """
        if not answer.out_of or not mark:
            return answer
        points, most = number(mark), self.long_answers[result.chapter]
        if points is None or not 0 <= points <= most:
            raise ValueError(
                f"long_answers.csv: mark of {result.learner!r} for {answer.question} "
                f"must be a number from 0 to {most:g}, got {mark!r}"
            )
        return replace(answer, points=round(points * answer.out_of / most, 2))


def number(text: str) -> float | None:
    """Return the number in a cell, with a decimal point or comma, or None."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def timestamp(value: object) -> datetime:
    """Return a date and time, in this machine's time zone if it names none."""
    made = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    if not isinstance(made, datetime):
        raise ValueError(f"a date and time such as 2027-03-01T23:59, got {value}")
    return made.astimezone()


def read_policy(path: Path | None) -> Policy:
    """Return the rules in a file, or the default rules; ValueError if it is invalid."""
    if path is None:
        return Policy()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must be a TOML file, got {error}") from None
    try:
        return _policy(found)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _policy(found: dict[str, Any]) -> Policy:
    for key in found:
        _one_of("key", key, KEYS)
    counts = found.get("counts", "best")
    _one_of("counts", counts, COUNTS)
    late = found.get("late_percent", 0)
    if not _is_number(late) or not 0 <= late <= 100:
        raise ValueError(f"late_percent must be a number from 0 to 100, got {late!r}")
    try:
        ends = {
            c: timestamp(at) for c, at in _table(found, "deadlines", CHAPTERS).items()
        }
    except ValueError as error:
        raise ValueError(f"each deadline must be {error}") from None
    weights = _numbers(found, "weights", [*CHAPTERS, *EXERCISES])
    return Policy(
        counts, late, ends, weights, _numbers(found, "long_answers", CHAPTERS)
    )


def _table(found: dict[str, Any], name: str, keys: list[str]) -> dict[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{name} must be a table, got {table!r}")
    for key in table:
        _one_of(f"a key of {name}", key, keys)
    return table


def _numbers(found: dict[str, Any], name: str, keys: list[str]) -> dict[str, float]:
    table = _table(found, name, keys)
    for key, value in table.items():
        if not _is_number(value) or not 0 <= value < float("inf"):
            raise ValueError(
                f"{name}.{key} must be a number of at least 0, got {value!r}"
            )
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _one_of(what: str, value: object, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{what} must be one of {', '.join(allowed)}, got {value!r}")
