"""One image through the tiny network, and one step of training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import nn

from course_lib.page.storyboards import tiny

RATE = 0.1


@dataclass(frozen=True)
class Pass:
    """One image through the untrained network, and again after one step.

    ``image`` has shape (7, 7); ``weights`` (6, 49) and ``change`` belong to the first
    layer; ``sums`` and ``stripe`` (6,) are its outputs before and after ReLU;
    ``logits`` and ``after`` have shape (10,), ``push`` is the direction in which each
    logit should move.
    """

    image: np.ndarray
    label: int
    weights: np.ndarray
    sums: np.ndarray
    stripe: np.ndarray
    logits: np.ndarray
    push: np.ndarray
    change: np.ndarray
    after: np.ndarray


@lru_cache(maxsize=1)
def one_pass() -> Pass:
    """Compute, once, everything that the frames draw: a real gradient step."""
    model, split = tiny.untrained(), tiny.images().first(1)
    before = tiny.weights(model, "fc1")
    row, bias = split.images[0].flatten().numpy(), model.get_parameter("fc1.bias")
    sums = before @ row + bias.detach().numpy()
    logits, hidden = model(split.images, return_activations=True)
    logits.retain_grad()
    nn.functional.cross_entropy(logits, split.labels).backward()
    torch.optim.SGD(model.parameters(), RATE).step()
    found = (hidden["fc1"], logits, -logits.grad, model(split.images))
    stripe, scores, push, after = (rows[0].detach().numpy() for rows in found)
    return Pass(
        split.images[0, 0].numpy(), int(split.labels[0]), before, sums, stripe, scores,
        push, tiny.weights(model, "fc1") - before, after,
    )  # fmt: skip
