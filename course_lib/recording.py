"""The hidden activations of any model, and the axis of their units.

Those of the course return theirs. A model whose groups were traced is measured where
units are read: at the inputs of the layers that read them. In any other, the outputs
of activation modules are taken.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.hooks import RemovableHandle

from course_lib import surgery
from course_lib.calling import call
from course_lib.surgery import CoupledUnits, unit_counts, unit_groups_of

NONLINEARITIES = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ELU, nn.SELU, nn.CELU),
    *(nn.GELU, nn.SiLU, nn.Mish, nn.Tanh, nn.Sigmoid, nn.LogSigmoid, nn.Softplus),
    *(nn.Softsign, nn.Tanhshrink, nn.Hardtanh, nn.Hardsigmoid, nn.Hardswish),
    *(nn.Hardshrink, nn.Softshrink, nn.Threshold),
)
CONVOLUTIONS = (
    *(nn.Conv1d, nn.Conv2d, nn.Conv3d),
    *(nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
)


class Units(NamedTuple):
    """How many units a layer outputs, and along which axis of its output."""

    size: int
    axis: int


NOWHERE = Units(0, 0)  # what can be anywhere


class Recorded(NamedTuple):
    """The output of one activation, and the axis of its units."""

    values: Tensor
    axis: int


class Record(Protocol):
    """Returns hidden activations for inputs, which errors call ``argument``."""

    def __call__(
        self, inputs: Any, argument: str = "inputs"
    ) -> dict[str, Recorded]: ...


@contextmanager
def recording(model: nn.Module) -> Iterator[Record]:
    """Yield a function from inputs to the hidden activations of ``model``, by name.

    Inputs are a tensor, a tuple, or a dict, see ``calling``. A model with unit groups
    and ``forward(x, return_activations=…)`` returns its activations itself, of shape
    (N, units, …). In any other, hooks record in this ``with``: with unit groups what
    the layers that read the units get, of shape (units, observations), else the outputs
    of activation modules.
    """
    groups = unit_groups_of(model) if hasattr(model, "unit_groups") else None
    if groups is not None and _returns_activations(model):
        yield _declared(model)
        return
    watch = _Watch() if groups is None else _Readers(model)
    handles = watch.hooked(model)

    def record(inputs: Any, argument: str = "inputs") -> dict[str, Recorded]:
        watch.begin()
        call(model, inputs, argument)
        return watch.result()

    try:
        yield record
    finally:
        for handle in handles:
            handle.remove()


def _returns_activations(model: nn.Module) -> bool:
    """Return whether units are declared by layer names, and returned on request."""
    groups = unit_groups_of(model).values()
    if any(isinstance(group, CoupledUnits) for group in groups):
        return False
    parameters = inspect.signature(model.forward).parameters.values()
    return any(
        p.name == "return_activations" or p.kind is p.VAR_KEYWORD for p in parameters
    )


def _declared(model: nn.Module) -> Record:
    """Yield the activations that a model with unit groups returns, checked by them."""
    units = unit_counts(model)

    def record(inputs: Any, argument: str = "inputs") -> dict[str, Recorded]:
        _, activations = call(model, inputs, argument, return_activations=True)
        for name, values in activations.items():
            if name in units and values.shape[1:2] != (units[name],):
                raise ValueError(
                    f"activations[{name!r}] must have shape (N, {units[name]}, …), as "
                    f"unit group {name!r} has units, got {tuple(values.shape)}"
                )
        return {name: Recorded(values, 1) for name, values in activations.items()}

    return record


class _Watch:
    """Records outputs of activation modules and the layer that produced their units."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the previous batch."""
        self.found: dict[str, Recorded] = {}
        self.layer, self.units = "", NOWHERE

    def hooked(self, model: nn.Module) -> list[RemovableHandle]:
        return [
            module.register_forward_hook(self.hook(name))
            for name, module in model.named_modules()
        ]

    def result(self) -> dict[str, Recorded]:
        return self.found

    def hook(self, name: str) -> Callable[[nn.Module, Any, Any], None]:
        def after(module: nn.Module, inputs: Any, output: Any) -> None:
            if isinstance(module, NONLINEARITIES):
                self._note(name, output)
            elif (units := units_of(module)) is not None:
                self.layer, self.units = name, units

        return after

    def _note(self, name: str, output: Tensor) -> None:
        if name in self.found:
            raise ValueError(
                f"activation module {name!r} must be used once per pass, got two uses; "
                "use a separate module in each place"
            )
        shape, (size, axis) = tuple(output.shape), self.units
        if len(shape) == 2:
            axis = 1  # one axis is that of the images, the other that of the units
        elif not size or shape[axis] != size:
            raise ValueError(
                f"activation module {name!r} must follow a layer whose units can be "
                f"found, got shape {shape} after "
                + (f"layer {self.layer!r} with {size}" if size else "no such layer")
            )
        self.found[name] = Recorded(output, axis)


class _Readers:
    """Records what the layers that read the units of each group get, at every call.

    A unit that is several numbers, as a head is, is recorded by their norm.
    """

    def __init__(self, model: nn.Module) -> None:
        self.groups = {
            name: surgery.units_of(model, group)
            for name, group in unit_groups_of(model).items()
        }

    def begin(self) -> None:
        """Forget the previous batch."""
        self.found: dict[str, list[Tensor]] = {name: [] for name in self.groups}

    def hooked(self, model: nn.Module) -> list[RemovableHandle]:
        readers = [
            (module, self._hook(name, piece.entries, axis))
            for name, group in self.groups.items()
            for piece in group.role("reads")
            for module, axis in _reading(model, name, piece)
        ]
        return [
            module.register_forward_pre_hook(hook, with_kwargs=True)
            for module, hook in readers
        ]

    def _hook(self, name: str, entries: Tensor, axis: int) -> Callable[..., None]:
        def before(module: nn.Module, args: Any, kwargs: Any) -> None:
            inputs = (*args, *kwargs.values())[0]
            rows = inputs.movedim(axis, 0).flatten(1)
            units = rows[entries.to(rows.device)]  # Shape [units, k, observations]
            if self.groups[name].vectors:
                units = units.norm(dim=1)
            self.found[name].append(units.flatten(1))

        return before

    def result(self) -> dict[str, Recorded]:
        for name, found in self.found.items():
            if not found:
                readers = [piece.tensor for piece in self.groups[name].role("reads")]
                raise ValueError(
                    f"model must call one of {readers}, which read the units of "
                    f"{name!r}, got no call"
                )
        return {n: Recorded(torch.cat(v, dim=1), 0) for n, v in self.found.items()}


def _reading(
    model: nn.Module, name: str, piece: surgery.Slice
) -> list[tuple[nn.Module, int]]:
    """Return the layers that read by this tensor, and the axis of their inputs."""
    tensor, found = attrgetter(piece.tensor)(model), []
    for module in model.modules():
        if any(value is tensor for value in module.parameters(recurse=False)):
            along = surgery.reads_along(module)
            if along is not None and along.weight_dim == piece.dim:
                found.append((module, along.input_axis))
    if not found:
        raise ValueError(
            f"units of {name!r} must be read by layers (linear or convolution), whose "
            f"inputs can be recorded, got {piece.tensor!r}, used otherwise; "
            f"del model.unit_groups[{name!r}] leaves the group out"
        )
    return found


def units_of(module: nn.Module) -> Units | None:
    """Return the units a module outputs, and their axis; None if it preserves them.

    ``NOWHERE`` for an unknown layer with a weight matrix.
    """
    match module:
        case nn.Linear() | nn.Bilinear():
            return Units(module.out_features, -1)
        case nn.Embedding() | nn.EmbeddingBag():
            return Units(module.embedding_dim, -1)
        case nn.MultiheadAttention():
            return Units(module.embed_dim, -1)
        case nn.LayerNorm() | nn.RMSNorm():
            last_axis_only = len(module.normalized_shape) == 1
            return Units(module.normalized_shape[0], -1) if last_axis_only else None
        case nn.GroupNorm():
            return Units(module.num_channels, 1)
        case _BatchNorm():
            return Units(module.num_features, 1)
        case _ if isinstance(module, CONVOLUTIONS):
            return Units(module.out_channels, 1)
        case _:
            own = module.parameters(recurse=False)
            return NOWHERE if any(value.dim() > 1 for value in own) else None
