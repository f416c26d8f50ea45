"""An encoder in one file: weights, vocabulary, and everything else to load it.

The file is that of ``storage.save`` for a network that is not the course's. Network and
tokenizer form one module; the tokenizer is two string attributes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from torch import nn

from course_lib import storage
from course_lib.encoder.locating import check_libraries
from course_lib.encoder.model import Encoder, bert


class _Packed(nn.Module):
    def __init__(self, model: nn.Module, text: str, tokens: str):
        super().__init__()
        self.model = model
        self.text, self.tokens = text, tokens


def save_encoder(
    encoder: Encoder, path: str | Path, *, bits: int | Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Write an encoder that ``load_encoder_file`` restores; return its bytes by part.

    Everything but the library's code is in the file: numbers, tokens, how texts are
    split. As in ``storage.save``, which writes it, tensors of few values cost few bits,
    and ``bits`` shares weights first. The rows add up to the size of the file.
    """
    description = json.loads(encoder.tokenizer.to_str())
    numbers = description["model"].pop("vocab")
    tokens = sorted(numbers, key=numbers.__getitem__)
    packed = _Packed(
        encoder.model, json.dumps(description, separators=(",", ":")), "\n".join(tokens)
    )
    return storage.save(packed, path, bits=bits)


def load_encoder_file(path: str | Path, model: nn.Module | None = None) -> Encoder:
    """Return the encoder in a file that ``save_encoder`` wrote.

    ``model`` is a network of the same code, as it was built before anything was removed
    from it, with any weights; by default that of all-MiniLM-L6-v2, whose own file is
    not needed. The errors are those of ``storage.load``; ModelNotFoundError without the
    libraries.
    """
    check_libraries()
    from tokenizers import Tokenizer

    like = bert() if model is None else model
    packed = storage.load(path, model=_Packed(like, "", ""))
    description = json.loads(packed.text)
    tokens = packed.tokens.split("\n")
    description["model"]["vocab"] = {token: i for i, token in enumerate(tokens)}
    return Encoder(
        packed.model.requires_grad_(False), Tokenizer.from_str(json.dumps(description))
    )
