"""What each operation of a network does to the labels of its operands.

``RULES`` maps names of ATen operations to functions of the scope, the operation, and
its arguments by name; each returns the grids of the result, or a list of those of
every result. ``None`` means that there is no rule: all operands are pinned.
"""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from course_lib.surgery.labels import Value
from course_lib.surgery.movements import concatenation, gated, movement, slicing
from course_lib.surgery.scope import Arguments, Grids, Rule, Scope, reshaped, values_in


def cast(scope: Scope, op: Any, a: Arguments) -> Grids:
    """A copy, or another value, of the same shape."""
    return values_in(a)[0].grids


def elementwise(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Each entry is computed from the operands' entries at the same position."""
    return scope.couple(*values_in(a))


def _channels(value: Any, ndim: int) -> Value | None:
    """Return a vector reshaped to the channels of a value of shape (N, C, …)."""
    if not isinstance(value, Value):
        return None
    return reshaped(value, [value.shape[0], *[1] * (ndim - 2)])


def linear(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Inputs are read by columns, outputs computed by rows."""
    x, weight = a["input"], a["weight"]
    batch = [f"b{i}" for i in range(len(x.shape) - 1)]
    grids = scope.product([(x, [*batch, "k"]), (weight, ["n", "k"])], [*batch, "n"])
    return scope.couple(Value((*x.shape[:-1], weight.shape[0]), grids), a["bias"])


def matmul(scope: Scope, op: Any, a: Arguments) -> Grids | None:
    """The same for any two values; batch dimensions are combined elementwise."""
    first, second = ("batch1", "batch2") if "batch1" in a else ("mat1", "mat2")
    if first in a:  # addmm and baddbmm
        one, two = a[first], a[second]
        shape = (*one.shape[:-1], two.shape[-1])
        return scope.couple(Value(shape, _matmul(scope, one, two)), a["self"])
    one, two = a["self"], a["other"] if "other" in a else a["mat2"]
    if min(len(one.shape), len(two.shape)) < 2:
        return None
    return _matmul(scope, one, two)


def _matmul(scope: Scope, one: Value, two: Value) -> Grids:
    left, right = (
        [f"b{i}" for i in range(len(v.shape) - 2, 0, -1)] for v in (one, two)
    )
    operands = [(one, [*left, "m", "k"]), (two, [*right, "k", "n"])]
    return scope.product(operands, [*max(left, right, key=len), "m", "n"])


def einsum(scope: Scope, op: Any, a: Arguments) -> Grids | None:
    """A product whose axes have letters."""
    terms, _, out = a["equation"].replace(" ", "").partition("->")
    parts = terms.split(",")
    if "." in terms or not out or any(len(set(part)) < len(part) for part in parts):
        return None
    return scope.product(list(zip(a["tensors"], parts, strict=True)), out)


def attention(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Scores of queries and keys, a softmax over the keys, and a mean of values."""
    query, key, value = a["query"], a["key"], a["value"]
    if a["enable_gqa"]:
        key, value = (_repeated(v, query.shape[-3]) for v in (key, value))
    *batch, _, _ = query.shape
    shape = (*batch, query.shape[-2], key.shape[-2])
    turned = Value((*key.shape[:-2], key.shape[-1], key.shape[-2]),
                   [grid.mT for grid in key.grids])  # fmt: skip
    scores = Value(shape, _matmul(scope, query, turned))
    scores.grids = scope.couple(scores, a["attn_mask"])
    return _matmul(scope, scores, value)


def _repeated(value: Value, heads: int) -> Value:
    """Return keys or values with as many heads as queries, each repeated in a row."""
    *batch, own, tokens, width = value.shape
    shape = (*batch, heads, tokens, width)
    full = [grid.expand(value.shape) for grid in value.grids]
    return Value(shape, [t.repeat_interleave(heads // own, -3) for t in full])


def convolution(scope: Scope, op: Any, a: Arguments) -> Grids:
    """A product over channels, group by group; all positions are needed.

    A depthwise convolution has one channel per group; of any other grouped convolution
    whole groups can be removed.
    """
    x, weight, groups = a["input"], a["weight"], a["groups"]
    what = "needs all positions"
    place = len(x.shape) - (len(weight.shape) - 2) - 1
    scope.freeze(x, [d for d in range(len(x.shape)) if d != place], what)
    scope.freeze(weight, range(2, len(weight.shape)), what)
    vectors = [_flat(grid, place) for grid in x.grids]
    channels = reshaped(Value((x.shape[place],), vectors), (groups, -1))
    channels.shape = (groups, x.shape[place] // groups)
    first, second = weight.shape[:2]
    kernel = Value((first, second), [t.flatten(2)[..., 0] if t.dim() > 2 else t
                                     for t in weight.grids])  # fmt: skip
    kernel = reshaped(kernel, (groups, first // groups, second))
    kernel.static = weight.static
    transposed = "transpose" in scope.operation
    axes = ["g", "c", "o"] if transposed else ["g", "o", "c"]
    if groups > 1:
        scope.freeze(channels, [1], "reads whole groups of channels")
        scope.freeze(kernel, [1], "reads whole groups of channels")
    grids = scope.product([(channels, ["g", "c"]), (kernel, axes)], ["g", "o"])
    if groups > 1:
        for grid in grids:
            scope.count("groups", grid.narrow(1, 0, 1))
    out = (groups, second if transposed else first // groups)
    result = reshaped(Value(out, grids), (math.prod(out),))
    spatial = [1] * (len(weight.shape) - 2)
    beside = Value((math.prod(out), *spatial), reshaped(result, (-1, *spatial)).grids)
    bias = _channels(a["bias"], len(weight.shape))
    return [_led(t, len(x.shape)) for t in scope.couple(beside, bias)]


def _flat(grid: Tensor, dim: int) -> Tensor:
    """Return the labels along one dimension; the others lose nothing by themselves."""
    return grid.movedim(dim, 0).flatten(1)[:, 0]


def _led(grid: Tensor, ndim: int) -> Tensor:
    return grid.reshape(*[1] * (ndim - grid.dim()), *grid.shape)


def batch_norm(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Each channel is normalized by itself."""
    x, ndim = a["input"], len(a["input"].shape)
    if "instance" in scope.operation:
        scope.freeze(x, range(2, ndim), "normalizes over them")
    for grid in x.grids:
        scope.count("num_features", grid)
    names = ("weight", "bias", "running_mean", "running_var")
    return scope.couple(x, *[_channels(a.get(name), ndim) for name in names])


def layer_norm(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Without a unit, the mean and the spread of the others would change."""
    last = range(-len(a["normalized_shape"]), 0)
    scope.freeze(a["input"], last, "normalizes over them")
    return scope.couple(a["input"], a["weight"], a.get("bias"))


def group_norm(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Whole groups of channels can be removed."""
    x, groups = a["input"], a["num_groups"]
    scope.freeze(x, range(2, len(x.shape)), "normalizes over them")
    for grid in x.grids:
        if 1 in scope.labels.varying(grid):
            grouped = grid.flatten(2)[:, :, 0].reshape(len(grid), groups, -1)
            scope.labels.freeze(grouped, [2], scope.reason("normalizes over them"))
            scope.count("num_groups", grouped[:, :, :1])
            scope.count("num_channels", grid)
    beside = (_channels(a.get(name), len(x.shape)) for name in ("weight", "bias"))
    return scope.couple(x, *beside)


def prelu(scope: Scope, op: Any, a: Arguments) -> Grids:
    """One slope per channel, or one for all."""
    x, slopes = a["self"], a["weight"]
    for grid in x.grids:
        scope.count("num_parameters", grid)
    return scope.couple(x, _channels(slopes, len(x.shape)) if slopes.grids else None)


def embedding(scope: Scope, op: Any, a: Arguments) -> Grids:
    """Rows are looked up; each column is a unit that all rows compute."""
    weight, ndim = a["weight"], len(a["indices"].shape)
    scope.freeze(weight, [0], "looks them up by index")
    units = [t for t in weight.grids if 1 in scope.labels.varying(t)]
    scope.computes += units
    return [t[:1].reshape(*[1] * ndim, -1) for t in units]


def reduction(scope: Scope, op: Any, a: Arguments) -> Grids | list[Grids]:
    """What is combined into one number, or ranked, must keep its size."""
    x = a["self"]
    given = a.get("dim")
    dims = [given] if isinstance(given, int) else given
    dims = [d % len(x.shape) for d in dims or range(len(x.shape))]
    scope.freeze(x, dims, "combines them")
    grids = x.grids
    if a["out"][0] != x.shape:
        for dim in dims:
            grids = [grid.narrow(dim, 0, 1) for grid in grids]
    if len(a["out"][0]) < len(x.shape):
        grids = [grid.squeeze(tuple(dims)) for grid in grids]
    return [grids] * len(a["out"]) if a["several"] else grids


def pooling(scope: Scope, op: Any, a: Arguments) -> Grids | list[Grids]:
    """Windows over positions, or new positions between the old ones."""
    x = a["self"] if "self" in a else a["input"]
    spatial = next(int(c) for c in reversed(scope.operation) if c in "123")
    dims = range(len(x.shape) - spatial, len(x.shape))
    scope.freeze(x, dims, "needs all positions")
    grids = x.grids
    for dim in dims:
        grids = [grid.narrow(dim, 0, 1) for grid in grids]
    return [grids] * len(a["out"]) if a["several"] else grids


def _named(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


RULES: dict[str, Rule] = {
    **_named(linear, "linear"),
    **_named(matmul, "matmul mm bmm addmm baddbmm"),
    **_named(einsum, "einsum"),
    **_named(attention, "scaled_dot_product_attention"),
    **_named(convolution, "conv1d conv2d conv3d conv_transpose1d conv_transpose2d"),
    **_named(batch_norm, "batch_norm instance_norm"),
    **_named(layer_norm, "layer_norm rms_norm"),
    **_named(group_norm, "group_norm"),
    **_named(prelu, "prelu"),
    **_named(embedding, "embedding"),
    **_named(gated, "glu"),
    **_named(concatenation, "cat concat stack"),
    **_named(
        elementwise,
        "dropout feature_dropout alpha_dropout hardswish hardsigmoid hardtanh relu6 "
        "leaky_relu elu selu celu softplus mish silu gelu logsigmoid masked_fill where",
    ),
    **_named(
        cast,
        "to _to_copy type_as clone contiguous detach alias lift_fresh_copy zeros_like "
        "ones_like full_like",
    ),
    **_named(
        reduction,
        "mean sum softmax log_softmax amax amin max min argmax argmin var std norm "
        "linalg_vector_norm cumsum logsumexp topk sort prod all any",
    ),
    **_named(
        pooling,
        "max_pool1d max_pool2d max_pool2d_with_indices max_pool3d avg_pool1d "
        "avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d "
        "adaptive_avg_pool3d adaptive_max_pool2d upsample_nearest1d "
        "upsample_nearest2d upsample_bilinear2d upsample_bicubic2d",
    ),
    **_named(
        movement,
        "view reshape _unsafe_view flatten unflatten transpose permute t numpy_T mT "
        "movedim swapaxes unsqueeze squeeze expand repeat repeat_interleave tile "
        "im2col pixel_shuffle pixel_unshuffle channel_shuffle flip pad constant_pad_nd "
        "reflection_pad1d reflection_pad2d replication_pad2d",
    ),
    **_named(
        slicing,
        "select slice narrow split split_with_sizes chunk unbind roll index "
        "index_select unfold",
    ),
}
