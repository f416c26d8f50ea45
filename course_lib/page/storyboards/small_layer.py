"""Four units, small enough to draw, and the next layer without one of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from course_lib.structured import Moments, fold_means, keep_weights, least_squares
from course_lib.structured.moments import with_constant

UNITS, NEXT = ("x₁", "x₂", "x₃", "x₄"), ("y₁", "y₂", "y₃")
GONE = 3  # x₄ goes: it is about 0.6 (x₁ + x₂)
OUTPUTS = (
    (3.7, 1.2, 1.4, 2.9),
    (1.0, 0.6, 2.1, 0.7),
    (3.3, 0.8, 2.3, 2.3),
    (2.2, 0.8, 0.8, 1.9),
    (1.2, 0.6, 1.6, 0.8),
    (0.1, 0.6, 2.5, 0.6),
    (1.4, 1.4, 2.6, 1.6),
    (2.3, 0.1, 1.6, 1.5),
)
WEIGHTS = (
    (0.5, -0.9, 0.5, -0.6, 0.8),
    (0.9, 0.4, -0.2, 0.5, 0.2),
    (-0.4, -0.8, 0.4, 0.8, 0.4),
)


def outputs() -> np.ndarray:
    """Return the units' outputs for eight inputs, shape (inputs, units)."""
    return np.array(OUTPUTS)


def weights() -> np.ndarray:
    """Return the next layer's weights with its bias last, shape (next, units + 1)."""
    return np.array(WEIGHTS)


def answers(matrix: np.ndarray) -> np.ndarray:
    """Return the next layer's sums with this matrix, shape (inputs, next)."""
    return np.asarray(_rows().numpy() @ matrix.T)


def removed(gone: int = GONE) -> np.ndarray:
    """Return the matrix without a unit, its column zero."""
    return np.asarray(keep_weights(*_given(gone)).numpy())


def mean_folded(gone: int = GONE) -> np.ndarray:
    """Return the same with the unit's mean contribution folded into the bias."""
    return np.asarray(fold_means(*_given(gone)).numpy())


@lru_cache(maxsize=len(UNITS))
def refitted(gone: int = GONE) -> np.ndarray:
    """Return the least-squares matrix for the remaining units."""
    return np.asarray(least_squares(*_given(gone), ridge=0).numpy())


def shares(gone: int = GONE) -> np.ndarray:
    """Return the weights of the others, and a constant, that predict the removed unit.

    Shape (units + 1,); 0 for that unit itself.
    """
    alone = torch.eye(len(UNITS) + 1, dtype=torch.float64)[[gone]]
    _, moments, kept = _given(gone)
    wanted = Moments(moments.count, moments.inputs, alone @ moments.inputs)
    return np.asarray(least_squares(alone, wanted, kept, ridge=0)[0].numpy())


def predicted(gone: int = GONE) -> np.ndarray:
    """Return a unit's outputs as the others predict them, shape (inputs,)."""
    return np.asarray(_rows().numpy() @ shares(gone))


def lost(matrix: np.ndarray) -> np.ndarray:
    """Return the error of the next layer's sums with this matrix, (inputs, next)."""
    return np.asarray(answers(weights()) - answers(matrix))


def error(matrix: np.ndarray) -> float:
    """Return the squared error of the next layer's sums, a mean over inputs."""
    return float((lost(matrix) ** 2).sum(axis=1).mean())


def norms() -> np.ndarray:
    """Return the norm of the weights that read each unit, shape (units,)."""
    return np.asarray(np.linalg.norm(weights()[:, :-1], axis=0))


def contributions() -> np.ndarray:
    """Return activation × outgoing norm of each unit, shape (units,)."""
    return np.asarray(np.sqrt((outputs() ** 2).mean(axis=0)) * norms())


def _rows() -> Tensor:
    return with_constant(torch.from_numpy(outputs()))


def _given(gone: int) -> tuple[Tensor, Moments, Tensor]:
    """Return what a refit takes: matrix, moments, and the mask of kept units."""
    rows, matrix = _rows(), torch.from_numpy(weights())
    products = rows.T @ rows / len(rows)
    kept = torch.arange(len(UNITS)) != gone
    return matrix, Moments(len(rows), products, matrix @ products), kept
