"""An exercise is one declaration: its inputs, its solution, and its known mistakes.

An answer is called with the declared inputs and compared with the solution. One that
is not right but behaves like a declared mistake *is* that mistake, and its hint is
shown. Grading draws other inputs from the same declaration.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from course_lib import journal
from course_lib.check.answer import Answer, Function
from course_lib.check.compare import (
    SMALL,
    Parts,
    close,
    close_enough,
    identical,
    names_of,
    parts_of,
    types_of,
)
from course_lib.check.failure import UNRECOGNIZED, CheckFailed, show
from course_lib.files import reason

Arguments = dict[str, Any]
Draw = Callable[[np.random.Generator], Iterator[Arguments]]
Judge = Callable[[Answer, np.random.Generator], None]
# came, wanted → whether the answer is right; the arguments follow by name
Agree = Callable[..., bool]

NOT_SAVED = (
    "Not saved: {reason}. Your answer is right and still here. Once it can be saved, "
    "run this cell again, so that the map counts it."
)
REGISTERED: dict[str, Exercise] = {}
TINY = 1e-30


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a function that makes it, and what to tell whoever does.

    ``name`` is an entry of the course's list of misconceptions ("M6") or a short name
    of its own ("off-by-one"); the function's docstring says what its author believes.
    """

    name: str
    hint: str
    function: Function


@dataclass(frozen=True)
class Inputs:
    """A kind of input: ``draw(rng)`` yields the arguments of one call after another.

    A wrong answer that behaves like no known mistake gets ``name`` and ``hint``. With
    ``double``, results of single precision are not judged: they cannot hold enough
    digits.
    """

    title: str
    draw: Draw
    name: str
    hint: str
    double: bool

    @property
    def smallest(self) -> float:
        """Below this size, numbers are compared relative to it: see ``close``."""
        return TINY if self.double else SMALL


@dataclass(frozen=True)
class Judged:
    """Inputs with many right results: ``judge(answer, rng)`` raises CheckFailed."""

    title: str
    judge: Judge


@dataclass(frozen=True)
class Call:
    """One call of an answer; ``parts`` is None where its result could not be read."""

    arguments: Arguments
    given: str
    came: Any
    parts: Parts | None
    types: list[str]
    wanted: Any
    right: bool
    kind: Inputs


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """What is declared about an exercise, here and nowhere else.

    ``section`` is its number on the chapter's exercise page, ``room`` the part of the
    chapter's lesson that explains it, ``difficulty`` 1 to 3, ``misconception`` the one
    it is built around. ``returns`` names the parts of a result, ``expected`` says in
    kind what should come back (``{name}`` stands for an argument), and ``hint`` what to
    look at when no known mistake was made. ``variations`` differ from class to class:
    keyword arguments of the solution and the mistakes, after ``prefix``. ``tolerance``
    is relative to the largest number of a part; ``agree`` replaces that comparison
    where more than one result is right. ``types`` lists what kinds of numbers a part
    may be (see ``types_of``), where that matters.
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
    variations: tuple[dict[str, str], ...] = ()
    prefix: str = ""
    tolerance: float = 1e-5
    agree: Agree | None = None
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
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
        """The declared solution."""
        return self._solution[0]

    def mistake(self, name: str, hint: str) -> Callable[[Function], Function]:
        """Declare a mistake; used as a decorator. Where two fit, the first counts."""

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
        """Declare inputs with ``judge(answer, rng)`` of their own; a decorator."""

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
        self.examine(function, seed=seed, class_seed=class_seed)
        unit = "point" if self.points == 1 else "points"
        print(f"{self.name}: correct ({self.points} {unit})")
        try:
            _remember(self.name)
        except OSError as error:  # the answer is right all the same
            print(NOT_SAVED.format(reason=reason(error)))

    def examine(
        self,
        function: Function,
        *,
        seed: int = 0,
        class_seed: int = 0,
        inputs: Sequence[Inputs | Judged] | None = None,
    ) -> None:
        """The same without the printed line; ``inputs`` are all kinds by default."""
        answer, rules = Answer(function, self), self.rules(class_seed)
        calls: list[Call] = []
        for kind in self.inputs if inputs is None else inputs:
            rng = np.random.default_rng(seed)
            if isinstance(kind, Judged):
                kind.judge(answer, rng)
                continue
            try:
                for arguments in kind.draw(rng):
                    calls.append(self._call(answer, kind, arguments, rules))
            except CheckFailed:
                if all(call.right for call in calls):
                    raise
                break  # the first wrong result says more than a later error
        if not all(call.right for call in calls):
            self._fail(answer, calls, rules)

    def variation(self, class_seed: int) -> dict[str, str]:
        """What is asked of a class; empty for an exercise without variations.

        Class 0 is the published one: its solutions are in the repository. Every other
        class seed gives another variation than class 0.
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

    def rules(self, class_seed: int) -> dict[str, str]:
        """The same as keyword arguments of the solution and the mistakes."""
        asked = self.variation(class_seed)
        return {self.prefix + name: value for name, value in asked.items()}

    def solve(self, arguments: Mapping[str, Any], rules: Mapping[str, str]) -> Any:
        """What the solution returns."""
        return _quietly(self.solved, arguments, rules)

    def _call(
        self,
        answer: Answer,
        kind: Inputs,
        arguments: Arguments,
        rules: Mapping[str, str],
    ) -> Call:
        wanted = self.solve(arguments, rules)
        came = answer(**arguments)
        parts = parts_of(came, wanted)
        types = [] if parts is None else types_of(came, wanted)
        right = (
            parts is not None
            and not self._mistyped(types)
            and self._is_right(parts, _parts(wanted), kind, arguments)
        )
        return Call(arguments, answer.given, came, parts, types, wanted, right, kind)

    def _mistyped(self, types: list[str]) -> set[int]:
        """Which parts are not of a kind that they must be of."""
        return {
            i
            for i, (name, kind) in enumerate(zip(self.returns, types, strict=False))
            if name in self.types and kind not in self.types[name]
        }

    def _is_right(
        self, came: Parts, wanted: Parts, kind: Inputs, arguments: Arguments
    ) -> bool:
        if [part.shape for part in came] != [part.shape for part in wanted]:
            return False
        if kind.double and any(part.dtype.itemsize < 8 for part in came):
            return True
        if self.agree is not None:
            return self.agree(came, wanted, **arguments)
        return close_enough(came, wanted, self.tolerance, kind.smallest)

    def _fail(
        self, answer: Answer, calls: list[Call], rules: Mapping[str, str]
    ) -> NoReturn:
        """Name the mistake behind the first wrong result.

        Where several lead to it, it is the one that explains most of the other calls.
        """
        first = next(call for call in calls if not call.right)
        answer.given = first.given
        fitting = [m for m in self.mistakes if self._explains(m, first, rules)]
        if fitting:
            best = max(
                fitting,
                key=lambda m: sum(self._explains(m, call, rules) for call in calls),
            )
            name, hint = best.name, best.hint
        else:
            self._fail_by_form(answer, first)
            name, hint = first.kind.name, first.kind.hint
        answer.fail(
            name,
            hint.format(**rules),
            came=show(first.came),
            expected=self.expected.format(**first.arguments, **rules),
        )

    def _explains(self, mistake: Mistake, call: Call, rules: Mapping[str, str]) -> bool:
        """Whether a mistake leads to this result, or shows nowhere in a right one.

        Of a wrong result only the parts that the mistake spoils are compared: there may
        be another mistake in the others.
        """
        try:
            value = _quietly(mistake.function, call.arguments, rules)
        except Exception:  # a mistake need not survive every input
            return False
        mistaken, wanted = parts_of(value, call.wanted), _parts(call.wanted)
        if call.parts is None or mistaken is None:
            return mistaken is call.parts is None and identical(call.came, value)
        types, tolerance = types_of(value, call.wanted), self.tolerance
        mistyped, smallest = self._mistyped(types), call.kind.smallest
        spoiled = [
            i
            for i, (mine, right) in enumerate(zip(mistaken, wanted, strict=True))
            if i in mistyped or not close(mine, right, tolerance, smallest)
        ]
        if call.right:
            return not spoiled
        return bool(spoiled) and all(
            close(call.parts[i], mistaken[i], tolerance, smallest)
            and (i not in mistyped or call.types[i] == types[i])
            for i in spoiled
        )

    def _fail_by_form(self, answer: Answer, call: Call) -> None:
        """Say what is wrong with the type or the shape of a result, if anything is."""
        parts = answer.parts(call.came, call.wanted, self.returns)
        names = names_of(call.wanted, self.returns)
        for name, part, right in zip(names, parts, _parts(call.wanted), strict=True):
            if part.shape != right.shape and not isinstance(call.wanted, bytes):
                answer.wrong_shape(part, name, right.shape)
        for i in self._mistyped(call.types):
            name = self.returns[i]
            answer.fail(
                "wrong-type",
                "The numbers may be right, but they are of another type than the "
                "exercise asks for.",
                came=f"{show(parts[i])}, {call.types[i]}",
                expected=f"{name} as {' or '.join(self.types[name])}",
            )


def _parts(wanted: Any) -> Parts:
    parts = parts_of(wanted, wanted)
    assert parts is not None, "the solution returns what cannot be compared"
    return parts


def _quietly(
    function: Function, arguments: Mapping[str, Any], rules: Mapping[str, str]
) -> Any:
    """Call it on copies; what overflows or divides by zero does not warn."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(**copy.deepcopy(dict(arguments)), **rules)


def variation(name: str, class_seed: int) -> dict[str, str]:
    """What an exercise asks of a class, for example ``{"cost": "macs"}``.

    ValueError for an exercise without variations and for a class seed that is not a
    whole number from 0.
    """
    varied = [each for each, exercise in REGISTERED.items() if exercise.variations]
    if name not in varied:
        raise ValueError(f"exercise must be one of {sorted(varied)}, got {name!r}")
    return REGISTERED[name].variation(class_seed)


def passed_name(exercise: str) -> str:
    """The name under which the journal knows that an exercise's check passed."""
    return "check-" + exercise.replace("_", "-")


def _remember(exercise: str) -> None:
    """Keep, for the learning map, that a check passed; once is enough."""
    name = passed_name(exercise)
    if journal.newest(name) is None:
        journal.keep(name, "passed")
