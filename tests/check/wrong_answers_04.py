"""Wrong answers to the exercises of chapter 04, written before their checks."""

from __future__ import annotations

import numpy as np

from .catalogue import Catalogue

WRONG_ANSWERS = Catalogue()
wrong = WRONG_ANSWERS.add


# --- flat_columns ------------------------------------------------------------


@wrong(
    "flat_columns",
    "one-column",
    "A channel is one input of the next layer.",
    "one column for each channel",
    plausible=True,
)
def one_column_a_channel(keep, height, width):
    return keep.copy()


@wrong(
    "flat_columns",
    "one-column",
    "The first columns are the channels, the rest has nothing to do with them.",
    "one column for each channel",
    plausible=True,
)
def first_columns_only(keep, height, width):
    columns = np.ones(len(keep) * height * width, dtype=bool)
    columns[: len(keep)] = keep
    return columns


@wrong(
    "flat_columns",
    "interleaved",
    "Flatten takes one number of each channel in turn.",
    "take turns",
    plausible=True,
)
def channels_take_turns(keep, height, width):
    return np.tile(keep, height * width)


@wrong(
    "flat_columns",
    "interleaved",
    "Flatten goes row by row through all channels.",
    "take turns",
    plausible=True,
)
def rows_take_turns(keep, height, width):
    return np.tile(np.repeat(keep, width), height)


@wrong(
    "flat_columns",
    "one-side",
    "A channel has as many columns as its map is high.",
    "one side of the map",
)
def height_only(keep, height, width):
    return np.repeat(keep, height)


@wrong(
    "flat_columns",
    "one-side",
    "Height and width are added.",
    "one side of the map",
)
def sum_of_sides(keep, height, width):
    return np.repeat(keep, height + width)


@wrong(
    "flat_columns",
    "one-side",
    "A map is as wide as it is high.",
    "one side of the map",
    plausible=True,
)
def square_maps(keep, height, width):
    return np.repeat(keep, height * height)


@wrong(
    "flat_columns",
    "mask-flipped",
    "The mask says which columns go.",
    "the other way round",
    plausible=True,
)
def columns_that_go(keep, height, width):
    return np.repeat(~keep, height * width)


@wrong(
    "flat_columns",
    "indices",
    "A list of positions is as good as a mask.",
    "positions",
)
def positions_of_columns(keep, height, width):
    return np.flatnonzero(np.repeat(keep, height * width))


@wrong(
    "flat_columns",
    "numbers-not-bools",
    "Ones and zeros are as good as True and False.",
    "ones and zeros",
    plausible=True,
)
def ones_and_zeros(keep, height, width):
    return np.kron(keep, np.ones(height * width, dtype=int))


@wrong(
    "flat_columns",
    "not-flat",
    "The mask has the shape of the maps.",
    "before the flatten",
)
def as_maps(keep, height, width):
    return np.broadcast_to(keep[:, None, None], (len(keep), height, width)).copy()


# --- cut_conv_bn -------------------------------------------------------------


def _cut(bn, keep, names=("gamma", "beta", "mean", "var")):
    return {n: v[keep] if n in names else v.copy() for n, v in bn.items()}


@wrong(
    "cut_conv_bn",
    "batchnorm-shift",
    "A filter of zeros makes a channel of zeros.",
    "still speaks",
    plausible=True,
)
def zero_filters(conv, bn, next_conv, keep):
    return conv * keep[:, None, None, None], bn, next_conv


@wrong(
    "cut_conv_bn",
    "batchnorm-shift",
    "With filter and scale at zero, nothing is left to say.",
    "still speaks",
    plausible=True,
)
def zero_filters_and_scales(conv, bn, next_conv, keep):
    scales = bn | {"gamma": bn["gamma"] * keep}
    return conv * keep[:, None, None, None], scales, next_conv


@wrong(
    "cut_conv_bn",
    "M1",
    "Zeros make the network smaller.",
    "as many numbers",
    plausible=True,
)
def zeros_everywhere(conv, bn, next_conv, keep):
    silent = {"gamma": bn["gamma"] * keep, "beta": bn["beta"] * keep}
    return conv * keep[:, None, None, None], bn | silent, next_conv


@wrong(
    "cut_conv_bn",
    "norm-left-behind",
    "The normalisation is a layer of its own and stays as it is.",
    "did not go with",
)
def norm_untouched(conv, bn, next_conv, keep):
    return conv[keep], bn, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "norm-left-behind",
    "The first entries belong to the channels that are left.",
    "did not go with",
    plausible=True,
)
def first_entries(conv, bn, next_conv, keep):
    kept = int(np.sum(keep))
    return conv[keep], {n: v[:kept] for n, v in bn.items()}, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "norm-left-behind",
    "Only the scale belongs to a channel, the shift is shared.",
    "did not go with",
    plausible=True,
)
def first_shifts(conv, bn, next_conv, keep):
    small = _cut(bn, keep) | {"beta": bn["beta"][: int(np.sum(keep))]}
    return conv[keep], small, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "statistics-left-behind",
    "Mean and variance are no parameters, so they need no pruning.",
    "no parameters",
)
def statistics_untouched(conv, bn, next_conv, keep):
    return conv[keep], _cut(bn, keep, ("gamma", "beta")), next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "statistics-left-behind",
    "Mean and variance only need the right length.",
    "no parameters",
    plausible=True,
)
def first_statistics(conv, bn, next_conv, keep):
    kept = int(np.sum(keep))
    small = _cut(bn, keep)
    small |= {name: bn[name][:kept] for name in ("mean", "var")}
    return conv[keep], small, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "fresh-norm",
    "A new layer gets a new normalisation.",
    "starts anew",
    plausible=True,
)
def new_norm(conv, bn, next_conv, keep):
    kept = int(np.sum(keep))
    ones, zeros = np.ones(kept), np.zeros(kept)
    new = {"gamma": ones, "beta": zeros, "mean": zeros.copy(), "var": ones.copy()}
    return conv[keep], new, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "fresh-norm",
    "Copying the two learned vectors into a new layer is enough.",
    "starts anew",
    plausible=True,
)
def new_statistics(conv, bn, next_conv, keep):
    kept = int(np.sum(keep))
    new = _cut(bn, keep) | {"mean": np.zeros(kept), "var": np.ones(kept)}
    return conv[keep], new, next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "wrong-axis",
    "The first axis of a filter bank is what it reads.",
    "input channels of conv",
)
def slices_of_conv(conv, bn, next_conv, keep):
    return conv[:, keep], _cut(bn, keep), next_conv[:, keep]


@wrong(
    "cut_conv_bn",
    "wrong-axis",
    "A channel is a filter in both layers.",
    "filters of next_conv",
)
def filters_of_next(conv, bn, next_conv, keep):
    return conv[keep], _cut(bn, keep), next_conv[keep]


@wrong(
    "cut_conv_bn",
    "consumer-left-whole",
    "Only the layer that is pruned changes its shape.",
    "next layer",
)
def next_layer_unchanged(conv, bn, next_conv, keep):
    return conv[keep], _cut(bn, keep), next_conv


@wrong(
    "cut_conv_bn",
    "consumer-left-whole",
    "The next layer reads the first slices it has.",
    "next layer",
    plausible=True,
)
def first_slices(conv, bn, next_conv, keep):
    return conv[keep], _cut(bn, keep), next_conv[:, : int(np.sum(keep))]


@wrong(
    "cut_conv_bn",
    "mask-flipped",
    "The mask says what to take out.",
    "the other way round",
    plausible=True,
)
def removes_the_kept(conv, bn, next_conv, keep):
    return conv[~keep], _cut(bn, ~keep), next_conv[:, ~keep]


@wrong(
    "cut_conv_bn",
    "mask-as-index",
    "True and False are 1 and 0, so they may be numbers.",
    "channels 0 and 1",
)
def mask_as_numbers(conv, bn, next_conv, keep):
    index = keep.astype(int)
    return conv[index], _cut(bn, index), next_conv[:, index]


@wrong(
    "cut_conv_bn",
    "changes-input",
    "The entries of a dict may be replaced, it is only a container.",
    "changed its input",
    plausible=True,
)
def replaces_entries(conv, bn, next_conv, keep):
    for name in bn:
        bn[name] = bn[name][keep]
    return conv[keep], bn, next_conv[:, keep]


# --- shared_keep -------------------------------------------------------------


def _strongest(scores, k):
    keep = np.zeros(len(scores), dtype=bool)
    keep[np.argsort(-np.asarray(scores), kind="stable")[:k]] = True
    return keep


@wrong(
    "shared_keep",
    "separate-masks",
    "Every layer chooses its own channels.",
    "a mask for each layer",
    plausible=True,
)
def a_mask_for_each_layer(scores, k):
    return [_strongest(layer, k) for layer in scores]


@wrong(
    "shared_keep",
    "separate-masks",
    "A channel stays if any of the layers wants it.",
    "more than k",
    plausible=True,
)
def wanted_by_any(scores, k):
    return np.any([_strongest(layer, k) for layer in scores], axis=0)


@wrong(
    "shared_keep",
    "separate-masks",
    "A channel stays if all of the layers want it.",
    "fewer than k",
    plausible=True,
)
def wanted_by_all(scores, k):
    return np.all([_strongest(layer, k) for layer in scores], axis=0)


@wrong(
    "shared_keep",
    "wrong-join",
    "A channel is as important as its weakest filter.",
    "weakest of its filters",
    plausible=True,
)
def weakest_filter(scores, k):
    return _strongest(np.min(scores, axis=0), k)


@wrong(
    "shared_keep",
    "wrong-join",
    "A channel is as important as its strongest filter.",
    "strongest of its filters",
    plausible=True,
)
def strongest_filter(scores, k):
    return _strongest(np.max(scores, axis=0), k)


@wrong(
    "shared_keep",
    "wrong-join",
    "The first layer decides, the others follow.",
    "first layer alone",
    plausible=True,
)
def first_layer_decides(scores, k):
    return _strongest(scores[0], k)


@wrong(
    "shared_keep",
    "wrong-join",
    "The last layer overwrites what the ones before it chose.",
    "last layer alone",
    plausible=True,
)
def last_layer_decides(scores, k):
    for layer in scores:
        keep = _strongest(layer, k)
    return keep


@wrong(
    "shared_keep",
    "wrong-join",
    "Scores of several layers are multiplied.",
    "multiplied",
    plausible=True,
)
def product_of_scores(scores, k):
    return _strongest(np.prod(scores, axis=0), k)


@wrong(
    "shared_keep",
    "wrong-join",
    "Norms are joined by their squares.",
    "squared",
    plausible=True,
)
def squares_of_scores(scores, k):
    return _strongest(np.square(scores).sum(axis=0), k)


@wrong(
    "shared_keep",
    "tie",
    "What reaches the score of the k-th channel stays.",
    "equally important",
    plausible=True,
)
def at_the_threshold(scores, k):
    total = np.sum(scores, axis=0)
    return total >= np.sort(total)[::-1][k - 1]


@wrong(
    "shared_keep",
    "tie",
    "What is above the score of the next channel stays.",
    "equally important",
    plausible=True,
)
def above_the_next(scores, k):
    total = np.sum(scores, axis=0)
    return total > np.append(np.sort(total)[::-1], -1)[k]


@wrong(
    "shared_keep",
    "tie",
    "Among equals it does not matter who stays.",
    "lower position",
    plausible=True,
)
def last_of_equals(scores, k):
    keep = np.zeros(len(scores[0]), dtype=bool)
    keep[np.argsort(np.sum(scores, axis=0), kind="stable")[len(keep) - k :]] = True
    return keep


@wrong(
    "shared_keep",
    "keeps-weakest",
    "Sorting puts the most important first.",
    "least important",
)
def keeps_the_weakest(scores, k):
    return _strongest(-np.sum(scores, axis=0), k)


@wrong(
    "shared_keep",
    "removes-k",
    "k channels are removed.",
    "how many stay",
    plausible=True,
)
def k_is_what_goes(scores, k):
    return _strongest(np.sum(scores, axis=0), len(scores[0]) - k)


@wrong(
    "shared_keep",
    "mask-flipped",
    "True means removed.",
    "the other way round",
)
def true_is_removed(scores, k):
    return ~_strongest(np.sum(scores, axis=0), k)


@wrong(
    "shared_keep",
    "indices",
    "A list of positions is as good as a mask.",
    "positions",
)
def positions_of_channels(scores, k):
    return np.flatnonzero(_strongest(np.sum(scores, axis=0), k))


@wrong(
    "shared_keep",
    "nobody-goes",
    "The channels that go are the last ones of the sorted list.",
    "nobody goes",
    plausible=True,
)
def slice_from_the_end(scores, k):
    order = np.argsort(-np.sum(scores, axis=0), kind="stable")
    keep = np.ones(len(order), dtype=bool)
    keep[order[-(len(order) - k) :]] = False
    return keep


# --- macs_after --------------------------------------------------------------


def _pairs(widths, per_pair):
    return [a * b * p for a, b, p in zip(widths, widths[1:], per_pair, strict=False)]


def _ends(widths, kept):
    return [widths[0], *kept, widths[-1]]


@wrong(
    "macs_after",
    "M7",
    "Half of a layer's units take half of its arithmetic.",
    "on one side",
    plausible=True,
)
def outputs_only(widths, per_pair, kept):
    small = _ends(widths, kept)[1:]
    return [a * b * p for a, b, p in zip(widths, small, per_pair, strict=False)]


@wrong(
    "macs_after",
    "M7",
    "A layer has less to do because less comes in.",
    "on one side",
    plausible=True,
)
def inputs_only(widths, per_pair, kept):
    small = _ends(widths, kept)
    return [a * b * p for a, b, p in zip(small, widths[1:], per_pair, strict=False)]


@wrong(
    "macs_after",
    "M7",
    "Half of the units, half of the work, in every layer.",
    "same share",
    plausible=True,
)
def same_share_everywhere(widths, per_pair, kept):
    share = sum(kept) / sum(widths[1:-1])
    return [macs * share for macs in _pairs(widths, per_pair)]


@wrong(
    "macs_after",
    "ends-shrink",
    "Half of the units is a quarter of the work, in every layer.",
    "inputs and outputs of the network",
    plausible=True,
)
def quarter_everywhere(widths, per_pair, kept):
    share = sum(kept) / sum(widths[1:-1])
    return [macs * share**2 for macs in _pairs(widths, per_pair)]


@wrong(
    "macs_after",
    "M1",
    "Pruning leaves the arithmetic as it is.",
    "before the cut",
)
def nothing_saved(widths, per_pair, kept):
    return _pairs(widths, per_pair)


@wrong(
    "macs_after",
    "kept-not-removed",
    "The list says how many units go.",
    "how many stay",
    plausible=True,
)
def counts_what_goes(widths, per_pair, kept):
    left = [w - k for w, k in zip(widths[1:-1], kept, strict=True)]
    return _pairs(_ends(widths, left), per_pair)


@wrong(
    "macs_after",
    "pairs-not-macs",
    "A layer multiplies once for each pair of units.",
    "how often each pair",
    plausible=True,
)
def pairs_only(widths, per_pair, kept):
    return _pairs(_ends(widths, kept), [1] * len(per_pair))


@wrong(
    "macs_after",
    "returns-total",
    "The sum is what counts.",
    "one number for each layer",
    plausible=True,
)
def total_only(widths, per_pair, kept):
    return sum(_pairs(_ends(widths, kept), per_pair))


@wrong(
    "macs_after",
    "returns-share",
    "The share that is left is the answer.",
    "shares",
    plausible=True,
)
def shares_only(widths, per_pair, kept):
    after = _pairs(_ends(widths, kept), per_pair)
    return [a / b for a, b in zip(after, _pairs(widths, per_pair), strict=True)]


@wrong(
    "macs_after",
    "flops",
    "A multiplication and an addition are two operations.",
    "twice",
)
def counts_flops(widths, per_pair, kept):
    return [2 * macs for macs in _pairs(_ends(widths, kept), per_pair)]


@wrong(
    "macs_after",
    "off-by-one",
    "The layers that matter are those between hidden units.",
    "two layers more",
)
def hidden_layers_only(widths, per_pair, kept):
    return _pairs(kept, per_pair[1:])


# --- fit_overhead ------------------------------------------------------------


@wrong(
    "fit_overhead",
    "M3",
    "Time is arithmetic, so no arithmetic takes no time.",
    "through the origin",
    plausible=True,
)
def through_the_origin(macs, times):
    return 0.0, np.sum(macs**2) / np.sum(macs * times)


@wrong(
    "fit_overhead",
    "M3",
    "What the line through zero misses on average is the overhead.",
    "through the origin",
    plausible=True,
)
def overhead_afterwards(macs, times):
    rate = np.sum(macs**2) / np.sum(macs * times)
    return np.mean(times - macs / rate), rate


@wrong(
    "fit_overhead",
    "average-ratio",
    "The rate is the mean of MACs a second.",
    "divided each",
    plausible=True,
)
def mean_of_ratios(macs, times):
    return 0.0, np.mean(macs / times)


@wrong(
    "fit_overhead",
    "average-ratio",
    "The rate is all the MACs over all the seconds.",
    "divided each",
    plausible=True,
)
def ratio_of_sums(macs, times):
    return 0.0, np.sum(macs) / np.sum(times)


@wrong(
    "fit_overhead",
    "swapped-axes",
    "A line fitted the other way round is the same line.",
    "MACs from the time",
    plausible=True,
)
def macs_over_times(macs, times):
    rate, offset = np.polyfit(times, macs, 1)
    return -offset / rate, rate


@wrong(
    "fit_overhead",
    "slope-not-rate",
    "The slope of the line is the rate.",
    "seconds for one MAC",
    plausible=True,
)
def slope_as_rate(macs, times):
    slope, overhead = np.polyfit(macs, times, 1)
    return overhead, slope


@wrong(
    "fit_overhead",
    "order",
    "The rate is the more important of the two, so it comes first.",
    "other order",
)
def rate_first(macs, times):
    slope, overhead = np.polyfit(macs, times, 1)
    return 1 / slope, overhead


@wrong(
    "fit_overhead",
    "order",
    "What polyfit returns is the answer.",
    "other order",
)
def as_polyfit_returns(macs, times):
    return tuple(np.polyfit(macs, times, 1))


@wrong(
    "fit_overhead",
    "two-points",
    "Two measurements make a line, so the extremes are enough.",
    "two of the measurements",
    plausible=True,
)
def smallest_and_largest(macs, times):
    low, high = np.argmin(macs), np.argmax(macs)
    rate = (macs[high] - macs[low]) / (times[high] - times[low])
    return times[low] - macs[low] / rate, rate


@wrong(
    "fit_overhead",
    "two-points",
    "The first and the last measurement span the line.",
    "two of the measurements",
    plausible=True,
)
def first_and_last(macs, times):
    rate = (macs[-1] - macs[0]) / (times[-1] - times[0])
    return times[0] - macs[0] / rate, rate


@wrong(
    "fit_overhead",
    "fastest-as-overhead",
    "The smallest network does nothing, so its time is the overhead.",
    "does arithmetic too",
    plausible=True,
)
def fastest_is_overhead(macs, times):
    rest = times - times.min()
    return times.min(), np.sum(macs**2) / np.sum(macs * rest)


@wrong(
    "fit_overhead",
    "milliseconds",
    "Times this small are milliseconds.",
    "thousand",
)
def in_milliseconds(macs, times):
    slope, overhead = np.polyfit(macs, times, 1)
    return 1000 * overhead, 1 / slope
