"""Data of *What does a mask save?*: what is left of each layer in every state."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from course_lib.demos.gallery import entry
from course_lib.demos.mask_explorer import (
    GRID,
    SCOPES,
    Outcome,
    _before_after,
    choose_masks,
    compute,
    inputs,
)
from course_lib.demos.quick_accuracy import quick_accuracy
from course_lib.figures.masks import BINS
from course_lib.magnitude import prunable_weights
from tools.website.controls import declared

LEVELS = 40  # shades of a pixel; 0 only where no weight is left
ZERO = ord("0")


def data() -> dict[str, Any]:
    """Return histograms of all weights, and ``states[scope][sparsity]``.

    A state has the notebook's sentence, ``bars`` with their labels, ``cut`` per layer:
    ``[bin, kept]`` for the bins that are not all kept above the threshold and all gone
    below it, and ``pixels``, a character per input of the first layer: the weights that
    it keeps, as a share of the ``most``.
    """
    model, split = entry("mask_explorer").arguments()
    base = 100 * quick_accuracy(model, split)
    weights = {
        name.removesuffix(".weight"): weight.detach().numpy()
        for name, weight in prunable_weights(model).items()
    }
    reach = max(float(np.abs(values).max()) for values in weights.values())
    edges = np.linspace(-reach, reach, BINS + 1)
    centers = np.abs(np.arange(BINS) - BINS // 2) * 2 * reach / BINS
    whole = {name: np.histogram(w, edges)[0] for name, w in weights.items()}

    def state(sparsity: float, scope: str) -> dict[str, Any]:
        masks = choose_masks(model, sparsity, scope)
        found = compute(model, split, sparsity, scope, masks=masks, base=base)
        cut = []
        for name, w in weights.items():
            kept, _ = np.histogram(w[masks[f"{name}.weight"].numpy()], edges)
            above = centers > found.thresholds[name]
            places = np.flatnonzero(kept != np.where(above, whole[name], 0))
            cut.append([[place, int(kept[place])] for place in places.tolist()])
        most, pixels = _pixels(next(iter(masks.values())))
        return {
            "kept": list(found.kept.values()),
            "thresholds": list(found.thresholds.values()),
            "unread": f"{found.unread[0]} of {found.unread[1]}",
            "sentence": found.sentence(),
            "bars": _bars(found),
            "cut": cut,
            "most": most,
            "pixels": pixels,
        }

    return {
        "controls": declared(inputs()),
        "alt": "Histograms of each layer’s weights: those beyond the threshold stay.",
        "layers": [[name, values.size] for name, values in weights.items()],
        "reach": reach,
        "levels": LEVELS,
        "histograms": [counts.tolist() for counts in whole.values()],
        "states": [
            [state(sparsity, scope) for sparsity in GRID] for _, scope in SCOPES
        ],
    }


def _bars(found: Outcome) -> list[tuple[str, float]]:
    """Return labels and shares of what is left: of every layer, and of the file."""
    layers = ((name, kept / found.weights[name]) for name, kept in found.kept.items())
    rows = [(f"{name}: {100 * s:.1f}% of the weights kept", s) for name, s in layers]
    before, after = found.file_bytes
    file = f"float32 file: {_before_after(found.file_bytes, 'bytes')}"
    return [*rows, (file, after / before)]


def _pixels(mask: Tensor) -> tuple[int, str]:
    """Return the most weights that an input keeps, and the shade of each input."""
    counts = mask.sum(dim=0).tolist()
    most = max(counts)
    return most, "".join(chr(ZERO + -(-LEVELS * count // most)) for count in counts)
