"""Which kinds of inputs an answer passes, without a search for the mistake it makes."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_lib.check import CheckFailed, Exercise
from course_lib.check.answer import Answer
from course_lib.check.judging import _call
from course_lib.check.kinds import Inputs, Judged


def verdicts(
    exercise: Exercise, function: Callable[..., Any], seed: int, class_seed: int
) -> list[bool]:
    """For each kind of input, whether the first kind and this one pass together.

    This is what gives points: see ``grading.plan``.
    """
    answer = Answer(function, exercise)
    if not _passes(answer, exercise.inputs[0], seed, class_seed):
        return [False] * len(exercise.inputs)
    others = exercise.inputs[1:]
    return [True, *(_passes(answer, kind, seed, class_seed) for kind in others)]


def _passes(answer: Answer, kind: Inputs | Judged, seed: int, class_seed: int) -> bool:
    try:
        return all(_right(answer, kind, seed, class_seed))
    except CheckFailed:
        return False


def _right(
    answer: Answer, kind: Inputs | Judged, seed: int, class_seed: int
) -> Iterator[bool]:
    exercise = answer.exercise
    if isinstance(kind, Judged):
        kind.judge(answer, np.random.default_rng([seed, class_seed]))
        return
    for arguments in kind.draw(np.random.default_rng(seed)):
        rules = exercise.rules(class_seed)
        yield _call(exercise, answer, kind, arguments, rules).right
