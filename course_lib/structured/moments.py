"""What a linear layer reads and should answer, as sums of products over batches.

A batch is what the model is called with: one input, a tuple of inputs, or a dict of
inputs by name. All positions count alike, so that texts must not be padded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, wide

Batches = Sequence[Any]


@dataclass(frozen=True)
class Moments:
    """Means of products over ``count`` observations, in float64.

    The last input is a constant 1, whose weight is the bias. ``inputs``, of shape
    (inputs + 1, inputs + 1), has the mean of x · xᵀ, and ``targets``, of shape
    (outputs, inputs + 1), that of y · xᵀ, where y is what the layer should answer.
    """

    count: int
    inputs: Tensor
    targets: Tensor

    @property
    def mean(self) -> Tensor:
        """Return the mean of each input, shape (inputs,)."""
        return self.inputs[-1, :-1]


class _Reached(Exception):  # noqa: N818  no error: the rest of the pass is not needed
    pass


@torch.no_grad()
def record_moments(
    model: nn.Module, name: str, batches: Batches, teacher: nn.Module | None = None
) -> Moments:
    """Return the moments of the Linear layer ``name`` over all batches.

    Its targets are its own answers, or those of the same layer in ``teacher`` to the
    same batches. Each pass ends at the layer, which must be called once per pass.
    Raises ValueError for no batches and for inputs that are NaN or infinite.
    """
    layer, count = linear(model, name), 0
    matrix = with_bias(layer)
    size = matrix.shape[1]
    products = matrix.new_zeros(size, size, dtype=torch.float64)
    crossed = matrix.new_zeros(len(matrix), size, dtype=torch.float64)
    inputs = layer_inputs(model, name, batches)
    wished = layer_inputs(teacher, name, batches) if teacher is not None else None
    for rows in inputs:
        rows = with_constant(rows)
        products += rows.T @ rows
        count += len(rows)
        if teacher is not None and wished is not None:
            answers = with_constant(next(wished)) @ with_bias(linear(teacher, name)).T
            crossed += answers.T @ rows
    finite(f"inputs of layer {name!r}", products)
    if teacher is None:
        crossed = matrix.double() @ products
    return Moments(count, products / count, crossed / count)


@torch.no_grad()
def layer_inputs(model: nn.Module, name: str, batches: Batches) -> Iterator[Tensor]:
    """Yield what a layer reads in each batch, shape (observations, inputs).

    The pass ends there. Raises ValueError for no batches, and for a layer that the
    model does not call.
    """
    found: list[Tensor] = []

    def stop(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append(inputs[0])
        raise _Reached

    layer = model.get_submodule(name)
    for batch in batches:
        # only during the call: the model may be its own teacher
        with layer.register_forward_pre_hook(stop), suppress(_Reached):
            call(model, batch)
        if not found:
            raise ValueError(f"model must call layer {name!r}, got no call of it")
        yield wide(found.pop()).flatten(0, -2)


@torch.no_grad()
def calling_order(
    model: nn.Module, names: Iterable[str], batches: Batches
) -> list[str]:
    """Return ``names`` in the order in which the model calls these layers.

    Raises ValueError for no batches, and for a layer that a pass does not call once.
    """
    if not len(batches):
        raise ValueError("batches must have at least one batch, got none")
    called: list[str] = []

    def recorder(name: str) -> Callable[[nn.Module, Any], None]:
        return lambda module, inputs: called.append(name)

    names = list(names)
    handles = [
        model.get_submodule(name).register_forward_pre_hook(recorder(name))
        for name in names
    ]
    try:
        call(model, batches[0])
    finally:
        for handle in handles:
            handle.remove()
    for name in names:
        if called.count(name) != 1:
            raise ValueError(
                f"layer {name!r} must be called once per pass, "
                f"got {called.count(name)} calls"
            )
    return called


def call(model: nn.Module, batch: Any) -> Any:
    """Return what the model computes for a batch."""
    match batch:
        case dict():
            return model(**batch)
        case tuple():
            return model(*batch)
        case _:
            return model(batch)


def linear(model: nn.Module, name: str) -> nn.Linear:
    """Return a Linear layer by name; TypeError for a layer of another kind."""
    layer = model.get_submodule(name)
    if not isinstance(layer, nn.Linear):
        raise TypeError(f"layer {name!r} must be Linear, got {type(layer).__name__}")
    return layer


def with_bias(layer: nn.Linear) -> Tensor:
    """Return the weights with the bias as a last column, (outputs, inputs + 1)."""
    weight = wide(layer.weight.detach())
    bias = weight.new_zeros(len(weight)) if layer.bias is None else layer.bias.detach()
    return torch.cat([weight, bias.to(weight)[:, None]], dim=1)


def with_constant(rows: Tensor) -> Tensor:
    """Return the rows with a last column of ones."""
    return torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)
