"""Which part of each tensor stays when units go."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from course_lib.surgery.seams import Seam, Seams, layer_of, module_of, unit_count

# name of a parameter or buffer -> dimension -> which of its entries stay
Parts = dict[str, dict[int, Tensor]]
BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


def parts_kept(model: nn.Module, seams: Seams, keep: Mapping[str, Tensor]) -> Parts:
    """What stays of every tensor that loses something, by its name in the model.

    ``keep`` maps names of seams to bool tensors of shape (units,), True = kept. The
    result maps names such as ``"fc1.weight"`` to masks by dimension: 0 for outputs,
    1 for inputs. A seam that loses nothing, or is not named, adds nothing. Raises
    ValueError and TypeError as ``cut_units`` does.
    """
    parts: Parts = {}
    for name, mask in keep.items():
        _check_mask(model, seams, name, mask)
        if mask.all():
            continue
        seam = seams[name]
        rows = mask.repeat_interleave(seam.rows)
        for layer, norm in seam.writers:
            for tensor in _outputs(model, name, layer, norm, len(rows)):
                _add(parts, tensor, 0, rows)
        for consumer in seam.consumers:
            weight = layer_of(model, consumer).weight
            columns = _columns(consumer, weight.shape[1], mask)
            _add(parts, f"{consumer}.weight", 1, columns)
    _check_tensors(model, parts)
    return parts


def take(tensor: Tensor, kept: Mapping[int, Tensor]) -> Tensor:
    """A copy of the kept part; works on any device, also meta."""
    tensor = tensor.detach()
    index = {
        dim: mask.nonzero().flatten().to(tensor.device) for dim, mask in kept.items()
    }
    if not index:
        return tensor.clone()
    if len(index) == 1:
        ((dim, entries),) = index.items()
        return tensor.index_select(dim, entries)
    # Both sides: a few rows at a time, so that nothing half cut is held whole
    small = tensor.new_empty(len(index[0]), len(index[1]), *tensor.shape[2:])
    for rows, place in zip(index[0].split(64), small.split(64), strict=True):
        torch.index_select(tensor.index_select(0, rows), 1, index[1], out=place)
    return small


def _outputs(
    model: nn.Module, seam: str, layer_name: str, norm_name: str | None, outputs: int
) -> list[str]:
    """The names of the tensors that have an entry for each output of a layer."""
    layer = layer_of(model, layer_name)
    if layer.weight.shape[0] != outputs:
        raise ValueError(
            f"layer {layer_name!r} has {layer.weight.shape[0]} outputs; "
            f"allowed are {outputs}, as the producer of seam {seam!r} has"
        )
    names = [f"{layer_name}.weight"]
    if layer.bias is not None:
        names.append(f"{layer_name}.bias")
    if norm_name is None:
        return names
    norm = module_of(model, norm_name)
    if not isinstance(norm, BatchNorm):
        raise TypeError(
            f"norm {norm_name!r} is {type(norm).__name__}; "
            "allowed are BatchNorm1d and BatchNorm2d, which treat each unit apart"
        )
    if norm.num_features != outputs:
        raise ValueError(
            f"norm {norm_name!r} has {norm.num_features} features; "
            f"allowed are {outputs}, as layer {layer_name!r} has outputs"
        )
    wanted = ("weight", "bias", "running_mean", "running_var")
    return names + [f"{norm_name}.{w}" for w in wanted if getattr(norm, w) is not None]


def _columns(consumer: str, inputs: int, mask: Tensor) -> Tensor:
    """The mask with one entry for each input of a consumer."""
    if inputs % len(mask):
        raise ValueError(
            f"layer {consumer!r} reads {inputs} inputs, "
            f"which {len(mask)} units do not divide"
        )
    return mask.repeat_interleave(inputs // len(mask))


def _add(parts: Parts, tensor: str, dim: int, kept: Tensor) -> None:
    if dim in parts.setdefault(tensor, {}):
        side = "inputs" if dim else "outputs"
        raise ValueError(
            f"{tensor!r} would be cut twice along its {side}; "
            "allowed is one seam for each side of a layer"
        )
    parts[tensor][dim] = kept


def _check_mask(model: nn.Module, seams: Seams, name: str, mask: Tensor) -> None:
    if name not in seams:
        raise ValueError(f"keep names {name!r}; allowed are {sorted(seams)}")
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        found = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(f"keep[{name!r}] is {found}; allowed is a bool tensor")
    seam: Seam = seams[name]
    units = unit_count(model, seam)
    if mask.shape != (units,):
        raise ValueError(
            f"keep[{name!r}] has shape {tuple(mask.shape)}; "
            f"allowed is ({units},), one entry a unit"
        )
    if not mask.any():
        raise ValueError(
            f"keep[{name!r}] removes all {units} units; at least one must stay"
        )


def _check_tensors(model: nn.Module, parts: Parts) -> None:
    """Each tensor must be a plain parameter or buffer that nobody else holds."""
    names: dict[int, list[str]] = {}
    for name, value in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(value), []).append(name)
    holders = {name: group for group in names.values() for name in group}
    buffers = {name for name, _ in model.named_buffers(remove_duplicate=False)}
    for name in parts:
        if name not in holders and name not in buffers:
            raise ValueError(
                f"{name!r} is computed from other parameters (a mask or another "
                "parametrization); make it permanent before cutting"
            )
        others = [other for other in holders.get(name, []) if other != name]
        if others:
            raise ValueError(
                f"{name!r} is shared with {others}; allowed are layers whose "
                "parameters are their own"
            )
