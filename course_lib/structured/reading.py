"""Which units to keep, judged by the one linear layer that reads them.

Each function returns a bool mask of shape (units,) that keeps ``number`` units.
``matrix``, (outputs, inputs + 1), has the bias as its last column, and ``entries``, of
shape (units, k), has the inputs of each unit.
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.arguments import integer
from course_lib.structured.moments import Moments
from course_lib.structured.refitting import damping


def largest_contribution(
    matrix: Tensor, moments: Moments, entries: Tensor, number: int
) -> Tensor:
    """Keep the units with the largest activation × outgoing norm.

    √Σ (‖W_j‖² · mean of x_j²) over the inputs j of a unit: Wanda's score (Sun et al.
    2024), summed over the weights that read a unit, as FLAP (An et al. 2024) does.
    """
    sizes = matrix[:, :-1].double().pow(2).sum(0) * moments.inputs.diagonal()[:-1]
    return _best(sizes[entries].sum(1), number)


def least_error(
    matrix: Tensor,
    moments: Moments,
    entries: Tensor,
    number: int,
    *,
    ridge: float = 1e-2,
    at_once: int = 16,
) -> Tensor:
    """Greedily remove the units whose loss the others can best compensate.

    The error after removing unit S and refitting the rest is tr(W_S ((H⁻¹)_SS)⁻¹ W_Sᵀ),
    with H the moments of the inputs: the optimal brain surgeon (Hassibi & Stork 1993)
    for a unit, as in ZipLM (Kurtic et al. 2023, section 3.1). After each step W and H⁻¹
    are those of the units that remain. To save time, ``at_once`` units are removed
    between two scans of all units, chosen one by one from the ``2 · at_once`` with the
    least error.
    """
    units, k = entries.shape
    number, at_once = (
        integer("number", number, 1, units),
        integer("at_once", at_once, 1),
    )
    hessian = moments.inputs + damping(moments, ridge).diag()
    # the inputs unit by unit, then those of no unit and the constant
    rest = torch.ones(len(hessian), dtype=torch.bool)
    rest[entries] = False
    order = torch.cat([entries.flatten(), rest.nonzero()[:, 0]])
    inverse = torch.linalg.inv(hessian).to(matrix)[order][:, order]
    matrix, left = matrix[:, order], torch.arange(units)
    while len(left) > number:
        count = min(at_once, len(left) - number)
        own = torch.arange(len(left) * k).reshape(-1, k)
        likely = _errors(matrix, inverse, own).argsort(stable=True)[: 2 * count]
        block = own[likely].flatten()
        going = likely[_greedy(matrix[:, block], inverse[block][:, block], k, count)]
        matrix, inverse = _removed(matrix, inverse, own[going].flatten())
        left = left[~torch.isin(torch.arange(len(left)), going)]
    kept = torch.zeros(units, dtype=torch.bool)
    kept[left] = True
    return kept


def _greedy(matrix: Tensor, inverse: Tensor, k: int, count: int) -> list[int]:
    """Return ``count`` units of ``k`` inputs in the order in which they go."""
    left, gone = list(range(matrix.shape[1] // k)), []
    for _ in range(count):
        own = torch.arange(len(left) * k).reshape(-1, k)
        place = int(_errors(matrix, inverse, own).argmin())
        matrix, inverse = _removed(matrix, inverse, own[place])
        gone.append(left.pop(place))
    return gone


def _removed(matrix: Tensor, inverse: Tensor, gone: Tensor) -> tuple[Tensor, Tensor]:
    """Return W and H⁻¹ of the inputs that are left, without those that are gone."""
    left = torch.ones(len(inverse), dtype=torch.bool)
    left[gone] = False
    change = torch.linalg.solve(inverse[gone][:, gone], inverse[gone][:, left])
    matrix, taken = matrix[:, left] - matrix[:, gone] @ change, inverse[left][:, gone]
    return matrix, inverse[left][:, left] - taken @ change


def _errors(matrix: Tensor, inverse: Tensor, entries: Tensor) -> Tensor:
    """Return the squared error that removing each unit would cost, shape (units,)."""
    own = matrix.T[entries]  # [units, k, outputs]
    blocks = inverse[entries[:, :, None], entries[:, None, :]]  # [units, k, k]
    errors: Tensor = (own * torch.linalg.solve(blocks, own)).sum((1, 2))
    return errors


def _best(scores: Tensor, number: int) -> Tensor:
    order = scores.argsort(descending=True, stable=True)
    kept = torch.zeros(len(scores), dtype=torch.bool)
    kept[order[: integer("number", number, 1, len(scores))]] = True
    return kept
