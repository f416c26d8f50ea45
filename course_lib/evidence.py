"""The functions that measure what ``claims.toml`` states, one a claim.

Each returns one number in the claim's unit, from the shipped networks and data,
in a few seconds.
"""

from __future__ import annotations

import torch

from course_lib.activation import (
    activation_statistics,
    remove_neurons,
    threshold_sweep,
)
from course_lib.data import load_mnist
from course_lib.experiments import keep_ratio_masks
from course_lib.measure import parameter_count
from course_lib.models import MLP, LeNet5, load_checkpoint
from course_lib.training import accuracy, fit, seed_everything


def lenet_300_100_parameters() -> float:
    """Parameters of 784-300-100-10, in thousands."""
    return parameter_count(MLP((784, 300, 100, 10))) / 1000


def lenet_5_parameters() -> float:
    """Parameters of LeNet-5, in thousands."""
    return parameter_count(LeNet5()) / 1000


def article_pair_on_plain() -> float:
    """Percent fewer parameters at the article's pair (0.1, 0.4), plain network."""
    model, validation = load_checkpoint("mlp-plain-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    row = threshold_sweep(model, statistics, [(0.1, 0.4)], validation).iloc[0]
    return float(row["size_reduction"])


def neurons_gone_at_74_percent() -> float:
    """Percent of the hidden neurons that go when 74 % of the parameters do."""
    model, validation = load_checkpoint("mlp-quiet-0"), load_mnist("validation")
    statistics = activation_statistics(model, validation)
    keep = keep_ratio_masks(model, statistics, 0.74)
    kept = sum(int(mask.sum()) for mask in keep.values())
    return 100 * (1 - kept / sum(len(mask) for mask in keep.values()))


def tanh_drop_by_mean_alone() -> float:
    """Points lost when a tanh network loses the neurons with |mean| ≤ 0.2.

    The network is 784-30-10, trained for two epochs, measured on validation.
    """
    train, validation = load_mnist("train"), load_mnist("validation")
    seed_everything(0)
    model = MLP((784, 30, 10), "tanh", dtype=torch.float64)
    fit(model, train, None, epochs=2, seed=0, progress=False)
    mean = activation_statistics(model, validation)["fc1"].mean
    smaller = remove_neurons(model, {"fc1": torch.abs(mean) > 0.2})
    return 100 * (accuracy(model, validation) - accuracy(smaller, validation))
