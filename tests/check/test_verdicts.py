"""No verdict depends on the secret: an answer passes a kind always, or never."""

import warnings
from functools import partial

import numpy as np
import pytest

from course_lib.check import EXERCISES
from tests.sampling import SOAK, sample

from .styles import CORRECT
from .test_fair import RIGHT, WRONG
from .verdicts import verdicts

SEEDS = {False: range(50 if SOAK else 3), True: range(50 if SOAK else 2)}
SHARE = {False: 0.3, True: 0.05}  # of the answers; open exercises take seconds each


def known(name):
    """Every catalogued answer to an exercise, and the class that it is for."""
    exercise = EXERCISES[name]
    for class_seed in range(len(exercise.variations) or 1):
        rules = exercise.rules(class_seed)
        yield partial(exercise.solved, **rules), class_seed
        for mistake in exercise.mistakes:
            yield partial(mistake.function, **rules), class_seed
    for function in CORRECT[name]:
        yield function, 0
    for function, its in RIGHT.items():
        if its == name:
            yield function, 0
    for function, (its, class_seed) in WRONG.items():
        if its == name:
            yield function, class_seed


def constants(name):
    """Functions that always return what is right for one call of the visible check."""
    exercise, results = EXERCISES[name], []

    def recorded(*given):
        results.append(exercise.solved(*given, **exercise.rules(0)))
        return results[-1]

    exercise.examine(recorded)
    return [lambda *_, result=result: result for result in results]


@pytest.mark.parametrize("name", EXERCISES)
def test_no_verdict_depends_on_the_secret(name):
    exercise = EXERCISES[name]
    is_open = bool(exercise.score)
    answers = sample(known(name), SHARE[is_open])
    found = {index: set() for index in range(len(answers))}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for seed in SEEDS[is_open]:  # the outer loop, as open exercises keep few tasks
            for index, (function, class_seed) in enumerate(answers):
                passed = verdicts(exercise, function, seed, class_seed)
                found[index].add(tuple(passed))
    moved = [answers[index] for index, seen in found.items() if len(seen) > 1]
    assert not moved


@pytest.mark.parametrize("name", EXERCISES)
def test_a_constant_passes_nothing(name):
    exercise = EXERCISES[name]
    with np.errstate(all="ignore"):
        for function in sample(constants(name), 0.5):
            assert not any(verdicts(exercise, function, 1, 0))
