"""Prune an encoder's vocabulary, whose table holds half of all parameters.

Arithmetic and answers stay the same for texts whose tokens are all kept. In other
texts, a word that has no token of its own is read as pieces.
"""

from __future__ import annotations

import copy
import json
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import integer
from course_lib.encoder.model import MAX_TOKENS, Encoder


def prune_vocabulary(
    encoder: Encoder, texts: Sequence[str], most: int | None = None
) -> Encoder:
    """Return an encoder with the tokens of ``texts`` only, and a smaller table.

    ``count_tokens`` and ``keep_tokens`` in one step; the errors are theirs.
    """
    return keep_tokens(encoder, count_tokens(encoder, texts), most)


def count_tokens(encoder: Encoder, texts: Sequence[str]) -> Counter[int]:
    """Return how often each token occurs in the full texts, even past the 128th."""
    if isinstance(texts, str):
        raise TypeError(f"texts must be a sequence of texts, got {texts!r}")
    whole = type(encoder.tokenizer).from_str(encoder.tokenizer.to_str())
    whole.no_truncation()
    counts: Counter[int] = Counter()
    for encoding in whole.encode_batch(list(texts)):
        counts.update(encoding.ids)
    return counts


def keep_tokens(
    encoder: Encoder, counts: Mapping[int, int], most: int | None = None
) -> Encoder:
    """Return an encoder with these tokens only, and a smaller table.

    With ``most``, only that many tokens stay, the most frequent ones. Special tokens
    stay in any case, and letters, digits, and punctuation of ASCII, so that every word
    in them can be read; another character without a token is unknown. The padding
    keeps the number 0, and the others are in alphabetical order, which takes fewer
    bytes in a file.

    Raises ValueError if the tokenizer is not WordPiece, if its tokens are not the rows
    of the network's table, and for a ``most`` that leaves no room for what must stay.
    """
    description = json.loads(encoder.tokenizer.to_str())
    vocabulary = _vocabulary(encoder, description)
    always = _always(vocabulary, description)
    often = sorted(set(counts) - always, key=lambda i: (-counts[i], i))
    if most is not None:
        often = often[: integer("most", most, len(always)) - len(always)]
    names = {number: token for token, number in vocabulary.items()}
    kept = sorted(always | set(often), key=lambda i: (i != 0, names[i]))
    model = copy.deepcopy(encoder.model)
    _cut(_word_table(model), torch.tensor(kept))
    return Encoder(
        model,
        _with_tokens(encoder, description, {names[i]: n for n, i in enumerate(kept)}),
    )


def cut_positions(encoder: Encoder, positions: int = MAX_TOKENS) -> Encoder:
    """Return a BERT encoder with only the first rows of its position table.

    Texts are read up to 128 tokens, so the other rows, of 512, are never used.
    """
    model = copy.deepcopy(encoder.model)
    table = _embedding(model.get_submodule("embeddings.position_embeddings"))
    integer("positions", positions, MAX_TOKENS, table.num_embeddings)
    _cut(table, torch.arange(positions))
    return encoder.with_model(model)


def _word_table(model: nn.Module) -> nn.Embedding:
    """Return the table of the tokens' embeddings."""
    find: Any = model.get_input_embeddings  # of transformers
    return _embedding(find())


def _embedding(table: nn.Module) -> nn.Embedding:
    if not isinstance(table, nn.Embedding):
        raise ValueError(f"model must have an Embedding, got {type(table).__name__}")
    return table


def _vocabulary(encoder: Encoder, description: dict[str, Any]) -> dict[str, int]:
    kind = description["model"]["type"]
    if kind != "WordPiece":
        raise ValueError(f"tokenizer of encoder must be WordPiece, got {kind}")
    vocabulary: dict[str, int] = description["model"]["vocab"]
    rows = _word_table(encoder.model).num_embeddings
    if sorted(vocabulary.values()) != list(range(rows)):
        raise ValueError(
            f"encoder must have one row per token, got {rows} rows and "
            f"{len(vocabulary)} tokens"
        )
    return vocabulary


def _always(vocabulary: dict[str, int], description: dict[str, Any]) -> set[int]:
    """Return the numbers of special tokens and of single characters of ASCII."""
    added = {token["id"] for token in description["added_tokens"]}
    added |= {vocabulary[description["model"]["unk_token"]], 0}
    prefix = description["model"]["continuing_subword_prefix"]
    single = {p + c for c in string.printable for p in ("", prefix)}
    return added | {vocabulary[token] for token in single if token in vocabulary}


def _cut(table: nn.Embedding, rows: Tensor) -> None:
    table.weight = nn.Parameter(table.weight.detach()[rows], table.weight.requires_grad)
    table.num_embeddings = len(rows)


def _with_tokens(
    encoder: Encoder, description: dict[str, Any], numbers: dict[str, int]
) -> Any:
    """Return the tokenizer with the tokens in ``numbers`` only."""
    description["model"]["vocab"] = numbers
    for token in description["added_tokens"]:
        token["id"] = numbers[token["content"]]
    after = description["post_processor"] or {}
    for special in after.get("special_tokens", {}).values():
        special["ids"] = [numbers[token] for token in special["tokens"]]
    return type(encoder.tokenizer).from_str(json.dumps(description))
