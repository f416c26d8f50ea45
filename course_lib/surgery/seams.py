"""Who makes a set of units and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

Layer = nn.Linear | nn.Conv2d


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

    @property
    def writers(self) -> tuple[tuple[str, str | None], ...]:
        """The producer and its partners, each with its norm or None."""
        return ((self.producer, self.norm), *self.partners)


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


def layer_of(model: nn.Module, name: str) -> Layer:
    """The Linear or ungrouped Conv2d layer of that name.

    Raises ValueError where there is none or it works in groups, whose inputs are
    not those of the whole layer; TypeError where it is of another kind.
    """
    layer = module_of(model, name)
    if not isinstance(layer, Layer):
        raise TypeError(
            f"module {name!r} is {type(layer).__name__}; allowed are Linear and Conv2d"
        )
    if isinstance(layer, nn.Conv2d) and layer.groups != 1:
        raise ValueError(
            f"convolution {name!r} has {layer.groups} groups; allowed is 1, "
            "because a group reads only some of the channels"
        )
    return layer


def module_of(model: nn.Module, name: str) -> nn.Module:
    """The module of that name; ValueError where there is none."""
    try:
        return model.get_submodule(name)
    except AttributeError:
        raise ValueError(
            f"a seam names module {name!r}, which {type(model).__name__} lacks"
        ) from None


def unit_count(model: nn.Module, seam: Seam) -> int:
    """How many units a seam has: neurons, channels or heads."""
    outputs = int(layer_of(model, seam.producer).weight.shape[0])
    if seam.rows < 1 or outputs % seam.rows:
        raise ValueError(
            f"layer {seam.producer!r} has {outputs} outputs, "
            f"which units of {seam.rows} rows do not divide"
        )
    return outputs // seam.rows


def unit_counts(model: nn.Module) -> dict[str, int]:
    """How many units each seam of a model has, keyed as its seams."""
    return {name: unit_count(model, seam) for name, seam in seams_of(model).items()}
