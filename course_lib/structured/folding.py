"""Remove units layer by layer, folding their contribution into the units that stay.

Works on any module whose groups of units are read by one Linear layer each; a network
of another library gets its groups from ``surgery.trace_groups``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn

from course_lib.structured.moments import Moments, linear, record_moments, with_bias
from course_lib.structured.passes import Batches, Passes, calling_order
from course_lib.structured.reading import least_error
from course_lib.structured.refitting import least_change, least_squares
from course_lib.surgery import Slice, remove_units, unit_groups_of, units_of

Select = Callable[[Tensor, Moments, Tensor, int], Tensor]
Choose = Callable[[Tensor, Moments, Tensor], Tensor]
Refit = Callable[[Tensor, Moments, Tensor], Tensor]


def prune_layer_by_layer(
    model: nn.Module,
    number_kept: Mapping[str, int],
    batches: Batches,
    *,
    select: Select = least_error,
    refit: Refit = least_squares,
    teacher: nn.Module | None = None,
    others: Sequence[str] = (),
    sums: Mapping[str, str] = MappingProxyType({}),
    blocks: Sequence[str] = (),
) -> nn.Module:
    """Return a smaller copy with ``number_kept`` units per group, without training.

    The groups are pruned in the order in which the network calls the layers that read
    them, with moments recorded in the network as pruned so far: ``select`` chooses the
    units and ``refit`` gives the weights of those that stay. Targets are the answers of
    each layer before its units go, or those of the same layer in ``teacher``, the
    unpruned network. A group that is not listed stays. ``others`` are Linear layers
    that lose no inputs; with a teacher, they too are brought closer to its answers, by
    ``least_change``. ``sums`` maps a layer whose answer is added to a residual
    connection to the module that reads the sum: with a teacher, the layer then also
    corrects what the sum has become, instead of imitating the same layer alone.
    ``blocks`` only save time, as ``Passes`` explains.

    Raises ValueError for unknown groups, numbers that a group does not have, batches
    that do not call a layer once, groups that are not read by exactly one layer, and
    ``sums`` without a teacher or of other layers; TypeError if a layer is not Linear.
    """
    choices = {name: choose(select, units) for name, units in number_kept.items()}
    corrected = {*reading_layers(model, choices), *others}
    known = set[str]() if teacher is None else corrected
    if not sums.keys() <= known:
        raise ValueError(
            f"sums must contain only {sorted(known)} (with a teacher, "
            f"pruned layers and others), got {sorted(sums.keys() - known)}"
        )
    passes = Passes(batches, blocks)
    return _prune(model, choices, passes, refit, teacher, others, sums)


def fold_units(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    batches: Batches,
    *,
    refit: Refit = least_squares,
    teacher: nn.Module | None = None,
    blocks: Sequence[str] = (),
) -> nn.Module:
    """Return a smaller copy with the units in ``keep``, like ``remove_units``.

    The other units' contribution is folded layer by layer, as in
    ``prune_layer_by_layer``, which chooses the units itself; the errors are the same.
    """
    choices = {name: _given(mask) for name, mask in keep.items()}
    return _prune(model, choices, Passes(batches, blocks), refit, teacher)


def choose(select: Select, number: int) -> Choose:
    """Return ``select`` bound to a number of units to keep."""
    return lambda matrix, moments, entries: select(matrix, moments, entries, number)


def _given(mask: Tensor) -> Choose:
    return lambda matrix, moments, entries: mask


@torch.no_grad()
def prune_group(
    model: nn.Module,
    name: str,
    moments: Moments,
    chosen: Choose,
    refit: Refit = least_squares,
) -> nn.Module:
    """Return a smaller copy in which one group is pruned and folded.

    ``moments`` are those of the layer that reads the group, ``reader(model, name)``;
    ``chosen`` maps its weights, the moments, and the entries of the units to a mask.
    """
    piece = reader(model, name)
    layer = piece.tensor.removesuffix(".weight")
    matrix = with_bias(linear(model, layer))
    keep = chosen(matrix, moments, piece.entries)
    smaller = remove_units(model, {name: keep})  # which checks the mask
    kept = torch.ones(matrix.shape[1] - 1, dtype=torch.bool)
    kept[piece.entries[~keep]] = False
    _set(linear(smaller, layer), refit(matrix, moments, kept), kept)
    return smaller


def _prune(
    model: nn.Module,
    choices: Mapping[str, Choose],
    passes: Passes,
    refit: Refit,
    teacher: nn.Module | None,
    others: Sequence[str] = (),
    sums: Mapping[str, str] = MappingProxyType({}),
) -> nn.Module:
    layers = reading_layers(model, choices)
    corrected_only = [
        name for name in others if teacher is not None and name not in layers
    ]
    taught, smaller = Passes(passes.batches, passes.blocks), model
    if corrected_only or not layers:  # a layer that is pruned is one of a copy already
        smaller = copy.deepcopy(model)
    for layer in calling_order(model, [*layers, *corrected_only], passes.batches[0]):
        read_by = sums.get(layer, "")
        moments = record_moments(smaller, layer, passes, teacher, taught, read_by)
        if layer in layers:
            chosen = choices[layers[layer]]
            smaller = prune_group(smaller, layers[layer], moments, chosen, refit)
        else:
            _correct(linear(smaller, layer), moments)
    return smaller


@torch.no_grad()
def _correct(layer: nn.Linear, moments: Moments) -> None:
    every = torch.ones(layer.in_features, dtype=torch.bool)
    _set(layer, least_change(with_bias(layer), moments, every), every)


def reader(model: nn.Module, name: str) -> Slice:
    """Return which inputs of its one Linear reader belong to a group."""
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


def reading_layers(model: nn.Module, names: Iterable[str]) -> dict[str, str]:
    """Return the names of the layers that read these groups, each with its group."""
    return {reader(model, n).tensor.removesuffix(".weight"): n for n in names}


def _set(layer: nn.Linear, matrix: Tensor, kept: Tensor) -> None:
    layer.weight.copy_(matrix[:, :-1][:, kept])
    if layer.bias is None:
        layer.bias = nn.Parameter(
            matrix[:, -1].to(layer.weight), layer.weight.requires_grad
        )
    else:
        layer.bias.copy_(matrix[:, -1])
