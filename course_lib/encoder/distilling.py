"""Train a pruned encoder to reproduce the original's embeddings (distillation)."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, number, tensor
from course_lib.encoder.model import Encoder, embed, mean_of_tokens

SHUFFLED = 16  # batches whose texts are sorted by length together


def distill(
    encoder: Encoder,
    texts: Sequence[str],
    targets: Tensor,
    *,
    steps: int,
    learning_rate: float,
    seed: int = 0,
    batch_size: int = 32,
) -> tuple[Encoder, list[float]]:
    """Return an encoder trained toward ``targets``, and the loss of every step.

    ``targets`` are embeddings of ``texts``, (N, width); the loss is the mean of
    1 − cosine over a batch, so no labels are needed. AdamW, a linear warmup over a
    tenth of the steps, then a linear decay to zero; gradients are clipped to norm 1.
    Tables of embeddings stay as they are, and no dropout is applied. ``encoder`` does
    not change. Raises ValueError for fewer than 20 steps, targets of another shape or
    not finite, and a rate that is not above 0.
    """
    steps = integer("steps", steps, 20)
    rate = number("learning_rate", learning_rate, above=0)
    expected = (len(texts), embed(encoder, texts[:1]).shape[1])
    if finite("targets", tensor("targets", targets)).shape != expected:
        raise ValueError(
            f"targets must have one row per text and the encoder's width, {expected}, "
            f"got {tuple(targets.shape)}"
        )
    model = copy.deepcopy(encoder.model).eval()
    trained = [
        value.requires_grad_()
        for part in model.modules()
        if not isinstance(part, nn.Embedding)
        for value in part.parameters(recurse=False)
    ]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, steps, pct_start=0.1, anneal_strategy="linear",
        cycle_momentum=False,
    )  # fmt: skip
    student, losses = encoder.with_model(model), []
    batches = _shuffled(student, texts, integer("batch_size", batch_size, 1), seed)
    for places, inputs in itertools.islice(batches, steps):
        with torch.enable_grad():
            hidden = model(**inputs).last_hidden_state
            found = mean_of_tokens(hidden, inputs["attention_mask"])
            alike = nn.functional.cosine_similarity(found, targets[places])
            loss = (1 - alike).mean()
            optimizer.zero_grad()
            loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
    model.requires_grad_(False)
    return student, losses


def _shuffled(
    encoder: Encoder, texts: Sequence[str], size: int, seed: int
) -> Iterator[tuple[Tensor, dict[str, Tensor]]]:
    """Yield batches of similar lengths in a random order, without end."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(texts), generator=generator)
        for some in order.split(SHUFFLED * size):
            parts = list(encoder.batches([texts[i] for i in some], size))
            for i in torch.randperm(len(parts), generator=generator).tolist():
                places, inputs = parts[i]
                yield some[places], inputs
