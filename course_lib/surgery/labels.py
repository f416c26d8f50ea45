"""Labels on the entries of tensors: which of them go together when units are removed.

Every entry along every dimension of a parameter gets a label. A value that the network
computes carries labels in *layers*: int tensors with as many dimensions as the value,
of size 1 along the dimensions that lose nothing. A convolution's output of shape
(N, C, H, W) has one layer of shape (1, C, 1, 1); queries of shape (N, heads, tokens,
width) have one of shape (1, heads, 1, width).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import torch
from torch import Tensor

PADDING = 0  # the label of entries that no parameter has


@dataclass
class Value:
    """The shape of a value, its layers, and whether no input of the network enters."""

    shape: tuple[int, ...]
    layers: list[Tensor] = field(default_factory=list)
    static: bool = False


class Labels:
    """A union-find over labels; a class is pinned if any of its labels is."""

    def __init__(self) -> None:
        self.parent = torch.zeros(1, dtype=torch.long)
        self.why = torch.ones(1, dtype=torch.long)  # index of a reason, 0 without one
        self.reasons = ["", "padding or a constant adds entries"]

    def fresh(self, size: int) -> Tensor:
        """Return new labels, shape (size,), each a class of its own."""
        new = torch.arange(len(self.parent), len(self.parent) + size)
        self.parent = torch.cat([self.parent, new])
        self.why = torch.cat([self.why, torch.zeros(size, dtype=torch.long)])
        return new

    def join(self, first: Tensor, second: Tensor) -> None:
        """Join the classes of labels that meet; the shapes are broadcast."""
        a, b = torch.broadcast_tensors(first, second)
        while True:
            a, b = self.parent[a], self.parent[b]
            differ = a != b
            if not differ.any():
                return
            a, b = a[differ], b[differ]
            self.parent.scatter_reduce_(0, a.maximum(b), a.minimum(b), "amin")
            while not torch.equal(self.parent, self.parent[self.parent]):
                self.parent = self.parent[self.parent]

    def pin(self, layer: Tensor, reason: str) -> None:
        """Let nothing of these classes be removed."""
        self.reasons.append(reason)
        labels = layer.unique()
        free = labels[self.why[labels] == 0]
        self.why[free] = len(self.reasons) - 1

    def pinned(self) -> Tensor:
        """Return the first reason for which each label's class is pinned, 0 if free."""
        none = len(self.reasons)
        first = torch.full_like(self.why, none)
        why = torch.where(self.why == 0, none, self.why)
        first.scatter_reduce_(0, self.parent, why, "amin")
        return torch.where(first == none, 0, first)[self.parent]

    def varying(self, layer: Tensor) -> list[int]:
        """Return the dimensions along which the classes differ."""
        roots = self.parent[layer]
        return [
            dim
            for dim, size in enumerate(roots.shape)
            if size > 1 and (roots != roots.narrow(dim, 0, 1)).any()
        ]

    def freeze(self, layer: Tensor, dims: Iterable[int], reason: str) -> None:
        """Let no single entry be removed along ``dims``, only along other dimensions.

        Heads stay removable where their width must not change.
        """
        varying = self.varying(layer)
        frozen = [dim for dim in varying if dim in {d % layer.dim() for d in dims}]
        if frozen and frozen == varying:
            self.pin(layer, reason)
            return
        for dim in frozen:
            self.join(layer, layer.narrow(dim, 0, 1))

    def compress(self, layer: Tensor) -> Tensor:
        """Return the layer with size 1 along dimensions that lose nothing."""
        varying = self.varying(layer)
        for dim in range(layer.dim()):
            if dim not in varying:
                layer = layer.narrow(dim, 0, 1)
        return layer

    def couple(self, values: Sequence[Value], reason: str) -> list[Tensor]:
        """Return the layers of values that meet element by element, as by addition.

        Layers that vary along the same dimension are joined. Where one value varies and
        another has a fixed size, nothing can be removed; nor is the width of heads,
        where a value that all heads share meets them.
        """
        ndim = max((len(value.shape) for value in values), default=0)
        raised = [_raised(value, ndim) for value in values]
        coupled: list[Tensor] = []
        layers = [layer for value in raised for layer in value.layers]
        for one, two in permutations(layers, 2):
            wide, shared = self.varying(one), self.varying(two)
            if shared and set(shared) <= set(wide[1:]):
                self.freeze(one, shared, reason)
                self.freeze(two, shared, reason)
        for layer in layers:
            for other in list(coupled):
                if set(self.varying(layer)) & set(self.varying(other)):
                    self.join(layer, other)
                    # of a weight and its mask, a buffer, the weight has lower labels
                    layer = self.compress(torch.minimum(layer, other))
                    coupled = [kept for kept in coupled if kept is not other]
            coupled.append(layer)
        for layer in coupled:
            for dim in self.varying(layer):
                for value in raised:
                    varies = any(dim in self.varying(own) for own in value.layers)
                    if value.shape[dim] > 1 and not varies:
                        self.freeze(layer, [dim], reason)
        return self.kept(coupled)

    def kept(self, layers: Iterable[Tensor]) -> list[Tensor]:
        """Return the layers compressed, without those along which nothing is lost."""
        small = [self.compress(layer) for layer in layers]
        return [layer for layer in small if layer.numel() > 1]


def _raised(value: Value, ndim: int) -> Value:
    """Return the value with leading dimensions of size 1, as broadcasting adds them."""
    ones = (1,) * (ndim - len(value.shape))
    layers = [layer.reshape(*ones, *layer.shape) for layer in value.layers]
    return Value((*ones, *value.shape), layers, value.static)
