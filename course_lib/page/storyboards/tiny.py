"""A network small enough to draw whole: 49 gray levels, 6 neurons, 10 digits.

It reads MNIST images reduced to 7 × 7 means, and is trained in a tenth of a second.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import torch
from torch import nn

from course_lib.data import Split, load_mnist
from course_lib.models import MLP
from course_lib.training import fit

WIDTHS, SEED = (49, 6, 10), 26
IMAGES, EPOCHS, LEARNING_RATE = 2000, 6, 1e-2


@lru_cache(maxsize=1)
def images() -> Split:
    """Return 2,000 validation images, shape (2000, 1, 7, 7), float64."""
    part = load_mnist("validation").first(IMAGES)
    return Split(nn.functional.avg_pool2d(part.images, 4), part.labels)


def untrained() -> MLP:
    """Return the network before training; the reader's random state is unchanged."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return MLP(WIDTHS, dtype=torch.float64)


@lru_cache(maxsize=1)
def trained() -> tuple[MLP, pd.DataFrame]:
    """Return the network after six epochs, and its loss as ``History.frame``."""
    model = untrained()
    history = fit(
        model, images(), None, epochs=EPOCHS, seed=0, learning_rate=LEARNING_RATE,
        progress=False,
    )  # fmt: skip
    return model, history.frame()


def weights(model: MLP, layer: str) -> np.ndarray:
    """Return the weights of ``"fc1"`` or ``"fc2"``, shape (units, inputs)."""
    weight = model.get_parameter(f"{layer}.weight").detach()
    return np.asarray(weight.numpy().copy())
