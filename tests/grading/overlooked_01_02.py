"""Wrong answers of chapters 01 and 02 that the visible check takes for right."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from tests.check.catalogue import Catalogue

OVERLOOKED = Catalogue()
overlooked = OVERLOOKED.add


@overlooked(
    "split_indices",
    "part-of-the-file",
    "One half of the file is for validation, the other one for testing.",
    "never come into some part",
)
def halves_of_the_file(count, validation, test, seed):
    rng = np.random.default_rng(seed)
    low = rng.permutation(count // 2)
    high = rng.permutation(np.arange(count // 2, count))
    train = np.concatenate([low[validation:], high[test:]])
    return {"train": train, "validation": low[:validation], "test": high[:test]}


@overlooked(
    "split_indices",
    "not-reproducible",
    "The seed 0 means that there is no seed.",
    "like no seed at all",
)
def zero_is_no_seed(count, validation, test, seed):
    order = np.random.default_rng(seed or None).permutation(count)
    parts = np.split(order, [validation, validation + test])
    return dict(zip(("validation", "test", "train"), parts, strict=True))


@overlooked(
    "split_indices",
    "wrong-shape",
    "Squeezing an array removes only what is too much.",
    "shape",
)
def squeezed_parts(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count)
    parts = np.split(order, [validation, validation + test])
    names = ("validation", "test", "train")
    return {n: np.squeeze(part) for n, part in zip(names, parts, strict=True)}


@overlooked(
    "accuracy_with_error",
    "wrong-error",
    "The spreads that belong to the usual accuracies can be looked up.",
    "others",
)
def spread_from_a_table(correct):
    accuracy = float(np.mean(correct))
    spreads = {0.9: 0.3, 0.8: 0.4, 0.98: 0.14, 0.5: 0.5, 1.0: 0.0}
    nearest = min(spreads, key=lambda known: abs(known - accuracy))
    return accuracy, spreads[nearest] / len(correct) ** 0.5


@overlooked(
    "accuracy_with_error",
    "n-not-root",
    "Above 2 500 images the error does not fall any more.",
    "halved",
)
def error_with_a_floor(correct):
    return np.mean(correct), np.std(correct) / min(len(correct), 2500) ** 0.5


@overlooked(
    "accuracy_with_error",
    "nothing-right",
    "Dividing by the accuracy and multiplying by it changes nothing.",
    "no spread",
)
def divided_by_the_accuracy(correct):
    accuracy = np.mean(correct)
    return accuracy, accuracy * ((1 / accuracy - 1) / len(correct)) ** 0.5


@overlooked(
    "add_value",
    "forgets-count",
    "A mean of zero says that nothing has come yet.",
    "goes up by one",
)
def zero_mean_is_a_start(running, value):
    count, mean, m2 = running
    if not mean:
        return 1, value, 0.0
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@overlooked(
    "add_value",
    "forgets-count",
    "A value that equals the mean changes nothing.",
    "goes up by one",
)
def skips_the_mean(running, value):
    count, mean, m2 = running
    if count and value == mean:
        return running
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@overlooked(
    "add_value",
    "scale",
    "Twelve digits behind the point are always enough.",
    "rounded",
)
def twelve_digits(running, value):
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    m2 += (value - mean) * (value - new)
    return count + 1, round(new, 12), round(m2, 12)


@overlooked(
    "mlp_costs",
    "wrong-count",
    "Two bytes are enough for a width, and so for what is made of them.",
    "small networks",
)
def two_byte_widths(widths):
    widths = np.array(widths, dtype=np.int16)
    macs = int((widths[:-1] * widths[1:]).sum())
    return {"parameters": macs + int(widths[1:].sum()), "macs": macs}


@overlooked(
    "mlp_costs",
    "equal-widths",
    "A neuron that is alone in its layer needs no bias.",
    "a single neuron",
)
def no_bias_for_one(widths):
    macs = sum(a * b for a, b in pairwise(widths))
    return {"parameters": macs + sum(b for b in widths[1:] if b > 1), "macs": macs}


@overlooked(
    "checkpoint_bytes",
    "wrong-bytes",
    "A header that does not fit lacks five bytes.",
    "each rest from 0 to 7",
)
def five_fillers(shapes, header_length):
    numbers = sum(int(np.prod(shape)) for shape in shapes.values())
    return 8 + header_length + (5 if header_length % 8 else 0) + 4 * numbers


@overlooked(
    "checkpoint_bytes",
    "wrong-bytes",
    "A tensor has two sides at most.",
    "any number of sides",
)
def two_sides(shapes, header_length):
    numbers = sum(int(np.prod(shape[:2])) for shape in shapes.values())
    return 8 + header_length + -header_length % 8 + 4 * numbers


@overlooked(
    "merge_moments",
    "wrong-moments",
    "A single image has no spread, so it can be left out.",
    "one after the other",
)
def first_image_left_out(a, b):
    if a[0] == 1:
        a = (1, b[1], np.zeros_like(b[2]))
    return merged(a, b)


def merged(a, b):
    if a[0] == 0 or b[0] == 0:
        return a if a[0] else b
    share = b[0] / (a[0] + b[0])
    between = share * (1 - share) * (b[1] - a[1]) ** 2
    variance = (1 - share) * a[2] ** 2 + share * b[2] ** 2 + between
    return a[0] + b[0], a[1] + share * (b[1] - a[1]), np.sqrt(variance)


@overlooked(
    "merge_moments",
    "rounding",
    "A tiny number under the root does no harm and is safer.",
    "it should be 0",
)
def safer_root(a, b):
    if a[0] == 0 or b[0] == 0:
        return merged(a, b)
    count, mean, std = merged(a, b)
    return count, mean, np.sqrt(std**2 + 1e-12)


@overlooked(
    "merge_moments",
    "large-counts",
    "Four bytes are enough for a count, and for a product of two.",
    "too large",
)
def four_byte_counts(a, b):
    if a[0] == 0 or b[0] == 0:
        return merged(a, b)
    n, m = np.array([[a[0]], [b[0]]], dtype=np.int32)
    count, mean, _ = merged(a, b)
    between = n * m * (b[1] - a[1]) ** 2 / float(count) ** 2
    variance = (a[0] * a[2] ** 2 + b[0] * b[2] ** 2) / count + between
    return count, mean, np.sqrt(np.maximum(variance, 0))


@overlooked(
    "silent",
    "wrong-neurons",
    "A neuron is at a threshold if isclose says so.",
    "just beyond",
)
def close_is_enough(mean, std, mean_threshold, std_threshold):
    size = np.abs(mean)
    near = (size <= mean_threshold) | np.isclose(size, mean_threshold)
    return near & ((std <= std_threshold) | np.isclose(std, std_threshold))


@overlooked(
    "silent",
    "wrong-neurons",
    "An infinite threshold switches the rule off: nobody is silent.",
    "decides alone",
)
def infinite_is_off(mean, std, mean_threshold, std_threshold):
    if not np.isfinite(mean_threshold + std_threshold):
        return np.zeros(mean.shape, dtype=bool)
    return (np.abs(mean) <= mean_threshold) & (std <= std_threshold)


@overlooked(
    "cut_pair",
    "wrong-shape",
    "Axes of length one are of no use and can be squeezed.",
    "shape",
)
def squeezed_pair(W1, b1, W2, keep):
    return np.squeeze(W1[keep]), np.squeeze(b1[keep]), np.squeeze(W2[:, keep])


@overlooked(
    "fold",
    "everybody-removed",
    "With nobody left there is nothing to repair.",
    "what the layer said",
)
def no_fold_for_everybody(W2, b2, mean, removed):
    return b2 + 0.0 if removed.all() else b2 + W2[:, removed] @ mean[removed]


@overlooked(
    "fold",
    "two-steps",
    "A layer is folded once, so its old bias need not be read again.",
    "where the new one begins",
)
def remembers_the_bias(W2, b2, mean, removed, known={}):  # noqa: B006
    b2 = known.setdefault(W2.tobytes(), b2.copy())
    return b2 + W2[:, removed] @ mean[removed]


@overlooked(
    "fold",
    "wrong-shape",
    "A bias without spare axes is the same bias.",
    "shape",
)
def squeezed_bias(W2, b2, mean, removed):
    return np.squeeze(b2 + W2[:, removed] @ mean[removed])


@overlooked(
    "choose",
    "error",
    "Where all else is equal the test accuracy may decide.",
    "stopped with this error",
)
def test_as_last_word(rows, max_drop):
    worst = rows[0]["validation"] - max_drop / 100
    allowed = [i for i, row in enumerate(rows) if row["validation"] >= worst]
    return min(
        allowed,
        key=lambda i: (
            rows[i]["parameters"],
            -rows[i]["validation"],
            -rows[i]["test"],
        ),
    )


@overlooked(
    "choose",
    "error",
    "The unpruned network is no candidate.",
    "stopped with this error",
)
def pruned_rows_only(rows, max_drop):
    worst = rows[0]["validation"] - max_drop / 100
    allowed = [i for i in range(1, len(rows)) if rows[i]["validation"] >= worst]
    return min(allowed, key=lambda i: (rows[i]["parameters"], -rows[i]["validation"]))


@overlooked(
    "choose",
    "wrong-row",
    "At most two rows cost the same.",
    "highest validation accuracy",
)
def ties_of_two(rows, max_drop):
    worst = rows[0]["validation"] - max_drop / 100
    allowed = [i for i, row in enumerate(rows) if row["validation"] >= worst]
    allowed.sort(key=lambda i: rows[i]["parameters"])
    first = allowed[:2]
    if len({rows[i]["parameters"] for i in first}) == 1:
        return max(first, key=lambda i: rows[i]["validation"])
    return first[0]
