"""How a function behaves as an answer: on what inputs, and whether it is right."""

from __future__ import annotations

import copy
import warnings

import numpy as np


def is_right(function, exercise, class_seed):
    """Whether a declared function gives what the solution gives in this class."""
    if not exercise.variations:
        return False
    shown = [
        [
            shown_by(each, exercise, arguments, class_seed)
            for arguments in arguments_of(exercise)
        ]
        for each in (function, exercise.solved)
    ]
    return shown[0] == shown[1]


def arguments_of(exercise, seed=0):
    """Yield the arguments of every call that one seed draws."""
    for kind in exercise.inputs:
        yield from kind.draw(np.random.default_rng(seed))


def shown_by(function, exercise, arguments, class_seed=0):
    """Return what a function answers as text, or the type of its error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rules = exercise.rules(class_seed)
            result = function(**copy.deepcopy(arguments), **rules)
        except Exception as error:
            return type(error)
    with np.printoptions(threshold=10**6, precision=9):
        return str(result)
