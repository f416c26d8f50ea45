"""A LeNet-5 small enough to draw, and the same network with one filter fewer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from course_lib.data import load_mnist
from course_lib.measure import mac_count
from course_lib.models import LeNet5, load_checkpoint
from course_lib.structured import remove_units, select_units, weight_norms

FILTERS, NEXT = 4, 3


@dataclass(frozen=True)
class Cut:
    """A small LeNet-5 with 4 and 3 filters, and the same with one filter fewer.

    ``image`` has shape (28, 28); ``channels`` (4, 24, 24) are the first filters'
    outputs for it, ``sizes`` (4,) the sums of the filters' absolute weights; ``gone``
    is the index of the removed filter.
    """

    before: LeNet5
    after: LeNet5
    image: np.ndarray
    channels: np.ndarray
    sizes: np.ndarray
    gone: int

    def weights(self, layer: str, model: LeNet5 | None = None) -> np.ndarray:
        """Return the filters of a layer, shape (filters, slices, 5, 5)."""
        name = f"{layer}.weight"
        weight = (model or self.before).get_parameter(name).detach()
        return np.asarray(weight.numpy())


@lru_cache(maxsize=1)
def cut() -> Cut:
    """Return a small version of the page's network, before and after the page's cut.

    Of conv1, the three filters with the largest absolute weight sums stay, and the one
    with the smallest; of conv2, the three with the largest.
    """
    with torch.random.fork_rng(devices=[]):  # leave the reader's random state alone
        whole = load_checkpoint("lenet5-0")
    importance = weight_norms(whole, p=1)
    order = {name: scores.argsort() for name, scores in importance.items()}
    keep = {name: torch.zeros(len(order[name]), dtype=torch.bool) for name in order}
    keep["conv1"][order["conv1"][[0, *range(1 - FILTERS, 0)]]] = True
    keep["conv2"][order["conv2"][-NEXT:]] = True
    before = remove_units(whole, {name: keep[name] for name in ("conv1", "conv2")})
    scores = weight_norms(before, p=1)
    chosen = select_units(scores, {"conv1": 1 / FILTERS})["conv1"]
    after = remove_units(before, {"conv1": chosen})
    assert isinstance(before, LeNet5)
    assert isinstance(after, LeNet5)
    images = load_mnist("validation").first(1).images
    with torch.no_grad():
        channels = before(images, return_activations=True)[1]["conv1"][0]
    return Cut(
        before, after, images[0, 0].numpy(), channels.numpy(),
        scores["conv1"].numpy(), int((~chosen).nonzero()),
    )  # fmt: skip


@lru_cache(maxsize=1)
def macs() -> dict[str, tuple[int, int]]:
    """Return the MACs per image of both convolutions, before and after the cut."""
    found = cut()
    counts = []
    for model in (found.before, found.after):
        first = torch.zeros(1, 1, 28, 28, dtype=torch.float64)
        second = first.new_zeros(1, model.conv1.out_channels, 12, 12)
        counts.append((mac_count(model.conv1, first), mac_count(model.conv2, second)))
    (first_was, second_was), (first_now, second_now) = counts
    return {"conv1": (first_was, first_now), "conv2": (second_was, second_now)}
