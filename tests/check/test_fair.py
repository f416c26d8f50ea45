"""Answers that a person would judge at a glance, and a check once judged otherwise."""

import warnings

import numpy as np
import pytest
import torch

from course_lib.check import EXERCISES, CheckFailed
from grading.plan import HiddenPlan, Secret
from tests.grading.test_plan import earned
from tests.sampling import count

SEEDS = range(count(3, 50))


def moments_without_nan(a, b):
    (n, mean_a, std_a), (m, mean_b, std_b) = a, b
    mean_a, std_a, mean_b, std_b = map(np.nan_to_num, (mean_a, std_a, mean_b, std_b))
    total = n + m
    mean = (n * mean_a + m * mean_b) / total
    squares = n * (std_a**2 + (mean_a - mean) ** 2)
    squares += m * (std_b**2 + (mean_b - mean) ** 2)
    return total, mean, np.sqrt(squares / total)


def single_fold(W2, b2, mean, removed):
    W2, b2, mean = (np.float32(array) for array in (W2, b2, mean))
    return b2 + W2[:, removed] @ mean[removed]


def single_cut(W1, b1, W2, keep):
    return np.float32(W1[keep]), np.float32(b1[keep]), np.float32(W2[:, keep])


def single_step(w, velocity, grad, mask, lr, momentum):
    w, velocity, grad, keep = (
        torch.tensor(array, dtype=torch.float32) for array in (w, velocity, grad, mask)
    )
    velocity = (momentum * velocity + grad) * keep
    return (w - lr * velocity) * keep, velocity


def single_refit(X, W, b, keep):
    W, b = EXERCISES["refit"].solved(X, W, b, keep)
    return np.float32(W), np.float32(b)


def another_fit_that_is_as_good(X, W, b, keep):
    inputs = np.column_stack([X[:, keep], np.ones(len(X))])
    fitted = np.linalg.lstsq(inputs, X @ W.T + b, rcond=None)[0]
    singular, axes = np.linalg.svd(inputs)[1:]
    rank = np.sum(singular > 1e-9 * singular.max())
    fitted += axes[rank:].sum(axis=0)[:, None]  # changes nothing for these rows
    return fitted[:-1].T, fitted[-1]


def heads_in_another_scale(*given):
    Wq, Wk, Wv, Wo = EXERCISES["cut_heads"].solved(*given)
    return 2 * Wq, Wk / 2, -Wv, -Wo


def block_in_half_precision(*given):
    block = EXERCISES["prune_block"].solved(*given)
    return {name: np.float16(array) for name, array in block.items()}


RIGHT = {
    moments_without_nan: "merge_moments",
    single_fold: "fold",
    single_cut: "cut_pair",
    single_step: "masked_step",
    single_refit: "refit",
    another_fit_that_is_as_good: "refit",
    heads_in_another_scale: "cut_heads",
    block_in_half_precision: "prune_block",
}


def thresholds_swapped(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= std_threshold) & (std <= mean_threshold)


def mean_threshold_for_both(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= mean_threshold) & (std <= mean_threshold)


def std_threshold_for_both(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= std_threshold) & (std <= std_threshold)


def inside_a_circle(mean, std, mean_threshold, std_threshold):
    return mean**2 + std**2 <= mean_threshold**2 + std_threshold**2


def pruned(network, statistics, splits, thresholds, fits):
    """The mask of the largest threshold whose two accuracies fit."""
    (mean, std), (images, labels) = statistics, splits["validation"]
    hidden = np.maximum(images @ network["W1"].T + network["b1"], 0)

    def accuracy(limit):
        outputs = np.where(std <= limit, mean, hidden)
        logits = outputs @ network["W2"].T + network["b2"]
        return np.mean(logits.argmax(axis=1) == labels)

    fitting = [t for t in thresholds if fits(accuracy(-1), accuracy(t))]
    return std > max(fitting, default=-1)


def relative_percent(*given):
    *rest, limit = given
    return pruned(*rest, lambda first, found: 100 * (1 - found / first) <= limit)


def less_than_the_limit(*given):
    *rest, limit = given
    return pruned(*rest, lambda first, found: 100 * (first - found) < limit)


def percent_of_the_new_error_rate(*given):
    *rest, limit = given
    return pruned(
        *rest, lambda first, found: 100 * (first - found) <= limit * (1 - found)
    )


def count_of_the_full_batch_and_one(a, b):
    total, mean, std = moments_without_nan(a, b)
    return total + (0 in (a[0], b[0])), mean, std


def positions_as_floats(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count).astype(float)
    validation, test, train = np.split(order, [validation, validation + test])
    return {"train": train, "validation": validation, "test": test}


def held_out_of_the_second_half(count, validation, test, seed):
    rng = np.random.default_rng(seed)
    late = rng.permutation(np.arange(count - max(count // 2, validation + test), count))
    parts = {"validation": late[:validation], "test": late[validation:][:test]}
    held_out = np.concatenate(list(parts.values()))
    return parts | {"train": rng.permutation(np.setdiff1d(np.arange(count), held_out))}


def decay_of_another_class(W, b, X, labels, rate):
    W, b = torch.tensor(W, requires_grad=True), torch.tensor(b, requires_grad=True)
    torch.nn.functional.cross_entropy(
        torch.tensor(X) @ W.T + b, torch.tensor(labels)
    ).backward()
    return W - rate * (W.grad + 0.01 * W), b - rate * b.grad


def always_a_difference(before, after, labels):
    lost = int(np.sum((before == labels) & (after != labels)))
    gained = int(np.sum((before != labels) & (after == labels)))
    return {"lost": lost, "gained": gained, "p_value": 0.04}


def momentum_of_nine_tenths(w, velocity, grad, mask, lr, momentum):
    return single_step(w, velocity, grad, mask, lr, 0.9)


def shared_by_an_unstable_sort(scores, k):
    keep = np.zeros(len(scores[0]), dtype=bool)
    keep[np.argsort(np.sum(scores, axis=0))[::-1][:k]] = True
    return keep


def ties_within_a_thousandth(scores):
    return np.mean(1 / (scores >= np.diag(scores)[:, None] - 1e-3).sum(axis=1))


def ten_thousandth_of_ridge(X, W, b, keep):
    inputs = np.column_stack([X[:, keep], np.ones(len(X))])
    gram = inputs.T @ inputs
    gram += 1e-4 * np.trace(gram) / len(gram) * np.eye(len(gram))
    fitted = np.linalg.solve(gram, inputs.T @ (X @ W.T + b))
    return fitted[:-1].T, fitted[-1]


def keys_for_queries(*given):
    Wq, Wk, Wv, Wo = EXERCISES["cut_heads"].solved(*given)
    return Wk, Wq, Wv, Wo


def small_number_added_to_the_size(W, X, kept):
    scores = np.abs(W) * (np.linalg.norm(X, axis=0) + 1e-3)
    return np.argsort(np.argsort(-scores, axis=1), axis=1) < kept


def documents_backwards(*given):
    table, documents = EXERCISES["used_tokens"].solved(*given)
    return table, {name: tokens[::-1] for name, tokens in documents.items()}


def not_a_number_anywhere(*given):
    block = EXERCISES["prune_block"].solved(*given)
    return {name: np.nan * array for name, array in block.items()}


def units_that_hardly_move_anything(network, texts, cost, budget):
    order = np.argsort(np.linalg.norm(network["W2"], axis=0))
    kept = order[: np.flatnonzero(cost <= budget).max()]
    cut = {"W1": network["W1"][kept], "b1": network["b1"][kept]}
    return network | cut | {"W2": network["W2"][:, kept]}


WRONG = {
    thresholds_swapped: ("silent", 0),
    mean_threshold_for_both: ("silent", 0),
    std_threshold_for_both: ("silent", 0),
    inside_a_circle: ("silent", 0),
    relative_percent: ("prune_within", 0),
    less_than_the_limit: ("prune_within", 0),
    percent_of_the_new_error_rate: ("prune_within", 2),
    count_of_the_full_batch_and_one: ("merge_moments", 0),
    positions_as_floats: ("split_indices", 0),
    held_out_of_the_second_half: ("split_indices", 0),
    decay_of_another_class: ("gradient_step", 1),
    always_a_difference: ("compare_pair", 0),
    momentum_of_nine_tenths: ("masked_step", 0),
    shared_by_an_unstable_sort: ("shared_keep", 0),
    ties_within_a_thousandth: ("mean_reciprocal_rank", 0),
    small_number_added_to_the_size: ("wanda_mask", 0),
    ten_thousandth_of_ridge: ("refit", 0),
    keys_for_queries: ("cut_heads", 0),
    documents_backwards: ("used_tokens", 0),
    not_a_number_anywhere: ("prune_block", 0),
    units_that_hardly_move_anything: ("prune_block", 1),
}


def name_of(value):
    return getattr(value, "__name__", None)


@pytest.mark.parametrize(("function", "name"), RIGHT.items(), ids=name_of)
def test_right_answer_passes_visible_and_hidden_checks(function, name):
    for seed in SEEDS:
        EXERCISES[name].examine(function, seed=seed)
        assert earned(function, name, HiddenPlan(Secret(str(seed)))) == 1


@pytest.mark.parametrize(("function", "place"), WRONG.items(), ids=name_of)
def test_wrong_answer_fails_visible_and_hidden_checks(function, place):
    name, class_seed = place
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in SEEDS:
            with pytest.raises(CheckFailed):
                EXERCISES[name].examine(function, seed=seed, class_seed=class_seed)
            plan = HiddenPlan(Secret(str(seed)), class_seed)
            assert earned(function, name, plan) < 1
