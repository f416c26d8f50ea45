"""Sixteen weights that share four values, and one training step of these values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.storage import tied
from course_lib.storage.bits import pack
from course_lib.storage.clustering import cluster, starts

SHAPE, BITS, SEED, RATE = (4, 4), 2, 5, 0.01


@dataclass(frozen=True)
class Shared:
    """A matrix, its centroids and codes, and one step that trains the centroids.

    ``weights``, ``codes`` and ``gradient`` have shape (4, 4); ``start``, ``centroids``,
    ``summed`` (their gradients) and ``moved`` (centroids after the step) shape (4,).
    """

    weights: np.ndarray
    start: np.ndarray
    centroids: np.ndarray
    codes: np.ndarray
    gradient: np.ndarray
    summed: np.ndarray
    moved: np.ndarray


def _gradient(parameter: Tensor) -> np.ndarray:
    """Return a copy of a parameter's gradient."""
    assert parameter.grad is not None
    return np.asarray(parameter.grad.numpy().copy())


@lru_cache(maxsize=1)
def shared() -> Shared:
    """Cluster with ``storage.cluster``, and take the step inside ``storage.tied``."""
    rng = np.random.default_rng(SEED)
    W = np.round(rng.normal(size=SHAPE), 2).astype(np.float32)
    values = W.ravel().astype(np.float64)
    centroids, codes = cluster(values, BITS)
    with torch.random.fork_rng(devices=[]):  # leave the reader's random state alone
        layer = nn.Linear(*SHAPE, bias=False, dtype=torch.float64)
    inputs, wanted = (torch.from_numpy(rng.normal(size=(4, 4))) for _ in range(2))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(centroids[codes].reshape(SHAPE)))
    model = nn.Sequential(layer)
    (model(inputs) - wanted).square().sum().div(2).backward()
    gradient = _gradient(layer.weight)
    model.zero_grad()
    with tied(model):
        (model(inputs) - wanted).square().sum().div(2).backward()
        book = next(model.parameters())
        summed = _gradient(book)
        moved = centroids - RATE * summed
    return Shared(
        W, starts(values, BITS, 0)["linear"], centroids, codes.reshape(SHAPE),
        gradient, summed, moved,
    )  # fmt: skip


def bits_in_file() -> tuple[int, int, int]:
    """Return the bits of the plain weights, the codes and the float32 codebook."""
    found = shared()
    packed = pack(found.codes.ravel(), BITS)
    return (
        8 * found.weights.nbytes,
        8 * len(packed),
        8 * found.centroids.astype(np.float32).nbytes,
    )
