"""Steps are where the loss is least for the same bytes."""

import math

import pytest
import torch

from course_lib import magnitude
from course_lib.encoder import balanced_steps, encode, round_encoder, rounding_losses
from course_lib.storage import round_weight, round_with_inputs
from tests.encoder.small import TEXTS, small_encoder

LOSSES, COUNTS = {"a": 0.02, "b": 0.01, "c": 0.01}, {"a": 100, "b": 100, "c": 250}


def products_of(encoder):
    batches = [inputs for _, inputs in encoder.batches(TEXTS, padding=False)]
    return magnitude.input_products(encoder.model, batches)


def test_layers_are_rounded_by_their_inputs_tables_alone_and_vectors_to_half():
    dense = small_encoder()
    products = products_of(dense)
    rounded = dict(round_encoder(dense, 0.5, products).model.named_parameters())
    for name, value in dense.model.named_parameters():
        step = 0.5 * float(value.std())
        if value.dim() < 2:
            expected = value.half().float()
        elif name in products:
            expected = round_with_inputs(value, products[name], step)
        else:
            expected = round_weight(value, step)
        assert torch.equal(rounded[name], expected)


def test_losses_are_those_of_one_rounded_matrix_and_nothing_stays_changed():
    dense = small_encoder()
    before = {n: v.clone() for n, v in dense.model.state_dict().items()}
    losses = rounding_losses(dense, 1.0, {}, TEXTS)
    assert all(torch.equal(before[n], v) for n, v in dense.model.state_dict().items())
    name = "encoder.layer.1.output.dense.weight"
    weight, target = dense.model.get_parameter(name), encode(dense, TEXTS)
    weight.data.copy_(round_weight(weight, float(weight.std())))
    found = 1 - float((encode(dense, TEXTS) * target).sum(1).mean())
    assert losses[name] == pytest.approx(found, abs=1e-6)
    assert {n for n, v in before.items() if v.dim() > 1} == {*losses}


def test_balanced_steps_keep_the_bytes_and_lose_least():
    def loss(steps):
        return sum(LOSSES[n] * (s / 0.5) ** 2 for n, s in steps.items())

    def bits(steps):
        return sum(COUNTS[n] * math.log2(s) for n, s in steps.items())

    found, even = balanced_steps(LOSSES, COUNTS, 0.5), dict.fromkeys(LOSSES, 0.5)
    assert bits(found) == pytest.approx(bits(even))
    assert loss(found) < loss(even)
    for name in LOSSES:  # moved by as many bits to or from another
        for other in set(LOSSES) - {name}:
            moved = {**found, name: found[name] * 2 ** (1 / COUNTS[name]),
                     other: found[other] * 2 ** (-1 / COUNTS[other])}  # fmt: skip
            assert loss(moved) > loss(found)


def test_steps_stay_near_and_errors_name_the_argument():
    found = balanced_steps({"a": 1.0, "b": 0.0}, {"a": 1, "b": 1}, 0.5)
    assert found == {"a": 0.25, "b": 1.0}
    with pytest.raises(ValueError, match="step must be a number > 0, got 0"):
        balanced_steps(LOSSES, COUNTS, 0)
    with pytest.raises(ValueError, match=r"step of 'embeddings.* must be a number > 0"):
        round_encoder(small_encoder(), 0.0, {})
