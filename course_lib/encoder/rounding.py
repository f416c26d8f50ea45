"""Round an encoder's weights so that a file can code them in about three bits."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import Tensor

from course_lib.arguments import number
from course_lib.encoder.model import Encoder
from course_lib.storage.rounding import round_weight, round_with_inputs


@torch.no_grad()
def round_encoder(
    encoder: Encoder,
    steps: float | Mapping[str, float],
    products: Mapping[str, Tensor],
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
        if name in products:
            value.copy_(round_with_inputs(value, products[name], step))
        else:
            value.copy_(round_weight(value, step))
    return encoder.with_model(rounded, encoder.correction)
