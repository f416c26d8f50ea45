"""Training a network for the size of its file.

Every tensor is a step times whole numbers, rounded in each forward pass; the gradient
passes the rounding unchanged (the straight-through estimator, Bengio et al. 2013), and
the step is trained, too (Esser et al. 2020). The loss has a second term: the bits that
the rounded numbers would cost, estimated as the file's coder works, from how often the
column of a cell is used and how frequent each value is (entropy-penalized training,
Oktay et al. 2020). Between two whole numbers the estimate is a straight line, so it has
a gradient. Its weight in the loss is regulated until the file is as long as it should
be.
"""

import math
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from course_lib.models import Network, build_model

EVERY = 25  # steps between two counts of the values
REPORTED = 2000  # steps between two real sizes
RATE = 5e-3
COVERAGE = 0.7  # a step, in standard deviations of the weights
LARGEST_BIAS = 7  # in steps
Batches = Iterator[tuple[Tensor, Tensor]]


class Rounded(nn.Module):
    """A parametrization: a step times whole numbers of at most ``largest``."""

    zero: Tensor  # bits of each cell if it is zero
    kept: Tensor  # and if it is not, without its value
    value: Tensor  # bits of each value, from -largest to largest

    def __init__(self, step: float, largest: int) -> None:
        super().__init__()
        self.log_step = nn.Parameter(torch.tensor(math.log(step)))
        self.largest = largest

    def right_inverse(self, weight: Tensor) -> Tensor:
        """Return the weight in steps."""
        return weight / self.log_step.exp().item()

    def whole(self, x: Tensor) -> Tensor:
        """Return the nearest allowed whole numbers."""
        return x.round().clamp(-self.largest, self.largest)

    def forward(self, x: Tensor) -> Tensor:
        """Return the rounded tensor; its gradient is that of ``x``."""
        return self.log_step.exp() * (x + (self.whole(x) - x).detach())

    @torch.no_grad()
    def count(self, x: Tensor) -> float:
        """Update the bits of zeros and values; return what ``x`` takes.

        For the gradient, no cell has a chance above one half: otherwise a full column
        would attract more weights.
        """
        whole = self.whole(x)
        used = whole != 0
        chance = _chance(used.flatten(1).float() if x.dim() > 1 else used[None].float())
        chance = chance.view_as(x)
        codes = (whole[used] + self.largest).long()
        counts = torch.bincount(codes, minlength=2 * self.largest + 1).float() + 0.5
        counts[self.largest] = 0
        self.value = -(counts / counts.sum()).log2()
        self.value[self.largest] = 0
        self.zero, self.kept = -(1 - chance).log2(), -chance.log2()
        bits = float(self._bits_of(whole).sum())
        chance = chance.clamp(max=0.5)
        self.zero, self.kept = -(1 - chance).log2(), -chance.log2()
        return bits

    def bits(self, x: Tensor) -> Tensor:
        """Return the sum of bits, linear between whole numbers."""
        x = x.clamp(-self.largest, self.largest)
        below = x.detach().floor().clamp(-self.largest, self.largest - 1)
        part = x - below
        bits = (1 - part) * self._bits_of(below) + part * self._bits_of(below + 1)
        return bits.sum()

    def _bits_of(self, whole: Tensor) -> Tensor:
        value = self.kept + self.value[(whole + self.largest).long()]
        return torch.where(whole == 0, self.zero, value)


def _chance(used: Tensor) -> Tensor:
    """Return each cell's chance to be used: its column's, or its row's if shorter."""
    ways = [_by_column(used), _by_column(used.T).T]
    bits = [-(p.log2() * used + (1 - p).log2() * (1 - used)).sum() for p in ways]
    return ways[1] if len(used) > 1 and bits[1] < bits[0] else ways[0]


def _by_column(used: Tensor) -> Tensor:
    alive = used.sum(1, keepdim=True) > 0
    chance = (used.sum(0, keepdim=True) + 0.4) / (max(int(alive.sum()), 1) + 0.8)
    chance = chance.expand_as(used)
    return torch.where(alive, chance, chance.mean()).clamp(0.003, 0.97)


def attach(model: Network, largest: Mapping[str, int]) -> None:
    """Round every tensor; a step is ``COVERAGE`` times the deviation of the weights."""
    for name, layer in model.named_children():
        for own in ("weight", "bias"):
            value = getattr(layer, own).detach()
            if own == "weight":
                most, step = largest[name], COVERAGE * value.std()
            else:
                most, step = LARGEST_BIAS, value.abs().max() / LARGEST_BIAS
            rounded = Rounded(max(float(step), 1e-3), most)
            parametrize.register_parametrization(layer, own, rounded, unsafe=True)


@torch.no_grad()
def plain(model: Network) -> Network:
    """Return a network of the rounded weights, each step a short float16 number."""
    copy = build_model(model.describe())
    for name, layer in model.named_children():
        for own, held in layer.parametrizations.items():
            step = held[0].log_step.exp().bfloat16().float()
            weight = step * held[0].whole(held.original) + 0.0
            copy.get_submodule(name).get_parameter(own).copy_(weight)
    return copy.eval()


def train_for_size(
    model: Network,
    batches: Batches,
    steps: int,
    goal: int,
    size_of: Callable[[Network], int],
) -> Network:
    """Train a network that ``attach`` has rounded until its file takes ``goal`` bytes.

    Over the first 60% of ``steps`` the size falls to the goal; the learning rate, in
    steps of the rounding, falls as a cosine over the last 70%. ``size_of`` returns the
    bytes of a plain network: from time to time it corrects what the estimate leaves
    out. Returns the plain network.
    """
    pairs = [
        (held[0], held.original)
        for layer in model.children()
        for held in layer.parametrizations.values()
    ]
    values, log_steps = [x for _, x in pairs], [own.log_step for own, _ in pairs]
    # their rates are set before every step
    optimizer = torch.optim.Adam([{"params": values}, {"params": log_steps}])
    first, overhead, weight = 0.0, 180.0, 2e-5
    for i, (images, labels) in enumerate(batches):
        done = i / steps
        if i % EVERY == 0:
            size = sum(rounded.count(x) for rounded, x in pairs) / 8
            first, target = first or size, goal - overhead
            wanted = target * max(1.0, first / target) ** max(0.0, 1 - done / 0.6)
            excess = min(max(6 * (size / wanted - 1), -1.0), 1.0)
            weight = min(max(weight * math.exp(0.04 * excess), 3e-7), 2e-4)
        fall = 0.5 * (1 + math.cos(math.pi * max(0.0, (done - 0.3) / 0.7)))
        for group, part in zip(optimizer.param_groups, (1.0, 0.3), strict=True):
            group["lr"] = part * RATE * fall
        loss = nn.functional.cross_entropy(model(images), labels)
        loss = loss + weight * sum(rounded.bits(x) for rounded, x in pairs)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (i + 1) % REPORTED == 0:
            bytes_now = size_of(plain(model))
            overhead = bytes_now - size
            print(f"step {i + 1} of {steps}: {bytes_now} bytes", flush=True)
    return plain(model)
