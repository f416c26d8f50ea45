"""Claims of chapter 02 about activations and their statistics.

As in the chapter, statistics come from training images and accuracy from validation
images; only ``points_lost_with_a_quarter`` reads the test images. Each function
measures the shipped case; with another model or other images it measures those.
"""

from __future__ import annotations

import pandas as pd
import torch

from course_lib.activation import (
    activation_statistics,
    remove_neurons,
    select_neurons,
    threshold_sweep,
)
from course_lib.data import Split, load_mnist
from course_lib.evidence.training import trained_briefly
from course_lib.experiments import keep_ratio_masks, prune_by_score
from course_lib.models import Network, load_checkpoint
from course_lib.training import accuracy

ARTICLES_PAIR = (0.1, 0.4)  # its thresholds for mean and standard deviation


def _observed() -> Split:
    """Return the training images from which the chapter takes its statistics."""
    return load_mnist("train").first(10_000)


def _at_the_articles_pair(
    model: Network, observed: Split | None, split: Split | None
) -> pd.Series:
    statistics = activation_statistics(model, observed or _observed())
    validation = split or load_mnist("validation")
    return threshold_sweep(model, statistics, [ARTICLES_PAIR], validation).iloc[0]


def article_pair_on_plain(
    model: Network | None = None,
    observed: Split | None = None,
    split: Split | None = None,
) -> float:
    """Percent fewer parameters at the article's pair (0.1, 0.4), plain network.

    Zero if more than one point of validation accuracy is lost: a network that stopped
    working is not smaller in the article's sense.
    """
    plain = model or load_checkpoint("mlp-plain-0")
    row = _at_the_articles_pair(plain, observed, split)
    return float(row["size_reduction"]) if row["drop"] <= 1 else 0.0


def points_lost_at_the_article_pair(
    model: Network | None = None,
    observed: Split | None = None,
    split: Split | None = None,
) -> float:
    """Points lost on validation at the article's pair, quiet network."""
    quiet = model or load_checkpoint("mlp-quiet-0")
    return float(_at_the_articles_pair(quiet, observed, split)["drop"])


def neurons_near_zero_in_plain(
    model: Network | None = None, observed: Split | None = None
) -> float:
    """Percent of plain's hidden neurons within the article's pair of thresholds."""
    model = model or load_checkpoint("mlp-plain-0")
    statistics = activation_statistics(model, observed or _observed())
    keep = torch.cat(list(select_neurons(statistics, *ARTICLES_PAIR).values()))
    return 100 * (1 - keep.double().mean().item())


def points_lost_with_a_quarter(
    model: Network | None = None,
    observed: Split | None = None,
    split: Split | None = None,
) -> float:
    """Points of test accuracy that quiet loses without 75% of its parameters."""
    model, test = model or load_checkpoint("mlp-quiet-0"), split or load_mnist("test")
    statistics = activation_statistics(model, observed or _observed())
    smaller = prune_by_score(model, statistics, 0.75)
    return 100 * (accuracy(model, test) - accuracy(smaller, test))


def neurons_gone_at_74_percent(
    model: Network | None = None, observed: Split | None = None
) -> float:
    """Percent of hidden neurons removed when 74% of the parameters are."""
    model = model or load_checkpoint("mlp-quiet-0")
    statistics = activation_statistics(model, observed or _observed())
    keep = keep_ratio_masks(model, statistics, 0.74)
    kept = sum(int(mask.sum()) for mask in keep.values())
    return 100 * (1 - kept / sum(len(mask) for mask in keep.values()))


def tanh_drop_by_mean_alone(
    model: Network | None = None,
    observed: Split | None = None,
    split: Split | None = None,
) -> float:
    """Points lost when neurons with |mean| ≤ 0.2 are removed from a tanh network.

    The network is 784-30-10, trained for two epochs, measured on validation.
    """
    model = model or trained_briefly(30, "tanh")
    validation = split or load_mnist("validation")
    mean = activation_statistics(model, observed or _observed())["fc1"].mean
    smaller = remove_neurons(model, {"fc1": torch.abs(mean) > 0.2})
    return 100 * (accuracy(model, validation) - accuracy(smaller, validation))
