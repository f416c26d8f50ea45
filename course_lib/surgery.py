"""Cutting units out of a network along its seams.

A *seam* is the place between the layer that produces some units (the neurons of
a linear layer, the channels of a convolution) and the layers that consume them.
Removing units means to cut both sides at once: rows of the producer, entries of
its norm, columns of every consumer. This is the only module of the course that
rebuilds layers.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Producer = nn.Linear | nn.Conv2d
BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


@dataclass(frozen=True)
class Seam:
    """Who makes a set of units and who reads them; all are module names.

    ``producer`` is a Linear or Conv2d layer, ``norm`` the batch normalisation
    behind it, if any, and ``consumers`` the Linear or Conv2d layers whose inputs
    are the units. A linear consumer behind a flattened convolution has several
    columns a unit (one a position); how many follows from the shapes.

    ``partners`` are pairs (layer, norm or None) that must lose the same units as the
    producer: those whose outputs are added to its own along a residual connection,
    or the queries and keys of an attention head. ``rows`` is how many consecutive
    outputs of the producer make one unit: 1, or the width of a head.
    """

    producer: str
    consumers: tuple[str, ...]
    norm: str | None = None
    partners: tuple[tuple[str, str | None], ...] = ()
    rows: int = 1


Seams = Mapping[str, Seam]


def seams_of(model: nn.Module) -> Seams:
    """The seams that a model declares; ValueError where it declares none."""
    seams = getattr(model, "seams", None)
    if not isinstance(seams, Mapping):
        raise ValueError(
            f"model {type(model).__name__} declares no seams; "
            "give it a property `seams`, a dict of course_lib.surgery.Seam"
        )
    return seams


def unit_count(layer: Producer) -> int:
    """How many units a layer produces: neurons or channels."""
    return int(layer.weight.shape[0])


def cut_outputs(layer: Producer, keep: Tensor) -> Producer:
    """A copy of ``layer`` that produces only the kept units.

    ``keep`` has shape (units,), dtype bool, True = kept.
    """
    smaller = copy.deepcopy(layer)
    smaller.weight = nn.Parameter(_take(layer.weight, 0, keep))
    if layer.bias is not None:
        smaller.bias = nn.Parameter(_take(layer.bias, 0, keep))
    _refresh_sizes(smaller)
    return smaller


def cut_norm(norm: BatchNorm, keep: Tensor) -> BatchNorm:
    """A copy of a batch normalisation with only the kept units."""
    smaller = copy.deepcopy(norm)
    smaller.num_features = int(keep.sum())
    for name in ("weight", "bias"):
        if getattr(norm, name) is not None:
            setattr(smaller, name, nn.Parameter(_take(getattr(norm, name), 0, keep)))
    for name in ("running_mean", "running_var"):
        if getattr(norm, name) is not None:
            setattr(smaller, name, _take(getattr(norm, name), 0, keep))
    return smaller


def cut_inputs(
    layer: Producer, keep: Tensor, constants: Tensor | None = None
) -> Producer:
    """A copy of ``layer`` that reads only the kept units.

    ``keep`` has shape (units,), dtype bool, True = kept. ``constants``, shape
    (units,), are the values that stand in for the removed units: what each would
    have contributed moves into the bias. That is exact when the removed unit
    never changes, and, for a convolution, when it does not pad with zeros.
    """
    columns = _columns(layer, keep)
    weight = layer.weight.detach()
    smaller = copy.deepcopy(layer)
    smaller.weight = nn.Parameter(_take(weight, 1, columns))
    if constants is not None:
        removed = torch.where(keep, torch.zeros_like(constants), constants)
        values = removed.to(weight).repeat_interleave(len(columns) // len(keep))
        # (out, in, ...) summed over positions of the kernel, times (in,)
        shift = weight.flatten(2).sum(2) if weight.dim() > 2 else weight
        shift = shift @ values
        old = 0 if layer.bias is None else layer.bias.detach()
        smaller.bias = nn.Parameter(old + shift)
    _refresh_sizes(smaller)
    return smaller


def cut_units(
    model: nn.Module,
    seams: Seams,
    keep: Mapping[str, Tensor],
    constants: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """A smaller copy of ``model`` without the units that ``keep`` leaves out.

    ``seams`` names for every layer who reads its units, ``keep`` maps names of
    seams to bool tensors of shape (units,), True = kept; a seam that is not named
    keeps all its units. ``constants`` gives, for the same names, the value that
    stands in for each removed unit (see ``cut_inputs``). The model itself stays
    as it is. Raises ValueError for a name that is no seam, a mask of another
    length, and a layer that would be left empty; TypeError for a mask that is
    not boolean.
    """
    smaller = copy.deepcopy(model)
    for name, mask in keep.items():
        _check_mask(smaller, seams, name, mask)
    for name, mask in keep.items():
        seam = seams[name]
        producer = _layer(smaller, seam.producer)
        smaller.set_submodule(seam.producer, cut_outputs(producer, mask))
        if seam.norm is not None:
            norm = smaller.get_submodule(seam.norm)
            assert isinstance(norm, BatchNorm)
            smaller.set_submodule(seam.norm, cut_norm(norm, mask))
        values = None if constants is None else constants.get(name)
        for consumer in seam.consumers:
            layer = _layer(smaller, consumer)
            smaller.set_submodule(consumer, cut_inputs(layer, mask, values))
    return smaller


def _layer(model: nn.Module, name: str) -> Producer:
    layer = model.get_submodule(name)
    if not isinstance(layer, Producer):
        raise TypeError(
            f"module {name!r} is {type(layer).__name__}; allowed are Linear and Conv2d"
        )
    return layer


def _check_mask(model: nn.Module, seams: Seams, name: str, mask: Tensor) -> None:
    if name not in seams:
        raise ValueError(f"keep names {name!r}; allowed are {sorted(seams)}")
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        found = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise TypeError(f"keep[{name!r}] is {found}; allowed is a bool tensor")
    units = unit_count(_layer(model, seams[name].producer))
    if mask.shape != (units,):
        raise ValueError(
            f"keep[{name!r}] has shape {tuple(mask.shape)}; "
            f"allowed is ({units},), one entry a unit"
        )
    if not mask.any():
        raise ValueError(
            f"keep[{name!r}] removes all {units} units; at least one must stay"
        )


def _take(tensor: Tensor, dim: int, keep: Tensor) -> Tensor:
    """A copy of what ``keep`` keeps along ``dim``; works on any device, also meta."""
    index = keep.nonzero().flatten().to(tensor.device)
    return tensor.detach().index_select(dim, index)


def _columns(layer: Producer, keep: Tensor) -> Tensor:
    """``keep`` with one entry for each input column of ``layer``."""
    inputs = layer.weight.shape[1]
    if inputs % len(keep):
        raise ValueError(
            f"layer reads {inputs} inputs, which {len(keep)} units do not divide"
        )
    return keep.repeat_interleave(inputs // len(keep))


def _refresh_sizes(layer: Producer) -> None:
    if isinstance(layer, nn.Linear):
        layer.out_features, layer.in_features = layer.weight.shape
    else:
        layer.out_channels, layer.in_channels = layer.weight.shape[:2]
