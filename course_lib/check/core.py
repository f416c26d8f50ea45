"""What makes a function that examines answers into a visible check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib import journal
from course_lib.check.answer import Answer, Function
from course_lib.check.failure import Exercise
from course_lib.files import reason

NOT_REMEMBERED = (
    "Not saved: {reason}. Your answer is right and still here. Once it can be saved, "
    "run this cell again, so that the map counts it."
)
REGISTERED: dict[str, Exercise] = {}


class Check:
    """``check.name(function)``: silent proof of one exercise, or CheckFailed."""

    def __init__(self, exercise: Exercise, examine: Callable[..., None]) -> None:
        self.exercise = exercise
        self._examine = examine
        self.__name__ = exercise.name
        self.__doc__ = (
            f"Check an answer to “{exercise.title}” "
            f"(chapter {exercise.chapter}, {exercise.points} points)."
        )

    def __call__(
        self, function: Function, *, seed: int = 0, class_seed: int = 0
    ) -> None:
        """Print one line when the answer is right; raise CheckFailed otherwise.

        ``seed`` draws the inputs; ``class_seed`` chooses the class's variation.
        """
        self.examine(function, seed=seed, class_seed=class_seed)
        points = self.exercise.points
        unit = "point" if points == 1 else "points"
        print(f"{self.exercise.name}: correct ({points} {unit})")
        try:
            _remember(self.exercise.name)
        except OSError as error:  # the answer is right all the same
            print(NOT_REMEMBERED.format(reason=reason(error)))

    def examine(
        self, function: Function, *, seed: int = 0, class_seed: int = 0
    ) -> None:
        """The same without the printed line, for a program that grades."""
        answer = Answer(function, self.exercise, class_seed)
        self._examine(answer, np.random.default_rng(seed))


def passed_name(exercise: str) -> str:
    """The name under which the journal knows that an exercise's check passed."""
    return "check-" + exercise.replace("_", "-")


def _remember(exercise: str) -> None:
    """Keep, for the learning map, that a check passed; once is enough."""
    name = passed_name(exercise)
    if journal.newest(name) is None:
        journal.keep(name, "passed")


def exercise(**declared: Any) -> Callable[[Callable[..., None]], Check]:
    """Turn ``examine(answer, rng)`` into the check of the exercise of its name."""

    def register(examine: Callable[..., None]) -> Check:
        entry = Exercise(name=examine.__name__, **declared)
        REGISTERED[entry.name] = entry
        return Check(entry, examine)

    return register
