"""Rules of operations that only move entries, choose some of them, or join them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from course_lib.surgery.labels import PADDING, Value
from course_lib.surgery.scope import Arguments, Layers, Scope, values_in


def movement(scope: Scope, op: Any, a: Arguments) -> Layers | list[Layers] | None:
    """Entries only move: the operation is run on the labels themselves."""
    x, *others = values_in(a)
    if any(value.layers for value in others):
        return None
    call = {k: v for k, v in a.items() if k not in ("out", "several")}
    if "value" in call:
        call["value"] = 0  # the label of padding
    if call.get("indices") is not None:  # any row: they are all alike once frozen
        call["indices"] = [i and torch.zeros(i.shape, dtype=torch.long)
                           for i in call["indices"]]  # fmt: skip
    if isinstance(call.get("index"), Value):
        call["index"] = torch.zeros(call["index"].shape, dtype=torch.long)
    results = []
    for layer in x.layers:
        labels = layer.expand(x.shape).contiguous().double()
        moved = op(**{**call, **_unpadded(scope, call, layer), "self": labels})
        several = [moved] if isinstance(moved, Tensor) else list(moved)
        results.append([scope.labels.compress(piece.long()) for piece in several])
    for pair in combinations(range(len(results)), 2):
        along = [[set(scope.labels.varying(t)) for t in results[k]] for k in pair]
        if any(one & two for one, two in zip(*along, strict=True)):
            # heads and columns in one dimension: those of the inner one stay
            inner = max((x.layers[k] for k in pair), key=scope.labels.varying)
            scope.labels.pin(inner, scope.reason("puts them inside other units"))
            scope.labels.join(inner, inner.flatten()[0])
            x.layers = scope.labels.kept(x.layers)
            return movement(scope, op, a)
    each = [list(layers) for layers in zip(*results, strict=True)]
    each = each or [[] for _ in a["out"]]
    return each if a["several"] else each[0]


def _unpadded(scope: Scope, call: Arguments, layer: Tensor) -> Arguments:
    """Return the amounts of padding, 0 where it adds no entries: beside the units."""
    varying = scope.labels.varying(layer)
    if scope.operation == "im2col" and varying == [1]:
        return {"padding": [0, 0]}
    if "pad" not in call:
        return {}
    dims = [layer.dim() - 1 - place // 2 for place in range(len(call["pad"]))]
    pairs = zip(call["pad"], dims, strict=True)
    return {"pad": [size if dim in varying else 0 for size, dim in pairs]}


def cutting(scope: Scope, op: Any, a: Arguments) -> Layers | list[Layers] | None:
    """Entries are chosen by their place, which a removal would shift: freeze them.

    Equal pieces stay equal where each loses the same entries.
    """
    x, dims = a["self"], a.get("dim", a.get("dims"))
    if "indices" in a:
        dims = [d for d, index in enumerate(a["indices"]) if index is not None]
    if dims is None or dims == []:
        dims = range(len(x.shape))
    dims = [dims] if isinstance(dims, int) else list(dims)
    sizes = {shape[dims[0]] for shape in a["out"] if len(shape) == len(x.shape)}
    if a["out"] == [x.shape] and scope.operation == "slice":  # all of it
        pass
    elif a["several"] and len(sizes) == 1:
        place = dims[0] % len(x.shape)
        for layer in x.layers:
            if place in scope.labels.varying(layer):
                pieces = layer.unflatten(place, (len(a["out"]), -1)).movedim(place, 0)
                scope.labels.join(pieces[1:], pieces[:1])
    else:
        scope.freeze(x, dims, "takes some of them by their place")
    return movement(scope, op, a)


def joining(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Along one dimension the labels follow one another; along the others they meet."""
    ndim = len(a["out"][0])
    dim, values = a.get("dim", min(1, ndim - 1)) % ndim, a["tensors"]  # of hstack: 1
    if scope.operation == "stack":
        shapes = [(*v.shape[:dim], 1, *v.shape[dim:]) for v in values]
        turned = [[layer.unsqueeze(dim) for layer in v.layers] for v in values]
        values = [Value(*pair) for pair in zip(shapes, turned, strict=True)]
    varying = scope.labels.varying

    def along(value: Value) -> Tensor | None:
        return next((t for t in value.layers if dim in varying(t)), None)

    if not all(along(value) is not None for value in values):
        for layer in (along(value) for value in values):
            if layer is not None and len(varying(layer)) > 1:
                scope.labels.freeze(layer, [dim], scope.reason("meets a fixed part"))
    beside = []
    for value in values:
        layers = [t.narrow(dim, 0, 1) for t in value.layers if dim not in varying(t)]
        beside.append(Value((*value.shape[:dim], 1, *value.shape[dim + 1 :]), layers))
    layers = scope.couple(*beside)
    if any(along(value) is not None for value in values):
        fixed = torch.full([1] * ndim, PADDING)
        pieces = [fixed if along(v) is None else along(v) for v in values]
        layers.append(_concatenated(pieces, [v.shape[dim] for v in values], dim))
    return layers


def _concatenated(pieces: Sequence[Any], sizes: Sequence[int], dim: int) -> Tensor:
    shape = [
        max(sizes) for sizes in zip(*(piece.shape for piece in pieces), strict=True)
    ]
    sized = [
        piece.expand(*shape[:dim], size, *shape[dim + 1 :])
        for piece, size in zip(pieces, sizes, strict=True)
    ]
    return torch.cat(sized, dim)


def gated(scope: Scope, op: Any, a: Arguments) -> Layers:
    """The first half of the entries is multiplied by a function of the second."""
    x, dim = a["self"], a["dim"]
    half = x.shape[dim] // 2
    for layer in x.layers:
        if dim % len(x.shape) in scope.labels.varying(layer):
            scope.labels.join(layer.narrow(dim, 0, half), layer.narrow(dim, half, half))
    return [t.narrow(dim, 0, half) if t.shape[dim] > 1 else t for t in x.layers]
