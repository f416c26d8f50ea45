"""Refit a linear layer's kept inputs to compensate for the removed ones.

Each function returns a matrix with the bias as its last column, of shape (outputs,
inputs + 1), with zeros for the removed inputs. ``kept`` is a bool mask of the inputs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.arguments import number
from course_lib.structured.moments import Moments


def keep_weights(matrix: Tensor, moments: Moments, kept: Tensor) -> Tensor:
    """Leave the kept weights and the bias as they are."""
    return matrix.masked_fill(~_with_bias(kept), 0)


def fold_means(matrix: Tensor, moments: Moments, kept: Tensor) -> Tensor:
    """Move what the removed inputs contribute on average into the bias.

    As ``surgery.remove_units`` does with ``fold``; here the mean of every entry of a
    head counts too. The targets are not used.
    """
    folded = keep_weights(matrix, moments, kept)
    removed = matrix[:, :-1].double() * ~kept
    folded[:, -1] += (removed @ moments.mean).to(folded)
    return folded


def least_squares(
    matrix: Tensor, moments: Moments, kept: Tensor, *, ridge: float = 1e-2
) -> Tensor:
    """Return the weights of the kept inputs that come closest to the targets.

    W' = Y Xᵀ_k (X_k X_kᵀ + λI)⁻¹, with a constant input for the bias. What can be
    predicted of a removed input from the kept ones is not lost. λ is ``ridge`` times
    the mean square of the inputs; the bias is free. The reconstruction of channel
    pruning (He et al. 2017, section 3.1): Kwon et al. (2022), section 4.3, scale the
    kept units instead.
    """
    pull = damping(moments, number("ridge", ridge, minimum=0))
    return _closest(torch.zeros_like(matrix), pull, moments, kept)


def least_change(
    matrix: Tensor, moments: Moments, kept: Tensor, *, ridge: float = 0.1
) -> Tensor:
    """Return weights near the current ones, but closer to the targets.

    As ``least_squares``, with λ pulling toward ``matrix`` instead of zero: for a layer
    that loses no inputs, but whose inputs are no longer those of the teacher.
    """
    pull = damping(moments, number("ridge", ridge, above=0))
    pull[-1] = 1e-3 * pull[0]
    return _closest(matrix, pull, moments, kept)


def damping(moments: Moments, ridge: float) -> Tensor:
    """Return the ridge for the mean squares, shape (inputs + 1,): 0 for the bias."""
    squares = moments.inputs.diagonal()[:-1]
    added = torch.full_like(moments.inputs[0], ridge * float(squares.mean()))
    added[-1] = 0
    return added


def _closest(start: Tensor, pull: Tensor, moments: Moments, kept: Tensor) -> Tensor:
    """Return the kept inputs' weights closest to the targets, pulled toward ``start``.

    ``pull``, (inputs + 1,), is added to the mean squares.
    """
    used = _with_bias(kept)
    products = moments.inputs[used][:, used] + pull[used].diag()
    wanted = moments.targets[:, used] + start[:, used] * pull[used]
    found = torch.zeros_like(start)
    found[:, used] = torch.linalg.solve(products, wanted.T).T.to(start)
    return found


def _with_bias(kept: Tensor) -> Tensor:
    return torch.cat([kept, kept.new_ones(1)])
