"""What the rules of all operations share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from course_lib.surgery.labels import Labels, Value

Layers = list[Tensor]
Arguments = dict[str, Any]
Rule = Callable[["Scope", Any, Arguments], Layers | list[Layers] | None]


class Scope:
    """The labels of a network, the operation that is traced, and what it has done."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.computes: list[Tensor] = []
        self.reads: list[Tensor] = []
        self.counts: list[tuple[str, str, Tensor]] = []  # module, attribute, layer
        self.module = self.operation = ""

    def reason(self, what: str) -> str:
        """Return a reason that names the operation and its module."""
        return f"{self.operation} in {self.module or 'the model'!r} {what}"

    def freeze(self, value: Value, dims: Sequence[int], what: str) -> None:
        """Let no single entry of a value be removed along ``dims``."""
        for layer in value.layers:
            self.labels.freeze(layer, dims, self.reason(what))

    def couple(self, *values: Any) -> Layers:
        """Join what meets element by element."""
        present = [value for value in values if isinstance(value, Value)]
        return self.labels.couple(present, self.reason("meets a value of fixed size"))

    def count(self, attribute: str, layer: Tensor) -> None:
        """Note an attribute of the module that counts the entries of a layer."""
        self.counts.append((self.module, attribute, layer))

    def product(
        self, operands: Sequence[tuple[Value, Sequence[str]]], out: Sequence[str]
    ) -> Layers:
        """Return the layers of a product of tensors, their axes named as in einsum.

        An axis that is summed over is read: by a weight entry by entry. Between two
        activations its size is fixed, because it may scale the result (attention).
        """
        names = [name for _, axes in operands for name in axes]
        summed = [name for name in dict.fromkeys(names) if name not in out]
        for name in summed:
            holders = [
                (v, list(axes).index(name)) for v, axes in operands if name in axes
            ]
            for value, dim in holders:
                if not any(v.static for v, _ in holders):
                    self.freeze(value, [dim], "sums over them between two activations")
        for value, axes in operands:
            if value.static and set(axes) & set(summed):
                for layer in value.layers:
                    dims = self.labels.varying(layer)
                    if dims:
                        reads = any(axes[dim] in summed for dim in dims)
                        (self.reads if reads else self.computes).append(layer)
        aligned = [_aligned(value, axes, [*out, *summed]) for value, axes in operands]
        layers = self.couple(*aligned)
        for _ in summed:
            layers = [layer.select(-1, 0) for layer in layers]
        return self.labels.kept(layers)


def _aligned(value: Value, axes: Sequence[str], order: Sequence[str]) -> Value:
    """Return the value with its axes in this order, of size 1 where it has none."""
    places = [list(axes).index(name) for name in order if name in axes]
    index: Any = tuple(slice(None) if name in axes else None for name in order)
    shape = [value.shape[list(axes).index(n)] if n in axes else 1 for n in order]
    layers = [layer.permute(places)[index] for layer in value.layers]
    return Value(tuple(shape), layers, value.static)


def reshaped(value: Value, shape: Sequence[int]) -> Value:
    """Return the value with its labels in another shape."""
    layers = [layer.expand(value.shape).reshape(*shape) for layer in value.layers]
    return Value(tuple(shape), layers, value.static)


def values_in(arguments: Arguments) -> list[Value]:
    """Return the values among the arguments of an operation, also those in lists."""
    found = []
    for value in arguments.values():
        members = value if isinstance(value, list | tuple) else [value]
        found += [member for member in members if isinstance(member, Value)]
    return found
