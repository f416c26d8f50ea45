"""What chapter 00 states about pruning, measured: each function returns one number.

Everything comes from the networks, files and answers that ship with the course, in
seconds; what other chapters measure as a claim is taken from ``evidence``.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import mean

import pandas as pd
import torch

from course_lib import experiments, latency, magnitude
from course_lib.data import Split, load_mnist
from course_lib.evidence.answers import mean_error
from course_lib.evidence.plain import (
    memorizing_model,
    mislabeled_images,
    remembered,
    trained_to_memorize,
)
from course_lib.measure import parameter_count, saved_size, zipped_size
from course_lib.models import MLP, Network, load_checkpoint, load_predictions
from course_lib.storage import load
from course_lib.storage.shipped import shipped
from course_lib.storage.stages import stage_bytes
from course_lib.training import accuracy, predictions

SEEDS = (0, 1, 2)
UNEVEN = 0.7  # the sparsity at which one digit suffers more than the others


def weights_of_the_model() -> float:
    """Weights of 784-300-100-10, without biases."""
    model = load_checkpoint("mlp300-0")
    return sum(w.numel() for w in magnitude.prunable_weights(model).values())


def points_lost_without_a_random_half() -> float:
    """Points lost on validation without half of each layer's weights, at random.

    The number per layer is that of pruning the smaller half of all weights.
    """
    model, validation = load_checkpoint("mlp300-0"), load_mnist("validation")
    smaller = magnitude.global_magnitude_masks(model, 0.5)
    drawn = magnitude.random_masks(smaller, torch.Generator().manual_seed(0))
    left = accuracy(magnitude.masked(model, drawn), validation)
    return 100 * (accuracy(model, validation) - left)


def bytes_left_when_zipped(sparsity: float) -> float:
    """Percent of the unpruned file's bytes that a zip archive of the masked one has.

    784-300-100-10 with this fraction of its weights, the smallest, set to zero.
    """
    model = load_checkpoint("mlp300-0")
    masks = magnitude.global_magnitude_masks(model, sparsity)
    return 100 * zipped_size(magnitude.masked(model, masks)) / saved_size(model)


def bytes_of_the_smallest_files() -> float:
    """Bytes of the shipped files of 784-300-100-10, mean of three seeds."""
    return mean(shipped(f"mlp300-{seed}").stat().st_size for seed in SEEDS)


def times_smaller_than_the_weights() -> float:
    """How many times smaller these files are than float32 weights, mean of three."""
    dense_bytes = 4 * parameter_count(MLP((784, 300, 100, 10)))
    return mean(
        dense_bytes / shipped(f"mlp300-{seed}").stat().st_size for seed in SEEDS
    )


def errors_of_the_smallest_files() -> float:
    """Percent of test images that the networks in these files get wrong, mean."""
    test = load_mnist("test")
    models = [load(shipped(f"mlp300-{seed}")) for seed in SEEDS]
    return 100 * mean(1 - accuracy(model, test) for model in models)


def errors_before_pruning() -> float:
    """Percent of test images that the unpruned networks got wrong, mean of three."""
    return mean_error("mlp300-stored", "teacher-")


def times_smaller_by_list_alone() -> float:
    """How many times smaller a list (CSR) of the kept weights of ``mlp300-0`` is."""
    return _times_smaller("CSR")


def times_smaller_with_shared_numbers() -> float:
    """The same with a shorter index and codes for shared weights (Deep Compression)."""
    return _times_smaller("shared")


def _times_smaller(stage: str) -> float:
    total = stage_bytes(load(shipped("mlp300-0")), index_bits=8).sum()
    return float(total["dense"] / total[stage])


def _shape() -> tuple[Network, Network]:
    return load_checkpoint("lenet5-0"), load_checkpoint("lenet5-shrunk-0")


def times_fewer_weights_in_the_smaller_shape() -> float:
    """How many times fewer parameters the shrunk LeNet-5 has."""
    large, small = _shape()
    return parameter_count(large) / parameter_count(small)


def errors_before_the_cut() -> float:
    """Percent of test images that the large LeNet-5 gets wrong, mean of three seeds."""
    return mean_error("lenet5-shrunk", "unpruned-")


def errors_of_the_smaller_shape() -> float:
    """Percent of test images that the shrunk LeNet-5 gets wrong, mean of three."""
    return mean_error("lenet5-shrunk", "l1-")


def answers_changed_by_the_smaller_shape() -> float:
    """Percent of the test images that it classifies differently, mean of three."""
    stored = load_predictions("lenet5-shrunk")
    changed = [
        stored[f"unpruned-test-{seed}"] != stored[f"l1-test-{seed}"] for seed in SEEDS
    ]
    return 100 * torch.cat(changed).double().mean().item()


def points_lost_on_average() -> float:
    """Points lost on validation without 70% of the weights, over all digits."""
    return float(_by_digit()["lost"])


def points_lost_by_the_worst_digit() -> float:
    """Points lost on the digit that suffers most."""
    return float(_by_digit()["most"])


def worst_digit() -> float:
    """The digit that suffers most."""
    return float(_by_digit()["digit"])


@lru_cache(maxsize=1)
def _by_digit() -> dict[str, float]:
    model, validation = load_checkpoint("mlp300-0"), load_mnist("validation")
    masks = magnitude.global_magnitude_masks(model, UNEVEN)
    pruned = magnitude.masked(model, masks)
    drops = experiments.drop_per_class(model, pruned, validation)["drop"]
    lost = 100 * (accuracy(model, validation) - accuracy(pruned, validation))
    digit = float(drops.to_numpy().argmax())
    return {"lost": lost, "most": drops.max(), "digit": digit}


def false_labels_repeated(sparsity: float) -> float:
    """How many memorized false labels a model still predicts after pruning.

    The model and its 100 false labels are those of
    ``evidence.percent_still_remembered``; ``sparsity`` is the fraction of its weights
    to prune, smallest first.
    """
    _, left = remembered(*_trained(true_labels=False), sparsity)
    return float(left.sum())


def false_labels_by_chance() -> float:
    """How many of these labels a model predicts that learned the true ones."""
    model, false = _trained(true_labels=True)
    return float((predictions(model, false) == false.labels).sum())


@lru_cache(maxsize=2)
def _trained(true_labels: bool) -> tuple[MLP, Split]:
    """Return the model after 60 epochs, and the images with their false labels."""
    if not true_labels:
        return memorizing_model()
    mislabeled, false = mislabeled_images()
    return trained_to_memorize(load_mnist("train").first(len(mislabeled.labels))), false


def times_faster() -> pd.DataFrame:
    """Return the speedups of a masked and a shrunk LeNet-5 over the original.

    Both have lost the same number of weights. Rows are versions, columns batch sizes;
    measured on this machine, so it differs from run to run.
    """
    large, small = _shape()
    sparsity = 1 - parameter_count(small) / parameter_count(large)
    masks = magnitude.global_magnitude_masks(large, sparsity)
    networks = {
        "all weights": large,
        "most weights set to zero": magnitude.masked(large, masks),
        "a smaller shape": small,
    }
    images = load_mnist("test").images
    return pd.DataFrame({
        name: latency.compare(networks, images[:size])["times faster"]
        for name, size in (("256 pictures at once", 256), ("one picture", 1))
    })  # fmt: skip
