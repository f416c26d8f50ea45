"""The smaller network: units cut out along seams, or whole blocks left out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping

from torch import Tensor, nn

from course_lib.arguments import finite
from course_lib.surgery.parts import BatchNorm, Parts, parts_kept, take
from course_lib.surgery.seams import Layer, Seam, Seams, layer_of


def cut_units(
    model: nn.Module,
    seams: Seams,
    keep: Mapping[str, Tensor],
    constants: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """A smaller copy of ``model`` without the units that ``keep`` leaves out.

    ``seams`` says who makes and who reads each set of units; ``keep`` maps names of
    seams to bool tensors of shape (units,), True = kept. A seam that is not named
    keeps all. The model itself stays as it is.

    ``constants`` gives, for the same names, the values of shape (units,) that stand
    in for removed units: what each would have contributed moves into the consumers'
    biases. That is exact when the unit never changes and, for a convolution, when
    it does not pad with zeros. A seam with partners has no such value; every other one
    that loses units needs its own.

    Raises ValueError for an unknown seam or module, a mask of another length, a
    layer that would be left empty, grouped convolutions, shared or computed weights,
    constants that are missing or not finite, and two seams that cut the same side of
    a layer; TypeError for a mask that is not boolean and for other kinds of layers.
    Nothing has been copied then.
    """
    parts = parts_kept(model, seams, keep)
    shifts = {} if constants is None else _shifts(model, seams, keep, constants)
    smaller = _copy_parts(model, parts)
    for name in keep:
        _count_features(smaller, seams[name])
    for name, shift in shifts.items():
        shift = take(shift, {0: parts[name][0]} if 0 in parts[name] else {})
        layer = layer_of(smaller, name.removesuffix(".weight"))
        old = layer.bias
        layer.bias = nn.Parameter(
            shift if old is None else old.detach() + shift,
            layer.weight.requires_grad if old is None else old.requires_grad,
        )
    return smaller


def remove_blocks(model: nn.Module, names: Iterable[str]) -> nn.Module:
    """A copy of ``model`` in which the named residual blocks only pass on their input.

    Allowed are the names in ``model.removable_blocks``: blocks whose input and output
    have the same shape. Raises ValueError for any other.
    """
    names = [names] if isinstance(names, str) else list(names)
    allowed = tuple(getattr(model, "removable_blocks", ()))
    for name in names:
        if name not in allowed:
            raise ValueError(f"names has {name!r}; allowed are {list(allowed)}")
    memo = {
        id(model.get_submodule(name)): nn.Identity().train(model.training)
        for name in names
    }
    return copy.deepcopy(model, memo)


def _copy_parts(model: nn.Module, parts: Parts) -> nn.Module:
    """A deep copy in which the tensors that lose something are small from the start."""
    memo: dict[int, Tensor] = {}
    tensors = dict(model.named_parameters()) | dict(model.named_buffers())
    for name, kept in parts.items():
        old, new = tensors[name], take(tensors[name], kept)
        if isinstance(old, nn.Parameter):
            new = nn.Parameter(new, old.requires_grad)
        memo[id(old)] = new
    smaller = copy.deepcopy(model, memo)
    for name in {name.rpartition(".")[0] for name in parts}:
        layer = smaller.get_submodule(name)
        if isinstance(layer, nn.Linear):
            layer.out_features, layer.in_features = layer.weight.shape
        elif isinstance(layer, nn.Conv2d):
            layer.out_channels, layer.in_channels = layer.weight.shape[:2]
    return smaller


def _count_features(model: nn.Module, seam: Seam) -> None:
    for layer, norm_name in seam.writers:
        if norm_name is not None:
            norm = model.get_submodule(norm_name)
            assert isinstance(norm, BatchNorm)
            norm.num_features = len(layer_of(model, layer).weight)


def _shifts(
    model: nn.Module,
    seams: Seams,
    keep: Mapping[str, Tensor],
    constants: Mapping[str, Tensor],
) -> dict[str, Tensor]:
    """What the removed units' constants add to each consumer's outputs."""
    shifts = {}
    for name, mask in keep.items():
        seam, values = seams[name], constants.get(name)
        if mask.all() or (values is None and seam.partners):
            continue
        if values is None:
            raise ValueError(
                f"constants must have values for {name!r}, which loses units, "
                f"got {sorted(constants)}"
            )
        if seam.partners:
            raise ValueError(
                f"constants has {name!r}, whose units come from several layers "
                f"({[layer for layer, _ in seam.writers]}); allowed are seams without "
                "partners"
            )
        if values.shape != mask.shape:
            raise ValueError(
                f"constants[{name!r}] has shape {tuple(values.shape)}; "
                f"allowed is {tuple(mask.shape)}, one entry a unit"
            )
        removed = values.masked_fill(mask.to(values.device), 0)
        finite(f"constants[{name!r}] of removed units", removed)
        for consumer in seam.consumers:
            layer = layer_of(model, consumer)
            shifts[f"{consumer}.weight"] = _contribution(layer, removed)
    return shifts


def _contribution(layer: Layer, removed: Tensor) -> Tensor:
    """The outputs, shape (outputs,), for these inputs; what is not removed is zero."""
    weight = layer.weight.detach()
    # (out, in, ...) summed over positions of the kernel, times (in,)
    total = weight.flatten(2).sum(2) if weight.dim() > 2 else weight
    each = weight.shape[1] // len(removed)
    return total @ removed.to(weight).repeat_interleave(each)
