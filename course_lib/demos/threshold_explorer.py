"""Demo of chapter 02: move the two thresholds and watch neurons disappear.

Refutes M6 (a mean near zero means silent) and M16 (neurons = parameters). Opens
on thresholds at which a tenth of a point is lost but most parameters are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ipywidgets as widgets
from matplotlib.figure import Figure
from torch import Tensor, nn

from course_lib import controls
from course_lib.activation import NeuronStatistics, remove_neurons, select_neurons
from course_lib.data import Split
from course_lib.demos.explorer import explorer
from course_lib.demos.quick_accuracy import entry_of, quick_accuracy, remembered_inputs
from course_lib.figures import MeanAgainstStd
from course_lib.measure import parameter_count
from course_lib.uncertainty import change_in_words

START = (0.005, 0.02)
EMPTY = "a layer would have no neurons left: no network remains"
GRID = (0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.5, 1.0)


@dataclass(frozen=True)
class Outcome:
    """What remains at a pair of thresholds: neurons per layer, parameters, accuracy."""

    kept: dict[str, int]
    parameters: int
    size_reduction: float
    accuracy: float
    drop: float

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        layers = ", ".join(f"{name} {count}" for name, count in self.kept.items())
        return (
            f"neurons kept: {layers} · {self.parameters:,} parameters, "
            f"{self.size_reduction:.1f}% fewer · validation accuracy "
            f"{self.accuracy:.2f}%, {change_in_words(self.drop)}"
        )


def compute(
    model: nn.Module,
    statistics: Mapping[str, NeuronStatistics],
    split: Split,
    thresholds: tuple[float, float],
    *,
    known: Mapping[str, Tensor] | None = None,
    base: float | None = None,
) -> Outcome | None:
    """Prune at ``thresholds`` = (mean, std) and measure; None if a layer is emptied.

    Accuracy is in percent, the drop in percentage points against ``model``. What does
    not depend on the thresholds is computed unless given: ``known`` by
    ``remembered_inputs``, ``base`` as the accuracy of ``model`` in percent.
    """
    keep: dict[str, Tensor] = select_neurons(statistics, *thresholds)
    if not all(mask.any() for mask in keep.values()):
        return None
    smaller = remove_neurons(model, keep)
    known = remembered_inputs(model, split) if known is None else known
    if base is None:
        base = 100 * quick_accuracy(model, split, entry_of(model, {}, known))
    left = 100 * quick_accuracy(smaller, split, entry_of(model, keep, known))
    size = parameter_count(smaller)
    return Outcome(
        {name: int(mask.sum()) for name, mask in keep.items()},
        size,
        100 * (1 - size / parameter_count(model)),
        left,
        base - left,
    )


def draw(
    statistics: Mapping[str, NeuronStatistics], thresholds: tuple[float, float]
) -> Figure:
    """Draw every neuron as a point; those in the shaded corner are removed."""
    scene = _scene(statistics)
    scene.update(thresholds)
    return scene.figure


def inputs(start: tuple[float, float] = START) -> dict[str, widgets.Widget]:
    """Return the demo's controls by name, at thresholds (mean, std)."""
    options = [(f"{value:g}", value) for value in GRID]
    return {
        name: controls.slider(f"{name} threshold", options, value)
        for name, value in zip(("mean", "std"), start, strict=True)
    }


def build(
    model: nn.Module,
    statistics: Mapping[str, NeuronStatistics],
    split: Split,
    start: tuple[float, float] = START,
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text."""
    scene, known = _scene(statistics), remembered_inputs(model, split)
    base = 100 * quick_accuracy(model, split, entry_of(model, {}, known))

    def state(mean: float, std: float) -> tuple[bytes, str]:
        thresholds = (mean, std)
        outcome = compute(model, statistics, split, thresholds, known=known, base=base)
        scene.update(thresholds)
        return scene.picture(), EMPTY if outcome is None else outcome.sentence()

    said = (
        f"Demo, two sliders: mean threshold {start[0]:g}, std threshold {start[1]:g}."
    )
    return explorer("threshold-explorer", inputs(start), said, state)


def _scene(statistics: Mapping[str, NeuronStatistics]) -> MeanAgainstStd:
    return MeanAgainstStd(
        {
            name: (layer.mean.numpy(), layer.std.numpy())
            for name, layer in statistics.items()
        }
    )
