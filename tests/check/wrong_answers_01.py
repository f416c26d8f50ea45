"""Wrong answers to the exercises of chapter 01, written before their checks."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from .catalogue import Catalogue

WRONG_ANSWERS = Catalogue()
wrong = WRONG_ANSWERS.add


def _parts(order, validation, test):
    train = len(order) - validation - test
    return {
        "train": order[:train],
        "validation": order[train : train + validation],
        "test": order[train + validation :],
    }


# --- split_indices -----------------------------------------------------------


@wrong(
    "split_indices",
    "leak",
    "Drawing each part at random is enough to make it independent.",
    "in two parts at once",
    plausible=True,
)
def three_separate_draws(count, validation, test, seed):
    rng = np.random.default_rng(seed)
    train = count - validation - test
    return {
        "train": rng.choice(count, train, replace=False),
        "validation": rng.choice(count, validation, replace=False),
        "test": rng.choice(count, test, replace=False),
    }


@wrong(
    "split_indices",
    "leak",
    "The test set may be a part of the validation set.",
    "in two parts at once",
)
def nested_parts(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count)
    held_out = order[: validation + test]
    return {
        "train": order[validation + test :],
        "validation": held_out[:validation],
        "test": held_out[:test],
    }


@wrong(
    "split_indices",
    "replacement",
    "A random number for every place is a shuffle.",
    "more than once",
)
def draw_with_replacement(count, validation, test, seed):
    order = np.random.default_rng(seed).integers(0, count, size=count)
    return _parts(order, validation, test)


@wrong(
    "split_indices",
    "unshuffled",
    "The order in the file does not matter.",
    "block of neighbours",
    plausible=True,
)
def last_rows_held_out(count, validation, test, seed):
    return _parts(np.arange(count), validation, test)


@wrong(
    "split_indices",
    "unshuffled",
    "It is enough to shuffle after cutting.",
    "block of neighbours",
    plausible=True,
)
def shuffle_inside_each_part(count, validation, test, seed):
    rng = np.random.default_rng(seed)
    parts = _parts(np.arange(count), validation, test)
    return {name: rng.permutation(part) for name, part in parts.items()}


@wrong(
    "split_indices",
    "ignores-seed",
    "Any fixed seed is as good as the one that was asked for.",
    "another seed gave the same split",
)
def always_seed_zero(count, validation, test, seed):
    return _parts(np.random.default_rng(0).permutation(count), validation, test)


@wrong(
    "split_indices",
    "not-reproducible",
    "Random means different every time.",
    "the same seed twice",
)
def seed_not_used(count, validation, test, seed):
    return _parts(np.random.default_rng().permutation(count), validation, test)


@wrong(
    "split_indices",
    "off-by-one",
    "The next part starts one after the end of the last.",
    "lost on the way",
    plausible=True,
)
def slices_with_gaps(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count)
    train = count - validation - test
    return {
        "train": order[:train],
        "validation": order[train + 1 : train + validation],
        "test": order[train + validation + 1 :],
    }


@wrong(
    "split_indices",
    "sizes",
    "Validation and test are the same thing, so their sizes may be swapped.",
    "sizes are exchanged",
)
def sizes_exchanged(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count)
    return _parts(order, test, validation)


# --- accuracy_with_error -----------------------------------------------------


@wrong(
    "accuracy_with_error",
    "percent",
    "An accuracy is a percentage.",
    "percent",
)
def in_percent(correct):
    share = np.mean(correct)
    return 100 * share, 100 * np.std(correct) / math.sqrt(len(correct))


@wrong(
    "accuracy_with_error",
    "spread-not-error",
    "The standard deviation of the answers is the error of their mean.",
    "one single answer",
    plausible=True,
)
def spread_of_answers(correct):
    return np.mean(correct), np.std(correct)


@wrong(
    "accuracy_with_error",
    "n-not-root",
    "Twice the images, half the error.",
    "four times",
    plausible=True,
)
def divided_by_n(correct):
    return np.mean(correct), np.std(correct) / len(correct)


@wrong(
    "accuracy_with_error",
    "variance-not-error",
    "A variance is a spread.",
    "squared",
)
def variance_of_the_mean(correct):
    return np.mean(correct), np.var(correct) / len(correct)


@wrong(
    "accuracy_with_error",
    "ignores-accuracy",
    "The error depends on the number of images only.",
    "whatever the accuracy",
    plausible=True,
)
def one_over_root_n(correct):
    return np.mean(correct), 1 / math.sqrt(len(correct))


@wrong(
    "accuracy_with_error",
    "ignores-accuracy",
    "Every answer is a coin flip.",
    "whatever the accuracy",
    plausible=True,
)
def coin_flips(correct):
    return np.mean(correct), 0.5 / math.sqrt(len(correct))


@wrong(
    "accuracy_with_error",
    "error-rate",
    "The error is the share of wrong answers.",
    "share of wrong answers",
)
def share_of_mistakes(correct):
    return np.mean(correct), 1 - np.mean(correct)


@wrong(
    "accuracy_with_error",
    "interval",
    "The standard error is half of the 95 % interval.",
    "95 % interval",
    plausible=True,
)
def half_an_interval(correct):
    return np.mean(correct), 1.96 * np.std(correct) / math.sqrt(len(correct))


# --- add_value ---------------------------------------------------------------


@wrong(
    "add_value",
    "stale-mean",
    "The deviation from the mean so far is the deviation.",
    "old mean",
    plausible=True,
)
def deviation_from_old_mean(running, value):
    count, mean, m2 = running
    delta = value - mean
    return count + 1, mean + delta / (count + 1), m2 + delta**2


@wrong(
    "add_value",
    "new-mean-only",
    "Once the mean is updated, only the new one counts.",
    "new mean",
    plausible=True,
)
def deviation_from_new_mean(running, value):
    count, mean, m2 = running
    mean = mean + (value - mean) / (count + 1)
    return count + 1, mean, m2 + (value - mean) ** 2


@wrong(
    "add_value",
    "average-of-averages",
    "The new mean lies halfway between the old mean and the value.",
    "halfway",
)
def halfway_mean(running, value):
    count, mean, m2 = running
    if count == 0:
        return 1, value, 0.0
    new = (mean + value) / 2
    return count + 1, new, m2 + (value - mean) * (value - new)


@wrong(
    "add_value",
    "variance-not-sum",
    "The third number is the variance.",
    "divided",
)
def keeps_the_variance(running, value):
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    return count + 1, new, (m2 + (value - mean) * (value - new)) / (count + 1)


@wrong(
    "add_value",
    "off-by-one",
    "The step towards the value is divided by the number of values so far.",
    "before the new value",
)
def divides_by_old_count(running, value):
    count, mean, m2 = running
    new = mean + (value - mean) / max(count, 1)
    return count + 1, new, m2 + (value - mean) * (value - new)


@wrong(
    "add_value",
    "forgets-count",
    "The count takes care of itself.",
    "count stayed",
)
def count_not_increased(running, value):
    count, mean, m2 = running
    new = mean + (value - mean) / (count + 1)
    return count, new, m2 + (value - mean) * (value - new)


@wrong(
    "add_value",
    "cancellation",
    "Mean of squares minus square of the mean is the same, so it is as good.",
    "two huge numbers",
    plausible=True,
)
def through_squares(running, value):
    count, mean, m2 = running
    squares = m2 + count * mean**2 + value**2
    new = (count * mean + value) / (count + 1)
    return count + 1, new, squares - (count + 1) * new**2


# --- mlp_costs ---------------------------------------------------------------


def _products(widths):
    return sum(a * b for a, b in pairwise(widths))


@wrong(
    "mlp_costs",
    "M16",
    "A network with 400 neurons has 400 parameters.",
    "counted neurons",
)
def neurons_as_parameters(widths):
    return {"parameters": sum(widths[1:]), "macs": _products(widths)}


@wrong(
    "mlp_costs",
    "forgets-biases",
    "The parameters are the weights.",
    "bias of every neuron",
    plausible=True,
)
def weights_only(widths):
    return {"parameters": _products(widths), "macs": _products(widths)}


@wrong(
    "mlp_costs",
    "M3",
    "MACs stand for time, and adding a bias takes time too.",
    "not a stopwatch",
    plausible=True,
)
def biases_as_macs(widths):
    total = _products(widths) + sum(widths[1:])
    return {"parameters": total, "macs": total}


@wrong(
    "mlp_costs",
    "flops",
    "A multiplication and an addition are two.",
    "twice",
    plausible=True,
)
def flops_as_macs(widths):
    return {
        "parameters": _products(widths) + sum(widths[1:]),
        "macs": 2 * _products(widths),
    }


@wrong(
    "mlp_costs",
    "input-bias",
    "Every width in the list is a layer with biases, the pixels included.",
    "pixels",
    plausible=True,
)
def biases_for_pixels(widths):
    return {
        "parameters": _products(widths) + sum(widths),
        "macs": _products(widths),
    }


@wrong(
    "mlp_costs",
    "off-by-one",
    "The output layer is not a layer.",
    "last layer",
)
def forgets_output_layer(widths):
    inner = widths[:-1]
    return {
        "parameters": _products(inner) + sum(inner[1:]),
        "macs": _products(inner),
    }


@wrong(
    "mlp_costs",
    "one-bias-per-layer",
    "A layer has one bias.",
    "one bias for a whole layer",
    plausible=True,
)
def one_bias_per_layer(widths):
    return {
        "parameters": _products(widths) + len(widths) - 1,
        "macs": _products(widths),
    }


# --- checkpoint_bytes --------------------------------------------------------


def _numbers(shapes):
    return sum(math.prod(shape) for shape in shapes.values())


def _padded(length):
    return -(-length // 8) * 8


@wrong(
    "checkpoint_bytes",
    "M14",
    "The size of a file is the size of its numbers.",
    "tensors alone",
    plausible=True,
)
def numbers_only(shapes, header_length):
    return 4 * _numbers(shapes)


@wrong(
    "checkpoint_bytes",
    "bits",
    "float32 means 32 bytes.",
    "bits",
)
def bits_for_bytes(shapes, header_length):
    return 8 + _padded(header_length) + 32 * _numbers(shapes)


@wrong(
    "checkpoint_bytes",
    "forgets-length-field",
    "The file starts with the header.",
    "how long the header is",
    plausible=True,
)
def no_length_field(shapes, header_length):
    return _padded(header_length) + 4 * _numbers(shapes)


@wrong(
    "checkpoint_bytes",
    "forgets-padding",
    "The tensors start where the header's text ends.",
    "fillers",
    plausible=True,
)
def no_fillers(shapes, header_length):
    return 8 + header_length + 4 * _numbers(shapes)


@wrong(
    "checkpoint_bytes",
    "pads-always",
    "Eight minus the rest is always the filler.",
    "already a multiple",
    plausible=True,
)
def fillers_when_full(shapes, header_length):
    padded = header_length + 8 - header_length % 8
    return 8 + padded + 4 * _numbers(shapes)


@wrong(
    "checkpoint_bytes",
    "scalar",
    "A tensor with shape () is empty.",
    "shape ()",
    plausible=True,
)
def scalar_is_empty(shapes, header_length):
    numbers = sum(math.prod(shape) for shape in shapes.values() if len(shape))
    return 8 + _padded(header_length) + 4 * numbers


@wrong(
    "checkpoint_bytes",
    "sum-of-sides",
    "A 300 by 784 matrix holds 1 084 numbers.",
    "added the sides",
)
def sides_added(shapes, header_length):
    numbers = sum(sum(shape) for shape in shapes.values())
    return 8 + _padded(header_length) + 4 * numbers


@wrong(
    "checkpoint_bytes",
    "wrong-type",
    "The file stores the precision that the network computes in.",
    "type your class stores",
    plausible=True,
)
def float64_on_disk(shapes, header_length):
    return 8 + _padded(header_length) + 8 * _numbers(shapes)
