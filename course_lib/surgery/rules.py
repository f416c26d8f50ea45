"""What each operation of a network does to the labels of its operands.

``RULES`` maps names of ATen operations to functions of the scope, the operation, and
its arguments by name; each returns the layers of the result, or a list of those of
every result. ``None`` means that there is no rule: all that enters is pinned.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from string import ascii_letters
from typing import Any

from torch import Tensor

from course_lib.surgery.labels import Value
from course_lib.surgery.movements import cutting, gated, joining, movement
from course_lib.surgery.scope import Arguments, Layers, Rule, Scope, reshaped, values_in


def cast(scope: Scope, op: Any, a: Arguments) -> Layers:
    """A copy, or another value, of the same shape."""
    return values_in(a)[0].layers


def elementwise(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Each entry is computed from the entries beside it."""
    return scope.couple(*values_in(a))


def shaped(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Entries take the shape of another value, which loses the same ones."""
    x, other = a["self"], a["other"]
    return scope.couple(reshaped(x, other.shape), other)


def _channels(value: Any, ndim: int) -> Value | None:
    """Return a vector where it meets the channels of a value of shape (N, C, …)."""
    if not isinstance(value, Value):
        return None
    return reshaped(value, [value.shape[0], *[1] * (ndim - 2)])


def linear(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Inputs are read by columns, outputs computed by rows."""
    x, weight = a["input"], a["weight"]
    batch = [f"b{i}" for i in range(len(x.shape) - 1)]
    layers = scope.product([(x, [*batch, "k"]), (weight, ["n", "k"])], [*batch, "n"])
    return scope.couple(Value((*x.shape[:-1], weight.shape[0]), layers), a["bias"])


def matmul(scope: Scope, op: Any, a: Arguments) -> Layers | None:
    """The same between any two values; batch dimensions meet element by element."""
    first, second = ("batch1", "batch2") if "batch1" in a else ("mat1", "mat2")
    if first in a:  # addmm and baddbmm
        one, two = a[first], a[second]
        shape = (*one.shape[:-1], two.shape[-1])
        return scope.couple(Value(shape, _matmul(scope, one, two)), a["self"])
    one, two = a["self"], a["other"] if "other" in a else a["mat2"]
    if min(len(one.shape), len(two.shape)) < 2:
        return None
    return _matmul(scope, one, two)


def _matmul(scope: Scope, one: Value, two: Value) -> Layers:
    left, right = (
        [f"b{i}" for i in range(len(v.shape) - 2, 0, -1)] for v in (one, two)
    )
    operands = [(one, [*left, "m", "k"]), (two, [*right, "k", "n"])]
    return scope.product(operands, [*max(left, right, key=len), "m", "n"])


def einsum(scope: Scope, op: Any, a: Arguments) -> Layers | None:
    """A product whose axes have letters."""
    terms, _, out = a["equation"].replace(" ", "").partition("->")
    parts, tensors = terms.split(","), a["tensors"]
    letters = [term.replace("...", "") for term in parts]
    if not out or any(len(set(own)) < len(own) for own in letters):
        return None
    more = [
        len(v.shape) - len(t) + 3 if "..." in t else 0
        for v, t in zip(tensors, parts, strict=True)
    ]
    free = [letter for letter in ascii_letters if letter not in terms][: max(more)]
    named = [
        t.replace("...", "".join(free[len(free) - own :]))
        for t, own in zip(parts, more, strict=True)
    ]
    out = out.replace("...", "".join(free))
    return scope.product(list(zip(tensors, named, strict=True)), out)


def attention(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Scores of queries and keys, a softmax over the keys, and a mean of values.

    Queries that are parameters are no weights here: their width scales the scores.
    """
    query, key, value = (
        replace(a[name], static=False) for name in ("query", "key", "value")
    )
    if a["enable_gqa"]:
        key, value = (_repeated(v, query.shape[-3]) for v in (key, value))
    *batch, _, _ = query.shape
    shape = (*batch, query.shape[-2], key.shape[-2])
    turned = Value((*key.shape[:-2], key.shape[-1], key.shape[-2]),
                   [layer.mT for layer in key.layers])  # fmt: skip
    scores = Value(shape, _matmul(scope, query, turned))
    scores.layers = scope.couple(scores, a["attn_mask"])
    return _matmul(scope, scores, value)


def _repeated(value: Value, heads: int) -> Value:
    """Return keys or values with as many heads as queries, each repeated in a row."""
    *batch, own, tokens, width = value.shape
    shape = (*batch, heads, tokens, width)
    full = [layer.expand(value.shape) for layer in value.layers]
    return Value(shape, [t.repeat_interleave(heads // own, -3) for t in full])


def convolution(scope: Scope, op: Any, a: Arguments) -> Layers:
    """A product over channels, group by group; all positions are needed.

    A depthwise convolution has one channel per group; of any other grouped convolution
    whole groups can be removed.
    """
    x, weight, groups = a["input"], a["weight"], a["groups"]
    what = "needs all positions"
    place = len(x.shape) - (len(weight.shape) - 2) - 1
    scope.freeze(x, [d for d in range(len(x.shape)) if d != place], what)
    scope.freeze(weight, range(2, len(weight.shape)), what)
    vectors = [_flat(layer, place) for layer in x.layers]
    channels = reshaped(Value((x.shape[place],), vectors), (groups, -1))
    channels.shape = (groups, x.shape[place] // groups)
    first, second = weight.shape[:2]
    kernel = Value((first, second), [t.flatten(2)[..., 0] if t.dim() > 2 else t
                                     for t in weight.layers])  # fmt: skip
    kernel = reshaped(kernel, (groups, first // groups, second))
    kernel.static = weight.static
    transposed = "transpose" in scope.operation
    axes = ["g", "c", "o"] if transposed else ["g", "o", "c"]
    if groups > 1:
        scope.freeze(channels, [1], "reads whole groups of channels")
        scope.freeze(kernel, [1], "reads whole groups of channels")
    layers = scope.product([(channels, ["g", "c"]), (kernel, axes)], ["g", "o"])
    if groups > 1:
        for layer in layers:
            scope.count("groups", layer.narrow(1, 0, 1))
    out = (groups, second if transposed else first // groups)
    result = reshaped(Value(out, layers), (math.prod(out),))
    spatial = [1] * (len(weight.shape) - 2)
    beside = Value((math.prod(out), *spatial), reshaped(result, (-1, *spatial)).layers)
    bias = _channels(a["bias"], len(weight.shape))
    return [_led(t, len(x.shape)) for t in scope.couple(beside, bias)]


def _flat(layer: Tensor, dim: int) -> Tensor:
    """Return the labels along one dimension; the others lose nothing by themselves."""
    return layer.movedim(dim, 0).flatten(1)[:, 0]


def _led(layer: Tensor, ndim: int) -> Tensor:
    return layer.reshape(*[1] * (ndim - layer.dim()), *layer.shape)


def batch_norm(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Each channel is normalized by itself."""
    x, ndim = a["input"], len(a["input"].shape)
    if "instance" in scope.operation:
        scope.freeze(x, range(2, ndim), "normalizes over them")
    for layer in x.layers:
        scope.count("num_features", layer)
    names = ("weight", "bias", "running_mean", "running_var")
    return scope.couple(x, *[_channels(a.get(name), ndim) for name in names])


def layer_norm(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Without a unit, the mean and the spread of the others would change."""
    last = range(-len(a["normalized_shape"]), 0)
    scope.freeze(a["input"], last, "normalizes over them")
    return scope.couple(a["input"], a["weight"], a.get("bias"))


def group_norm(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Whole groups of channels can be removed."""
    x, groups = a["input"], a["num_groups"]
    scope.freeze(x, range(2, len(x.shape)), "normalizes over them")
    for layer in x.layers:
        if 1 in scope.labels.varying(layer):
            grouped = layer.flatten(2)[:, :, 0].reshape(len(layer), groups, -1)
            scope.labels.freeze(grouped, [2], scope.reason("normalizes over them"))
            scope.count("num_groups", grouped[:, :, :1])
            scope.count("num_channels", layer)
    beside = (_channels(a.get(name), len(x.shape)) for name in ("weight", "bias"))
    return scope.couple(x, *beside)


def prelu(scope: Scope, op: Any, a: Arguments) -> Layers:
    """One slope per channel, or one for all."""
    x, slopes = a["self"], a["weight"]
    for layer in x.layers:
        scope.count("num_parameters", layer)
    return scope.couple(x, _channels(slopes, len(x.shape)) if slopes.layers else None)


def embedding(scope: Scope, op: Any, a: Arguments) -> Layers | list[Layers]:
    """Rows are looked up; each column is a unit that all rows compute."""
    weight, ndim = a["weight"], len(a["out"][0]) - 1
    scope.freeze(weight, [0], "looks them up by index")
    units = [t for t in weight.layers if 1 in scope.labels.varying(t)]
    scope.computes += units
    layers = [t[:1].reshape(*[1] * ndim, -1) for t in units]
    return [layers, *[[] for _ in a["out"][1:]]] if a["several"] else layers


def scattering(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Rows are chosen, or added up, by an index; beside each other they stay."""
    values = [a[name] for name in ("self", "src", "source") if name in a]
    ndim = len(a["out"][0])
    shapes = [v.shape for v in (*values, a["index"]) if len(v.shape) == ndim]
    dims = [
        dim
        for dim, sizes in enumerate(zip(*shapes, strict=True))
        if len(set(sizes)) > 1 or dim == a["dim"] % ndim
    ]
    narrowed = []
    for value in values:
        scope.freeze(value, dims, "takes some of them by their place")
        narrowed.append(Value(value.shape, _narrow(value.layers, dims)))
    return scope.couple(*narrowed)


def sampling(scope: Scope, op: Any, a: Arguments) -> Layers:
    """Each channel is read at the same places."""
    x, grid = a["input"], a["grid"]
    scope.freeze(grid, range(len(grid.shape)), "takes them for places")
    scope.freeze(x, range(2, len(x.shape)), "needs all positions")
    return _narrow(x.layers, range(2, len(x.shape)))


def _narrow(layers: Layers, dims: Iterable[int]) -> Layers:
    """Return the layers of a value that loses nothing along ``dims``."""
    for dim in dims:
        layers = [layer.narrow(dim, 0, 1) for layer in layers]
    return layers


def reduction(scope: Scope, op: Any, a: Arguments) -> Layers | list[Layers]:
    """What is combined into one number, or ranked, must keep its size."""
    x = a["self"]
    given = a.get("dim")
    dims = [given] if isinstance(given, int) else given
    dims = [d % len(x.shape) for d in dims or range(len(x.shape))]
    scope.freeze(x, dims, "combines them")
    layers = x.layers if a["out"][0] == x.shape else _narrow(x.layers, dims)
    if len(a["out"][0]) < len(x.shape):
        layers = [layer.squeeze(tuple(dims)) for layer in layers]
    return [layers] * len(a["out"]) if a["several"] else layers


def pooling(scope: Scope, op: Any, a: Arguments) -> Layers | list[Layers]:
    """Windows over positions, or new positions between the old ones."""
    x = a["self"] if "self" in a else a["input"]
    spatial = next(int(c) for c in reversed(scope.operation) if c in "123")
    dims = range(len(x.shape) - spatial, len(x.shape))
    scope.freeze(x, dims, "needs all positions")
    layers = _narrow(x.layers, dims)
    return [layers] * len(a["out"]) if a["several"] else layers


def filling(scope: Scope, op: Any, a: Arguments) -> Layers:
    """New values, of the shape of a value or of one that the code states."""
    return a["self"].layers if a["out"] == [a["self"].shape] else []


def _named(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


RULES: dict[str, Rule] = {
    **_named(linear, "linear"),
    **_named(matmul, "matmul mm bmm addmm baddbmm"),
    **_named(einsum, "einsum"),
    **_named(attention, "scaled_dot_product_attention"),
    **_named(
        convolution,
        "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d",
    ),
    **_named(batch_norm, "batch_norm instance_norm"),
    **_named(layer_norm, "layer_norm rms_norm"),
    **_named(group_norm, "group_norm"),
    **_named(prelu, "prelu"),
    **_named(embedding, "embedding embedding_bag"),
    **_named(scattering, "gather index_add scatter_add scatter_reduce"),
    **_named(sampling, "grid_sampler"),
    **_named(shaped, "view_as reshape_as"),
    **_named(gated, "glu"),
    **_named(joining, "cat concat hstack stack"),
    **_named(
        elementwise,
        "dropout feature_dropout alpha_dropout hardswish hardsigmoid hardtanh relu6 "
        "leaky_relu elu selu celu softplus mish silu gelu log_sigmoid masked_fill "
        "where expand_as",
    ),
    **_named(filling, "new_zeros new_ones new_full new_empty"),
    **_named(
        cast,
        "to _to_copy type_as clone contiguous detach alias lift_fresh_copy zeros_like "
        "ones_like full_like empty_like",
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
        "adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d "
        "adaptive_max_pool3d max_pool1d_with_indices max_pool3d_with_indices "
        "upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_linear1d "
        "upsample_bilinear2d upsample_trilinear3d upsample_bicubic2d "
        "_upsample_nearest_exact1d _upsample_nearest_exact2d "
        "_upsample_nearest_exact3d _upsample_bilinear2d_aa _upsample_bicubic2d_aa",
    ),
    **_named(
        movement,
        "view reshape _unsafe_view flatten unflatten transpose permute t numpy_T mT "
        "movedim swapaxes unsqueeze squeeze expand repeat repeat_interleave tile "
        "im2col pixel_shuffle pixel_unshuffle channel_shuffle flip pad constant_pad_nd "
        "reflection_pad1d reflection_pad2d replication_pad2d",
    ),
    **_named(
        cutting,
        "select slice narrow split split_with_sizes tensor_split chunk unbind roll "
        "index index_select unfold",
    ),
}
