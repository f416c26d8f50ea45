"""An exercise is one declaration: its inputs, its solution, and its known mistakes.

`judging` compares an answer with it; grading draws other inputs from the same
declaration.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from course_lib import journal
from course_lib.check import judging
from course_lib.check.answer import Function
from course_lib.check.borrowed import borrowed
from course_lib.check.failure import UNRECOGNIZED, CheckFailed
from course_lib.check.kinds import Draw, Inputs, Judge, Judged, Mistake
from course_lib.files import reason

BOOL = ("bool", "list of bool")  # the types of a mask
# got, wanted → whether the answer is right; the arguments follow by name
Agree = Callable[..., bool]

NEEDS_COURSE = (
    "Your function uses {name}. Grading runs answers without the course's library, so "
    "this one would get no points. Write that step yourself."
)
NOT_SAVED = (
    "Not saved: {reason}. Your answer is right and still here. Once it can be saved, "
    "run this cell again so that the map counts it."
)
REGISTERED: dict[str, Exercise] = {}
_failing: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """Everything that is declared about an exercise.

    ``section`` is its number on the chapter's exercise page, ``room`` the part of the
    chapter's lesson that explains it, ``difficulty`` 1 to 3, ``misconception`` the one
    it is built around. ``returns`` names the parts of a result, ``expected`` describes
    what should be returned (``{name}`` stands for an argument), and ``hint`` says what
    to look at when no known mistake was made. ``variations`` differ from class to
    class: keyword arguments of the solution and the mistakes, after ``prefix``.
    ``tolerance`` is relative to the largest number of a part; ``agree`` replaces that
    comparison where more than one result is right. ``types`` lists what kinds of
    numbers a part may be (see ``types_of``), where that matters. ``score`` is the unit
    in which an open exercise measures how good an answer is; less is better.
    """

    name: str
    chapter: str
    section: int
    title: str
    points: int
    difficulty: int
    minutes: int
    misconception: str
    room: str
    returns: tuple[str, ...]
    expected: str
    hint: str
    variations: tuple[dict[str, Any], ...] = ()
    prefix: str = ""
    tolerance: float = 1e-5
    agree: Agree | None = None
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    score: str = ""
    inputs: list[Inputs | Judged] = field(default_factory=list, init=False, repr=False)
    mistakes: list[Mistake] = field(default_factory=list, init=False, repr=False)
    _solution: list[Function] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        REGISTERED[self.name] = self
        doc = f"Check an answer to “{self.title}” (chapter {self.chapter})."
        object.__setattr__(self, "__name__", self.name)
        object.__setattr__(self, "__doc__", doc)

    def solution(self, function: Function) -> Function:
        """Declare the solution; used as a decorator."""
        self._solution.append(function)
        return function

    @property
    def solved(self) -> Function:
        """Return the declared solution."""
        return self._solution[0]

    def mistake(self, name: str, hint: str) -> Callable[[Function], Function]:
        """Declare a mistake; used as a decorator. If two fit, the first wins."""

        def register(function: Function) -> Function:
            self.mistakes.append(Mistake(name, hint, function))
            return function

        return register

    def drawn(
        self,
        title: str,
        *,
        name: str = UNRECOGNIZED,
        hint: str = "",
        double: bool = False,
    ) -> Callable[[Draw], Draw]:
        """Declare a kind of input, ``draw(rng)``; used as a decorator."""

        def register(draw: Draw) -> Draw:
            self.inputs.append(Inputs(title, draw, name, hint or self.hint, double))
            return draw

        return register

    def judged(self, title: str) -> Callable[[Judge], Judge]:
        """Declare inputs with their own ``judge(answer, rng)``; used as a decorator."""

        def register(judge: Judge) -> Judge:
            self.inputs.append(Judged(title, judge))
            return judge

        return register

    def __call__(
        self, function: Function, *, seed: int = 0, class_seed: int = 0
    ) -> None:
        """Print one line when the answer is right; raise CheckFailed otherwise.

        ``seed`` draws the inputs; ``class_seed`` chooses the class's variation.
        """
        try:
            if name := borrowed(function):
                hint = NEEDS_COURSE.format(name=name)
                raise CheckFailed("needs-course", hint, exercise=self)
            score = self.examine(function, seed=seed, class_seed=class_seed)
        except CheckFailed as failed:
            _failing.clear()
            _failing.update(failed.arguments)
            raise
        unit = "point" if self.points == 1 else "points"
        reached = "" if score is None else f", {self.with_unit(f'{score:.4g}')}"
        print(f"{self.name}: correct ({self.points} {unit}){reached}")
        try:
            _remember(self.name)
        except OSError as error:  # the answer is right nevertheless
            print(NOT_SAVED.format(reason=reason(error)))

    examine = judging.examine  # a method, whose first argument is the exercise

    def with_unit(self, score: str) -> str:
        """Return an open exercise's score with its unit; no space before a % sign."""
        space = "" if self.score.startswith("%") else " "
        return f"{score}{space}{self.score}"

    def variation(self, class_seed: int) -> dict[str, Any]:
        """Return a class's variation; empty for an exercise without variations.

        Class 0 is the published one: its solutions are in the repository. Every other
        class seed gives a variation different from class 0's.
        """
        if isinstance(class_seed, bool) or not isinstance(class_seed, int):
            raise ValueError(f"class_seed must be a whole number, got {class_seed!r}")
        if class_seed < 0:
            raise ValueError(f"class_seed must be at least 0, got {class_seed!r}")
        if not self.variations:
            return {}
        published, *others = self.variations
        chosen = others[(class_seed - 1) % len(others)] if class_seed else published
        return dict(chosen)

    def rules(self, class_seed: int) -> dict[str, Any]:
        """Return the variation as keyword arguments of solution and mistakes."""
        asked = self.variation(class_seed)
        return {self.prefix + name: value for name, value in asked.items()}


def variation(name: str, class_seed: int) -> dict[str, Any]:
    """Return a class's variation of an exercise, for example ``{"cost": "macs"}``.

    Raises ValueError for an exercise without variations and for a class seed that is
    not a nonnegative integer.
    """
    varied = [each for each, exercise in REGISTERED.items() if exercise.variations]
    if name not in varied:
        raise ValueError(f"exercise must be one of {sorted(varied)}, got {name!r}")
    return REGISTERED[name].variation(class_seed)


def failing_input() -> dict[str, Any]:
    """Return the arguments, by name, of the call that the last failed check reported.

    ``answer(**check.failing_input())`` repeats that call, even where the message
    abridges an array. Raises LookupError if no check in this kernel has failed on an
    input.
    """
    if not _failing:
        raise LookupError("a check must have failed on an input first, got none so far")
    return copy.deepcopy(_failing)


def passed_name(exercise: str) -> str:
    """Return the name under which the journal records that an exercise passed."""
    return "check-" + exercise.replace("_", "-")


def _remember(exercise: str) -> None:
    """Record, for the learning map, that a check passed; once is enough."""
    name = passed_name(exercise)
    if journal.newest(name) is None:
        journal.keep(name, "passed")
