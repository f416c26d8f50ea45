"""Claims of chapter 03 about small weights, masks and schedules."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from course_lib import magnitude
from course_lib.data import load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.measure import mac_count, saved_size
from course_lib.models import MLP, Network, load_checkpoint
from course_lib.training import accuracy, fit, seed_everything


def bytes_left_after_masking(
    model: Network | None = None, size: Callable[[nn.Module], int] = saved_size
) -> float:
    """Percent of the file size that remains with 90 % of the weights set to zero.

    ``size`` returns the bytes of a network's file, by default an ordinary one.
    """
    model = model or load_checkpoint("mlp300-0")
    masks = magnitude.global_magnitude_masks(model, 0.9)
    return 100 * size(magnitude.masked(model, masks)) / size(model)


def macs_left_after_masking() -> float:
    """Percent of the MACs of ordinary kernels when 90 % of the weights are zero."""
    model, image = load_checkpoint("mlp300-0"), load_mnist("test").images[:1]
    masked = magnitude.masked(model, magnitude.global_magnitude_masks(model, 0.9))
    return 100 * mac_count(masked, image) / mac_count(model, image)


def _points_without_the_smallest(sparsity: float) -> float:
    """Points lost on validation without this fraction of weights, smallest first."""
    model, validation = load_checkpoint("mlp300-0"), load_mnist("validation")
    masks = magnitude.global_magnitude_masks(model, sparsity)
    left = accuracy(magnitude.masked(model, masks), validation)
    return 100 * (accuracy(model, validation) - left)


def drop_without_the_smallest_weights() -> float:
    """Points lost on validation without the smallest 90 % of the weights."""
    return _points_without_the_smallest(0.9)


def drop_without_the_smaller_half() -> float:
    """Points lost on validation without the smaller half of the weights."""
    return _points_without_the_smallest(0.5)


def points_between_random_and_small() -> float:
    """Points that pruning 80 % at random costs beyond pruning the smallest ones.

    The same number of weights per layer, 784-300-100-10, validation, not retrained.
    """
    model, validation = load_checkpoint("mlp300-0"), load_mnist("validation")
    small = magnitude.global_magnitude_masks(model, 0.8)
    drawn = magnitude.random_masks(small, torch.Generator().manual_seed(0))
    right = [accuracy(magnitude.masked(model, m), validation) for m in (small, drawn)]
    return 100 * (right[0] - right[1])


def points_lost_with_one_weight_in_twelve() -> float:
    """Points of test accuracy lost at 12 times fewer weights, three epochs, seed 0."""
    train, test = load_mnist("train"), load_mnist("test")
    model = load_checkpoint("mlp300-0")
    before = accuracy(model, test)
    seed_everything(0)
    magnitude.prune_gradually(model, 1 - 1 / 12, train, epochs=3, seed=0)
    return 100 * (before - accuracy(model, test))


def points_a_ticket_loses() -> float:
    """Test error of lottery tickets minus that of the dense networks, in points."""
    ticket = mean_error("mlp300-schedules", "ticket-3-")
    return ticket - mean_error("mlp300")


def points_small_dense_behind_large_sparse() -> float:
    """Test error of a small dense network minus that of large sparse ones, in points.

    784-7-10 has about as many parameters as 784-300-100-10 has weights left when 98 %
    are pruned. One seed of the small network, trained for twelve epochs as the
    gradual schedule was, against three seeds of the large one.
    """
    train, test = load_mnist("train"), load_mnist("test")
    seed_everything(0)
    small = MLP((784, 7, 10), dtype=torch.float64)
    fit(small, train, None, epochs=12, seed=0, learning_rate=3e-3, progress=False)
    sparse = mean_error("mlp300-schedules", "gradual-12-")
    return 100 * (1 - accuracy(small, test)) - sparse
