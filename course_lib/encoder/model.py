"""The sentence encoder: a BERT from ``transformers``, and texts to embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from course_lib.arguments import integer
from course_lib.encoder.locating import check_libraries, model_folder

MAX_TOKENS = 128  # of a text; the rest is not read
SIZES = {"hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536}


@dataclass(frozen=True)
class Encoder:
    """A network, its tokenizer, and how they make embeddings.

    ``model`` takes ``input_ids`` and ``attention_mask`` of shape (N, tokens) and
    returns an object with ``last_hidden_state``, (N, tokens, width).
    """

    model: nn.Module
    tokenizer: Any

    def with_model(self, model: nn.Module) -> Encoder:
        """Return an encoder with another network and the same tokenizer."""
        return replace(self, model=model)

    def batches(
        self, texts: Sequence[str], batch_size: int = 32, *, padding: bool = True
    ) -> Iterator[tuple[list[int], dict[str, Tensor]]]:
        """Yield indices of some texts and their model inputs, by length.

        Without ``padding``, the texts of a batch have the same number of tokens, so
        statistics over positions include no padding; batches are smaller.
        """
        tokens = [e.ids for e in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        size = integer("batch_size", batch_size, 1)
        for part in _parts(order, tokens, size, padding):
            length = len(tokens[part[-1]])
            ids = torch.zeros(len(part), length, dtype=torch.long)
            mask = torch.zeros_like(ids)
            for row, i in enumerate(part):
                ids[row, : len(tokens[i])] = torch.tensor(tokens[i])
                mask[row, : len(tokens[i])] = 1
            yield part, {"input_ids": ids, "attention_mask": mask}


def load_encoder(folder: str | Path | None = None) -> Encoder:
    """Return all-MiniLM-L6-v2 in float32, ready to predict.

    Importing ``transformers`` takes about ten seconds. The arguments and the errors
    are those of ``model_folder``; ModelNotFoundError also if ``transformers`` or
    ``tokenizers`` is missing.
    """
    place = model_folder(folder)
    check_libraries()
    from tokenizers import Tokenizer

    model = bert()
    # the file has a pooling layer, which the embeddings do not use
    weights = load_file(place / "model.safetensors")
    names = model.state_dict().keys()
    model.load_state_dict({name: weights[name] for name in names})
    tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return Encoder(model.eval().requires_grad_(False), tokenizer)


def bert(**sizes: int) -> nn.Module:
    """Return a BERT with random weights; ``sizes`` replace those of all-MiniLM-L6-v2.

    Their names are those of ``transformers.BertConfig``.
    """
    from transformers import BertConfig, BertModel

    known: dict[str, Any] = {**SIZES, **sizes}
    with torch.random.fork_rng(devices=[]):
        model: nn.Module = BertModel(BertConfig(**known), add_pooling_layer=False)
    return model


@torch.no_grad()
def encode(encoder: Encoder, texts: Sequence[str], batch_size: int = 32) -> Tensor:
    """Return one embedding of length 1 per text, shape (N, width), float32.

    The mean over a text's tokens, at most 128, divided by its norm. Texts are read
    in batches of similar length; the order of the results is that of ``texts``.
    """
    return nn.functional.normalize(embed(encoder, texts, batch_size), dim=1)


@torch.no_grad()
def embed(encoder: Encoder, texts: Sequence[str], batch_size: int = 32) -> Tensor:
    """Return the mean over each text's tokens, shape (N, width), not normalized."""
    if isinstance(texts, str):
        raise TypeError(f"texts must be a sequence of texts, got {texts!r}")
    found: dict[int, Tensor] = {}
    for places, inputs in encoder.batches(texts, batch_size):
        hidden: Tensor = encoder.model(**inputs).last_hidden_state
        means = mean_of_tokens(hidden, inputs["attention_mask"])
        found.update(zip(places, means, strict=True))
    if not found:
        raise ValueError("texts must have at least one text, got none")
    return torch.stack([found[i] for i in range(len(texts))])


def mean_of_tokens(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens whose ``mask`` is 1, (N, width)."""
    return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def _parts(
    order: list[int], tokens: list[list[int]], size: int, padding: bool
) -> Iterator[list[int]]:
    part: list[int] = []
    for i in order:
        other = part and not padding and len(tokens[i]) != len(tokens[part[0]])
        if len(part) == size or other:
            yield part
            part = []
        part.append(i)
    if part:
        yield part
