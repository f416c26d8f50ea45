"""Claims of chapter 01 about errors and about single neurons."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from course_lib.data import Split, load_mnist
from course_lib.models import Network, load_checkpoint


def standard_error_of_hans_errors() -> float:
    """Standard error, in points, of a 1.64 % error rate on the test split."""
    p = 0.0164
    return 100 * math.sqrt(p * (1 - p) / len(load_mnist("test").labels))


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


def neurons_that_hardly_matter() -> float:
    """Percent of the 400 hidden neurons of 784-300-100-10 whose removal, one at a time,
    costs at most one correct prediction in 10 000 validation images.
    """
    split = load_mnist("validation")
    found = logits_without_each(load_checkpoint("mlp300-0"), split)
    right = [int((logits.argmax(1) == split.labels).sum()) for logits in found]
    lost = torch.tensor(right[0]) - torch.tensor(right[1:])
    return 100 * (lost <= 1).double().mean().item()
