"""A small BERT with random weights, and a WordPiece tokenizer of a few words."""

import json

import pytest

from course_lib.encoder import Encoder
from course_lib.encoder.model import MAX_TOKENS, bert

NEEDED = "a small BERT of transformers stands in for the real model"
SIZES = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
    "intermediate_size": 24, "max_position_embeddings": 160,
}  # fmt: skip
WORDS = ["the", "mean", "##s", "of", "a", "b", "s", "##a", "##b", "axis", "é", "array",
         "rows", "##ing", "is", "."]  # fmt: skip
TOKENS = ["[PAD]", *WORDS[:9], "[UNK]", "[CLS]", "[SEP]", *WORDS[9:]]
TEXTS = ["the means of a", "rows of array . is a", "the axis is a", "means a ba ab s ."]
WORD = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}


def small_model(**sizes):
    return bert(**{**SIZES, "vocab_size": len(TOKENS), **sizes}).eval()


def small_encoder():
    pytest.importorskip("transformers", reason=NEEDED)
    tokenizers = pytest.importorskip("tokenizers", reason=NEEDED)
    numbers = {token: i for i, token in enumerate(TOKENS)}
    special = [t for t in TOKENS if t.startswith("[")]
    frame = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
             {"Sequence": {"id": "A", "type_id": 0}},
             {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]  # fmt: skip
    description = {
        "version": "1.0",
        "truncation": {"max_length": MAX_TOKENS, "strategy": "LongestFirst",
                       "stride": 0, "direction": "Right"},
        "padding": None,
        "added_tokens": [{"id": numbers[t], "content": t, "special": True, **WORD}
                         for t in special],
        "normalizer": None,
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": frame, "pair": frame,
            "special_tokens": {
                t: {"id": t, "ids": [numbers[t]], "tokens": [t]}
                for t in ("[CLS]", "[SEP]")
            },
        },
        "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": numbers,
                  "continuing_subword_prefix": "##", "max_input_chars_per_word": 100},
    }  # fmt: skip
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(description))
    return Encoder(small_model().requires_grad_(False), tokenizer)
