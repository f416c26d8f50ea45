"""Demo of chapter 03: prune more and more weights, and see what does not change.

Refutes M1 (zeros make the file smaller) and M12 (every layer can lose the same
fraction). Opens where most weights are gone, accuracy has hardly changed, and the file
not at all; removing the same fraction from every layer costs many times as much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor, nn

from course_lib import controls
from course_lib.data import Split
from course_lib.demos.explorer import explorer
from course_lib.demos.quick_accuracy import quick_accuracy
from course_lib.figures import WeightsAndMasks
from course_lib.magnitude import (
    Masks,
    global_magnitude_masks,
    layerwise_masks,
    masked,
    prunable_weights,
)
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.uncertainty import change_in_words

GRID = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
GLOBAL, LAYERWISE = "global", "layerwise"
SCOPES = (
    ("one for the whole network", GLOBAL),
    ("one for each layer: equal shares", LAYERWISE),
)
START = (0.7, GLOBAL)


@dataclass(frozen=True)
class Outcome:
    """What pruning changed and what it did not: parameters, MACs, bytes.

    ``kept`` and ``weights`` count the nonzero and all weights of each layer,
    ``thresholds`` are the largest pruned magnitudes. ``unread`` is the number of the
    network's inputs without any kept weight. ``norm_ratio`` is ‖W∘M‖ / ‖W‖ over all
    weights. Parameters by shape, MACs for one image and bytes of the float32 file are
    pairs (before, after).
    """

    sparsity: float
    kept: dict[str, int]
    weights: dict[str, int]
    thresholds: dict[str, float]
    unread: tuple[int, int]
    norm_ratio: float
    images: int
    accuracy: float
    drop: float
    parameters: tuple[int, int]
    macs: tuple[int, int]
    file_bytes: tuple[int, int]

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        layers = ", ".join(
            f"{name} {count:,} of {self.weights[name]:,}"
            for name, count in self.kept.items()
        )
        limits = [f"{name} {value:.4f}" for name, value in self.thresholds.items()]
        if len(set(self.thresholds.values())) == 1:  # one for the whole network
            limits = [limits[0].split()[1]]
        return (
            f"{100 * self.sparsity:g}% of the weights pruned · kept: {layers} · "
            f"threshold: {', '.join(limits)} · {self.unread[0]} of {self.unread[1]} "
            f"inputs have no weight left · ‖W∘M‖/‖W‖ = {self.norm_ratio:.3f} · "
            f"{self.accuracy:.2f}% of {self.images:,} images right, "
            f"{change_in_words(self.drop)} · float32 file: "
            f"{_before_after(self.file_bytes, 'bytes')} · by shape: "
            f"{_before_after(self.parameters, 'parameters')}, "
            f"{_before_after(self.macs, 'MACs')}"
        )


def choose_masks(model: nn.Module, sparsity: float, scope: str) -> Masks:
    """Return masks at a sparsity (fraction), ``global`` or ``layerwise``."""
    if scope not in (GLOBAL, LAYERWISE):
        raise ValueError(f"scope must be one of {[GLOBAL, LAYERWISE]}, got {scope!r}")
    choose = global_magnitude_masks if scope == GLOBAL else layerwise_masks
    return choose(model, sparsity)


def thresholds_of(
    model: nn.Module, masks: Mapping[str, Tensor], scope: str
) -> dict[str, float]:
    """Return the largest pruned magnitude per layer; 0 if nothing is pruned.

    With global scope it is the same in all layers.
    """
    largest = {
        _layer(name): weight.detach().abs().masked_fill(masks[name], 0).max().item()
        for name, weight in prunable_weights(model).items()
    }
    if scope == GLOBAL:
        return dict.fromkeys(largest, max(largest.values()))
    return largest


def compute(
    model: nn.Module,
    split: Split,
    sparsity: float,
    scope: str,
    *,
    masks: Masks | None = None,
    base: float | None = None,
) -> Outcome:
    """Prune a copy of ``model`` by magnitude, and measure it on ``split``.

    ``sparsity`` is a fraction, ``scope`` ``"global"`` or ``"layerwise"``. Accuracy
    is in percent, the drop in percentage points against ``model``. Known results
    can be passed: ``masks`` as ``choose_masks`` returns them, ``base`` as the accuracy
    of ``model`` in percent.
    """
    masks = choose_masks(model, sparsity, scope) if masks is None else masks
    base = 100 * quick_accuracy(model, split) if base is None else base
    pruned = masked(model, masks)
    before, after = prunable_weights(model), prunable_weights(pruned)
    read = next(iter(after.values())).transpose(0, 1).flatten(1).any(dim=1)
    left, image = 100 * quick_accuracy(pruned, split), split.images[:1]
    return Outcome(
        sparsity,
        {_layer(name): int(weight.count_nonzero()) for name, weight in after.items()},
        {_layer(name): weight.numel() for name, weight in before.items()},
        thresholds_of(model, masks, scope),
        (int((~read).sum()), len(read)),
        _norm(after) / _norm(before),
        len(split.labels),
        left,
        base - left,
        (parameter_count(model), parameter_count(pruned)),
        (mac_count(model, image), mac_count(pruned, image)),
        (saved_size(model), saved_size(pruned)),
    )


def draw(model: nn.Module, sparsity: float, scope: str) -> Figure:
    """Draw the weights of every layer, the pruned ones, and the kept positions."""
    masks, scene = choose_masks(model, sparsity, scope), _scene(model)
    scene.update(_arrays(masks), thresholds_of(model, masks, scope))
    return scene.figure


def inputs(start: tuple[float, str] = START) -> dict[str, widgets.Widget]:
    """Return the demo's controls by name, at a sparsity (fraction) and a scope."""
    options = [(f"{100 * value:g}%", value) for value in GRID]
    return {
        "sparsity": controls.slider("weights to prune", options, start[0]),
        "scope": controls.choice("threshold", SCOPES, start[1]),
    }


def build(
    model: nn.Module, split: Split, start: tuple[float, str] = START
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    moved = inputs(start)
    scene, base = _scene(model), 100 * quick_accuracy(model, split)

    def state(sparsity: float, scope: str) -> tuple[bytes, str]:
        masks = choose_masks(model, sparsity, scope)
        outcome = compute(model, split, sparsity, scope, masks=masks, base=base)
        scene.update(_arrays(masks), outcome.thresholds)
        return scene.picture(), outcome.sentence()

    said = (
        f"Demo, a slider: {100 * start[0]:g}% of the weights to prune; a choice: "
        f"threshold {moved['scope'].label}."
    )
    return explorer("mask-explorer", moved, said, state)


def _scene(model: nn.Module) -> WeightsAndMasks:
    weights = prunable_weights(model)
    return WeightsAndMasks(
        {_layer(name): weight.detach().numpy() for name, weight in weights.items()}
    )


def _arrays(masks: Masks) -> dict[str, np.ndarray]:
    return {_layer(name): mask.numpy() for name, mask in masks.items()}


def _layer(parameter: str) -> str:
    return parameter.removesuffix(".weight")


def _norm(weights: Mapping[str, Tensor]) -> float:
    squares = (weight.detach().pow(2).sum().item() for weight in weights.values())
    return math.sqrt(sum(squares))


def _before_after(pair: tuple[int, int], unit: str) -> str:
    before, after = pair
    if after == before:
        return f"{after:,} {unit}, as before"
    return f"{after:,} {unit} instead of {before:,}"
