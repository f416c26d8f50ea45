"""Claims of chapter 03 about small weights, masks and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from course_lib import magnitude
from course_lib.data import Split, load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.measure import interleaved_times, mac_count, saved_size
from course_lib.models import Network, load_checkpoint
from course_lib.training import accuracy

Answers = str | Mapping[str, Tensor]
Kernel = Callable[[Tensor, Tensor], Callable[[], object]]


def bytes_left_after_masking(
    model: Network | None = None, size: Callable[[nn.Module], int] = saved_size
) -> float:
    """Percent of the file size that remains with 90% of the weights set to zero.

    ``size`` returns the bytes of a network's file, by default an ordinary one.
    """
    model = model or load_checkpoint("mlp300-0")
    masks = magnitude.global_magnitude_masks(model, 0.9)
    return 100 * size(magnitude.masked(model, masks)) / size(model)


def macs_left_after_masking() -> float:
    """Percent of the MACs by shape when 90% of the weights are zero (chapter 00)."""
    model, image = load_checkpoint("mlp300-0"), load_mnist("validation").images[:1]
    masked = magnitude.masked(model, magnitude.global_magnitude_masks(model, 0.9))
    return 100 * mac_count(masked, image) / mac_count(model, image)


def _ordinary(weight: Tensor, batch: Tensor) -> Callable[[], Tensor]:
    return lambda: weight @ batch


def time_left_after_masking(kernel: Kernel = _ordinary) -> float:
    """Time of a product with 90% of its weights zero, in percent of the dense time.

    The first layer of 784-300-100-10 times 256 images, float32, the two products in
    turns: the median of their ratios. ``kernel`` returns a function that multiplies a
    weight (300, 784) by a batch (784, 256), by default PyTorch's matrix product.
    """
    model = load_checkpoint("mlp300-0")
    mask = magnitude.global_magnitude_masks(model, 0.9)["fc1.weight"]
    weight = model.get_parameter("fc1.weight").detach().float()
    batch = load_mnist("validation", torch.float32).images[:256].flatten(1).T
    batch = batch.contiguous()
    products = {"dense": kernel(weight, batch), "masked": kernel(weight * mask, batch)}
    times = interleaved_times(products, rounds=25, min_round_time=0.01)
    return 100 * float((times["masked"] / times["dense"]).median())


def _points_without_the_smallest(
    sparsity: float, model: Network | None, split: Split | None
) -> float:
    """Points lost on validation without this fraction of weights, smallest first."""
    model = model or load_checkpoint("mlp300-0")
    split = split or load_mnist("validation")
    masks = magnitude.global_magnitude_masks(model, sparsity)
    left = accuracy(magnitude.masked(model, masks), split)
    return 100 * (accuracy(model, split) - left)


def drop_without_the_smallest_weights(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Points lost on validation without the smallest 90% of the weights."""
    return _points_without_the_smallest(0.9, model, split)


def drop_without_the_smaller_half(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Points lost on validation without the smaller half of the weights."""
    return _points_without_the_smallest(0.5, model, split)


def points_between_random_and_small(
    model: Network | None = None, split: Split | None = None
) -> float:
    """Points that pruning 80% at random costs beyond pruning the smallest ones.

    The luckiest of twenty draws, each with the same number of weights per layer;
    784-300-100-10,
    2 000 validation images, not retrained.
    """
    model = model or load_checkpoint("mlp300-0")
    split = split or load_mnist("validation").first(2000)
    small = magnitude.global_magnitude_masks(model, 0.8)
    chance = torch.Generator().manual_seed(0)
    drawn = [magnitude.random_masks(small, chance) for _ in range(20)]
    best = max(accuracy(magnitude.masked(model, masks), split) for masks in drawn)
    return 100 * (accuracy(magnitude.masked(model, small), split) - best)


def points_lost_with_one_weight_in_twelve(
    answers: Answers = "mlp300-schedules", labels: Tensor | None = None
) -> float:
    """Points of test accuracy that networks with one weight in twelve lose.

    Twelve epochs of gradual pruning, against the dense networks tuned for as long;
    means of three seeds.
    """
    dense = mean_error(answers, "dense-12-", labels)
    return mean_error(answers, "twelfth-12-", labels) - dense


def points_a_ticket_loses(
    answers: Answers = "mlp300-schedules",
    dense: Answers = "mlp300",
    labels: Tensor | None = None,
) -> float:
    """Test error of lottery tickets minus that of the dense networks, in points.

    The tickets have 2% of the weights and are trained for three epochs; means of three
    seeds.
    """
    ticket = mean_error(answers, "ticket-3-", labels)
    return ticket - mean_error(dense, labels=labels)


def points_small_dense_behind_large_sparse(
    answers: Answers = "mlp300-schedules", labels: Tensor | None = None
) -> float:
    """Test error of small dense networks minus that of large sparse ones, in points.

    The large ones are 784-300-100-10 with 98% of the weights pruned gradually. The
    small ones have no more parameters than these have left, and are trained as long;
    their shape and learning rate are the best of 15 on validation (see
    ``recipes/mlp300.py``). Means of three seeds.
    """
    sparse = mean_error(answers, "gradual-12-", labels)
    return mean_error(answers, "small-", labels) - sparse
