"""Remove units or whole blocks from a network."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite
from course_lib.surgery.cutting import KeptEntries, cut, entries_kept, take
from course_lib.surgery.groups import (
    CoupledUnits,
    UnitGroup,
    reads_along,
    tensor_of,
    unit_count,
    unit_groups_of,
    units_of,
)
from course_lib.surgery.proof import check_cut

# with a stride, not every output reads the whole kernel
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def remove_units(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    *,
    fold: Mapping[str, Tensor] | None = None,
    verify: Any = None,
) -> nn.Module:
    """Return a smaller copy of ``model`` with the kept units and their weights.

    ``keep`` maps unit groups that the model declares to bool tensors of shape (units,),
    True = kept. A group that is not listed keeps all its units. The model itself is
    unchanged.

    ``fold`` maps the same groups to values of shape (units,): a removed unit is assumed
    to output its value constantly, and its contribution moves into the consumers'
    biases. This is exact when the unit never changes and, for a convolution, when the
    consumer does not pad with zeros. Groups with several producers, and heads, cannot
    be folded; every other group that loses units must have values.

    ``verify`` is an example to prove the cut on: one input, a tuple of inputs, or a
    dict of inputs by name. The smaller network, before folding, must compute on it what
    ``model`` does when no weight reads the removed units, or ValueError names the group
    and the difference.

    Raises ValueError for an unknown group or module, a mask of the wrong length, a mask
    that keeps no unit, layers whose sizes do not match, grouped convolutions, shared or
    computed weights, values to fold that are missing or not finite, and two groups that
    prune the same side of a layer; TypeError for a mask that is not boolean and for
    other kinds of layers. In either case nothing has been copied.
    """
    pruned = _pruned_groups(model, keep)
    kept = entries_kept(model, keep, pruned)
    shifts = {} if fold is None else _bias_shifts(model, keep, fold, pruned, kept)
    smaller = cut(model, keep, pruned)
    if verify is not None:
        check_cut(model, keep, pruned, verify)
    for consumer, shift in shifts.items():
        _add_to_bias(smaller.get_submodule(consumer), shift)
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
    return entries_kept(model, keep, _pruned_groups(model, keep))


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


def _bias_shifts(
    model: nn.Module,
    keep: Mapping[str, Tensor],
    fold: Mapping[str, Tensor],
    pruned: Mapping[str, CoupledUnits],
    kept: KeptEntries,
) -> dict[str, Tensor]:
    """Return what removed constant units add to each consumer's outputs that stay."""
    shifts: dict[str, Tensor] = {}
    for name, group in pruned.items():
        mask, values = keep[name], fold.get(name)
        producers = [p.tensor.removesuffix(".weight") for p in group.role("computes")]
        single = len(producers) == 1 and not group.vectors
        if values is None and not single:
            continue
        if values is None:
            raise ValueError(
                f"fold must have values for {name!r}, which loses units, "
                f"got {sorted(fold)}"
            )
        if not single:
            what = "heads of" if group.vectors else "with"
            raise ValueError(
                "fold must name groups with one producer, whose units are one number "
                f"each, got {name!r}, {what} {producers}"
            )
        if values.shape != mask.shape:
            raise ValueError(
                f"fold[{name!r}] must have shape {tuple(mask.shape)}, one entry per "
                f"unit, got {tuple(values.shape)}"
            )
        if group.traced and len(group.role("reads")) > 1:
            readers = [piece.tensor for piece in group.role("reads")]
            raise ValueError(
                "fold must name groups with one consumer, where the model is traced, "
                f"got {name!r} with {readers}"
            )
        removed = values.masked_fill(mask.to(values.device), 0)
        finite(f"fold[{name!r}] of removed units", removed)
        for piece in group.role("reads"):
            consumer = piece.tensor.rpartition(".")[0]
            layer = model.get_submodule(consumer)
            along = reads_along(layer)
            if isinstance(layer, TRANSPOSED) or along is None or along[0] != piece.dim:
                raise ValueError(
                    "fold must name groups that linear layers or convolutions read, "
                    f"got {name!r}, read by {type(layer).__name__} {consumer!r}"
                )
            weight = tensor_of(model, piece.tensor).movedim(piece.dim, 1)
            # Shape [outputs, inputs]: every position of a kernel reads the constant
            total = weight.flatten(2).sum(2) if weight.dim() > 2 else weight
            inputs = total.new_zeros(total.shape[1])
            inputs[piece.entries] = removed.to(weight)[:, None]
            rows = kept[piece.tensor].get(1 - piece.dim)
            shift = take(total @ inputs, {} if rows is None else {0: rows})
            shifts[consumer] = shifts.get(consumer, torch.zeros(())).to(shift) + shift
    return shifts


def _add_to_bias(layer: Any, shift: Tensor) -> None:
    old = layer.bias
    layer.bias = nn.Parameter(
        shift if old is None else old.detach() + shift,
        layer.weight.requires_grad if old is None else old.requires_grad,
    )
