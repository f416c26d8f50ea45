"""Groups of coupled units: the entries of tensors that are removed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

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


Role = Literal["computes", "reads", "scales"]


class Slice(NamedTuple):
    """Which entries of one dimension of a parameter or buffer belong to each unit.

    ``entries`` has shape (units, k). Weights have the role ``"computes"`` where their
    outputs are the units and ``"reads"`` where their inputs are; all that changes a
    unit on the way ``"scales"`` it: biases, the parameters and statistics of a norm,
    whatever else is added or multiplied element by element.
    """

    tensor: str
    dim: int
    entries: Tensor
    role: Role


class Size(NamedTuple):
    """An integer attribute of a module that counts ``each`` entries per unit."""

    module: str
    attribute: str
    each: int


@dataclass(frozen=True)
class CoupledUnits:
    """All that a group of units has in a network, found by tracing or from layer names.

    ``units`` is their number. ``slices`` must be removed together, and ``sizes`` are
    the attributes that change with them and that no weight's shape determines. A
    ``traced`` group knows every use of a tensor; one from layer names does not, so that
    its tensors must not be shared.
    """

    units: int
    slices: tuple[Slice, ...]
    sizes: tuple[Size, ...] = ()
    traced: bool = True

    def role(self, role: Role) -> list[Slice]:
        """Return the slices with this role."""
        return [piece for piece in self.slices if piece.role == role]

    @property
    def vectors(self) -> bool:
        """Whether a unit is several numbers at each position, as a head is, not one."""
        several = (
            any(piece.entries.shape[1] > 1 for piece in self.role(role))
            for role in ("computes", "reads")
        )
        return all(several)


UnitGroups = Mapping[str, UnitGroup | CoupledUnits]


def unit_groups_of(model: nn.Module) -> UnitGroups:
    """Return the unit groups that a model declares; ValueError if it has none."""
    groups = getattr(model, "unit_groups", None)
    if not isinstance(groups, Mapping):
        raise ValueError(
            "model must have an attribute unit_groups, a dict of "
            "course_lib.surgery.UnitGroup or the result of trace_groups, "
            f"got {type(model).__name__} without one"
        )
    return groups


def layer_groups_of(model: nn.Module) -> dict[str, UnitGroup]:
    """Return the unit groups that a model declares by layer names."""
    groups = unit_groups_of(model).items()
    return {name: group for name, group in groups if isinstance(group, UnitGroup)}


def unit_counts(model: nn.Module) -> dict[str, int]:
    """Return the number of units (neurons, channels or heads) per unit group."""
    return {
        name: unit_count(model, group) for name, group in unit_groups_of(model).items()
    }


def unit_count(model: nn.Module, group: UnitGroup | CoupledUnits) -> int:
    """Return the number of units in a group, from its first producer alone."""
    if isinstance(group, CoupledUnits):
        return group.units
    name, rows = group.producers[0], group.rows_per_unit
    outputs = int(_layer(model, name).weight.shape[0])
    if rows < 1 or outputs % rows:
        raise ValueError(
            f"rows_per_unit must divide the {outputs} outputs of layer {name!r}, "
            f"got {rows}"
        )
    return outputs // rows


def units_of(model: nn.Module, group: UnitGroup | CoupledUnits) -> CoupledUnits:
    """Return which entries of which tensors belong to each unit of a group.

    Raises ValueError for names that the model lacks, grouped convolutions, and sizes
    that do not match; TypeError for other kinds of layers.
    """
    if isinstance(group, CoupledUnits):
        return group
    units, rows = unit_count(model, group), group.rows_per_unit
    first, outputs = group.producers[0], units * rows
    producers = {name: _layer(model, name) for name in group.producers}
    norms = {name: _norm(model, name) for name in group.norms}
    consumers = {name: _layer(model, name) for name in group.consumers}
    for name, layer in producers.items():
        if layer.weight.shape[0] != outputs:
            raise ValueError(
                f"layer {name!r} must have {outputs} outputs, as {first!r} has, "
                f"got {layer.weight.shape[0]}"
            )
    for name, norm in norms.items():
        if norm.num_features != outputs:
            raise ValueError(
                f"norm {name!r} must have {outputs} features, one per output of "
                f"{first!r}, got {norm.num_features}"
            )
    for name, layer in consumers.items():
        if layer.weight.shape[1] % units:
            raise ValueError(
                f"layer {name!r} must have as many inputs for each of {units} units, "
                f"got {layer.weight.shape[1]} inputs"
            )
    owners: dict[str, nn.Module] = {**producers, **norms}
    slices = [
        Slice(f"{name}.{key}", 0, _runs(units, outputs), _role_of(layer, key))
        for name, layer in owners.items()
        for key in ("weight", "bias", "running_mean", "running_var")
        if getattr(layer, key, None) is not None
    ]
    slices += [
        Slice(f"{name}.weight", 1, _runs(units, layer.weight.shape[1]), "reads")
        for name, layer in consumers.items()
    ]
    sizes = tuple(Size(name, "num_features", rows) for name in norms)
    return CoupledUnits(units, tuple(slices), sizes, traced=False)


class Along(NamedTuple):
    """Where a layer reads: along which dimension of its weight, and of its input."""

    weight_dim: int
    input_axis: int


def reads_along(module: Any) -> Along | None:
    """Return where a linear layer or a convolution reads; None for other layers."""
    match module:
        case nn.Linear():
            return Along(1, -1)
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            return Along(1, 1 - module.weight.dim())
        case nn.ConvTranspose1d() | nn.ConvTranspose2d() | nn.ConvTranspose3d():
            return Along(0, 1 - module.weight.dim())
        case nn.Module(nx=int(), nf=int(), weight=Tensor()):  # GPT-2's Conv1D
            return Along(0, -1)
        case _:
            return None


def tensor_of(model: nn.Module, name: str) -> Tensor:
    """Return a tensor by its name, also one that is computed by a parametrization."""
    value: Tensor = attrgetter(name)(model)
    return value.detach()


def _runs(units: int, size: int) -> Tensor:
    """Return the entries of each unit where they are consecutive, shape (units, k)."""
    return torch.arange(size).reshape(units, -1)


def _role_of(layer: nn.Module, key: str) -> Role:
    return "computes" if key == "weight" and isinstance(layer, Layer) else "scales"


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
