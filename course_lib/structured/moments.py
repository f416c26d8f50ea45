"""What a linear layer reads and should answer, as means of products over batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, wide
from course_lib.structured.passes import Passes

ROWS = 1024  # that are multiplied at once, or a few more


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


@torch.no_grad()
def record_moments(
    model: nn.Module,
    name: str,
    passes: Passes,
    teacher: nn.Module | None = None,
    teacher_passes: Passes | None = None,
) -> Moments:
    """Return the moments of the Linear layer ``name`` over all batches of ``passes``.

    Its targets are its own answers, or those of the same layer in ``teacher`` to the
    same batches, by default read in passes of its own. Raises ValueError for inputs
    that are NaN or infinite.
    """
    layer, count = linear(model, name), 0
    matrix = with_bias(layer)
    size = matrix.shape[1]
    products = matrix.new_zeros(size, size, dtype=torch.float64)
    crossed = matrix.new_zeros(len(matrix), size, dtype=torch.float64)
    inputs = _joined(passes.layer_inputs(model, name))
    wished: Iterator[Tensor] = iter(())
    if teacher is not None:
        taught = teacher_passes or Passes(passes.batches)
        wished = _joined(taught.layer_inputs(teacher, name))
    for rows in inputs:
        rows = with_constant(rows)
        products += rows.T @ rows
        count += len(rows)
        if teacher is not None:
            answers = with_constant(next(wished)) @ with_bias(linear(teacher, name)).T
            crossed += answers.T @ rows
    finite(f"inputs of layer {name!r}", products)
    if teacher is None:
        crossed = matrix.double() @ products
    return Moments(count, products / count, crossed / count)


def _joined(batches: Iterable[Tensor]) -> Iterator[Tensor]:
    """Yield the rows of several batches at once: adding up products costs more."""
    waiting: list[Tensor] = []
    for rows in batches:
        waiting.append(rows)
        if sum(map(len, waiting)) >= ROWS:
            yield torch.cat(waiting)
            waiting = []
    if waiting:
        yield torch.cat(waiting)


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
