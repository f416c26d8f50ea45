"""Data of *Which neurons can go?*: all neurons, and what each state costs."""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np

from course_lib.demos.gallery import entry
from course_lib.demos.quick_accuracy import quick_accuracy, remembered_inputs
from course_lib.demos.threshold_explorer import EMPTY, GRID, compute, inputs
from course_lib.measure import parameter_count
from tools.website.controls import declared

UNIT = 100_000  # neurons are stored in this part of one


def data() -> dict[str, Any]:
    """Return neurons by layer, and [parameters, sentence] by mean and std threshold.

    Mean (its size) and std are rounded up to whole 1/``UNIT``. Every threshold is a
    whole number of these, so a neuron is at or below a threshold before rounding
    exactly if it is after.
    """
    model, statistics, split = entry("threshold_explorer").arguments()
    known, base = remembered_inputs(model, split), 100 * quick_accuracy(model, split)

    def state(*thresholds: float) -> tuple[int, str]:
        out = compute(model, statistics, split, thresholds, known=known, base=base)
        return (0, EMPTY) if out is None else (out.parameters, out.sentence())

    return {
        "controls": declared(inputs()),
        "corner": "at or below both thresholds",
        "alt": "Neurons as points, size of the mean against standard deviation.",
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
        "states": [[state(mean, std) for std in GRID] for mean in GRID],
    }


def _rounded_up(values: np.ndarray) -> list[int]:
    return [ceil(Fraction(value) * UNIT) for value in values.tolist()]
