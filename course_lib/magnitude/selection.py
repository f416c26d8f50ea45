"""Which weights of a matrix, or of several, are kept."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Iterator, Mapping

import torch
from torch import Tensor

from course_lib.arguments import fraction, integer, number, tensor, wide


def threshold_mask(weight: Tensor, threshold: float) -> Tensor:
    """Keep weights larger than ``threshold`` in magnitude; bool, shape of ``weight``.

    A weight whose magnitude equals the threshold is pruned, so that 0 removes the
    zeros.
    """
    number("threshold", threshold, minimum=0)
    # wide: |−128| does not fit in int8, and bfloat16 would round a threshold
    return wide(_ranked("weight", weight)).abs() > threshold


def magnitude_mask(weight: Tensor, sparsity: float) -> Tensor:
    """Keep the largest weights; exactly ``round(sparsity · n)`` of the n are pruned.

    ``sparsity`` is a fraction from 0 to 1. Among equal weights, earlier ones are pruned
    first, so that the count is exact even when all are equal. Accepts any shape,
    including empty ones. Returns a bool tensor of the same shape.
    """
    return keep_largest({"weight": weight}, sparsity)["weight"]


def n_m_mask(weight: Tensor, n: int, m: int) -> Tensor:
    """Keep the ``n`` largest of every ``m`` consecutive inputs of a unit (2:4).

    ``weight`` has shape (units, inputs, …); the inputs of a unit are read in the order
    of ``weight.flatten(1)``, and their number must be a multiple of ``m``. Among equal
    weights, earlier ones stay. Mishra et al. (2021).
    """
    m = integer("m", m, 1)
    n = integer("n", n, 1, m)
    weight = _ranked("weight", weight)
    if weight.dim() < 2 or math.prod(weight.shape[1:]) % m:
        raise ValueError(
            f"weight must have shape (units, inputs, …) with a number of inputs that "
            f"{m} divides, got {tuple(weight.shape)}"
        )
    groups = wide(weight).abs().reshape(-1, m)
    # stable, so that the first of equal weights stay
    kept = groups.argsort(dim=1, descending=True, stable=True)[:, :n]
    mask = torch.zeros_like(groups, dtype=torch.bool).scatter_(1, kept, True)
    return mask.reshape(weight.shape)


def keep_largest(scores: Mapping[str, Tensor], sparsity: float) -> dict[str, Tensor]:
    """Return a mask per tensor that prunes ``round(sparsity · n)`` entries in total.

    The threshold is the k-th smallest size over all tensors. There is no limit on the
    number of weights (``torch.quantile`` refuses more than 16 million) and no second
    copy of them.
    """
    sparsity = fraction("sparsity", sparsity)
    scores = {name: _ranked(name, score) for name, score in scores.items()}
    # wide enough for all, so that comparing with a Python number is exact
    dtypes = (score.dtype for score in scores.values())
    common = functools.reduce(torch.promote_types, dtypes, torch.float32)
    total = sum(score.numel() for score in scores.values())
    pruned = round(sparsity * total)
    threshold = _smallest_size(scores.values(), pruned, common) if pruned else -1.0
    masks = {}
    for name, score in scores.items():
        parts = [sizes > threshold for sizes in _sizes(score, common)]
        masks[name] = torch.cat(parts).reshape(score.shape)
    surplus = total - sum(int(mask.count_nonzero()) for mask in masks.values()) - pruned
    # more ties at the threshold than may be pruned: the last ones stay
    for name, score in reversed(scores.items()):
        if surplus > 0:
            parts = [sizes == threshold for sizes in _sizes(score, common)]
            tied = torch.cat(parts).nonzero().flatten()
            stay = tied[max(len(tied) - surplus, 0) :]
            masks[name].view(-1)[stay] = True
            surplus -= len(stay)
    return masks


def _smallest_size(scores: Collection[Tensor], k: int, dtype: torch.dtype) -> float:
    """Return the ``k``-th smallest magnitude of all, counted from 1.

    Nonnegative floats sort like their bits read as integers. So we find the answer like
    a name in a directory: count how often each pattern of the first 16 bits occurs, see
    in which of them the k-th must be, and continue with the next 16 bits there. Unlike
    selection by pivots (``numpy.partition``), ties do not slow it down, and a network
    that has been pruned before has nothing but ties at zero.
    """
    bits, whole = (32, torch.int32) if dtype == torch.float32 else (64, torch.int64)
    found = 0  # the leading bits of the answer
    for rest in range(bits - 16, -1, -16):
        counts = torch.zeros(2**16, dtype=torch.int64)
        for score in scores:
            for sizes in _sizes(score, dtype):
                leading = sizes.view(whole) >> rest
                if rest < bits - 16:
                    leading = leading[leading >> 16 == found] & 0xFFFF
                counts += leading.bincount(minlength=2**16).cpu()
        up_to = counts.cumsum(0)
        pattern = int(torch.searchsorted(up_to, k))
        k -= int(up_to[pattern] - counts[pattern])
        found = found << 16 | pattern
    return torch.tensor(found, dtype=whole).view(dtype).item()


def _sizes(score: Tensor, dtype: torch.dtype) -> Iterator[Tensor]:
    """Yield |score| in flat pieces that fit in a cache."""
    for piece in score.detach().flatten().split(2**18):
        yield piece.to(dtype).abs()


def _ranked(name: str, weight: Tensor) -> Tensor:
    """Return the numbers to rank, without a gradient; raise for NaN."""
    weight = tensor(name, weight).detach()
    # sorting puts nan last, where it would pass for the largest weight
    bad = int(weight.isnan().sum())
    if bad:
        raise ValueError(
            f"{name} must not contain nan, got {bad} among {weight.numel()} entries"
        )
    return weight
