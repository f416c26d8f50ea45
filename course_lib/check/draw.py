"""Inputs that the checks of several chapters draw."""

import numpy as np


def draw_mask(rng: np.random.Generator, units: int, kept: int) -> np.ndarray:
    """Return a mask whose ``kept`` True entries are not simply the first or last."""
    keep = rng.permutation(np.arange(units) < kept)
    if keep[:kept].all() or keep[-kept:].all():
        keep = np.arange(units) % 2 == 1
    return keep
