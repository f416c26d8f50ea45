"""Remove units layer after layer, each time folding what they did into the rest.

Works on any module whose groups of units are read by one Linear layer each; a network
of another library gets its groups from ``surgery.trace_groups``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from course_lib.structured.moments import (
    Batches,
    Moments,
    calling_order,
    linear,
    record_moments,
    with_bias,
)
from course_lib.structured.reading import least_error
from course_lib.structured.refitting import least_squares
from course_lib.surgery import Slice, remove_units, unit_groups_of, units_of

Select = Callable[[Tensor, Moments, Tensor, int], Tensor]
Refit = Callable[[Tensor, Moments, Tensor], Tensor]


def prune_layer_by_layer(
    model: nn.Module,
    number_kept: Mapping[str, int],
    batches: Batches,
    *,
    select: Select = least_error,
    refit: Refit = least_squares,
    teacher: nn.Module | None = None,
) -> nn.Module:
    """Return a smaller copy that keeps so many units of each group, without training.

    The groups are pruned in the order in which the network calls the layers that read
    them, with moments recorded in the network as it has become: ``select`` chooses the
    units and ``refit`` gives the weights of those that stay. Targets are the answers of
    each layer before its units go, or those of the same layer in ``teacher``, the
    unpruned network. A group that is not listed stays. Raises ValueError for unknown
    groups, numbers that a group does not have, batches that do not call a layer once,
    and groups that not exactly one layer reads; TypeError if that is not Linear.
    """

    def choose(name: str, matrix: Tensor, moments: Moments, entries: Tensor) -> Tensor:
        return select(matrix, moments, entries, number_kept[name])

    return _prune(model, list(number_kept), batches, choose, refit, teacher)


def fold_units(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    batches: Batches,
    *,
    refit: Refit = least_squares,
    teacher: nn.Module | None = None,
) -> nn.Module:
    """Return a smaller copy with the units that ``keep`` names, as ``remove_units``.

    What the other units did is folded layer by layer, as in ``prune_layer_by_layer``,
    which chooses the units itself; the errors are the same.
    """
    return _prune(
        model, list(keep), batches, lambda name, *_: keep[name], refit, teacher
    )


@torch.no_grad()
def _prune(
    model: nn.Module,
    names: list[str],
    batches: Batches,
    choose: Callable[[str, Tensor, Moments, Tensor], Tensor],
    refit: Refit,
    teacher: nn.Module | None,
) -> nn.Module:
    group_of = {_reader(model, name).tensor: name for name in names}
    layers = {tensor.removesuffix(".weight"): name for tensor, name in group_of.items()}
    smaller = model
    for layer in calling_order(model, layers, batches):
        name = layers[layer]
        moments = record_moments(smaller, layer, batches, teacher)
        matrix = with_bias(linear(smaller, layer))
        entries = _reader(smaller, name).entries
        keep = choose(name, matrix, moments, entries)
        kept = torch.ones(matrix.shape[1] - 1, dtype=torch.bool)
        kept[entries[~keep]] = False
        smaller = remove_units(smaller, {name: keep})
        _set(linear(smaller, layer), refit(matrix, moments, kept), kept)
    return smaller


def _reader(model: nn.Module, name: str) -> Slice:
    """Return where the one Linear layer that reads a group has its inputs."""
    groups = unit_groups_of(model)
    if name not in groups:
        raise ValueError(f"groups must be some of {sorted(groups)}, got {name!r}")
    readers = units_of(model, groups[name]).role("reads")
    if len(readers) != 1:
        found = [piece.tensor for piece in readers]
        raise ValueError(
            f"group {name!r} must be read by exactly one layer, got {found}"
        )
    linear(model, readers[0].tensor.removesuffix(".weight"))
    return readers[0]


def _set(layer: nn.Linear, matrix: Tensor, kept: Tensor) -> None:
    layer.weight.copy_(matrix[:, :-1][:, kept])
    if layer.bias is None:
        layer.bias = nn.Parameter(
            matrix[:, -1].to(layer.weight), layer.weight.requires_grad
        )
    else:
        layer.bias.copy_(matrix[:, -1])
