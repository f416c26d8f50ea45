"""Answers that a person would judge at a glance, and a check once judged otherwise."""

import warnings

import numpy as np
import pytest

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
    another_fit_that_is_as_good: "refit",
    heads_in_another_scale: "cut_heads",
    block_in_half_precision: "prune_block",
}


def inside_a_circle(mean, std, mean_threshold, std_threshold):
    return mean**2 + std**2 <= mean_threshold**2 + std_threshold**2


def always_a_difference(before, after, labels):
    lost = int(np.sum((before == labels) & (after != labels)))
    gained = int(np.sum((before != labels) & (after == labels)))
    return {"lost": lost, "gained": gained, "p_value": 0.04}


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
    inside_a_circle: ("silent", 0),
    always_a_difference: ("compare_pair", 0),
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
