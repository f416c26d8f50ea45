"""The engine: call an answer with the declared inputs and compare the results.

A wrong answer that behaves like a declared mistake *is* that mistake, and its hint is
shown.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from course_lib.check.answer import Answer, Function
from course_lib.check.compare import (
    Parts,
    close,
    close_enough,
    identical,
    is_single,
    names_of,
    parts_of,
    plausible,
    types_of,
)
from course_lib.check.failure import CheckFailed, show
from course_lib.check.kinds import Arguments, Inputs, Judged, Mistake

if TYPE_CHECKING:
    from course_lib.check.exercise import Exercise

NOT_THE_TYPE = (
    "The numbers may be right, but their type is not the one that the exercise asks "
    "for."
)
NOT_BOOL = (
    "The places may be right, but these are numbers. A mask is made of True and False: "
    "as an index, 1 and 0 would fetch entries 1 and 0 over and over."
)


@dataclass(frozen=True)
class Call:
    """One call of an answer; ``parts`` is None if its result could not be read."""

    arguments: Arguments
    got: Any
    parts: Parts | None
    types: list[str]
    wanted: Any
    right: bool
    kind: Inputs


def examine(
    exercise: Exercise,
    function: Function,
    *,
    seed: int = 0,
    class_seed: int = 0,
    inputs: Sequence[Inputs | Judged] | None = None,
    memo: dict[Any, Any] | None = None,
) -> float | None:
    """Check without printing: raise CheckFailed unless the answer is right.

    ``seed`` draws the inputs, all kinds of them by default; ``class_seed`` chooses
    the class's variation and what it judges. With the same ``memo``, several calls do
    not ask an open exercise's answer twice. Returns an open exercise's score.
    """
    answer, rules = Answer(function, exercise, memo), exercise.rules(class_seed)
    calls: list[Call] = []
    score: float | None = None
    for kind in exercise.inputs if inputs is None else inputs:
        if isinstance(kind, Judged):
            # in class 0 the same as for the other kinds
            score = kind.judge(answer, np.random.default_rng([seed, class_seed]))
            continue
        rng = np.random.default_rng(seed)
        try:
            for arguments in kind.draw(rng):
                calls.append(_call(exercise, answer, kind, arguments, rules))
        except CheckFailed:
            if all(call.right for call in calls):
                raise
            break  # the first wrong result says more than a later error
    if not all(call.right for call in calls):
        _fail(exercise, answer, calls, rules)
    return score


def solve(
    exercise: Exercise, arguments: Mapping[str, Any], rules: Mapping[str, Any]
) -> Any:
    """Return what the exercise's solution returns."""
    return _quietly(exercise.solved, arguments, rules)


def _call(
    exercise: Exercise,
    answer: Answer,
    kind: Inputs,
    arguments: Arguments,
    rules: Mapping[str, Any],
) -> Call:
    wanted = solve(exercise, arguments, rules)
    got = answer(**arguments)
    parts = parts_of(got, wanted)
    types = [] if parts is None else types_of(got, wanted)
    right = (
        parts is not None
        and not _mistyped(exercise, types)
        and _is_right(exercise, parts, _parts(wanted), kind, arguments)
    )
    return Call(arguments, got, parts, types, wanted, right, kind)


def _mistyped(exercise: Exercise, types: list[str]) -> set[int]:
    """Return the indices of parts whose type is not allowed."""
    return {
        i
        for i, (name, kind) in enumerate(zip(exercise.returns, types, strict=False))
        if name in exercise.types and kind and kind not in exercise.types[name]
    }


def _is_right(
    exercise: Exercise, got: Parts, wanted: Parts, kind: Inputs, arguments: Arguments
) -> bool:
    if [part.shape for part in got] != [part.shape for part in wanted]:
        return False
    if kind.double and any(map(is_single, got)):
        return plausible(got, wanted)
    if exercise.agree is not None:
        return exercise.agree(got, wanted, **arguments)
    return close_enough(got, wanted, exercise.tolerance, kind.smallest)


def _fail(
    exercise: Exercise, answer: Answer, calls: list[Call], rules: Mapping[str, Any]
) -> NoReturn:
    """Name the mistake behind the first wrong result.

    If several mistakes lead to it, choose the one that explains the most other calls.
    """
    first = next(call for call in calls if not call.right)
    answer.arguments = first.arguments
    fitting = [m for m in exercise.mistakes if _explains(exercise, m, first, rules)]
    if fitting:
        best = max(
            fitting,
            key=lambda m: sum(_explains(exercise, m, call, rules) for call in calls),
        )
        name, hint = best.name, best.hint
    else:
        _fail_by_form(exercise, answer, first)
        name, hint = first.kind.name, first.kind.hint
    answer.fail(
        name,
        hint.format(**rules),
        got=show(first.got),
        expected=exercise.expected.format(**first.arguments, **rules),
    )


def _explains(
    exercise: Exercise, mistake: Mistake, call: Call, rules: Mapping[str, Any]
) -> bool:
    """Return whether a mistake yields this result, or leaves a right one unchanged.

    In a wrong result, only the parts that the mistake spoils are compared: the others
    may contain a different mistake.
    """
    try:
        value = _quietly(mistake.function, call.arguments, rules)
    except Exception:  # a mistake need not survive every input
        return False
    mistaken, wanted = parts_of(value, call.wanted), _parts(call.wanted)
    if call.parts is None or mistaken is None:
        return mistaken is call.parts is None and identical(call.got, value)
    types, tolerance = types_of(value, call.wanted), exercise.tolerance
    mistyped, smallest = _mistyped(exercise, types), call.kind.smallest
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


def _fail_by_form(exercise: Exercise, answer: Answer, call: Call) -> None:
    """Say what is wrong with the type or the shape of a result, if anything is."""
    parts = answer.parts(call.got, call.wanted, exercise.returns)
    names = names_of(call.wanted, exercise.returns)
    for name, part, right in zip(names, parts, _parts(call.wanted), strict=True):
        if part.shape != right.shape and not isinstance(call.wanted, bytes):
            answer.wrong_shape(part, name, right.shape)
    for i in _mistyped(exercise, call.types):
        name = exercise.returns[i]
        answer.fail(
            "wrong-type",
            NOT_BOOL if "bool" in exercise.types[name] else NOT_THE_TYPE,
            got=f"{show(parts[i])}, {call.types[i]}",
            expected=f"{name} as {' or '.join(exercise.types[name])}",
        )


def _parts(wanted: Any) -> Parts:
    parts = parts_of(wanted, wanted)
    assert parts is not None, "the solution returns what cannot be compared"
    return parts


def _quietly(
    function: Function, arguments: Mapping[str, Any], rules: Mapping[str, Any]
) -> Any:
    """Call it on copies, without warnings about overflow or division by zero."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(**copy.deepcopy(dict(arguments)), **rules)
