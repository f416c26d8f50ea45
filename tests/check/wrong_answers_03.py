"""Wrong answers to the exercises of chapter 03, written before their checks."""

from __future__ import annotations

import numpy as np

from .catalogue import Catalogue

WRONG_ANSWERS = Catalogue()
wrong = WRONG_ANSWERS.add


# --- keep_k_per_row ----------------------------------------------------------


@wrong(
    "keep_k_per_row",
    "ties",
    "The k-th largest weight is the threshold, and what reaches it stays.",
    "more than k",
    plausible=True,
)
def at_least_the_kth(W, k):
    if k == 0:
        return np.zeros(W.shape, dtype=bool)
    size = np.abs(W)
    return size >= np.sort(size, axis=1)[:, W.shape[1] - k, None]


@wrong(
    "keep_k_per_row",
    "ties",
    "Only what is larger than the largest pruned weight may stay.",
    "fewer than k",
    plausible=True,
)
def above_the_next(W, k):
    size = np.abs(W)
    if k == W.shape[1]:
        return np.ones(W.shape, dtype=bool)
    return size > np.sort(size, axis=1)[:, W.shape[1] - k - 1, None]


@wrong(
    "keep_k_per_row",
    "strict",
    "The k-th largest is the threshold, and weights above it stay.",
    "the k-th",
    plausible=True,
)
def above_the_kth(W, k):
    if k == 0:
        return np.zeros(W.shape, dtype=bool)
    size = np.abs(W)
    return size > np.sort(size, axis=1)[:, W.shape[1] - k, None]


def _largest_in_rows(scores, k):
    rank = np.argsort(np.argsort(scores, axis=1), axis=1)
    return rank >= scores.shape[1] - k


@wrong(
    "keep_k_per_row",
    "sign",
    "The k largest numbers are the k largest weights.",
    "negative",
    plausible=True,
)
def largest_numbers(W, k):
    return _largest_in_rows(W, k)


@wrong(
    "keep_k_per_row",
    "wrong-axis",
    "A row runs along the first axis.",
    "column",
)
def largest_of_each_column(W, k):
    return _largest_in_rows(np.abs(W).T, min(k, len(W))).T


@wrong(
    "keep_k_per_row",
    "whole-matrix",
    "One threshold for the matrix keeps k a row.",
    "whole matrix",
    plausible=True,
)
def k_a_row_on_average(W, k):
    return _largest_in_rows(np.abs(W).reshape(1, -1), k * len(W)).reshape(W.shape)


@wrong(
    "keep_k_per_row",
    "whole-matrix",
    "The k largest weights of the matrix stay.",
    "whole matrix",
)
def k_altogether(W, k):
    return _largest_in_rows(np.abs(W).reshape(1, -1), k).reshape(W.shape)


@wrong(
    "keep_k_per_row",
    "mask-flipped",
    "The mask marks what is pruned.",
    "the other way round",
    plausible=True,
)
def true_is_pruned(W, k):
    return ~_largest_in_rows(np.abs(W), k)


@wrong(
    "keep_k_per_row",
    "smallest-kept",
    "Sorting puts the largest first.",
    "smallest",
    plausible=True,
)
def first_of_the_sorted(W, k):
    rank = np.argsort(np.argsort(np.abs(W), axis=1), axis=1)
    return rank < k


@wrong(
    "keep_k_per_row",
    "minus-zero",
    "The last k of a row are row[-k:], whatever k is.",
    "minus zero",
    plausible=True,
)
def last_k_by_slice(W, k):
    mask = np.zeros(W.shape, dtype=bool)
    order = np.argsort(np.abs(W), axis=1)
    np.put_along_axis(mask, order[:, -k:], True, axis=1)
    return mask


@wrong(
    "keep_k_per_row",
    "weights-not-mask",
    "Keeping weights gives weights.",
    "weights themselves",
)
def the_weights_that_stay(W, k):
    return np.where(_largest_in_rows(np.abs(W), k), W, 0)


@wrong(
    "keep_k_per_row",
    "indices",
    "The positions of the kept weights say the same as a mask.",
    "positions",
)
def positions_that_stay(W, k):
    return np.argsort(np.abs(W), axis=1)[:, W.shape[1] - k :]


# --- layer_shares ------------------------------------------------------------


def _threshold(layers, sparsity):
    sizes = np.concatenate([np.abs(w).ravel() for w in layers.values()])
    return np.quantile(sizes, sparsity)


@wrong(
    "layer_shares",
    "M12",
    "Half of all weights is half of every layer.",
    "every layer the same share",
    plausible=True,
)
def the_same_for_all(layers, sparsity):
    return dict.fromkeys(layers, sparsity)


@wrong(
    "layer_shares",
    "equal-counts",
    "Global selection takes equally many weights from every layer.",
    "equally many",
    plausible=True,
)
def as_many_from_each(layers, sparsity):
    each = sparsity * sum(w.size for w in layers.values()) / len(layers)
    return {name: min(1, each / w.size) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "M12",
    "The common threshold is the mean of the layers' own thresholds.",
    "own threshold",
    plausible=True,
)
def mean_of_thresholds(layers, sparsity):
    own = [np.quantile(np.abs(w), sparsity) for w in layers.values()]
    common = np.mean(own)
    return {name: np.mean(np.abs(w) <= common) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "rescaled",
    "To be fair, every layer is first divided by its own spread.",
    "divided",
    plausible=True,
)
def fair_to_every_layer(layers, sparsity):
    scaled = {name: w / w.std() for name, w in layers.items()}
    limit = _threshold(scaled, sparsity)
    return {name: np.mean(np.abs(w) <= limit) for name, w in scaled.items()}


@wrong(
    "layer_shares",
    "sign",
    "The lowest numbers are the smallest weights.",
    "negative",
    plausible=True,
)
def lowest_numbers(layers, sparsity):
    limit = np.quantile(np.concatenate([w.ravel() for w in layers.values()]), sparsity)
    return {name: np.mean(w <= limit) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "M16",
    "A layer's share is its part of all weights.",
    "all weights of the network",
    plausible=True,
)
def share_of_the_network(layers, sparsity):
    limit, total = _threshold(layers, sparsity), sum(w.size for w in layers.values())
    return {name: np.sum(np.abs(w) <= limit) / total for name, w in layers.items()}


@wrong(
    "layer_shares",
    "M16",
    "A layer's share is its part of what is pruned.",
    "add up to one",
    plausible=True,
)
def share_of_the_pruned(layers, sparsity):
    limit = _threshold(layers, sparsity)
    gone = {name: np.sum(np.abs(w) <= limit) for name, w in layers.items()}
    return {name: count / max(1, sum(gone.values())) for name, count in gone.items()}


@wrong(
    "layer_shares",
    "mask-flipped",
    "The share of a layer is what is left of it.",
    "what stays",
    plausible=True,
)
def share_that_stays(layers, sparsity):
    limit = _threshold(layers, sparsity)
    return {name: np.mean(np.abs(w) > limit) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "percent",
    "Shares are percentages.",
    "fraction",
)
def in_percent(layers, sparsity):
    limit = _threshold(layers, sparsity)
    return {name: 100 * np.mean(np.abs(w) <= limit) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "counts",
    "What global selection does to a layer is a number of weights.",
    "how many",
)
def numbers_of_weights(layers, sparsity):
    limit = _threshold(layers, sparsity)
    return {name: np.sum(np.abs(w) <= limit) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "edge",
    "Below the quantile and up to the quantile are the same.",
    "sparsity 1",
    plausible=True,
)
def below_the_quantile(layers, sparsity):
    limit = _threshold(layers, sparsity)
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}


@wrong(
    "layer_shares",
    "edge",
    "Whatever reaches the quantile goes, so nothing special happens at 0.",
    "sparsity 0",
    plausible=True,
)
def up_to_the_quantile(layers, sparsity):
    limit = _threshold(layers, sparsity)
    return {name: np.mean(np.abs(w) <= limit) for name, w in layers.items()}


# --- masked_step -------------------------------------------------------------


def _dense(w, velocity, grad, lr, momentum):
    velocity = momentum * velocity + grad
    return w - lr * velocity, velocity


@wrong(
    "masked_step",
    "M8",
    "What is pruned is zero, and zeros stay zeros.",
    "no mask at all",
    plausible=True,
)
def trusts_the_zeros(w, velocity, grad, mask, lr, momentum):
    return _dense(w, velocity, grad, lr, momentum)


@wrong(
    "masked_step",
    "M8",
    "A weight without a gradient does not move.",
    "velocity",
    plausible=True,
)
def masks_the_gradient(w, velocity, grad, mask, lr, momentum):
    return _dense(w, velocity, grad * mask, lr, momentum)


@wrong(
    "masked_step",
    "M8",
    "Weight and gradient are masked, so nothing is left that could move.",
    "velocity",
    plausible=True,
)
def masks_weight_and_gradient(w, velocity, grad, mask, lr, momentum):
    return _dense(w * mask, velocity, grad * mask, lr, momentum)


@wrong(
    "masked_step",
    "M8",
    "The mask is applied once, and then the step is an ordinary one.",
    "before the step",
    plausible=True,
)
def masks_before_the_step(w, velocity, grad, mask, lr, momentum):
    return _dense(w * mask, velocity, grad, lr, momentum)


@wrong(
    "masked_step",
    "velocity-left",
    "The weights are masked after the step, so the rest does not matter.",
    "still pushes",
    plausible=True,
)
def masks_the_weights_only(w, velocity, grad, mask, lr, momentum):
    w, velocity = _dense(w, velocity, grad, lr, momentum)
    return w * mask, velocity


@wrong(
    "masked_step",
    "velocity-left",
    "Gradient and weights are masked; the velocity follows by itself.",
    "still pushes",
    plausible=True,
)
def waits_for_the_velocity(w, velocity, grad, mask, lr, momentum):
    w, velocity = _dense(w, velocity, grad * mask, lr, momentum)
    return w * mask, velocity


@wrong(
    "masked_step",
    "frozen",
    "A pruned weight is one that is not trained.",
    "stand still",
    plausible=True,
)
def freezes_what_is_pruned(w, velocity, grad, mask, lr, momentum):
    new, velocity = _dense(w, velocity, grad, lr, momentum)
    return np.where(mask, new, w), velocity * mask


@wrong(
    "masked_step",
    "frozen",
    "If the velocity is masked, the weights need no mask.",
    "stand still",
    plausible=True,
)
def masks_the_velocity_only(w, velocity, grad, mask, lr, momentum):
    return _dense(w, velocity * mask, grad * mask, lr, momentum)


@wrong(
    "masked_step",
    "mask-flipped",
    "The mask marks what is pruned.",
    "the other way round",
)
def trains_the_pruned(w, velocity, grad, mask, lr, momentum):
    w, velocity = _dense(w, velocity, grad, lr, momentum)
    return w * ~mask, velocity * ~mask


@wrong(
    "masked_step",
    "no-momentum",
    "The velocity is this step's gradient.",
    "forgotten",
    plausible=True,
)
def starts_the_velocity_anew(w, velocity, grad, mask, lr, momentum):
    velocity = grad * mask
    return (w - lr * velocity) * mask, velocity


@wrong(
    "masked_step",
    "stale-velocity",
    "First the weights move, then the velocity is renewed.",
    "old velocity",
    plausible=True,
)
def moves_before_it_looks(w, velocity, grad, mask, lr, momentum):
    moved = w - lr * velocity
    return moved * mask, (momentum * velocity + grad) * mask


@wrong(
    "masked_step",
    "ascent",
    "The weights follow the gradient.",
    "uphill",
)
def climbs(w, velocity, grad, mask, lr, momentum):
    velocity = (momentum * velocity + grad) * mask
    return (w + lr * velocity) * mask, velocity


@wrong(
    "masked_step",
    "other-convention",
    "A velocity is a running average of gradients.",
    "your class",
    plausible=True,
)
def averages_gradients(w, velocity, grad, mask, lr, momentum):
    velocity = (momentum * velocity + (1 - momentum) * grad) * mask
    return (w - lr * velocity) * mask, velocity


@wrong(
    "masked_step",
    "changes-input",
    "A step changes the weights that it is given.",
    "changed its input",
    plausible=True,
)
def steps_in_place(w, velocity, grad, mask, lr, momentum):
    velocity *= momentum
    velocity += grad
    velocity *= mask
    w -= lr * velocity
    w *= mask
    return w, velocity


# --- compound ----------------------------------------------------------------


@wrong(
    "compound",
    "amounts-add",
    "Twice 50 % is 100 %.",
    "added up",
)
def sums(amounts):
    return list(np.cumsum(amounts))


@wrong(
    "compound",
    "amounts-add",
    "Amounts add up until nothing is left.",
    "added up",
    plausible=True,
)
def sums_up_to_one(amounts):
    return [min(1.0, float(total)) for total in np.cumsum(amounts)]


@wrong(
    "compound",
    "amount-is-sparsity",
    "After pruning with amount 0.5, the sparsity is 0.5.",
    "target",
    plausible=True,
)
def each_amount_as_it_is(amounts):
    return list(amounts)


@wrong(
    "compound",
    "amount-is-sparsity",
    "An amount is reached or was reached before.",
    "target",
    plausible=True,
)
def largest_so_far(amounts):
    return [max(amounts[: i + 1]) for i in range(len(amounts))]


@wrong(
    "compound",
    "left-not-pruned",
    "What is asked for is what is left.",
    "what is left",
    plausible=True,
)
def shares_left(amounts):
    return list(np.cumprod([1 - amount for amount in amounts]))


@wrong(
    "compound",
    "product",
    "Shares of shares are multiplied.",
    "shrinks",
    plausible=True,
)
def products(amounts):
    return list(np.cumprod(amounts))


@wrong(
    "compound",
    "increments",
    "Each round's share of the original is the answer.",
    "this round alone",
    plausible=True,
)
def of_the_original_by_round(amounts):
    left, shares = 1.0, []
    for amount in amounts:
        shares.append(left * amount)
        left -= left * amount
    return shares


@wrong(
    "compound",
    "previous-round",
    "What two rounds have in common is the product of their amounts.",
    "two rounds",
    plausible=True,
)
def overlaps_with_the_round_before(amounts):
    total, before, shares = 0.0, 0.0, []
    for amount in amounts:
        total += amount - before * amount
        before = amount
        shares.append(total)
    return shares


@wrong(
    "compound",
    "only-last",
    "Only the end of the schedule matters.",
    "every round",
    plausible=True,
)
def at_the_end(amounts):
    return 1 - float(np.prod([1 - amount for amount in amounts]))


@wrong(
    "compound",
    "starts-at-zero",
    "A schedule starts with the unpruned network.",
    "before the first",
    plausible=True,
)
def with_the_start(amounts):
    return [0.0, *(1 - np.cumprod([1 - amount for amount in amounts]))]


@wrong(
    "compound",
    "percent",
    "Amounts are percentages.",
    "fractions",
)
def percentages(amounts):
    return [100 * (1 - left) for left in shares_left(amounts)]


# --- bill --------------------------------------------------------------------


def _bill(W, mask):
    before, after = np.count_nonzero(W), np.count_nonzero(W * mask)
    return {
        "parameters": (W.size, W.size),
        "nonzeros": (before, after),
        "bytes": (4 * W.size, 4 * W.size),
        "dense_macs": (W.size, W.size),
        "effective_macs": (before, after),
    }


@wrong(
    "bill",
    "M1",
    "A zero needs no memory.",
    "four bytes",
    plausible=True,
)
def zeros_are_free_to_store(W, mask):
    return _bill(W, mask) | {"bytes": (4 * W.size, 4 * np.count_nonzero(W * mask))}


@wrong(
    "bill",
    "M1",
    "Whatever is pruned is gone from every column of the bill.",
    "four bytes",
    plausible=True,
)
def everything_shrinks(W, mask):
    kept = int(np.sum(mask))
    rows = {"parameters": 1, "nonzeros": 1, "bytes": 4}
    rows |= {"dense_macs": 1, "effective_macs": 1}
    return {name: (cost * W.size, cost * kept) for name, cost in rows.items()}


@wrong(
    "bill",
    "M16",
    "A parameter that is zero is no parameter.",
    "by their shape",
    plausible=True,
)
def parameters_are_nonzeros(W, mask):
    bill = _bill(W, mask)
    return bill | {"parameters": (W.size, bill["nonzeros"][1])}


@wrong(
    "bill",
    "M2",
    "Multiplying by zero is no multiplication.",
    "does not look",
    plausible=True,
)
def kernels_skip_zeros(W, mask):
    bill = _bill(W, mask)
    return bill | {"dense_macs": bill["nonzeros"]}


@wrong(
    "bill",
    "shape-not-values",
    "Nothing changes at all, since the shape stays.",
    "skip",
    plausible=True,
)
def nothing_is_ever_skipped(W, mask):
    return _bill(W, mask) | {"effective_macs": (W.size, W.size)}


@wrong(
    "bill",
    "mask-counted",
    "The True entries of the mask are the nonzeros.",
    "zeros of its own",
    plausible=True,
)
def counts_the_mask(W, mask):
    counted = (W.size, int(np.sum(mask)))
    return _bill(W, mask) | {"nonzeros": counted, "effective_macs": counted}


@wrong(
    "bill",
    "mask-flipped",
    "The mask marks what is pruned.",
    "the other way round",
    plausible=True,
)
def keeps_the_pruned(W, mask):
    return _bill(W, ~mask)


@wrong(
    "bill",
    "float64",
    "The bytes of the array in memory are the bytes that are stored.",
    "eight bytes",
    plausible=True,
)
def bytes_in_memory(W, mask):
    return _bill(W, mask) | {"bytes": (W.nbytes, (W * mask).nbytes)}


@wrong(
    "bill",
    "bits",
    "A float32 costs 32.",
    "bits",
)
def counts_bits(W, mask):
    return _bill(W, mask) | {"bytes": (32 * W.size, 32 * W.size)}


@wrong(
    "bill",
    "mask-stored",
    "The mask must be stored beside the weights.",
    "stored beside",
    plausible=True,
)
def pays_for_the_mask(W, mask):
    return _bill(W, mask) | {"bytes": (4 * W.size, 4 * W.size + mask.nbytes)}


@wrong(
    "bill",
    "flops",
    "Multiplication and addition are two operations.",
    "twice",
    plausible=True,
)
def counts_flops(W, mask):
    bill = _bill(W, mask)
    for name in ("dense_macs", "effective_macs"):
        bill[name] = (2 * bill[name][0], 2 * bill[name][1])
    return bill


@wrong(
    "bill",
    "order",
    "The result comes first.",
    "after, before",
)
def after_then_before(W, mask):
    return {name: pair[::-1] for name, pair in _bill(W, mask).items()}


@wrong(
    "bill",
    "after-only",
    "The bill of a masked layer says what it costs now.",
    "two numbers",
    plausible=True,
)
def only_what_it_costs_now(W, mask):
    return {name: pair[1] for name, pair in _bill(W, mask).items()}
