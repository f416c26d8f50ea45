"""Round an encoder's weights so that a file can code them in about three bits."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from course_lib.arguments import number
from course_lib.encoder.model import Encoder, encode
from course_lib.storage import round_weight, round_with_inputs


@torch.no_grad()
def round_encoder(
    encoder: Encoder, steps: float | Mapping[str, float], products: Mapping[str, Tensor]
) -> Encoder:
    """Return an encoder whose weights are multiples of a step per layer.

    ``steps``, one number or one per name, are in standard deviations of the weights of
    a layer. Layers in ``products`` (``magnitude.input_products``) are rounded so that
    their outputs change little; the other matrices, which are tables of embeddings, to
    the nearest multiple. Vectors are rounded to float16.
    """
    rounded = copy.deepcopy(encoder.model)
    for name, value in rounded.named_parameters():
        if value.dim() < 2:
            value.copy_(value.half())
            continue
        own = steps[name] if isinstance(steps, Mapping) else steps
        step = number(f"step of {name!r}", own, above=0) * float(value.std())
        value.copy_(_rounded(value, step, products, name))
    return encoder.with_model(rounded)


def rounding_losses(
    encoder: Encoder, step: float, products: Mapping[str, Tensor], texts: Sequence[str]
) -> dict[str, float]:
    """Return 1 − cosine to ``encoder``'s embeddings if one matrix alone is rounded.

    The mean over ``texts``, for each matrix; the arguments are those of
    ``round_encoder``.
    """
    target, losses = encode(encoder, texts), {}
    for name, value in encoder.model.named_parameters():
        if value.dim() < 2:
            continue
        before = value.detach().clone()
        value.data.copy_(_rounded(before, step * float(before.std()), products, name))
        found = encode(encoder, texts)
        value.data.copy_(before)
        losses[name] = 1 - float((found * target).sum(1).mean())
    return losses


def balanced_steps(
    losses: Mapping[str, float], counts: Mapping[str, int], step: float
) -> dict[str, float]:
    """Return the steps of least total loss in as many bytes as a uniform ``step``.

    ``losses`` are those of matrices of ``counts`` weights at one step. A loss grows
    with the square of its step, and each weight takes −log₂ of the step in bits, so
    squared steps vary as n / loss; the mean of their logarithms over all
    weights stays. No step is more than twice or less than half of ``step``.
    """
    number("step", step, above=0)
    total = sum(counts[name] for name in losses)
    logs = {n: math.log(counts[n] / max(own, 1e-6)) / 2 for n, own in losses.items()}
    mean = sum(counts[name] * own for name, own in logs.items()) / total
    return {n: step * min(2, max(0.5, math.exp(o - mean))) for n, o in logs.items()}


def _rounded(
    value: Tensor, step: float, products: Mapping[str, Tensor], name: str
) -> Tensor:
    if name in products:
        return round_with_inputs(value, products[name], step)
    return round_weight(value, step)
