"""Chapter 04's demo of shapes on the web: every layer with every share of its units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn

from course_lib.demos import gallery
from course_lib.demos import shape_explorer as demo
from course_lib.demos.pruned_layers import cut_layer
from course_lib.demos.quick_accuracy import entry_of, quick_accuracy, remembered_inputs
from tools.website.controls import declared

CELLS = (20, 25)  # at most this many rows and columns of a drawn matrix
SHADES = 9
NOTE = (
    "Each layer’s weights, the most important rows and columns first; the stronger the "
    "color, the larger the weight. Below: what is left of the network."
)


Layers = list[list[demo.Outcome]]  # by layer, then by share


def data() -> dict[str, Any]:
    """Compute every state and return ``as_data`` of it."""
    return as_data(outcomes())


def outcomes() -> Layers:
    """Compute every layer, and all of them, with every share of the units."""
    model, importance, split = gallery.entry("shape_explorer").arguments()
    known = remembered_inputs(model, split)
    base = 100 * quick_accuracy(model, split, entry_of(model, {}, known))
    return [
        [
            demo.compute(
                model,
                demo.choose_units(importance, layer, share),
                split,
                known=known,
                base=base,
            )
            for share in demo.SHARES
        ]
        for layer in (*importance, demo.EVERY)
    ]


def as_data(found: Layers) -> dict[str, Any]:
    """Return every state, ``states[layer][share]``, and the layers' matrices.

    A state has its sentence, the remaining shape of each layer that changes, and the
    percentage that is left of each quantity.
    """
    model, importance, _ = gallery.entry("shape_explorer").arguments()
    whole = found[-1][-1]
    return {
        "controls": declared(demo.inputs(importance)),
        "note": NOTE,
        "shapes": {name: before for name, (before, _) in whole.shapes.items()},
        "states": [[_state(one) for one in row] for row in found],
        "matrices": {name: _matrix(model, importance, name) for name in whole.shapes},
    }


def _state(one: demo.Outcome) -> dict[str, Any]:
    return {
        "sentence": one.sentence(),
        "shapes": {name: after for name, (_, after) in one.shapes.items()},
        "left": [[name, round(share, 4)] for name, share in one.left().items()],
    }


def _matrix(
    model: nn.Module, importance: Mapping[str, Tensor], name: str
) -> dict[str, Any]:
    """Return the labels of a layer's matrix, and the mean size of its cells' weights.

    Units are sorted by importance, as the demo draws them; a row of cells is a text
    of one digit per cell, 9 for the largest.
    """
    layer = cut_layer(model, importance, {}, name, "")
    sizes = np.abs(layer.weight)
    for axis, cells in enumerate(CELLS):
        count = min(cells, sizes.shape[axis])
        starts = np.arange(count) * sizes.shape[axis] // count
        widths = np.diff([*starts, sizes.shape[axis]])
        sums = np.add.reduceat(sizes, starts, axis=axis)
        sizes = sums / (widths[:, None] if axis == 0 else widths)
    shades = np.rint(SHADES * sizes / sizes.max()).astype(int)
    return {
        "inputs": layer.inputs,
        "units": layer.units,
        "cells": ["".join(map(str, row)) for row in shades],
    }
