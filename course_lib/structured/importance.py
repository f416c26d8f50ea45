"""How much each unit of a network matters.

Each function returns a tensor of shape (units,) for every unit group that the model
declares; only the order within a group is meaningful. ``activation.output_scores`` is
another such importance: it assumes that means are folded, which
``activation.remove_neurons`` does on request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, wide
from course_lib.calling import Batch, Batches, batches, call, output_of
from course_lib.data import Split
from course_lib.evaluation import check_labels, device_of, evaluating
from course_lib.surgery import tensor_of, unit_counts, unit_groups_of, units_of

# loss(model, batch), with the model as a function and a batch as it was given
BatchLoss = Callable[[Callable[..., Any], Any], Tensor]


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
    model: nn.Module,
    split: Batches,
    batch_size: int = 250,
    *,
    loss: BatchLoss | None = None,
) -> dict[str, Tensor]:
    """Return a first-order estimate, squared, of each unit's effect on the loss.

    (Σ w · ∂L/∂w)², a mean over the batches of ``split``, weighted by their sizes.
    Molchanov et al. (2019), section 3, put a gate on each unit's output and
    differentiate by that; the sum over the columns of all layers that read the unit is
    the same number, whatever norm or nonlinearity comes before. Half precision is
    accumulated in float32.

    ``split`` may be a Split, a DataLoader, or any iterable of batches (see
    ``calling``). L is the mean cross-entropy of a batch (inputs, labels), of images or
    of their pixels, and for a dict with ``"labels"`` the ``loss`` that the model
    returns with it.
    ``loss(model, batch)`` replaces both: it is given the model to call and a batch as
    it came, on the model's device if the loss puts it there, and returns one number.

    Raises ValueError for inputs or labels that do not fit the model, a batch without
    labels, a loss that is not one number with a gradient, and for scores that are NaN
    or infinite.
    """
    with evaluating(model), torch.enable_grad():
        scores = _mean_squared_effects(model, split, batch_size, loss)
    for name, score in scores.items():
        finite(f"score of {name!r}", score)
    return scores


def _mean_squared_effects(
    model: nn.Module, split: Batches, batch_size: int, loss: BatchLoss | None
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
    device, seen = device_of(model), 0.0
    scores = {name: torch.zeros((), device=device) for name in groups}

    def substituted(*args: Any, **kwargs: Any) -> Any:
        return torch.func.functional_call(model, weights, args, kwargs)

    for batch in batches(split, batch_size):
        if loss is None:
            value = _own_loss(model, weights, batch)
        else:
            value = loss(substituted, batch.given)
        slopes = zip(weights, _slopes(value, weights), strict=True)
        effects = {name: wide(weights[name].detach()) * slope for name, slope in slopes}
        share = batch.examples / (len(split.labels) if isinstance(split, Split) else 1)
        seen += share
        for name, pieces in groups.items():
            gate = torch.zeros((), device=device)
            for reader, dim, entries, _ in pieces:
                columns = effects[reader].movedim(dim, 0).flatten(1).sum(1)
                gate = gate + columns[entries].sum(1)
            scores[name] = scores[name] + share * gate**2
    if isinstance(split, Split):
        return scores
    return {name: score / seen for name, score in scores.items()}


def _own_loss(model: nn.Module, weights: dict[str, Tensor], batch: Batch) -> Any:
    """Return the cross-entropy of a batch, or the loss that the model returns."""
    result = call(model, batch.inputs, batch.name, weights=weights)
    if isinstance(batch.inputs, dict) and "labels" in batch.inputs:
        return result["loss"] if isinstance(result, dict) else result.loss
    if batch.labels is None:
        raise ValueError(
            f"{batch.name} must be a pair (inputs, labels) or a dict with 'labels', "
            "where loss is not given, got no labels"
        )
    logits, name = output_of(result), f"labels of {batch.name}"
    if batch.name.endswith(".images"):
        name = batch.name.replace(".images", ".labels")
    shape, found = tuple(logits.shape), tuple(getattr(batch.labels, "shape", ()))
    if len(shape) == 2:
        check_labels(name, batch.labels, shape[1], soft=True)
    elif len(shape) < 4 or found != (shape[0], *shape[2:]):
        raise ValueError(
            "loss must be given for outputs not of shape (N, classes), or (N, "
            f"classes, H, W) with labels (N, H, W), got None for outputs {shape} and "
            f"labels {found}"
        )
    return nn.functional.cross_entropy(logits, batch.labels.to(logits.device))


def _slopes(loss: Any, weights: dict[str, Tensor]) -> list[Tensor]:
    """Return the derivatives by weights, 0 where the loss does not depend on one."""
    if not isinstance(loss, Tensor) or loss.numel() != 1 or not loss.requires_grad:
        found = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(
            "loss must return one number that depends on the model's weights, got "
            f"{found}" + ("" if found else " without a gradient")
        )
    given = list(weights.values())
    return list(
        torch.autograd.grad(
            loss.reshape(()), given, allow_unused=True, materialize_grads=True
        )
    )


def random_scores(model: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Return random importance, uniform from 0 to 1, as a control."""
    return {
        name: torch.rand(units, generator=generator)
        for name, units in unit_counts(model).items()
    }
