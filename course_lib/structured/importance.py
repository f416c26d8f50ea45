"""How much each unit of a network matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from course_lib.activation import NeuronStatistics, output_scores
from course_lib.arguments import finite, whole, wide
from course_lib.data import Split
from course_lib.evaluation import (
    check_labels,
    check_split,
    device_of,
    evaluating,
    reading,
)
from course_lib.surgery import Seam, seams_of, unit_counts

T = TypeVar("T")
KINDS = ("l1", "l2", "activation", "taylor", "random")


def weight_norms(model: nn.Module, seam: Seam, power: int) -> Tensor:
    """The l1 (``power`` 1) or l2 norm (2) of the weights that make each unit, (units,).

    The rows of the producer and of its partners together, without biases and norms.
    Li et al. (2016), section 3.1, rank filters by l1. For a residual stream they ask
    the projection shortcut alone (section 3.3); here all who write to it count. Half
    precision is summed up in float32. Raises ValueError for another power, and for
    norms that are NaN or infinite.
    """
    power = whole("power", power, 1, 2)
    total = torch.zeros(())
    for layer, _ in seam.writers:
        weight = wide(model.get_parameter(f"{layer}.weight").detach())
        sizes = weight.abs().pow(power).flatten(1).sum(1)
        total = total + sizes.reshape(-1, seam.rows).sum(1)
    finite(f"norm of the units of {seam.producer!r}", total)
    return total if power == 1 else total.sqrt()


def taylor_scores(
    model: nn.Module, split: Split, batch_size: int = 250
) -> dict[str, Tensor]:
    """The squared first-order estimate of what removing each unit does to the loss.

    (Σ w · ∂L/∂w)², a mean over the batches of ``split``. Molchanov et al. (2019),
    section 3, put a gate on each unit's output and differentiate by that; the sum
    over the columns of all who read the unit is the same number, whatever norm or
    nonlinearity comes before. L is the mean cross-entropy of a batch. Half precision
    is summed up in float32. Raises ValueError for images or labels that do not fit the
    model, and for scores that are NaN or infinite.
    """
    check_split(split)
    with evaluating(model):
        scores = _mean_squared_effects(model, split, whole("batch_size", batch_size, 1))
    for name, score in scores.items():
        finite(f"score of {name!r}", score)
    return scores


def _mean_squared_effects(
    model: nn.Module, split: Split, batch_size: int
) -> dict[str, Tensor]:
    seams, units = seams_of(model), unit_counts(model)
    names = [f"{reader}.weight" for seam in seams.values() for reader in seam.consumers]
    weights = {
        name: model.get_parameter(name).detach().requires_grad_() for name in names
    }
    device = device_of(model)
    scores = {name: torch.zeros((), device=device) for name in seams}
    for images, labels in zip(
        split.images.split(batch_size), split.labels.split(batch_size), strict=True
    ):
        images = images.to(device)
        with reading("split.images", images, model):
            logits = torch.func.functional_call(model, weights, (images,))
        check_labels("split.labels", labels, logits.shape[1], soft=True)
        loss = nn.functional.cross_entropy(logits, labels.to(device))
        slopes = torch.autograd.grad(loss, list(weights.values()))
        effects = {
            # Shape [inputs, outputs, …]
            name: (wide(weight.detach()) * slope).transpose(0, 1)
            for (name, weight), slope in zip(weights.items(), slopes, strict=True)
        }
        share = len(labels) / len(split.labels)
        for name, seam in seams.items():
            gate = torch.zeros((), device=device)
            for reader in seam.consumers:
                columns = effects[f"{reader}.weight"].flatten(1).sum(1)
                gate = gate + columns.reshape(units[name], -1).sum(1)
            scores[name] = scores[name] + share * gate**2
    return scores


def unit_importance(
    model: nn.Module,
    kind: str,
    *,
    statistics: Mapping[str, NeuronStatistics] | None = None,
    split: Split | None = None,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """How much each unit matters, shape (units,), for every seam of the model.

    ``kind`` is "l1" or "l2" (norm of its weights), "activation" (``output_scores``;
    needs ``statistics`` of this model), "taylor" (``taylor_scores``; needs ``split``)
    or "random", the control (needs ``generator``). Only the order within a seam has a
    meaning. "activation" judges by what is lost when means are folded, which
    ``activation.remove_neurons`` does and ``remove_units`` does not. Raises ValueError
    for another kind and where something is missing.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {list(KINDS)}, got {kind!r}")
    units = unit_counts(model)
    if kind in ("l1", "l2"):
        power = 1 if kind == "l1" else 2
        seams = seams_of(model)
        return {name: weight_norms(model, seam, power) for name, seam in seams.items()}
    if kind == "activation":
        return output_scores(model, _given("statistics", kind, statistics))
    if kind == "taylor":
        return taylor_scores(model, _given("split", kind, split))
    generator = _given("generator", kind, generator)
    return {name: torch.rand(n, generator=generator) for name, n in units.items()}


def _given(name: str, kind: str, value: T | None) -> T:
    if value is None:
        raise ValueError(f"{name} must be given for kind {kind!r}, got None")
    return value
