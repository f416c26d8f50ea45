"""Cut groups of units out of a network: the only code that makes tensors smaller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.calling import copied_module
from course_lib.surgery.configs import update_config
from course_lib.surgery.groups import CoupledUnits, tensor_of

# name of a parameter or buffer -> dimension -> which of its entries are kept
KeptEntries = dict[str, dict[int, Tensor]]


def cut(
    model: nn.Module, keep: Mapping[str, Tensor], pruned: Mapping[str, CoupledUnits]
) -> nn.Module:
    """Return a smaller copy of ``model``, without units of the groups in ``pruned``."""
    kept = entries_kept(model, keep, pruned)
    # tensors that lose entries are copied already small, never whole
    left = _kept_tensors(model, kept)
    smaller = copied_module(model, left)
    for name, group in pruned.items():
        removed = int((~keep[name]).sum())
        for module, attribute, each in group.sizes:
            layer: Any = smaller.get_submodule(module)
            setattr(layer, attribute, getattr(layer, attribute) - each * removed)
    changed = {id(value) for value in left.values()}
    for name, value in smaller.named_parameters(remove_duplicate=False):
        if id(value) in changed:
            owner, _, inner = name.partition(".parametrizations.")
            owner = owner if inner else name.rpartition(".")[0]
            _set_sizes(smaller.get_submodule(owner))
    groups = getattr(model, "unit_groups", {})  # torch.compile hides it from vars
    if any(isinstance(group, CoupledUnits) for group in groups.values()):
        declared = {
            name: _renumbered(group, kept, pruned.get(name), keep.get(name))
            for name, group in groups.items()
        }
        setattr(smaller, "unit_groups", declared)  # noqa: B010
        update_config(smaller)
    return smaller


def _renumbered(group: Any, kept: KeptEntries, pruned: Any, keep: Any) -> Any:
    """Return a traced group as it is in the smaller network, entries moved up."""
    if not isinstance(group, CoupledUnits):
        return group
    rows = torch.arange(group.units) if pruned is None else keep.cpu().nonzero()[:, 0]
    slices = []
    for piece in group.slices:
        mask = kept.get(piece.tensor, {}).get(piece.dim)
        entries = piece.entries[rows]
        if mask is not None:
            entries = (mask.cumsum(0) - 1)[entries]
        slices.append(piece._replace(entries=entries))
    return replace(group, units=len(rows), slices=tuple(slices))


def take(tensor: Tensor, kept: Mapping[int, Tensor]) -> Tensor:
    """Return a copy of the kept entries, by dimension, on any device, meta included."""
    tensor = tensor.detach()
    index = {
        dim: mask.nonzero().flatten().to(tensor.device) for dim, mask in kept.items()
    }
    if not index:
        return tensor.clone()
    if set(index) != {0, 1}:
        for dim, entries in index.items():
            tensor = tensor.index_select(dim, entries)
        return tensor
    # Both sides: a few rows at a time, to avoid a full tensor cut on one side only
    small = tensor.new_empty(len(index[0]), len(index[1]), *tensor.shape[2:])
    for rows, place in zip(index[0].split(64), small.split(64), strict=True):
        torch.index_select(tensor.index_select(0, rows), 1, index[1], out=place)
    return small


def entries_kept(
    model: nn.Module, keep: Mapping[str, Tensor], pruned: Mapping[str, CoupledUnits]
) -> KeptEntries:
    """Return which entries of every tensor stay, by name and dimension."""
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
    declared = {
        piece.tensor
        for group in pruned.values()
        if not group.traced
        for piece in group.slices
    }
    _check_tensors(model, kept, declared)
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
    """Let a layer report the sizes of its weights.

    One that a hook computes from other parameters has its old size until it is called.
    """
    names = ("weight_orig", "weight_v", "weight")
    found = (getattr(layer, name, None) for name in names)
    weight: Any = next((value for value in found if value is not None), None)
    match layer:
        case nn.Linear():
            layer.out_features, layer.in_features = weight.shape
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            layer.out_channels = weight.shape[0]
            layer.in_channels = weight.shape[1] * layer.groups
        case nn.ConvTranspose1d() | nn.ConvTranspose2d() | nn.ConvTranspose3d():
            layer.in_channels = weight.shape[0]
            layer.out_channels = weight.shape[1] * layer.groups
        case nn.Embedding() | nn.EmbeddingBag():
            layer.num_embeddings, layer.embedding_dim = weight.shape
        case nn.Module(nx=int(), nf=int()) if weight is not None:  # GPT-2's Conv1D
            layer.nx, layer.nf = weight.shape
