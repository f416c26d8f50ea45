"""What makes a function that examines answers into a further property."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.check import EXERCISES
from course_lib.check.answer import Answer, Function
from course_lib.check.failure import show

Examine = Callable[[Answer, np.random.Generator], None]


@dataclass(frozen=True)
class Further:
    """A property of right answers that the visible check does not test.

    A learner reads ``title`` and, where it fails, the hint: neither may give away
    what was put in or what should have come.
    """

    exercise: str
    title: str
    _examine: Examine

    def examine(self, function: Function, *, seed: int, class_seed: int = 0) -> None:
        """Silent where ``function`` has the property; raises CheckFailed otherwise.

        ``seed`` draws the inputs; ``class_seed`` chooses the class's variation.
        """
        answer = Answer(function, EXERCISES[self.exercise], class_seed)
        self._examine(answer, np.random.default_rng(seed))


FURTHER: dict[str, list[Further]] = {name: [] for name in EXERCISES}


def further(exercise: str, title: str) -> Callable[[Examine], Examine]:
    """Register ``examine(answer, rng)`` as a property of answers to ``exercise``."""

    def register(examine: Examine) -> Examine:
        FURTHER[exercise].append(Further(exercise, title, examine))
        return examine

    return register


def demand(
    answer: Answer, holds: Any, misconception: str, hint: str, *, came: Any = None
) -> None:
    """Fail with ``misconception`` and ``hint`` unless ``holds``."""
    if not holds:
        answer.fail(misconception, hint, came="" if came is None else show(came))
