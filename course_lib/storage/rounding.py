"""Weights as multiples of one step, with each error compensated by other weights.

Where a file codes its symbols by their frequencies, evenly spaced values cost fewer
bytes for the same error than the same number of values placed by k-means: large weights
may be rare, but they are not rounded more coarsely (Gish & Pierce 1968).
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.arguments import finite, number
from course_lib.magnitude.sparse_gpt import Finalize, carry_errors

MAX_VALUES = 256  # of a codebook


def short_step(step: float) -> float:
    """Return ``step`` rounded to float16, as the file stores it; never zero."""
    number("step", step, above=0)
    return float(max(torch.tensor(step).half(), torch.tensor(2.0**-24).half()))


@torch.no_grad()
def round_weight(weight: Tensor, step: float) -> Tensor:
    """Return the nearest multiples of ``step``, at most 2^8 different ones.

    Raises ValueError for weights that are not finite, and for more values than that.
    """
    found = short_step(step) * (finite("weight", weight) / short_step(step)).round()
    return _few(found + 0.0, step)


@torch.no_grad()
def round_with_inputs(
    weight: Tensor, products: Tensor, step: float, *, damping: float = 0.01
) -> Tensor:
    """Return multiples of ``step`` for which the layer's outputs change little.

    ``weight``, (outputs, inputs), and ``products``, (inputs, inputs), as in
    ``sparse_gpt``, with whose solve inputs are rounded from left to right: GPTQ
    (Frantar et al. 2023), here on a grid without ends. The errors are those of
    ``round_weight`` and of ``sparse_gpt``.
    """
    finite("weight", weight)
    short = short_step(step)

    def decide(columns: Tensor, root: Tensor) -> Finalize:
        return lambda column, j: (column / short).round() * short

    found = carry_errors(weight, products, decide, block=128, damping=damping)
    return _few(found.to(weight) + 0.0, step)


def _few(rounded: Tensor, step: float) -> Tensor:
    values = len(rounded.unique())
    if values > MAX_VALUES:
        raise ValueError(
            f"step must leave at most {MAX_VALUES} different weights, got {step:.4g}, "
            f"which leaves {values}"
        )
    return rounded
