"""Claims of chapter 02 about activations and their statistics."""

from __future__ import annotations

import torch

from course_lib.activation import (
    activation_statistics,
    remove_neurons,
    select_neurons,
    threshold_sweep,
)
from course_lib.data import load_mnist
from course_lib.experiments import keep_ratio_masks, prune_by_score
from course_lib.models import MLP, load_checkpoint
from course_lib.training import accuracy, fit, seed_everything

ARTICLES_PAIR = (0.1, 0.4)  # its thresholds for mean and standard deviation


def article_pair_on_plain() -> float:
    """Percent fewer parameters at the article's pair (0.1, 0.4), plain network."""
    model, validation = load_checkpoint("mlp-plain-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    row = threshold_sweep(model, statistics, [ARTICLES_PAIR], validation).iloc[0]
    return float(row["size_reduction"])


def points_lost_at_the_article_pair() -> float:
    """Points lost on validation at the article's pair, quiet network."""
    model, validation = load_checkpoint("mlp-quiet-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    row = threshold_sweep(model, statistics, [ARTICLES_PAIR], validation).iloc[0]
    return float(row["drop"])


def neurons_near_zero_in_plain() -> float:
    """Percent of plain's hidden neurons within the article's pair of thresholds."""
    model = load_checkpoint("mlp-plain-0")
    statistics = activation_statistics(model, load_mnist("validation"))
    keep = torch.cat(list(select_neurons(statistics, *ARTICLES_PAIR).values()))
    return 100 * (1 - keep.double().mean().item())


def points_lost_with_a_quarter() -> float:
    """Points of test accuracy that quiet loses without 75 % of its parameters."""
    model, test = load_checkpoint("mlp-quiet-0"), load_mnist("test")
    statistics = activation_statistics(model, load_mnist("validation"))
    smaller = prune_by_score(model, statistics, 0.75)
    return 100 * (accuracy(model, test) - accuracy(smaller, test))


def neurons_gone_at_74_percent() -> float:
    """Percent of hidden neurons removed when 74 % of the parameters are."""
    model, validation = load_checkpoint("mlp-quiet-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    keep = keep_ratio_masks(model, statistics, 0.74)
    kept = sum(int(mask.sum()) for mask in keep.values())
    return 100 * (1 - kept / sum(len(mask) for mask in keep.values()))


def tanh_drop_by_mean_alone() -> float:
    """Points lost when neurons with |mean| ≤ 0.2 are removed from a tanh network.

    The network is 784-30-10, trained for two epochs, measured on validation.
    """
    train, validation = load_mnist("train"), load_mnist("validation")
    seed_everything(0)
    model = MLP((784, 30, 10), "tanh", dtype=torch.float64)
    fit(model, train, None, epochs=2, seed=0, progress=False)
    mean = activation_statistics(model, validation)["fc1"].mean
    smaller = remove_neurons(model, {"fc1": torch.abs(mean) > 0.2})
    return 100 * (accuracy(model, validation) - accuracy(smaller, validation))
