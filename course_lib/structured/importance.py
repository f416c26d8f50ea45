"""How much each unit of a network matters.

Each function returns a tensor of shape (units,) for every unit group that the model
declares; only the order within a group is meaningful. ``activation.output_scores`` is
another such importance: it assumes that means are folded, which
``activation.remove_neurons`` does on request.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, wide
from course_lib.data import Split
from course_lib.evaluation import (
    check_labels,
    check_split,
    device_of,
    evaluating,
    reading,
)
from course_lib.surgery import tensor_of, unit_counts, unit_groups_of, units_of


def weight_norms(model: nn.Module, p: int) -> dict[str, Tensor]:
    """Return the l1 (``p`` = 1) or l2 norm (2) of the weights that compute each unit.

    The rows of all producers of a unit count together, without biases and norms. Li et
    al. (2016), section 3.1, rank filters by l1. For a residual stream they rank by the
    projection shortcut alone (section 3.3); here all layers that add to it count. Half
    precision is accumulated in float32. Raises ValueError for any other ``p``, and for
    norms that are NaN or infinite.
    """
    p, norms = integer("p", p, 1, 2), {}
    for name, group in unit_groups_of(model).items():
        total = torch.zeros(())
        for tensor, dim, entries, _ in units_of(model, group).role("computes"):
            weight = wide(tensor_of(model, tensor)).movedim(dim, 0)
            sizes = weight.abs().pow(p).flatten(1).sum(1)
            total = total + sizes[entries].sum(1)
        finite(f"norm of the units of {name!r}", total)
        norms[name] = total if p == 1 else total.sqrt()
    return norms


def taylor_scores(
    model: nn.Module, split: Split, batch_size: int = 250
) -> dict[str, Tensor]:
    """Return a first-order estimate, squared, of each unit's effect on the loss.

    (Σ w · ∂L/∂w)², a mean over the batches of ``split``. Molchanov et al. (2019),
    section 3, put a gate on each unit's output and differentiate by that; the sum over
    the columns of all layers that read the unit is the same number, whatever norm or
    nonlinearity comes before. L is the mean cross-entropy of a batch. Half precision is
    accumulated in float32. Raises ValueError for images or labels that do not fit the
    model, and for scores that are NaN or infinite.
    """
    check_split(split)
    with evaluating(model):
        scores = _mean_squared_effects(
            model, split, integer("batch_size", batch_size, 1)
        )
    for name, score in scores.items():
        finite(f"score of {name!r}", score)
    return scores


def _mean_squared_effects(
    model: nn.Module, split: Split, batch_size: int
) -> dict[str, Tensor]:
    groups = {
        name: units_of(model, group).role("reads")
        for name, group in unit_groups_of(model).items()
    }
    weights = {
        piece.tensor: tensor_of(model, piece.tensor).requires_grad_()
        for pieces in groups.values()
        for piece in pieces
    }
    device = device_of(model)
    scores = {name: torch.zeros((), device=device) for name in groups}
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
            name: wide(weight.detach()) * slope
            for (name, weight), slope in zip(weights.items(), slopes, strict=True)
        }
        share = len(labels) / len(split.labels)
        for name, pieces in groups.items():
            gate = torch.zeros((), device=device)
            for tensor, dim, entries, _ in pieces:
                columns = effects[tensor].movedim(dim, 0).flatten(1).sum(1)
                gate = gate + columns[entries].sum(1)
            scores[name] = scores[name] + share * gate**2
    return scores


def random_scores(model: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Return random importance, uniform from 0 to 1, as a control."""
    return {
        name: torch.rand(units, generator=generator)
        for name, units in unit_counts(model).items()
    }
