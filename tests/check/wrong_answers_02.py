"""Wrong answers to the exercises of chapter 02, written before their checks."""

from __future__ import annotations

import numpy as np

from .catalogue import Catalogue

WRONG_ANSWERS = Catalogue()
wrong = WRONG_ANSWERS.add


# --- merge_moments -----------------------------------------------------------


def _joint_mean(a, b):
    return (a[0] * a[1] + b[0] * b[1]) / (a[0] + b[0])


@wrong(
    "merge_moments",
    "averaged-std",
    "The spread of the whole is the mean of the spreads.",
    "averaged the standard deviations",
    plausible=True,
)
def mean_of_stds(a, b):
    return a[0] + b[0], _joint_mean(a, b), (a[2] + b[2]) / 2


@wrong(
    "merge_moments",
    "averaged-std",
    "Weighted by the counts, the mean of the spreads is right.",
    "averaged the standard deviations",
    plausible=True,
)
def weighted_mean_of_stds(a, b):
    count = a[0] + b[0]
    return count, _joint_mean(a, b), (a[0] * a[2] + b[0] * b[2]) / count


@wrong(
    "merge_moments",
    "between-batch",
    "Variances, weighted by the counts, may be averaged.",
    "between the two batches",
    plausible=True,
)
def pooled_within(a, b):
    count = a[0] + b[0]
    variance = (a[0] * a[2] ** 2 + b[0] * b[2] ** 2) / count
    return count, _joint_mean(a, b), np.sqrt(variance)


@wrong(
    "merge_moments",
    "unweighted",
    "The mean of two means is the mean.",
    "counted as much",
    plausible=True,
)
def batches_weigh_the_same(a, b):
    mean = (a[1] + b[1]) / 2
    between = (a[1] - b[1]) ** 2 / 4
    return a[0] + b[0], mean, np.sqrt((a[2] ** 2 + b[2] ** 2) / 2 + between)


@wrong(
    "merge_moments",
    "variance-not-std",
    "The third entry is the variance.",
    "square root",
)
def forgets_the_root(a, b):
    count, share = a[0] + b[0], b[0] / (a[0] + b[0])
    variance = (1 - share) * a[2] ** 2 + share * b[2] ** 2
    return count, _joint_mean(a, b), variance + share * (1 - share) * (b[1] - a[1]) ** 2


@wrong(
    "merge_moments",
    "variances-add",
    "Variances of independent things add up.",
    "belongs to sums",
)
def sum_of_variances(a, b):
    return a[0] + b[0], _joint_mean(a, b), np.sqrt(a[2] ** 2 + b[2] ** 2)


@wrong(
    "merge_moments",
    "cancellation",
    "Mean of squares minus square of the mean is the same, so it is as good.",
    "two huge numbers",
    plausible=True,
)
def through_squares(a, b):
    if a[0] == 0:
        return b
    if b[0] == 0:
        return a
    count, mean = a[0] + b[0], _joint_mean(a, b)
    squares = a[0] * (a[2] ** 2 + a[1] ** 2) + b[0] * (b[2] ** 2 + b[1] ** 2)
    variance = np.maximum(squares / count - mean**2, 0)
    return count, mean, np.sqrt(variance)


@wrong(
    "merge_moments",
    "empty-batch",
    "An empty batch weighs nothing, so it needs no care.",
    "empty batch",
    plausible=True,
)
def nan_spreads(a, b):
    count, share = a[0] + b[0], b[0] / (a[0] + b[0])
    variance = (1 - share) * a[2] ** 2 + share * b[2] ** 2
    variance = variance + share * (1 - share) * (b[1] - a[1]) ** 2
    return count, _joint_mean(a, b), np.sqrt(variance)


# --- silent ------------------------------------------------------------------


@wrong(
    "silent",
    "M6",
    "A mean near zero means that the neuron is silent.",
    "cancel",
    plausible=True,
)
def mean_alone(mean, std, mean_threshold, std_threshold):
    return np.abs(mean) <= mean_threshold


@wrong(
    "silent",
    "M5",
    "A neuron that hardly moves says nothing.",
    "constant",
    plausible=True,
)
def spread_alone(mean, std, mean_threshold, std_threshold):
    return std <= std_threshold


@wrong(
    "silent",
    "sign",
    "A small mean is one below the threshold.",
    "below zero",
    plausible=True,
)
def forgets_negative_means(mean, std, mean_threshold, std_threshold):
    return (mean <= mean_threshold) & (std <= std_threshold)


@wrong(
    "silent",
    "or-not-and",
    "One of the two signs is enough.",
    "either",
    plausible=True,
)
def either_is_enough(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= mean_threshold) | (std <= std_threshold)


@wrong(
    "silent",
    "mask-flipped",
    "True means kept, as in a mask.",
    "the other way round",
)
def true_is_kept(mean, std, mean_threshold, std_threshold):
    return ~((np.abs(mean) <= mean_threshold) & (std <= std_threshold))


@wrong(
    "silent",
    "strict",
    "Below the threshold and at the threshold are the same.",
    "exactly at",
    plausible=True,
)
def strictly_below(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) < mean_threshold) & (std < std_threshold)


@wrong(
    "silent",
    "variance-not-std",
    "The variance may be compared with a threshold for the spread.",
    "squared",
    plausible=True,
)
def compares_the_variance(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= mean_threshold) & (std**2 <= std_threshold)


@wrong(
    "silent",
    "indices",
    "A list of positions is as good as a mask.",
    "positions",
)
def positions_of_silent(mean, std, mean_threshold, std_threshold):
    return np.flatnonzero((np.abs(mean) <= mean_threshold) & (std <= std_threshold))


# --- cut_pair ----------------------------------------------------------------


@wrong(
    "cut_pair",
    "wrong-axis",
    "A neuron is a column of its own weight matrix.",
    "columns of W1",
)
def columns_of_w1(W1, b1, W2, keep):
    return W1[:, keep], b1[keep], W2[:, keep]


@wrong(
    "cut_pair",
    "wrong-axis",
    "A neuron is a row in every matrix.",
    "rows of W2",
)
def rows_of_w2(W1, b1, W2, keep):
    return W1[keep], b1[keep], W2[keep]


@wrong(
    "cut_pair",
    "bias-left-behind",
    "A neuron is its weights.",
    "bias",
)
def bias_left_behind(W1, b1, W2, keep):
    return W1[keep], b1, W2[:, keep]


@wrong(
    "cut_pair",
    "bias-left-behind",
    "The first biases belong to the neurons that are left.",
    "bias",
    plausible=True,
)
def first_biases(W1, b1, W2, keep):
    return W1[keep], b1[: int(np.sum(keep))], W2[:, keep]


@wrong(
    "cut_pair",
    "consumer-left-whole",
    "Only the layer that is pruned changes its shape.",
    "next layer",
)
def next_layer_unchanged(W1, b1, W2, keep):
    return W1[keep], b1[keep], W2


@wrong(
    "cut_pair",
    "mask-flipped",
    "The mask says what to take out.",
    "the other way round",
    plausible=True,
)
def removes_the_kept(W1, b1, W2, keep):
    return W1[~keep], b1[~keep], W2[:, ~keep]


@wrong(
    "cut_pair",
    "M1",
    "Zeros make the network smaller.",
    "zeros",
    plausible=True,
)
def zeros_instead(W1, b1, W2, keep):
    return W1 * keep[:, None], b1 * keep, W2 * keep


@wrong(
    "cut_pair",
    "mask-as-index",
    "True and False are 1 and 0, so they may be numbers.",
    "neurons 0 and 1",
)
def mask_as_numbers(W1, b1, W2, keep):
    index = keep.astype(int)
    return W1[index], b1[index], W2[:, index]


# --- fold --------------------------------------------------------------------


@wrong(
    "fold",
    "M5",
    "A neuron that hardly moves can simply be dropped.",
    "unchanged",
    plausible=True,
)
def nothing_to_fold(W2, b2, mean, removed):
    return b2.copy()


@wrong(
    "fold",
    "sign",
    "What is removed is subtracted.",
    "sign",
    plausible=True,
)
def subtracts(W2, b2, mean, removed):
    return b2 - W2[:, removed] @ mean[removed]


@wrong(
    "fold",
    "kept-not-removed",
    "The neurons that stay carry the mean.",
    "neurons that stay",
    plausible=True,
)
def folds_the_kept(W2, b2, mean, removed):
    return b2 + W2[:, ~removed] @ mean[~removed]


@wrong(
    "fold",
    "all-folded",
    "Every neuron's mean goes into the bias.",
    "every neuron",
    plausible=True,
)
def folds_everything(W2, b2, mean, removed):
    return b2 + W2 @ mean


@wrong(
    "fold",
    "absolute",
    "The size of the mean is what counts.",
    "absolute",
    plausible=True,
)
def folds_sizes(W2, b2, mean, removed):
    return b2 + W2[:, removed] @ np.abs(mean[removed])


@wrong(
    "fold",
    "wrong-axis",
    "A neuron is a row of the next layer's matrix.",
    "rows of W2",
    plausible=True,
)
def reads_rows(W2, b2, mean, removed):
    return b2 + W2[removed].T @ mean[removed]


@wrong(
    "fold",
    "weights-forgotten",
    "The mean itself is what is missing.",
    "without the weight",
    plausible=True,
)
def adds_bare_means(W2, b2, mean, removed):
    return b2 + mean[removed].sum()


@wrong(
    "fold",
    "replaces-bias",
    "The new bias is what the removed neurons sent.",
    "old bias",
    plausible=True,
)
def forgets_old_bias(W2, b2, mean, removed):
    return W2[:, removed] @ mean[removed]


@wrong(
    "fold",
    "changes-input",
    "A function may work on the arrays that it was given.",
    "changed its input",
    plausible=True,
)
def adds_in_place(W2, b2, mean, removed):
    b2 += W2[:, removed] @ mean[removed]
    return b2


# --- choose ------------------------------------------------------------------


def _drop(rows, row, column="validation"):
    return 100 * (rows[0][column] - row[column])


def _cheapest(rows, allowed, cost="parameters"):
    return min(allowed, key=lambda i: (rows[i][cost], -rows[i]["validation"]))


@wrong(
    "choose",
    "M10",
    "The test score is the honest one, so it should decide.",
    "test",
    plausible=True,
)
def judged_by_test(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r, "test") <= max_drop]
    return _cheapest(rows, allowed)


@wrong(
    "choose",
    "M10",
    "The best test score wins.",
    "test",
    plausible=True,
)
def best_test_score(rows, max_drop):
    return max(range(len(rows)), key=lambda i: rows[i]["test"])


@wrong(
    "choose",
    "points-as-fraction",
    "A difference of two accuracies is a drop in points.",
    "percentage points",
)
def drop_as_fraction(rows, max_drop):
    first = rows[0]["validation"]
    allowed = [i for i, r in enumerate(rows) if first - r["validation"] <= max_drop]
    return _cheapest(rows, allowed)


@wrong(
    "choose",
    "largest",
    "The best allowed network has the most of everything.",
    "most expensive",
)
def takes_the_largest(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return max(allowed, key=lambda i: rows[i]["parameters"])


@wrong(
    "choose",
    "best-score",
    "The best validation score wins.",
    "highest validation",
    plausible=True,
)
def best_validation_score(rows, max_drop):
    return max(range(len(rows)), key=lambda i: rows[i]["validation"])


@wrong(
    "choose",
    "moving-baseline",
    "The drop is counted from the best row.",
    "best row",
    plausible=True,
)
def drop_from_the_best(rows, max_drop):
    best = max(row["validation"] for row in rows)
    allowed = [
        i for i, r in enumerate(rows) if 100 * (best - r["validation"]) <= max_drop
    ]
    return _cheapest(rows, allowed)


@wrong(
    "choose",
    "absolute-drop",
    "Any change larger than the limit is too much.",
    "better than",
    plausible=True,
)
def any_change_is_a_drop(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if abs(_drop(rows, r)) <= max_drop]
    return _cheapest(rows, allowed)


@wrong(
    "choose",
    "M16",
    "The network with the fewest neurons is the smallest.",
    "your class counts",
    plausible=True,
)
def fewest_neurons(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return _cheapest(rows, allowed, "neurons")


@wrong(
    "choose",
    "tie",
    "Between two equally small networks there is nothing to choose.",
    "equally cheap",
    plausible=True,
)
def first_of_equals(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return min(allowed, key=lambda i: rows[i]["parameters"])


@wrong(
    "choose",
    "returns-row",
    "The chosen row itself is the answer.",
    "position",
)
def the_row_itself(rows, max_drop):
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return rows[_cheapest(rows, allowed)]
