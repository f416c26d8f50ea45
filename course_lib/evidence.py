"""The functions that measure what ``claims.toml`` states, one a claim.

Each returns one number in the claim's unit, from the shipped networks and data,
in a few seconds.
"""

from __future__ import annotations

import torch

from course_lib import magnitude, structured
from course_lib.activation import (
    activation_statistics,
    remove_neurons,
    threshold_sweep,
)
from course_lib.data import load_mnist
from course_lib.experiments import keep_ratio_masks
from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.models import MLP, LeNet5, Network, load_checkpoint, load_predictions
from course_lib.storage import load
from course_lib.storage.entropy import mask_bits
from course_lib.storage.file import encode
from course_lib.storage.shipped import shipped
from course_lib.storage.sizes import total_bytes
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


def bytes_left_after_masking() -> float:
    """Percent of the file that is left when nine of ten weights are set to zero."""
    model = load_checkpoint("mlp300-0")
    masks = magnitude.global_magnitude_masks(model, 0.9)
    return 100 * saved_size(magnitude.masked(model, masks)) / saved_size(model)


def drop_without_the_smallest_weights() -> float:
    """Points lost on validation when the smallest nine tenths of the weights go."""
    model, validation = load_checkpoint("mlp300-0"), load_mnist("validation")
    masks = magnitude.global_magnitude_masks(model, 0.9)
    left = accuracy(magnitude.masked(model, masks), validation)
    return 100 * (accuracy(model, validation) - left)


def _mean_error(answers: str, key: str) -> float:
    """Mean test error of three seeds, in percent, from stored answers."""
    labels, stored = load_mnist("test").labels, load_predictions(answers)
    wrong = [(stored[f"{key}test-{seed}"] != labels).double() for seed in (0, 1, 2)]
    return 100 * torch.cat(wrong).mean().item()


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
    ticket = _mean_error("mlp300-schedules", "ticket-3-")
    return ticket - _mean_error("mlp300", "")


def lenet_5_times_fewer_macs() -> float:
    """How many times fewer MACs the shrunk LeNet-5 needs."""
    image = load_mnist("test").images[:1]
    large, small = map(load_checkpoint, ("lenet5-0", "lenet5-shrunk-0"))
    return mac_count(large, image) / mac_count(small, image)


def percent_gone_when_every_layer_is_halved() -> float:
    """Percent of LeNet-5's parameters that go with half of the units of each layer."""
    model = load_checkpoint("lenet5-0")
    keep = structured.select_units(structured.unit_importance(model, "l1"), 0.5)
    left = parameter_count(structured.remove_units(model, keep))
    return 100 * (1 - left / parameter_count(model))


def points_from_scratch_behind_pruned() -> float:
    """Test error from scratch minus that of the pruned LeNet-5, in points."""
    scratch = _mean_error("lenet5-shrunk", "scratch-")
    return scratch - _mean_error("lenet5-shrunk", "l1-")


def _times_smaller(name: str, whole: Network, most_errors: float) -> float:
    """How many times smaller a shipped file is than the float32 weights of ``whole``.

    0 if the network in it makes more than ``most_errors`` percent on test: a smaller
    network that errs more would answer another claim.
    """
    path = shipped(name)
    errors = 100 * (1 - accuracy(load(path), load_mnist("test")))
    if round(errors, 2) > most_errors:
        return 0.0
    return 4 * parameter_count(whole) / path.stat().st_size


def lenet_300_100_times_smaller() -> float:
    """How many times smaller our file is, at no more errors than Deep Compression's."""
    return _times_smaller("mlp300-0", MLP((784, 300, 100, 10)), 1.58)


def lenet_5_times_smaller() -> float:
    """How many times smaller our file is, at no more errors than Deep Compression's."""
    return _times_smaller("lenet5-0", LeNet5(), 0.74)


def index_bits_above_independent() -> float:
    """Bits a kept weight for fc1's positions in our file, less the i.i.d. limit.

    The dense network with the largest 8 % of each layer's weights left, not retrained.
    """
    model = load_checkpoint("mlp300-0")
    masks = magnitude.layerwise_masks(model, 0.92)
    magnitude.apply_masks(model, masks)
    mask = masks["fc1.weight"].numpy()
    _, bill = encode(model)
    spent = 8 * float(bill["positions"]["fc1.weight"])
    return (spent - mask_bits(mask)) / int(mask.sum())


def mean_weight_bits_of_deep_compression() -> float:
    """Mean of the bits a weight that Table 2 of Deep Compression gives its layers.

    Quoted: thousands of weights, percent kept, bits after Huffman coding.
    """
    rows = [(235, 8, 4.4), (30, 9, 4.4), (1, 26, 4.3)]
    kept = [weights * percent for weights, percent, _ in rows]
    bits = [bits for _, _, bits in rows]
    return sum(k * b for k, b in zip(kept, bits, strict=True)) / sum(kept)


def csr_bytes_at_half_density() -> float:
    """Percent of fc1's dense bytes that CSR takes when half of its weights are kept."""
    shape = (300, 784)
    kept = shape[0] * shape[1] / 2
    csr, dense = (total_bytes(form, shape, kept) for form in ("csr", "dense"))
    return 100 * csr / dense


def bytes_left_in_our_format() -> float:
    """Percent of the plain file that a masked network takes in our format."""
    model = load_checkpoint("mlp300-0")
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, 0.9))
    content, _ = encode(model)
    return 100 * len(content) / saved_size(model)
