"""What an entry of the catalogue of wrong answers says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer that somebody gives for a reason.

    ``belief`` says in one plain sentence what they believe; ``misconception`` is
    what the check must recognise (an entry of the course's list, such as "M6", or
    a named slip), and ``fragment`` is a piece of the hint it must show.
    ``plausible`` marks an answer whose results look right at a glance.
    """

    exercise: str
    function: Callable[..., Any]
    misconception: str
    belief: str
    fragment: str
    plausible: bool = False

    def __str__(self) -> str:
        return f"{self.exercise}-{self.function.__name__}"


class Catalogue(list[WrongAnswer]):
    """Wrong answers in the order they were written, collected by a decorator."""

    def add(
        self,
        exercise: str,
        misconception: str,
        belief: str,
        fragment: str,
        plausible: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the function below as a wrong answer to ``exercise``."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.append(
                WrongAnswer(
                    exercise, function, misconception, belief, fragment, plausible
                )
            )
            return function

        return register
