"""Claims about counts, computed from the shapes of networks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

from course_lib.measure import mac_count, parameter_count, saved_size
from course_lib.models import MLP, LeNet5, Network, load_checkpoint

# VGG-16 by its filters; after these layers the image is halved
VGG_16 = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
POOLED = (2, 4, 7, 10, 13)
BLANK = torch.zeros(1, 1, 28, 28, dtype=torch.float64)  # an image to count MACs with


def lenet_300_100_parameters(model: Network | None = None) -> float:
    """Parameters of 784-300-100-10, in thousands."""
    return parameter_count(model or MLP((784, 300, 100, 10))) / 1000


def lenet_5_parameters(model: Network | None = None) -> float:
    """Parameters of LeNet-5, in thousands."""
    return parameter_count(model or LeNet5()) / 1000


def lenet_300_100_kilobytes(model: Network | None = None) -> float:
    """The float32 file of 784-300-100-10, in thousands of bytes, header included."""
    return saved_size(model or load_checkpoint("mlp300-0")) / 1000


def lenet_300_100_twice_the_macs(model: Network | None = None) -> float:
    """Multiplications and additions of 784-300-100-10 for one image, in thousands."""
    return 2 * mac_count(model or load_checkpoint("mlp300-0"), BLANK) / 1000


def _vgg_16(
    filters: Sequence[int], hidden: Sequence[int], inputs: int, classes: int
) -> nn.Module:
    """Return VGG-16 by its filters and hidden linear layers, without normalization.

    ``inputs`` are those of the first linear layer, from the last convolution.
    """
    layers: list[nn.Module] = []
    sides = zip((3, *filters[:-1]), filters, strict=True)
    for number, (before, after) in enumerate(sides, start=1):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
        if number in POOLED:
            layers.append(nn.MaxPool2d(2))
    layers.append(nn.Flatten())
    for before, after in pairwise((inputs, *hidden)):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear((inputs, *hidden)[-1], classes))


def _cifar_macs(filters: Sequence[int]) -> int:
    """Return the MACs of VGG-16 for a 32 × 32 image, as in Li et al. (2017).

    Section 4.1 and Table 2: ten classes, one hidden linear layer of 512.
    """
    with torch.device("meta"):  # counting needs shapes only
        model = _vgg_16(filters, (512,), filters[-1], 10)
        return mac_count(model, torch.empty(1, 3, 32, 32))


def vgg_16_cifar_macs(filters: Sequence[int] = VGG_16) -> float:
    """MACs of VGG-16 for one image of CIFAR-10, in millions."""
    return _cifar_macs(filters) / 1e6


def macs_gone_with_lis_filters(filters: Sequence[int] = VGG_16) -> float:
    """Percent of MACs removed when Li et al. halve layers 1 and 8 to 13."""
    halved = [
        width // 2 if number == 1 or number >= 8 else width
        for number, width in enumerate(filters, start=1)
    ]
    return 100 * (1 - _cifar_macs(halved) / _cifar_macs(filters))


def vgg_16_times_fewer(filters: Sequence[int] = VGG_16) -> float:
    """Parameters of VGG-16 for ImageNet over the 10.3 million that Han et al. keep."""
    with torch.device("meta"):
        model = _vgg_16(filters, (4096, 4096), filters[-1] * 7 * 7, 1000)
    return parameter_count(model) / 10.3e6
