"""State and helpers that the rules of all operations share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from course_lib.surgery.labels import Labels, Value

Grids = list[Tensor]
Arguments = dict[str, Any]
Rule = Callable[["Scope", Any, Arguments], Grids | list[Grids] | None]


class Scope:
    """The labels of a network, the operation that is traced, and what it has done."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.computes: list[Tensor] = []
        self.reads: list[Tensor] = []
        self.counts: list[tuple[str, str, Tensor]] = []  # module, attribute, grid
        self.module = self.operation = ""

    def reason(self, what: str) -> str:
        """Return a reason that names the operation and its module."""
        return f"{self.operation} in {self.module or 'the model'!r} {what}"

    def freeze(self, value: Value, dims: Sequence[int], what: str) -> None:
        """Forbid removing single entries of a value along ``dims``."""
        for grid in value.grids:
            self.labels.freeze(grid, dims, self.reason(what))

    def couple(self, *values: Any) -> Grids:
        """Couple values that are combined elementwise."""
        present = [value for value in values if isinstance(value, Value)]
        return self.labels.couple(present, self.reason("meets a value of fixed size"))

    def count(self, attribute: str, grid: Tensor) -> None:
        """Note an attribute of the module that counts the entries of a grid."""
        self.counts.append((self.module, attribute, grid))

    def product(
        self, operands: Sequence[tuple[Value, Sequence[str]]], out: Sequence[str]
    ) -> Grids:
        """Return the grids of a product of tensors, their axes named as in einsum.

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
                for grid in value.grids:
                    dims = self.labels.varying(grid)
                    if dims:
                        reads = any(axes[dim] in summed for dim in dims)
                        (self.reads if reads else self.computes).append(grid)
        aligned = [_aligned(value, axes, [*out, *summed]) for value, axes in operands]
        grids = self.couple(*aligned)
        for _ in summed:
            grids = [grid.select(-1, 0) for grid in grids]
        return self.labels.kept(grids)


def _aligned(value: Value, axes: Sequence[str], order: Sequence[str]) -> Value:
    """Return the value with its axes in this order, of size 1 where it has none."""
    places = [list(axes).index(name) for name in order if name in axes]
    index: Any = tuple(slice(None) if name in axes else None for name in order)
    shape = [value.shape[list(axes).index(n)] if n in axes else 1 for n in order]
    grids = [grid.permute(places)[index] for grid in value.grids]
    return Value(tuple(shape), grids, value.static)


def reshaped(value: Value, shape: Sequence[int]) -> Value:
    """Return the value with its labels in another shape."""
    grids = [grid.expand(value.shape).reshape(*shape) for grid in value.grids]
    return Value(tuple(shape), grids, value.static)


def values_in(arguments: Arguments) -> list[Value]:
    """Return the values among the arguments of an operation, also those in lists."""
    found = []
    for value in arguments.values():
        members = value if isinstance(value, list | tuple) else [value]
        found += [member for member in members if isinstance(member, Value)]
    return found
