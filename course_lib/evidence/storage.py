"""Claims of chapter 05 about files, indices and formats."""

from __future__ import annotations

import copy
from collections.abc import Callable
from statistics import fmean

from torch import nn

from course_lib import magnitude
from course_lib.data import Split, load_mnist
from course_lib.measure import parameter_count, saved_size
from course_lib.models import MLP, LeNet5, Network, load_checkpoint
from course_lib.storage import load
from course_lib.storage.entropy import mask_bits
from course_lib.storage.file import encode
from course_lib.storage.relative_index import relative_index
from course_lib.storage.shipped import shipped
from course_lib.storage.sizes import total_bytes
from course_lib.training import accuracy


def _times_smaller(
    name: str, dense: Network, max_errors: float, test: Split | None
) -> float:
    """How many times smaller shipped files are than the float32 weights of ``dense``.

    The mean over three seeds; 0 if their mean error on ``test``, by default MNIST's, is
    above ``max_errors`` percent: smaller networks with more errors would support a
    different claim.
    """
    test = test or load_mnist("test")
    paths = [shipped(f"{name}-{seed}") for seed in (0, 1, 2)]
    errors = [100 * (1 - accuracy(load(path), test)) for path in paths]
    if round(fmean(errors), 2) > max_errors:
        return 0.0
    size = 4 * parameter_count(dense)
    return fmean(size / path.stat().st_size for path in paths)


def lenet_300_100_times_smaller(test: Split | None = None) -> float:
    """How many times smaller our files are, at no more errors than Deep Compression."""
    return _times_smaller("mlp300", MLP((784, 300, 100, 10)), 1.58, test)


def lenet_5_times_smaller(test: Split | None = None) -> float:
    """How many times smaller our files are, at no more errors than Deep Compression."""
    return _times_smaller("lenet5", LeNet5(), 0.74, test)


def index_bits_above_independent(model: Network | None = None) -> float:
    """Bits per kept weight for fc1's positions in our file, minus the i.i.d. limit.

    ``model``, by default our dense LeNet-300-100, keeps the largest 8% of each layer's
    weights and is not retrained.
    """
    model = copy.deepcopy(model or load_checkpoint("mlp300-0"))
    masks = magnitude.layerwise_masks(model, 0.92)
    magnitude.apply_masks(model, masks)
    mask = masks["fc1.weight"].numpy()
    _, bill = encode(model)
    spent = 8 * float(bill["positions"]["fc1.weight"])
    return (spent - mask_bits(mask)) / int(mask.sum())


def bits_that_eight_bit_gaps_waste(sparsity: float = 0.88) -> float:
    """Index bits per kept weight of conv2 with 8-bit gaps minus those with 5-bit ones.

    LeNet-5 without this fraction of conv2's weights, the smallest; fillers are counted.
    """
    weight = load_checkpoint("lenet5-0").get_parameter("conv2.weight").detach()
    mask = magnitude.magnitude_mask(weight, sparsity)
    kept = weight.masked_fill(~mask, 0).float().numpy()
    bits = [b * len(relative_index(kept, b).gaps) for b in (8, 5)]
    return (bits[0] - bits[1]) / int(mask.sum())


def csr_bytes_at_half_density(form: str = "csr") -> float:
    """Percent of fc1's dense bytes that CSR takes when half of its weights are kept."""
    shape = (300, 784)
    kept = shape[0] * shape[1] / 2
    csr, dense = (total_bytes(name, shape, kept) for name in (form, "dense"))
    return 100 * csr / dense


def bytes_left_in_our_format(
    model: Network | None = None, size: Callable[[nn.Module], int] = saved_size
) -> float:
    """Percent of the plain file that a network takes in our format, 90% masked.

    ``size`` returns the bytes of the plain file of the masked network.
    """
    model = copy.deepcopy(model or load_checkpoint("mlp300-0"))
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, 0.9))
    content, _ = encode(model)
    return 100 * len(content) / size(model)
