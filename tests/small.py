"""Small data and networks that several tests use."""

import torch

from course_lib.data import Split
from course_lib.models import MLP, LeNet5


def small_split(n=50, shape=(1, 28, 28), seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(n, *shape, generator=generator, dtype=torch.float64)
    return Split(images, torch.randint(0, 10, (n,), generator=generator))


def small_model(kind, seed=0):
    torch.manual_seed(seed)
    if kind == "lenet5":
        return LeNet5((4, 6), 9).double()
    return MLP([784, 12, 9, 10], kind).double()
