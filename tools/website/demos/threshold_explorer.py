"""Data of *Which neurons can go?*: all neurons, and what each state costs."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any

import numpy as np

from course_lib.demos.gallery import entry
from course_lib.demos.quick_accuracy import quick_accuracy, remembered_inputs
from course_lib.demos.threshold_explorer import GRID, START, compute
from course_lib.measure import parameter_count

UNIT = 100_000  # neurons are stored in this part of one


def data() -> dict[str, Any]:
    """Return neurons by layer, and [parameters, right answers] per pair of thresholds.

    Mean (its size) and std are rounded up to whole 1/``UNIT``. Every threshold is a
    whole number of these, so a neuron is at or below a threshold before rounding
    exactly if it is after.
    """
    model, statistics, split = entry("threshold_explorer").arguments()
    known, images = remembered_inputs(model, split), len(split.labels)
    base = quick_accuracy(model, split)
    states = []
    for thresholds in product(GRID, GRID):
        outcome = compute(
            model, statistics, split, thresholds, known=known, base=100 * base
        )
        states.append(
            None
            if outcome is None
            else [outcome.parameters, round(outcome.accuracy * images / 100)]
        )
    return {
        "grid": GRID,
        "start": START,
        "unit": UNIT,
        "layers": [
            [
                name,
                _rounded_up(layer.mean.abs().numpy()),
                _rounded_up(layer.std.numpy()),
            ]
            for name, layer in statistics.items()
        ],
        "parameters": parameter_count(model),
        "images": images,
        "right": round(base * images),
        "states": states,
    }


def _rounded_up(values: np.ndarray) -> list[int]:
    return [ceil(Fraction(value) * UNIT) for value in values.tolist()]
