"""Fewer tokens change nothing for texts that use those that stay."""

import json

import pytest
import torch

from course_lib.encoder import cut_positions, encode, prune_vocabulary
from tests.encoder.small import TEXTS, TOKENS, WORDS, small_encoder


def tokens(encoder, text):
    return encoder.tokenizer.encode(text).tokens


def test_embeddings_of_texts_whose_tokens_stay_are_the_same_bit_by_bit():
    dense = small_encoder()
    pruned = cut_positions(prune_vocabulary(dense, TEXTS[:3]))
    assert torch.equal(encode(pruned, TEXTS[:3]), encode(dense, TEXTS[:3]))
    table = pruned.model.get_input_embeddings()
    assert table.weight.shape == (pruned.tokenizer.get_vocab_size(), 16)
    assert table.num_embeddings < len(TOKENS)
    assert pruned.model.embeddings.position_embeddings.weight.shape == (128, 16)
    whole = dense.model.get_input_embeddings()
    assert whole.weight.shape == (len(TOKENS), 16)


def test_words_without_token_are_read_as_pieces_and_others_are_unknown():
    pruned = prune_vocabulary(small_encoder(), TEXTS[2:3])
    assert tokens(pruned, "ab axis") == ["[CLS]", "a", "##b", "axis", "[SEP]"]
    assert tokens(pruned, "mean é") == ["[CLS]", "[UNK]", "[UNK]", "[SEP]"]
    assert tokens(small_encoder(), "é")[1:-1] == ["é"]


def test_most_frequent_tokens_stay_and_those_that_every_text_needs():
    dense = small_encoder()
    pieces = {w for w in WORDS if len(w.removeprefix("##")) == 1 and w.isascii()}
    least = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"} | pieces
    pruned = prune_vocabulary(dense, ["of of the axis of the"], most=len(least) + 2)
    assert {*pruned.tokenizer.get_vocab()} == least | {"of", "the"}
    with pytest.raises(ValueError, match=rf"most must be .* ≥ {len(least)}, got 3"):
        prune_vocabulary(dense, TEXTS, most=3)


def test_text_counts_beyond_the_length_that_is_read():
    pruned = prune_vocabulary(small_encoder(), ["a " * 200 + "array"])
    assert "array" in pruned.tokenizer.get_vocab()
    assert len(tokens(pruned, "a " * 200)) == 128


def test_errors_name_the_argument():
    dense = small_encoder()
    with pytest.raises(TypeError, match="texts must be a sequence"):
        prune_vocabulary(dense, "a text")
    with pytest.raises(ValueError, match=r"positions must be .* from 128 to 160"):
        cut_positions(dense, 20)
    description = json.loads(dense.tokenizer.to_str())
    del description["model"]["vocab"]["mean"]
    tokenizer = type(dense.tokenizer).from_str(json.dumps(description))
    with pytest.raises(ValueError, match="one row per token, got 20 rows and 19"):
        prune_vocabulary(type(dense)(dense.model, tokenizer), TEXTS)
