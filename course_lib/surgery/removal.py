"""Remove units or whole blocks from a network."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import finite
from course_lib.surgery.groups import (
    GroupLayers,
    Layer,
    layers_of,
    unit_count,
    unit_groups_of,
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
    shifts = {} if fold is None else _bias_shifts(keep, fold, pruned)
    # tensors that lose entries are copied already small, never whole
    memo: dict[int, Any] = _kept_tensors(model, kept)
    smaller = copy.deepcopy(model, memo)
    for name, layers in pruned.items():
        for norm in layers.norms.values():  # memo maps every module to its copy
            each = norm.num_features // layers.units
            memo[id(norm)].num_features = each * int(keep[name].sum())
        for layer in (*layers.producers.values(), *layers.consumers.values()):
            _set_sizes(memo[id(layer)])
        for consumer, layer in layers.consumers.items():
            if consumer in shifts:
                rows = {d: m for d, m in kept[f"{consumer}.weight"].items() if d == 0}
                _add_to_bias(memo[id(layer)], take(shifts[consumer], rows))
    return smaller


def remove_idle_units(model: nn.Module) -> nn.Module:
    """Return a smaller copy without the units whose weights and biases are all zero.

    They output zero in every network of the course, whose activation functions map zero
    to zero, so the copy computes the same function in less time. A group with a
    normalization, and one in which every unit is idle, keeps all its units.
    """
    keep = {}
    for name, group in unit_groups_of(model).items():
        layers = layers_of(model, group)
        used = torch.zeros(layers.units, dtype=torch.bool)
        for layer in layers.producers.values():
            own = [layer.weight] if layer.bias is None else [layer.weight, layer.bias]
            for tensor in own:
                used |= (tensor.detach() != 0).reshape(layers.units, -1).any(1).cpu()
        if used.any() and not layers.norms:
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
) -> dict[str, GroupLayers]:
    """Return the layers of every group that loses units."""
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
            pruned[name] = layers_of(model, groups[name])
    return pruned


def _kept_entries(
    model: nn.Module, keep: Mapping[str, Tensor], pruned: Mapping[str, GroupLayers]
) -> KeptEntries:
    kept: KeptEntries = {}

    def add(tensor: str, dim: int, size: int, mask: Tensor) -> None:
        if dim in kept.setdefault(tensor, {}):
            side = "inputs" if dim else "outputs"
            raise ValueError(
                f"the {side} of {tensor!r} must be the units of one group, got two"
            )
        kept[tensor][dim] = mask.repeat_interleave(size // len(mask))

    for name, layers in pruned.items():
        modules: dict[str, Any] = {**layers.producers, **layers.norms}
        for module_name, module in modules.items():
            for key in ("weight", "bias", "running_mean", "running_var"):
                value = getattr(module, key, None)
                if value is not None:
                    add(f"{module_name}.{key}", 0, len(value), keep[name])
        for consumer, layer in layers.consumers.items():
            add(f"{consumer}.weight", 1, layer.weight.shape[1], keep[name])
    _check_tensors(model, kept)
    return kept


def _check_tensors(model: nn.Module, names: Iterable[str]) -> None:
    """Raise unless each tensor is a plain parameter or buffer of a single module."""
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
        if others:
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


def _set_sizes(layer: Layer) -> None:
    if isinstance(layer, nn.Linear):
        layer.out_features, layer.in_features = layer.weight.shape
    else:
        layer.out_channels, layer.in_channels = layer.weight.shape[:2]


def _bias_shifts(
    keep: Mapping[str, Tensor],
    fold: Mapping[str, Tensor],
    pruned: Mapping[str, GroupLayers],
) -> dict[str, Tensor]:
    """Return what removed constant units add to each consumer's outputs."""
    shifts = {}
    for name, layers in pruned.items():
        mask, values = keep[name], fold.get(name)
        producers = list(layers.producers)
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
        for consumer, layer in layers.consumers.items():
            weight = layer.weight.detach()
            # Shape [outputs, inputs]: every position of a kernel reads the constant
            total = weight.flatten(2).sum(2) if weight.dim() > 2 else weight
            inputs = removed.to(weight).repeat_interleave(total.shape[1] // len(mask))
            shifts[consumer] = total @ inputs
    return shifts


def _add_to_bias(layer: Layer, shift: Tensor) -> None:
    old = layer.bias
    layer.bias = nn.Parameter(
        shift if old is None else old.detach() + shift,
        layer.weight.requires_grad if old is None else old.requires_grad,
    )
