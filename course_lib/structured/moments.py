"""Second moments of a linear layer's inputs and targets, as means over batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, wide
from course_lib.structured.passes import Passes

ROWS = 1024  # multiplied at once, or a few more


@dataclass(frozen=True)
class Moments:
    """Second moments over ``count`` observations, in float64.

    The last input is a constant 1, whose weight is the bias. ``inputs``, of shape
    (inputs + 1, inputs + 1), has the mean of x · xᵀ, and ``targets``, of shape
    (outputs, inputs + 1), that of y · xᵀ, where y is the layer's target output.
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
    read_by: str = "",
) -> Moments:
    """Return the moments of the Linear layer ``name`` over all batches of ``passes``.

    Its targets are its own outputs, or those of the same layer in ``teacher`` for the
    same batches, by default read in separate passes. If ``read_by`` names the module
    that reads the layer's output plus a residual connection, the targets are instead
    what would make that sum the teacher's. Raises ValueError for inputs that are NaN or
    infinite, and for ``read_by`` without a teacher or with another width.
    """
    if read_by and teacher is None:
        raise ValueError(f"read_by must be empty without a teacher, got {read_by!r}")
    matrix, count = with_bias(linear(model, name)), 0
    outputs, size = matrix.shape
    products = matrix.new_zeros(size, size, dtype=torch.float64)
    crossed = products.new_zeros(0 if teacher is None else outputs, size)
    names = [name, read_by] if read_by else [name]
    pairs = _rows(model, names, passes)
    if teacher is not None:
        taught = teacher_passes or Passes(passes.batches)
        pairs = _rows_and_targets(model, names, passes, teacher, taught)
    for rows, answers in _joined(pairs):
        products += rows.T @ rows
        crossed += answers.T @ rows
        count += len(rows)
    finite(f"inputs of layer {name!r}", products)
    if teacher is None:
        crossed = matrix.double() @ products
    return Moments(count, products / count, crossed / count)


def _rows(
    model: nn.Module, names: Sequence[str], passes: Passes
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield what a layer reads, and no targets."""
    for (read,) in passes.inputs_of(model, names):
        yield with_constant(read), read[:, :0]


def _rows_and_targets(
    model: nn.Module,
    names: Sequence[str],
    passes: Passes,
    teacher: nn.Module,
    taught: Passes,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield a layer's inputs and its targets."""
    matrix, wished = (with_bias(linear(net, names[0])) for net in (model, teacher))
    for (read, *total), (theirs, *goal) in zip(
        passes.inputs_of(model, names), taught.inputs_of(teacher, names), strict=True
    ):
        rows = with_constant(read)
        answers = with_constant(theirs) @ wished.T
        if total:  # the sum has a part that the layer cannot change
            if goal[0].shape != answers.shape:
                raise ValueError(
                    f"read_by must name a module that reads {answers.shape[1]} values, "
                    f"got {names[1]!r}, which reads {goal[0].shape[1]}"
                )
            answers = goal[0] - total[0] + rows @ matrix.T
        yield rows, answers


def _joined(
    pairs: Iterable[tuple[Tensor, Tensor]],
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the rows of several batches at once: adding up products costs more."""
    waiting: list[tuple[Tensor, Tensor]] = []
    for pair in pairs:
        waiting.append(pair)
        if sum(len(rows) for rows, _ in waiting) >= ROWS:
            yield _stacked(waiting)
            waiting = []
    if waiting:
        yield _stacked(waiting)


def _stacked(pairs: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    rows, answers = zip(*pairs, strict=True)
    return torch.cat(rows), torch.cat(answers)


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
