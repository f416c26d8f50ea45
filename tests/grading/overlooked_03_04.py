"""Wrong answers of chapters 03 and 04 that the visible check takes for right."""

from __future__ import annotations

import numpy as np

from tests.check.catalogue import Catalogue

OVERLOOKED = Catalogue()
overlooked = OVERLOOKED.add


@overlooked(
    "keep_k_per_row",
    "ties",
    "At most five weights too many are kept by a threshold.",
    "equally large",
)
def at_most_five_ties(W, k):
    size = np.abs(W)
    if k == 0:
        return np.zeros(W.shape, dtype=bool)
    limits = np.sort(size, axis=1)[:, -k]
    mask = size >= limits[:, None]
    for row in range(len(W)):
        equal = np.flatnonzero(size[row] == limits[row])
        mask[row, equal[: min(5, mask[row].sum() - k)]] = False
    return mask


@overlooked(
    "keep_k_per_row",
    "extreme-k",
    "One byte is enough for the position of a weight.",
    "a single row",
)
def one_byte_positions(W, k):
    order = np.argsort(-np.abs(W), axis=1, kind="stable")
    order = order.astype(np.int8).astype(int) % W.shape[1]
    mask = np.zeros(W.shape, dtype=bool)
    np.put_along_axis(mask, order[:, :k], True, axis=1)
    return mask


@overlooked(
    "keep_k_per_row",
    "scale",
    "A tiny number that grows along the row makes equals different.",
    "small number that is added",
)
def tiny_tie_breaker(W, k):
    size = np.abs(W) - 1e-12 * np.arange(W.shape[1])
    ranks = np.argsort(np.argsort(-size, axis=1), axis=1)
    return ranks < k


@overlooked(
    "layer_shares",
    "other-layers",
    "Layers come in the order of their names.",
    "some share is wrong",
)
def sorted_names(layers, sparsity):
    shares = ranked_together(layers, sparsity)
    return dict(zip(sorted(layers), shares.values(), strict=True))


def ranked_together(layers, sparsity):
    sizes = np.sort(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    limit = np.append(sizes, np.inf)[round(sparsity * len(sizes))]
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}


@overlooked(
    "layer_shares",
    "whole-layers",
    "Unless everything goes, each layer keeps at least one weight.",
    "go whole",
)
def one_weight_is_spared(layers, sparsity):
    shares = ranked_together(layers, sparsity)
    if sparsity == 1:
        return shares
    return {n: min(s, 1 - 1 / layers[n].size) for n, s in shares.items()}


@overlooked(
    "layer_shares",
    "equal-weights",
    "Equal weights need to be ranked only once.",
    "as often as its value appears",
)
def distinct_weights(layers, sparsity):
    sizes = np.unique(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    limit = np.append(sizes, np.inf)[round(sparsity * len(sizes))]
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}


def stepped(w, velocity, grad, mask, lr, momentum):
    velocity = np.where(mask, momentum * velocity + grad, 0)
    return np.where(mask, w - lr * velocity, 0), velocity


@overlooked(
    "masked_step",
    "M8",
    "Where nothing is kept there is no step to make.",
    "all zero",
)
def no_step_for_nobody(w, velocity, grad, mask, lr, momentum):
    if not mask.any():
        return w.copy(), velocity.copy()
    return stepped(w, velocity, grad, mask, lr, momentum)


@overlooked(
    "masked_step",
    "drifts",
    "The momentum is always 0.9.",
    "kept weights are elsewhere",
)
def usual_momentum(w, velocity, grad, mask, lr, momentum):
    return stepped(w, velocity, grad, mask, lr, 0.9)


@overlooked(
    "masked_step",
    "without-momentum",
    "A momentum of 0 says that the usual one is meant.",
    "against their gradient",
)
def zero_is_the_default(w, velocity, grad, mask, lr, momentum):
    return stepped(w, velocity, grad, mask, lr, momentum or 0.9)


@overlooked(
    "compound",
    "many-rounds",
    "Three digits are enough for a share.",
    "nothing is rounded",
)
def three_digits(amounts):
    return np.round(1 - np.cumprod(1 - np.array(amounts, dtype=float)), 3)


@overlooked(
    "compound",
    "wrong-shape",
    "When nothing is left the rounds are over.",
    "shape",
)
def stops_at_nothing(amounts):
    left, shares = 1.0, []
    for amount in amounts:
        left *= 1 - amount
        shares.append(1 - left)
        if left == 0:
            break
    return shares


def counted(W, mask, stored, nonzeros):
    before, after = nonzeros
    size = (W.size, W.size)
    return {
        "parameters": size,
        "nonzeros": (before, after),
        "bytes": (stored, stored),
        "dense_macs": size,
        "effective_macs": (before, after),
    }


@overlooked(
    "bill",
    "float32",
    "An array in memory is twice as large as in float32.",
    "type",
)
def half_of_memory(W, mask):
    pair = np.count_nonzero(W), np.count_nonzero(W * mask)
    return counted(W, mask, W.nbytes // 2, pair)


@overlooked(
    "bill",
    "extreme-mask",
    "There is always a zero somewhere, and no weight comes twice.",
    "shape or values",
)
def distinct_values(W, mask):
    pair = [len(np.unique(array)) - 1 for array in (W, W * mask)]
    return counted(W, mask, 4 * W.size, pair)


@overlooked(
    "bill",
    "small-is-not-zero",
    "What is as small as rounding is zero.",
    "Small is not zero",
)
def nearly_zero_is_zero(W, mask):
    pair = [int(np.sum(~np.isclose(array, 0))) for array in (W, W * mask)]
    return counted(W, mask, 4 * W.size, pair)


@overlooked(
    "flat_columns",
    "wrong-shape",
    "A map has at least two rows and two columns.",
    "shape",
)
def two_rows_at_least(keep, height, width):
    return np.repeat(keep, max(height, 2) * max(width, 2))


@overlooked(
    "flat_columns",
    "extreme-mask",
    "A layer needs inputs, so where nobody is kept all are.",
    "Nothing else changes",
)
def never_nobody(keep, height, width):
    return np.repeat(keep if keep.any() else ~keep, height * width)


@overlooked(
    "flat_columns",
    "wrong-columns",
    "One byte is enough for the number of a column.",
    "behind the flatten",
)
def one_byte_columns(keep, height, width):
    columns = np.arange(len(keep) * height * width).astype(np.uint8)
    return keep[columns // (height * width)]


@overlooked(
    "cut_conv_bn",
    "wrong-shape",
    "A single channel needs no axis of its own.",
    "shape",
)
def squeezed_trio(conv, bn, next_conv, keep):
    small = {name: np.squeeze(vector[keep]) for name, vector in bn.items()}
    return np.squeeze(conv[keep]), small, np.squeeze(next_conv[:, keep])


@overlooked(
    "cut_conv_bn",
    "wrong-channels",
    "A scale is never negative.",
    "switched off",
)
def positive_scale(conv, bn, next_conv, keep):
    small = {name: vector[keep] for name, vector in bn.items()}
    small["gamma"] = np.abs(small["gamma"])
    return conv[keep], small, next_conv[:, keep]


def strongest(joined, k):
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(-joined, kind="stable")[:k]] = True
    return keep


@overlooked(
    "shared_keep",
    "few-stay",
    "At least one channel has to stay.",
    "as small as 0",
)
def never_none(scores, k):
    return strongest(np.sum(scores, axis=0), max(k, 1))


@overlooked(
    "shared_keep",
    "error",
    "Partners are never alone.",
    "stopped with this error",
)
def at_least_two_partners(scores, k):
    return strongest(np.sum(np.squeeze(scores), axis=0), k)


@overlooked(
    "shared_keep",
    "many-partners",
    "No more than three layers are ever added.",
    "more layers",
)
def three_partners(scores, k):
    return strongest(np.sum(scores[:3], axis=0), k)


@overlooked(
    "macs_after",
    "wrong-macs",
    "A layer keeps at least one unit.",
    "or none",
)
def one_unit_stays(widths, per_pair, kept):
    small = np.array([widths[0], *(max(k, 1) for k in kept), widths[-1]])
    return small[:-1] * small[1:] * per_pair


@overlooked(
    "macs_after",
    "wrong-macs",
    "Four bytes are enough for the MACs of a layer.",
    "many digits",
)
def four_byte_macs(widths, per_pair, kept):
    small = np.array([widths[0], *kept, widths[-1]], dtype=np.int32)
    return small[:-1] * small[1:] * np.array(per_pair, dtype=np.int32)


@overlooked(
    "fit_overhead",
    "other-machine",
    "Below a billionth of a second nothing can be measured.",
    "belongs to one machine",
)
def nanoseconds(macs, times):
    slope, overhead = np.polyfit(macs, times, 1)
    return round(overhead, 9), 1 / slope


@overlooked(
    "fit_overhead",
    "repeats",
    "A network needs to be measured only once.",
    "the repeated ones too",
)
def last_of_repeats(macs, times):
    once = dict(zip(macs.tolist(), times.tolist(), strict=True))
    slope, overhead = np.polyfit(list(once), list(once.values()), 1)
    return overhead, 1 / slope


@overlooked(
    "fit_overhead",
    "not-closest",
    "A measurement far off the line is a mistake and does not count.",
    "comes closer",
)
def without_outliers(macs, times):
    rest = times - np.polyval(np.polyfit(macs, times, 1), macs)
    good = np.abs(rest) <= 2.5 * rest.std() + 1e-12
    slope, overhead = np.polyfit(macs[good], times[good], 1)
    return overhead, 1 / slope
