"""The hidden activations of any model, and the axis of their units."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from course_lib.surgery import unit_counts

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


Record = Callable[[Tensor], dict[str, Recorded]]


@contextmanager
def recording(model: nn.Module) -> Iterator[Record]:
    """Yield a function from a batch to the hidden activations of ``model``, by name.

    A model with unit groups returns its activations itself, of shape (N, units, …). In
    any other model, hooks record the outputs of activation modules in this ``with``.
    """
    if hasattr(model, "unit_groups"):
        yield _declared(model)
        return
    watch = _Watch()
    handles = [
        module.register_forward_hook(watch.hook(name))
        for name, module in model.named_modules()
    ]

    def record(images: Tensor) -> dict[str, Recorded]:
        watch.begin()
        model(images)
        return watch.found

    try:
        yield record
    finally:
        for handle in handles:
            handle.remove()


def _declared(model: nn.Module) -> Record:
    """Yield the activations that a model with unit groups returns, checked by them."""
    parameters = inspect.signature(model.forward).parameters.values()
    if not any(p.name == "return_activations" or p.kind is p.VAR_KEYWORD
               for p in parameters):  # fmt: skip
        raise TypeError(
            "model must have forward(x, return_activations=…), because it declares "
            f"unit_groups, got {type(model).__name__} without it"
        )
    units = unit_counts(model)

    def record(images: Tensor) -> dict[str, Recorded]:
        _, activations = model(images, return_activations=True)
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
                f"activation module {name!r} must be used once per pass, got twice; "
                "give each place a module of its own"
            )
        shape, (size, axis) = tuple(output.shape), self.units
        if len(shape) == 2:
            axis = 1  # one axis is that of the images, the other that of the units
        elif not size or shape[axis] != size:
            raise ValueError(
                f"activation module {name!r} must follow a layer whose units can be "
                f"found, got shape {shape} after "
                + (f"layer {self.layer!r} with {size}" if size else "none of those")
            )
        self.found[name] = Recorded(output, axis)


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
