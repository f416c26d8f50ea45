"""Demo of chapter 04: remove units, and see the layers around them shrink.

Refutes M7 (half the channels, half the parameters) and M16 (neurons = parameters
= bytes). Opens on half the channels of a first convolution: hardly any parameter
goes, but two fifths of the arithmetic do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import ipywidgets as widgets
from matplotlib.figure import Figure
from torch import Tensor, nn

from course_lib import controls
from course_lib.data import Split
from course_lib.demos.explorer import explorer
from course_lib.demos.pruned_layers import (
    Shapes,
    cut_sides,
    shape_change,
    touched_layers,
)
from course_lib.demos.quick_accuracy import entry_of, quick_accuracy, remembered_inputs
from course_lib.figures import CutLayers
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.structured import remove_units, select_units
from course_lib.uncertainty import change_in_words

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
EVERY = "every layer"
START = ("conv1", 0.5)
Pair = tuple[int, int]  # before, after


@dataclass(frozen=True)
class Outcome:
    """What removing units changed; every pair is (before, after).

    ``units`` by group, ``shapes`` by layer of the weights that compute or read them;
    parameters, MACs for one image and bytes of the float32 file for the network.
    """

    units: dict[str, Pair]
    shapes: Shapes
    parameters: Pair
    macs: Pair
    file_bytes: Pair
    images: int
    accuracy: float
    drop: float

    def left(self) -> dict[str, float]:
        """The remaining percentage of everything that is counted."""
        before, after = map(sum, zip(*self.units.values(), strict=True))
        return {
            f"units of {', '.join(self.units)}": _percent((before, after)),
            "parameters": _percent(self.parameters),
            "MACs": _percent(self.macs),
            "bytes of the file": _percent(self.file_bytes),
        }

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        units = ", ".join(
            f"{name} {after} of {before}"
            for name, (before, after) in self.units.items()
        )
        shapes = ", ".join(
            f"{name} {shape_change(*pair)}" for name, pair in self.shapes.items()
        )
        return (
            f"units kept: {units} · weights: {shapes} · "
            f"{_fewer(self.parameters, 'parameters')} · {_fewer(self.macs, 'MACs')} · "
            f"{_fewer(self.file_bytes, 'bytes')} · {self.accuracy:.2f}% of "
            f"{self.images:,} images right, {change_in_words(self.drop)}"
        )


def choose_units(
    importance: Mapping[str, Tensor], layer: str, fraction: float
) -> dict[str, Tensor]:
    """Return masks, True = kept, for this fraction of the units, most important first.

    ``layer`` is a key of ``importance`` or ``EVERY``; only the chosen layers are named.
    """
    if layer != EVERY and layer not in importance:
        raise ValueError(f"layer must be one of {[*importance, EVERY]}, got {layer!r}")
    chosen = [layer] if layer != EVERY else list(importance)
    return select_units({name: importance[name] for name in chosen}, 1 - fraction)


def compute(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    split: Split,
    *,
    known: Mapping[str, Tensor] | None = None,
    base: float | None = None,
) -> Outcome:
    """Remove the units that ``keep`` leaves out and measure the smaller network.

    ``keep`` maps unit groups to bool tensors of shape (units,), True = kept. Accuracy
    is in percent, the drop in percentage points against ``model``. What does not depend
    on ``keep`` is computed unless given: ``known`` by ``remembered_inputs``, ``base``
    as the accuracy of ``model`` in percent.
    """
    known = remembered_inputs(model, split) if known is None else known
    if base is None:
        base = 100 * quick_accuracy(model, split, entry_of(model, {}, known))
    smaller = remove_units(model, keep)
    left = 100 * quick_accuracy(smaller, split, entry_of(model, keep, known))
    both, image = (model, smaller), split.images[:1]
    return Outcome(
        {name: (len(mask), int(mask.sum())) for name, mask in keep.items()},
        {
            name: (_weight_shape(model, name), _weight_shape(smaller, name))
            for name in touched_layers(model, keep)
        },
        _pair(parameter_count(network) for network in both),
        _pair(mac_count(network, image) for network in both),
        _pair(saved_size(network) for network in both),
        len(split.labels),
        left,
        base - left,
    )


def draw(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    keep: Mapping[str, Tensor],
    outcome: Outcome,
) -> Figure:
    """Draw the pruned layers as matrices, removed parts hatched, and what is left."""
    layers = cut_sides(model, importance, keep, outcome.shapes)
    return CutLayers(layers, outcome.left()).figure


def inputs(
    layers: Iterable[str], start: tuple[str, float] = START
) -> dict[str, widgets.Widget]:
    """Return the demo's controls by name, at a layer and the share that stays."""
    names = [(name, name) for name in (*layers, EVERY)]
    shares = [(f"{100 * share:g}%", share) for share in SHARES]
    return {
        "layer": controls.choice("layer", names, start[0]),
        "units": controls.slider("units that stay", shares, start[1]),
    }


def build(
    model: nn.Module,
    importance: Mapping[str, Tensor],
    split: Split,
    start: tuple[str, float] = START,
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    moved, state = inputs(importance, start), _states(model, importance, split)
    said = (
        f"Demo, a choice: {start[0]}; a slider: {100 * start[1]:g}% of the units stay."
    )
    return explorer("shape-explorer", moved, said, state)


def _states(
    model: nn.Module, importance: Mapping[str, Tensor], split: Split
) -> Callable[[str, float], tuple[bytes, str]]:
    """Return a function from a state to its picture and text; precompute the rest."""
    known = remembered_inputs(model, split)
    base = 100 * quick_accuracy(model, split, entry_of(model, {}, known))
    scenes: dict[str, CutLayers] = {}

    def state(layer: str, fraction: float) -> tuple[bytes, str]:
        keep = choose_units(importance, layer, fraction)
        outcome = compute(model, keep, split, known=known, base=base)
        layers = cut_sides(model, importance, keep, outcome.shapes)
        left = outcome.left()
        if layer not in scenes:
            scenes[layer] = CutLayers(layers, left)
        scenes[layer].update(layers, left)
        return scenes[layer].picture(), outcome.sentence()

    for layer in (*importance, EVERY):
        state(layer, 1.0)  # otherwise the first visit would take three times as long
    return state


def _weight_shape(model: nn.Module, layer: str) -> tuple[int, ...]:
    return tuple(model.get_parameter(f"{layer}.weight").shape)


def _pair(counts: Iterable[int]) -> Pair:
    before, after = counts
    return before, after


def _percent(pair: Pair) -> float:
    return 100 * pair[1] / pair[0]


def _fewer(pair: Pair, unit: str) -> str:
    return f"{pair[1]:,} {unit}, {100 - _percent(pair):.1f}% fewer"
