"""Rules for operations that only move, select, or concatenate entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from course_lib.surgery.labels import PADDING, Value
from course_lib.surgery.scope import Arguments, Grids, Scope, values_in


def movement(scope: Scope, op: Any, a: Arguments) -> Grids | list[Grids] | None:
    """Entries only move, so the operation is applied to the labels themselves."""
    x, *others = values_in(a)
    if any(value.grids for value in others):
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
    for grid in x.grids:
        moved = op(**{**call, "self": grid.expand(x.shape).contiguous().double()})
        several = [moved] if isinstance(moved, Tensor) else list(moved)
        results.append([scope.labels.compress(piece.long()) for piece in several])
    each = [list(grids) for grids in zip(*results, strict=True)]
    each = each or [[] for _ in a["out"]]
    return each if a["several"] else each[0]


def slicing(scope: Scope, op: Any, a: Arguments) -> Grids | list[Grids] | None:
    """Entries are selected by position, which a removal would shift: freeze them.

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
        for grid in x.grids:
            if place in scope.labels.varying(grid):
                pieces = grid.unflatten(place, (len(a["out"]), -1)).movedim(place, 0)
                scope.labels.join(pieces[1:], pieces[:1])
    else:
        scope.freeze(x, dims, "takes some of them by their place")
    return movement(scope, op, a)


def concatenation(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Labels are concatenated along one dimension and merged along the others."""
    ndim = len(a["out"][0])
    dim, values = a["dim"] % ndim, a["tensors"]
    if scope.operation == "stack":
        shapes = [(*v.shape[:dim], 1, *v.shape[dim:]) for v in values]
        turned = [[grid.unsqueeze(dim) for grid in v.grids] for v in values]
        values = [Value(*pair) for pair in zip(shapes, turned, strict=True)]
    varying = scope.labels.varying

    def along(value: Value) -> Tensor | None:
        return next((t for t in value.grids if dim in varying(t)), None)

    if not all(along(value) is not None for value in values):
        for grid in (along(value) for value in values):
            if grid is not None and len(varying(grid)) > 1:
                scope.labels.freeze(grid, [dim], scope.reason("meets a fixed part"))
    beside = []
    for value in values:
        grids = [t.narrow(dim, 0, 1) for t in value.grids if dim not in varying(t)]
        beside.append(Value((*value.shape[:dim], 1, *value.shape[dim + 1 :]), grids))
    grids = scope.couple(*beside)
    if any(along(value) is not None for value in values):
        fixed = torch.full([1] * ndim, PADDING)
        pieces = [fixed if along(v) is None else along(v) for v in values]
        grids.append(_concatenated(pieces, [v.shape[dim] for v in values], dim))
    return grids


def _concatenated(pieces: Sequence[Any], sizes: Sequence[int], dim: int) -> Tensor:
    shape = [
        max(sizes) for sizes in zip(*(piece.shape for piece in pieces), strict=True)
    ]
    sized = [
        piece.expand(*shape[:dim], size, *shape[dim + 1 :])
        for piece, size in zip(pieces, sizes, strict=True)
    ]
    return torch.cat(sized, dim)


def gated(scope: Scope, op: Any, a: Arguments) -> Grids:
    """The first half of the entries is multiplied by a function of the second."""
    x, dim = a["self"], a["dim"]
    half = x.shape[dim] // 2
    for grid in x.grids:
        if dim % len(x.shape) in scope.labels.varying(grid):
            scope.labels.join(grid.narrow(dim, 0, half), grid.narrow(dim, half, half))
    return [t.narrow(dim, 0, half) if t.shape[dim] > 1 else t for t in x.grids]
