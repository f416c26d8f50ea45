"""Small data and networks that several tests use."""

import random

import torch
from torch import nn

from course_lib.data import Split
from course_lib.models import MLP, LeNet5, TinyResNet, TinyTransformer
from course_lib.surgery import unit_counts


def small_split(n=50, shape=(1, 28, 28), seed=0, classes=10):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(n, *shape, generator=generator, dtype=torch.float64)
    return Split(images, torch.randint(0, classes, (n,), generator=generator))


def small_model(kind, seed=0):
    torch.manual_seed(seed)
    if kind == "lenet5":
        return LeNet5((4, 6), 9).double()
    if kind == "resnet":
        return TinyResNet((3, 4), ((2, 3), (4, 2)), dtype=torch.float64)
    return MLP([784, 12, 9, 10], kind).double()


def chain(*layers, **unit_groups):
    """Layers in a row, named by their place, in float64 and ready to predict."""
    torch.manual_seed(1)
    model = nn.Sequential(*layers).double().eval()
    if unit_groups:
        model.unit_groups = unit_groups
    return model


NETWORKS = ("mlp", "lenet5", "resnet", "transformer")


def random_network(kind, seed):
    """A small network of random shape and weights, in float64, ready to predict.

    Normalisations have random statistics, scales and shifts, so that a channel
    without input is not silent by chance.
    """
    rng = random.Random(seed)
    torch.manual_seed(seed)

    def sizes(count, least, most):
        return [rng.randint(least, most) for _ in range(count)]

    act = rng.choice(["relu", "gelu", "tanh"])
    float64 = {"dtype": torch.float64}
    if kind == "mlp":
        model = MLP([784, *sizes(rng.randint(1, 4), 1, 9), 10], act, **float64)
    elif kind == "lenet5":
        model = LeNet5(sizes(2, 1, 6), rng.randint(1, 9), act, **float64)
    elif kind == "resnet":
        inner = [sizes(2, 0, 5), [rng.randint(1, 5), rng.randint(0, 5)]]
        model = TinyResNet(sizes(2, 1, 6), inner, **float64)
    else:
        depth, width = rng.randint(1, 3), rng.randint(1, 12)
        heads, hidden = sizes(depth, 1, 4), sizes(depth, 1, 8)
        model = TinyTransformer(
            width, heads, hidden, head_width=rng.randint(1, 5),
            patch=rng.choice([7, 14]), **float64,
        )  # fmt: skip
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d | nn.LayerNorm):
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return model.eval()


def random_keep(model, seed):
    """For most unit groups a random choice of units, at least one of each."""
    rng = random.Random(seed)
    keep = {}
    for name, units in unit_counts(model).items():
        kept = rng.sample(range(units), rng.randint(1, units))
        if rng.random() < 0.8:
            keep[name] = torch.isin(torch.arange(units), torch.tensor(kept))
    return keep
