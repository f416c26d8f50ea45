"""What an exercise declares: kinds of inputs, and known mistakes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.check.answer import Answer, Function
from course_lib.check.compare import SMALL

Arguments = dict[str, Any]
Calls = Iterator[Arguments]  # of one call after another
Rng = np.random.Generator
Draw = Callable[[Rng], Calls]
Judge = Callable[[Answer, Rng], float | None]

TINY = 1e-30


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a function that makes it, and a hint for learners who do.

    ``name`` is an entry of the course's list of misconceptions ("M6") or a short name
    of its own ("off-by-one"); the function's docstring says what its author believes.
    """

    name: str
    hint: str
    function: Function


@dataclass(frozen=True)
class Inputs:
    """A kind of input: ``draw(rng)`` yields the arguments of successive calls.

    A wrong answer that behaves like no known mistake gets ``name`` and ``hint``. With
    ``double``, single-precision results cannot hold enough digits: see ``plausible``.
    """

    title: str
    draw: Draw
    name: str
    hint: str
    double: bool

    @property
    def smallest(self) -> float:
        """Return the smallest scale for a relative comparison; see ``close``."""
        return TINY if self.double else SMALL


@dataclass(frozen=True)
class Judged:
    """Inputs with many right results: ``judge(answer, rng)`` raises CheckFailed.

    In an open exercise it returns how good the result is, in the exercise's unit.
    """

    title: str
    judge: Judge
