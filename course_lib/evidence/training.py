"""Claims of chapter 01 about errors and about single neurons."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from course_lib.activation import remove_neurons
from course_lib.data import Split, load_mnist
from course_lib.models import MLP, Network
from course_lib.surgery import unit_counts
from course_lib.training import accuracy, fit, seed_everything


def hans_gain_in_standard_errors(
    before: float = 1.64, after: float = 1.59, images: int = 10_000
) -> float:
    """The fall of the error from 1.64% to 1.59%, in standard errors of 1.64%.

    Both error rates are percentages of the same number of images.
    """
    p = before / 100
    return (before - after) / (100 * math.sqrt(p * (1 - p) / images))


@torch.no_grad()
def logits_without_each(model: Network, split: Split) -> Iterator[Tensor]:
    """Yield the logits of an MLP with two hidden layers, then without each neuron.

    First fc1's neurons, then fc2's. Removing a neuron removes one term of a sum, so
    earlier layers need not be computed again.
    """
    weights = [model.get_parameter(f"fc{i}.weight") for i in (1, 2, 3)]
    biases = [model.get_parameter(f"fc{i}.bias") for i in (1, 2, 3)]
    first = (split.images.flatten(1) @ weights[0].T + biases[0]).relu()
    sums = first @ weights[1].T + biases[1]
    second = sums.relu()
    logits = second @ weights[2].T + biases[2]
    yield logits
    for j in range(first.shape[1]):
        without = sums - torch.outer(first[:, j], weights[1][:, j])
        yield without.relu() @ weights[2].T + biases[2]
    for j in range(second.shape[1]):
        yield logits - torch.outer(second[:, j], weights[2][:, j])


def trained_briefly(hidden: int, activation: str = "relu") -> Network:
    """Return a network with one hidden layer of this width, after two epochs."""
    seed_everything(0)
    model = MLP((784, hidden, 10), activation, dtype=torch.float64)
    fit(model, load_mnist("train"), None, epochs=2, seed=0, progress=False)
    return model


def least_lost_without_one_neuron(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Points of validation accuracy lost without the most dispensable neuron.

    Each hidden neuron of a trained 784-4-10 is removed alone, without retraining.
    """
    model, validation = model or trained_briefly(4), split or load_mnist("validation")
    left = [
        accuracy(remove_neurons(model, {name: torch.arange(units) != unit}), validation)
        for name, units in unit_counts(model).items()
        for unit in range(units)
    ]
    return 100 * (accuracy(model, validation) - max(left))
