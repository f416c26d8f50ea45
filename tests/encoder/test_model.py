"""Embeddings do not depend on the batch, and the real model's are those published."""

from importlib.util import find_spec

import pytest
import torch

from course_lib.encoder import Encoder, embed, encode, load_encoder, model_folder
from tests.encoder.stubs import TEXTS, encoder


@pytest.mark.parametrize("batch_size", [1, 2, 6, 100])
def test_embeddings_do_not_depend_on_the_batch(batch_size):
    alone = torch.cat([encode(encoder(), [text]) for text in TEXTS])
    torch.testing.assert_close(encode(encoder(), TEXTS, batch_size), alone)


def test_embeddings_have_length_one_and_the_direction_of_the_mean():
    found, means = encode(encoder(), TEXTS), embed(encoder(), TEXTS)
    torch.testing.assert_close(found.norm(dim=1), torch.ones(len(TEXTS)))
    torch.testing.assert_close(found * means.norm(dim=1, keepdim=True), means)


def test_batches_without_padding_have_texts_of_one_length():
    for places, inputs in encoder().batches(TEXTS, 2, padding=False):
        assert inputs["attention_mask"].all()
        assert len(places) == len(inputs["input_ids"]) <= 2


def test_one_text_in_place_of_several_is_an_error():
    with pytest.raises(TypeError, match="texts must be a sequence"):
        encode(encoder(), "a text")


def test_no_texts_are_an_error():
    with pytest.raises(ValueError, match="at least one text"):
        encode(encoder(), [])


@pytest.fixture(scope="module")
def real() -> Encoder:
    try:
        model_folder()
    except ValueError as error:
        pytest.skip(str(error))
    if find_spec("transformers") is None or find_spec("tokenizers") is None:
        pytest.skip("transformers and tokenizers are not installed")
    return load_encoder()


@pytest.mark.slow  # importing transformers takes ten seconds
def test_real_model_is_loaded_silently_and_ranks_by_meaning(real, capfd):
    state = torch.random.get_rng_state()
    found = encode(load_encoder(), ["A man eats food.", "A person has a meal.",
                                    "The weather is cold today."])  # fmt: skip
    assert found.shape == (3, 384)
    assert found[0] @ found[1] > 0.5 > found[0] @ found[2] + 0.2
    assert torch.equal(torch.random.get_rng_state(), state)
    assert capfd.readouterr() == ("", "")
