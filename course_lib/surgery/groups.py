"""Groups of coupled units: the layers that compute them and those that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import nn

Layer = nn.Linear | nn.Conv2d
BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


@dataclass(frozen=True)
class UnitGroup:
    """Units that must be removed from all of these layers at once, by module name.

    ``producers`` are the Linear or Conv2d layers whose outputs are the units. Several
    are coupled where their outputs are added, as along a residual connection, or belong
    together, as the queries, keys, and values of an attention head. ``norms`` are the
    batch normalizations after them, and ``consumers`` the Linear or Conv2d layers
    whose inputs are the units. A linear consumer after a flattened convolution has
    several columns per unit (one per position); the number follows from the shapes.

    ``rows_per_unit`` consecutive outputs of each producer make one unit: 1, or the
    width of a head. Raises TypeError for a string in place of a sequence of names, and
    ValueError without a producer.
    """

    producers: Sequence[str]
    consumers: Sequence[str]
    norms: Sequence[str] = ()
    rows_per_unit: int = 1

    def __post_init__(self) -> None:
        for field in ("producers", "consumers", "norms"):
            names = getattr(self, field)
            if isinstance(names, str):  # its letters would be taken for names
                raise TypeError(
                    f"{field} must be a sequence of module names, got {names!r}"
                )
        if not self.producers:
            raise ValueError("producers must name at least one layer, got none")


class GroupLayers(NamedTuple):
    """The layers of a unit group, by name, and how many units they have."""

    units: int
    producers: dict[str, Layer]
    norms: dict[str, BatchNorm]
    consumers: dict[str, Layer]


def unit_groups_of(model: nn.Module) -> Mapping[str, UnitGroup]:
    """Return the unit groups that a model declares; ValueError if it has none."""
    groups = getattr(model, "unit_groups", None)
    if not isinstance(groups, Mapping):
        raise ValueError(
            "model must have an attribute unit_groups, a dict of "
            f"course_lib.surgery.UnitGroup, got {type(model).__name__} without one"
        )
    return groups


def unit_counts(model: nn.Module) -> dict[str, int]:
    """Return the number of units (neurons, channels or heads) per unit group."""
    return {
        name: unit_count(model, group) for name, group in unit_groups_of(model).items()
    }


def unit_count(model: nn.Module, group: UnitGroup) -> int:
    """Return the number of units in a group, from its first producer alone."""
    name, rows = group.producers[0], group.rows_per_unit
    outputs = int(_layer(model, name).weight.shape[0])
    if rows < 1 or outputs % rows:
        raise ValueError(
            f"rows_per_unit must divide the {outputs} outputs of layer {name!r}, "
            f"got {rows}"
        )
    return outputs // rows


def layers_of(model: nn.Module, group: UnitGroup) -> GroupLayers:
    """Return the layers of a group, checked to fit together.

    Raises ValueError for names that the model lacks, grouped convolutions, and sizes
    that do not match; TypeError for other kinds of layers.
    """
    units = unit_count(model, group)
    first, outputs = group.producers[0], units * group.rows_per_unit
    layers = GroupLayers(
        units,
        {name: _layer(model, name) for name in group.producers},
        {name: _norm(model, name) for name in group.norms},
        {name: _layer(model, name) for name in group.consumers},
    )
    for name, layer in layers.producers.items():
        if layer.weight.shape[0] != outputs:
            raise ValueError(
                f"layer {name!r} must have {outputs} outputs, as {first!r} has, "
                f"got {layer.weight.shape[0]}"
            )
    for name, norm in layers.norms.items():
        if norm.num_features != outputs:
            raise ValueError(
                f"norm {name!r} must have {outputs} features, one per output of "
                f"{first!r}, got {norm.num_features}"
            )
    for name, layer in layers.consumers.items():
        if layer.weight.shape[1] % units:
            raise ValueError(
                f"layer {name!r} must have as many inputs for each of {units} units, "
                f"got {layer.weight.shape[1]} inputs"
            )
    return layers


def _layer(model: nn.Module, name: str) -> Layer:
    layer = _module(model, name)
    if not isinstance(layer, Layer):
        raise TypeError(
            f"layer {name!r} must be Linear or Conv2d, got {type(layer).__name__}"
        )
    if isinstance(layer, nn.Conv2d) and layer.groups != 1:
        raise ValueError(
            f"convolution {name!r} must have groups=1, because a group reads only some "
            f"of the channels, got {layer.groups}"
        )
    return layer


def _norm(model: nn.Module, name: str) -> BatchNorm:
    norm = _module(model, name)
    if not isinstance(norm, BatchNorm):
        raise TypeError(
            f"norm {name!r} must be BatchNorm1d or BatchNorm2d, which treat each unit "
            f"separately, got {type(norm).__name__}"
        )
    return norm


def _module(model: nn.Module, name: str) -> nn.Module:
    try:
        return model.get_submodule(name)
    except AttributeError:
        raise ValueError(
            f"a unit group must name modules of {type(model).__name__}, got {name!r}"
        ) from None
