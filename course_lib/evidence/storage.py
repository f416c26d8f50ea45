"""Claims of chapter 05 about files, indices and formats."""

from __future__ import annotations

from course_lib import magnitude
from course_lib.data import load_mnist
from course_lib.measure import parameter_count, saved_size
from course_lib.models import MLP, LeNet5, Network, load_checkpoint
from course_lib.storage import load
from course_lib.storage.entropy import mask_bits
from course_lib.storage.file import encode
from course_lib.storage.relative_index import relative_index
from course_lib.storage.shipped import shipped
from course_lib.storage.sizes import total_bytes
from course_lib.training import accuracy


def _times_smaller(name: str, dense: Network, max_errors: float) -> float:
    """How many times smaller a shipped file is than the float32 weights of ``dense``.

    0 if the network in it has more than ``max_errors`` percent test errors: a smaller
    network with more errors would support a different claim.
    """
    path = shipped(name)
    errors = 100 * (1 - accuracy(load(path), load_mnist("test")))
    if round(errors, 2) > max_errors:
        return 0.0
    return 4 * parameter_count(dense) / path.stat().st_size


def lenet_300_100_times_smaller() -> float:
    """How many times smaller our file is, at no more errors than Deep Compression's."""
    return _times_smaller("mlp300-0", MLP((784, 300, 100, 10)), 1.58)


def lenet_5_times_smaller() -> float:
    """How many times smaller our file is, at no more errors than Deep Compression's."""
    return _times_smaller("lenet5-0", LeNet5(), 0.74)


def index_bits_above_independent() -> float:
    """Bits per kept weight for fc1's positions in our file, minus the i.i.d. limit.

    The dense network with the largest 8 % of each layer's weights left, not retrained.
    """
    model = load_checkpoint("mlp300-0")
    masks = magnitude.layerwise_masks(model, 0.92)
    magnitude.apply_masks(model, masks)
    mask = masks["fc1.weight"].numpy()
    _, bill = encode(model)
    spent = 8 * float(bill["positions"]["fc1.weight"])
    return (spent - mask_bits(mask)) / int(mask.sum())


def bits_that_eight_bit_gaps_waste() -> float:
    """Index bits per kept weight of conv2 with 8-bit gaps minus those with 5-bit ones.

    LeNet-5 with the largest 12 % of conv2's weights left; fillers are counted.
    """
    weight = load_checkpoint("lenet5-0").get_parameter("conv2.weight").detach()
    mask = magnitude.magnitude_mask(weight, 0.88)
    kept = weight.masked_fill(~mask, 0).float().numpy()
    bits = [b * len(relative_index(kept, b).gaps) for b in (8, 5)]
    return (bits[0] - bits[1]) / int(mask.sum())


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
