"""SparseGPT: prune weights, and update a unit's other weights to compensate.

As in ``scores.input_scores``, a weight matters by its effect on the layer's outputs,
here with the correlations between inputs: weights that read similar inputs take over
what a pruned one computed. Nothing is trained.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, number, wide
from course_lib.calling import call, watching
from course_lib.evaluation import evaluating
from course_lib.magnitude.networks import Masks
from course_lib.magnitude.weights import prunable_weights

Choose = Callable[[Tensor], Tensor]
Finalize = Callable[[Tensor, int], Tensor]
Decide = Callable[[Tensor, Tensor], Finalize]


@torch.no_grad()
def input_products(model: nn.Module, batches: Iterable[Any]) -> dict[str, Tensor]:
    """Return the mean of x · xᵀ over what each Linear layer reads, in one pass.

    A batch is one input, a tuple of inputs, or a dict of inputs by name; positions
    count alike, so that texts must not be padded. Keyed by the name of the weight, each
    of shape (inputs, inputs), float64. Raises ValueError for a layer that no batch
    calls, and for inputs that are NaN or infinite.
    """
    products: dict[str, Tensor] = {}
    counts: dict[str, int] = {}

    def recorder(name: str) -> Callable[[Tensor], None]:
        def record(inputs: Tensor) -> None:
            rows = wide(inputs).flatten(0, -2)
            total = (rows.T @ rows).double()
            products[name] = products[name] + total if name in products else total
            counts[name] = counts.get(name, 0) + len(rows)

        return record

    layers = _linear_layers(model)
    watched = [(layer, recorder(name)) for name, layer in layers.items()]
    with evaluating(model), watching(watched):
        for batch in batches:
            call(model, batch)
    for name in layers:
        if name not in products:
            raise ValueError(
                f"batches must call the layer of {name!r}, got no call of it"
            )
        finite(f"inputs of {name!r}", products[name])
    return {name: products[name] / counts[name] for name in layers}


@torch.no_grad()
def sparse_gpt(
    weight: Tensor,
    products: Tensor,
    choose: Choose,
    *,
    block: int = 128,
    damping: float = 0.01,
) -> tuple[Tensor, Tensor]:
    """Return pruned weights of a layer and their mask, both (outputs, inputs).

    ``choose`` maps scores (outputs, ``block``) to a mask of what stays, such as
    ``partial(magnitude_mask, sparsity=0.5)``, or ``partial(n_m_mask, n=2, m=4)`` with a
    ``block`` of 4. ``products``, (inputs, inputs), is the mean of x · xᵀ; ``damping``
    times its mean diagonal is added. Frantar & Alistarh (2023), Algorithm 1: inputs are
    handled from left to right, and those on the right take over w / d of each pruned
    weight, where d² is the inverse Hessian's first entry for the inputs that are
    left. Inputs that are always zero lose their weights.
    """
    masks: list[Tensor] = []

    def decide(columns: Tensor, root: Tensor) -> Finalize:
        masks.append(choose((columns / root.diagonal()).abs()))
        return lambda column, j: column.masked_fill(~masks[-1][:, j], 0)

    left = carry_errors(weight, products, decide, block=block, damping=damping)
    mask = torch.cat(masks, dim=1)
    return left.masked_fill(~mask, 0).to(weight), mask


@torch.no_grad()
def carry_errors(
    weight: Tensor, products: Tensor, decide: Decide, *, block: int, damping: float
) -> Tensor:
    """Fix the columns from left to right; those on the right compensate for the errors.

    ``decide`` maps the columns of a block as they have become, and the block of the
    Cholesky factor of the inverse Hessian, to a function that returns the final values
    of one column. Inputs that are always zero lose their weights.
    """
    block = integer("block", block, 1)
    number("damping", damping, minimum=0)
    hessian = products.double().clone()
    if hessian.shape != (weight.shape[1],) * 2:
        raise ValueError(
            f"products must have shape {(weight.shape[1],) * 2}, one row per input, "
            f"got {tuple(products.shape)}"
        )
    silent = hessian.diagonal() == 0
    hessian += (damping * hessian.diagonal().mean() + 1.0 * silent).diag()
    inverse = torch.linalg.cholesky(torch.linalg.inv(hessian), upper=True)
    inverse = inverse.to(wide(weight))
    left = wide(weight.detach()).masked_fill(silent, 0)
    for start in range(0, left.shape[1], block):
        own = slice(start, min(start + block, left.shape[1]))
        root = inverse[own, own]
        finalize = decide(left[:, own], root)
        errors = torch.zeros_like(left[:, own])
        for j in range(own.stop - start):
            column = left[:, start + j]
            final = finalize(column, j)
            errors[:, j] = (column - final) / root[j, j]
            left[:, start + j : own.stop] -= errors[:, j : j + 1] * root[j, j:]
            left[:, start + j] = final  # without rounding errors
        left[:, own.stop :] -= errors @ inverse[own, own.stop :]
    return left


def prune_sparse_gpt(
    model: nn.Module, products: Mapping[str, Tensor], choose: Choose, block: int = 128
) -> tuple[nn.Module, Masks]:
    """Return a copy with every layer in ``products`` pruned by ``sparse_gpt``.

    Also the masks, for example for ``KeepMasks``. All layers are solved with the inputs
    that they have in ``model``, unlike in the paper, where those of later layers come
    from the pruned layers: one pass over the texts instead of one for each layer.
    """
    pruned, masks = copy.deepcopy(model), {}
    weights = prunable_weights(pruned)
    for name, own in products.items():
        found, masks[name] = sparse_gpt(weights[name], own, choose, block=block)
        weights[name].data.copy_(found)
    return pruned, masks


def _linear_layers(model: nn.Module) -> dict[str, nn.Linear]:
    weights = prunable_weights(model)
    return {
        name: layer
        for layer in model.modules()
        if isinstance(layer, nn.Linear)
        for name, weight in weights.items()
        if layer.weight is weight
    }
