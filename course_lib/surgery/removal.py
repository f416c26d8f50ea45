"""Remove units or whole blocks from a network."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite
from course_lib.surgery.groups import (
    CoupledUnits,
    UnitGroup,
    tensor_of,
    unit_count,
    unit_groups_of,
    units_of,
)

# name of a parameter or buffer -> dimension -> which of its entries are kept
KeptEntries = dict[str, dict[int, Tensor]]


def remove_units(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    *,
    fold: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """Return a smaller copy of ``model`` with the kept units and their weights.

    ``keep`` maps unit groups that the model declares to bool tensors of shape (units,),
    True = kept. A group that is not listed keeps all its units. The model itself is
    unchanged.

    ``fold`` maps the same groups to values of shape (units,): a removed unit is assumed
    to output its value constantly, and its contribution moves into the consumers'
    biases. This is exact when the unit never changes and, for a convolution, when the
    consumer does not pad with zeros. A group with several producers cannot be folded;
    every other group that loses units must have values.

    Raises ValueError for an unknown group or module, a mask of the wrong length, a mask
    that keeps no unit, layers whose sizes do not match, grouped convolutions, shared or
    computed weights, values to fold that are missing or not finite, and two groups that
    prune the same side of a layer; TypeError for a mask that is not boolean and for
    other kinds of layers. In either case nothing has been copied.
    """
    pruned = _pruned_groups(model, keep)
    kept = _kept_entries(model, keep, pruned)
    shifts = {} if fold is None else _bias_shifts(model, keep, fold, pruned)
    # tensors that lose entries are copied already small, never whole
    memo: dict[int, Any] = _kept_tensors(model, kept)
    smaller = copy.deepcopy(model, memo)
    for owner in {name.rpartition(".")[0]: None for name in kept}:
        _set_sizes(smaller.get_submodule(owner))
    for name, group in pruned.items():
        removed = int((~keep[name]).sum())
        for module, attribute, each in group.sizes:
            layer: Any = smaller.get_submodule(module)
            setattr(layer, attribute, getattr(layer, attribute) - each * removed)
    for consumer, shift in shifts.items():
        rows = {d: m for d, m in kept[f"{consumer}.weight"].items() if d == 0}
        _add_to_bias(smaller.get_submodule(consumer), take(shift, rows))
    return smaller


def remove_idle_units(model: nn.Module) -> nn.Module:
    """Return a smaller copy without the units whose weights and biases are all zero.

    They output zero in every network of the course, whose activation functions map zero
    to zero, so the copy computes the same function in less time. A group with a
    normalization, and one in which every unit is idle, keeps all its units; so does a
    traced group, because other networks have other functions.
    """
    keep = {}
    for name, group in unit_groups_of(model).items():
        if not isinstance(group, UnitGroup) or group.norms:
            continue
        coupled = units_of(model, group)
        used = torch.zeros(coupled.units, dtype=torch.bool)
        for piece in (*coupled.role("computes"), *coupled.role("scales")):
            tensor = tensor_of(model, piece.tensor)
            used |= (tensor != 0).reshape(coupled.units, -1).any(1).cpu()
        if used.any():
            keep[name] = used
    return remove_units(model, keep)


def remove_blocks(model: nn.Module, names: Iterable[str]) -> nn.Module:
    """Return a copy of ``model`` whose named residual blocks are the identity.

    ``names`` must be in ``model.removable_blocks``: blocks whose input and output have
    the same shape. Raises ValueError for any other name.
    """
    names = [names] if isinstance(names, str) else list(names)
    removable = list(getattr(model, "removable_blocks", ()))
    for name in names:
        if name not in removable:
            raise ValueError(f"names must be some of {removable}, got {name!r}")
    memo = {
        id(model.get_submodule(name)): nn.Identity().train(model.training)
        for name in names
    }
    return copy.deepcopy(model, memo)


def kept_entries(model: nn.Module, keep: Mapping[str, Tensor]) -> KeptEntries:
    """Return which entries are kept of every tensor that loses some, by tensor name.

    ``keep`` is as for ``remove_units``. The result maps names such as ``"fc1.weight"``
    to bool masks by dimension: 0 for outputs, 1 for inputs. A group that loses nothing
    adds nothing. Raises the same errors as ``remove_units``.
    """
    return _kept_entries(model, keep, _pruned_groups(model, keep))


def take(tensor: Tensor, kept: Mapping[int, Tensor]) -> Tensor:
    """Return a copy of the kept entries, by dimension, on any device, meta included."""
    tensor = tensor.detach()
    index = {
        dim: mask.nonzero().flatten().to(tensor.device) for dim, mask in kept.items()
    }
    if not index:
        return tensor.clone()
    if len(index) == 1:
        ((dim, entries),) = index.items()
        return tensor.index_select(dim, entries)
    # Both sides: a few rows at a time, to avoid a full tensor cut on one side only
    small = tensor.new_empty(len(index[0]), len(index[1]), *tensor.shape[2:])
    for rows, place in zip(index[0].split(64), small.split(64), strict=True):
        torch.index_select(tensor.index_select(0, rows), 1, index[1], out=place)
    return small


def _pruned_groups(
    model: nn.Module, keep: Mapping[str, Tensor]
) -> dict[str, CoupledUnits]:
    """Return every group that loses units."""
    groups, pruned = unit_groups_of(model), {}
    for name, mask in keep.items():
        if name not in groups:
            raise ValueError(f"keep must name some of {sorted(groups)}, got {name!r}")
        if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
            found = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
            raise TypeError(f"keep[{name!r}] must be a bool tensor, got {found}")
        units = unit_count(model, groups[name])
        if mask.shape != (units,):
            raise ValueError(
                f"keep[{name!r}] must have shape ({units},), one entry per unit, "
                f"got {tuple(mask.shape)}"
            )
        if not mask.any():
            raise ValueError(
                f"keep[{name!r}] must keep at least one of {units} units, got none"
            )
        if not mask.all():
            pruned[name] = units_of(model, groups[name])
    return pruned


def _kept_entries(
    model: nn.Module, keep: Mapping[str, Tensor], pruned: Mapping[str, CoupledUnits]
) -> KeptEntries:
    kept: KeptEntries = {}
    owner: dict[tuple[str, int], Tensor] = {}  # group of each entry, from 1
    for number, (name, group) in enumerate(pruned.items(), 1):
        for tensor, dim, entries, _ in group.slices:
            size = tensor_of(model, tensor).shape[dim]
            mask = kept.setdefault(tensor, {}).setdefault(
                dim, torch.ones(size, dtype=torch.bool)
            )
            owners = owner.setdefault((tensor, dim), torch.zeros(size))
            if not torch.isin(owners[entries], torch.tensor([0, number])).all():
                side = "inputs" if dim else "outputs"
                raise ValueError(
                    f"the {side} of {tensor!r} must be the units of one group, got two"
                )
            owners[entries] = number
            mask[entries[~keep[name].cpu()]] = False
    hand = {
        piece.tensor
        for name, group in pruned.items()
        if isinstance(unit_groups_of(model)[name], UnitGroup)
        for piece in group.slices
    }
    _check_tensors(model, kept, hand)
    return kept


def _check_tensors(
    model: nn.Module, names: Iterable[str], declared: Collection[str]
) -> None:
    """Raise unless each tensor is a plain parameter or buffer.

    Those ``declared`` by hand must belong to a single module; tracing sees every use.
    """
    parameters = dict(model.named_parameters(remove_duplicate=False))
    buffers = dict(model.named_buffers(remove_duplicate=False))
    for name in names:
        if name in buffers:
            continue
        if name not in parameters:
            raise ValueError(
                f"{name!r} must be a plain parameter, got one that is computed from "
                "other parameters (a mask or another parametrization); make it "
                "permanent first"
            )
        value = parameters[name]
        others = [n for n, other in parameters.items() if other is value and n != name]
        if others and name in declared:
            raise ValueError(
                f"{name!r} must belong to one layer only, got one shared with {others}"
            )


def _kept_tensors(model: nn.Module, kept: KeptEntries) -> dict[int, Tensor]:
    """Return what is left of each tensor that loses entries, by the original's id."""
    tensors, left = dict(model.named_parameters()) | dict(model.named_buffers()), {}
    for name, entries in kept.items():
        old, new = tensors[name], take(tensors[name], entries)
        if isinstance(old, nn.Parameter):
            new = nn.Parameter(new, old.requires_grad)
        left[id(old)] = new
    return left


def _set_sizes(layer: nn.Module) -> None:
    """Let a layer report the sizes of its weights."""
    weight: Any = getattr(layer, "weight", None)
    match layer:
        case nn.Linear():
            layer.out_features, layer.in_features = weight.shape
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            layer.out_channels = weight.shape[0]
            layer.in_channels = weight.shape[1] * layer.groups
        case nn.ConvTranspose1d() | nn.ConvTranspose2d() | nn.ConvTranspose3d():
            layer.in_channels = weight.shape[0]
            layer.out_channels = weight.shape[1] * layer.groups
        case nn.Embedding():
            layer.num_embeddings, layer.embedding_dim = weight.shape
        case nn.Module(nx=int(), nf=int()) if weight is not None:  # GPT-2's Conv1D
            layer.nx, layer.nf = weight.shape


def _bias_shifts(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    fold: Mapping[str, Tensor],
    pruned: Mapping[str, CoupledUnits],
) -> dict[str, Tensor]:
    """Return what removed constant units add to each consumer's outputs."""
    shifts = {}
    for name, group in pruned.items():
        mask, values = keep[name], fold.get(name)
        producers = [p.tensor.removesuffix(".weight") for p in group.role("computes")]
        if values is None and len(producers) > 1:
            continue
        if values is None:
            raise ValueError(
                f"fold must have values for {name!r}, which loses units, "
                f"got {sorted(fold)}"
            )
        if len(producers) > 1:
            raise ValueError(
                "fold must name groups with one producer, "
                f"got {name!r} with {producers}"
            )
        if values.shape != mask.shape:
            raise ValueError(
                f"fold[{name!r}] must have shape {tuple(mask.shape)}, one entry per "
                f"unit, got {tuple(values.shape)}"
            )
        removed = values.masked_fill(mask.to(values.device), 0)
        finite(f"fold[{name!r}] of removed units", removed)
        for piece in group.role("reads"):
            weight = tensor_of(model, piece.tensor)
            # Shape [outputs, inputs]: every position of a kernel reads the constant
            total = weight.flatten(2).sum(2) if weight.dim() > 2 else weight
            inputs = total.new_zeros(total.shape[1])
            inputs[piece.entries] = removed.to(weight)[:, None]
            shifts[piece.tensor.removesuffix(".weight")] = total @ inputs
    return shifts


def _add_to_bias(layer: Any, shift: Tensor) -> None:
    old = layer.bias
    layer.bias = nn.Parameter(
        shift if old is None else old.detach() + shift,
        layer.weight.requires_grad if old is None else old.requires_grad,
    )
