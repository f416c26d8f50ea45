"""Masks set to zero what they say and nothing else; a scan prunes layer by layer."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import magnitude
from course_lib.training import accuracy
from tests.small import NETWORKS, chain, random_network, small_split


def _state(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def _same(model, state):
    return all(torch.equal(state[n], v) for n, v in model.state_dict().items())


@pytest.mark.parametrize("kind", NETWORKS)
def test_pruned_weights_are_zero_and_all_else_is_untouched(kind):
    model = random_network(kind, 1)
    before = _state(model)
    masks = magnitude.global_magnitude_masks(model, 0.6)
    copied = magnitude.masked(model, masks)
    assert _same(model, before)
    magnitude.apply_masks(model, masks)
    for name, value in model.state_dict().items():
        mask = masks.get(name, torch.ones(value.shape, dtype=torch.bool))
        assert torch.equal(value, torch.where(mask, before[name], 0))
        assert torch.equal(value, copied.state_dict()[name])


def test_masks_erase_even_nan_and_infinity():
    model = chain(nn.Linear(3, 1))
    with torch.no_grad():
        model[0].weight.copy_(torch.tensor([[math.nan, math.inf, 2.0]]))
    magnitude.apply_masks(model, {"0.weight": torch.tensor([[False, False, True]])})
    assert model[0].weight.tolist() == [[0, 0, 2]]


@pytest.mark.parametrize(
    ("second", "error", "message"),
    [
        ({"9.weight": torch.ones(2, 4) > 0}, ValueError, r"got \['9.weight'\]"),
        ({"1.weight": torch.ones(2, 3) > 0}, ValueError, r"\(2, 4\), got \(2, 3\)"),
        ({"1.weight": torch.ones(2, 4)}, TypeError, "torch.bool, got torch.float32"),
    ],
)
def test_wrong_masks_leave_the_network_untouched(second, error, message):
    model = chain(nn.Linear(6, 4), nn.Linear(4, 2))
    before = _state(model)
    good = {"0.weight": torch.zeros(4, 6, dtype=torch.bool)}
    with pytest.raises(error, match=message):
        magnitude.apply_masks(model, good | second)
    assert _same(model, before)


def test_shared_weight_answers_to_each_of_its_names():
    embedding = nn.Embedding(7, 4)
    model = nn.ModuleDict({"embed": embedding, "head": nn.Linear(4, 7, bias=False)})
    model["head"].weight = embedding.weight
    masks = magnitude.global_magnitude_masks(model, 0.5)
    assert list(masks) == ["head.weight"]
    magnitude.apply_masks(model, masks)
    assert int((embedding.weight == 0).sum()) == 14


def test_sparsity_is_the_pruned_fraction_of_all_masks_together():
    masks = {"a": torch.arange(10) < 3, "b": torch.arange(20) < 19}
    assert magnitude.sparsity_of(masks) == 8 / 30
    assert magnitude.sparsity_of({"a": torch.zeros(3, dtype=torch.bool)}) == 1
    assert magnitude.sparsity_of({}) == 0


@pytest.mark.parametrize("kind", NETWORKS)
def test_scan_prunes_one_layer_at_a_time_and_leaves_the_network_as_it_was(kind):
    model, split = random_network(kind, 2), small_split(40)
    before = _state(model)
    shares = (share for share in [0.0, 0.5, 0.9])  # read more than once
    found = magnitude.sensitivity_scan(model, split, shares)
    assert _same(model, before)
    rows = found.itertuples()
    for name in magnitude.prunable_weights(model):
        for share in [0.0, 0.5, 0.9]:
            row = next(rows)
            by_hand = copy.deepcopy(model)
            values = by_hand.get_parameter(name).detach().numpy().reshape(-1)
            smallest = np.argsort(np.abs(values), kind="stable")
            values[smallest[: round(share * len(values))]] = 0
            assert (f"{row.layer}.weight", row.sparsity) == (name, share)
            assert row.weights == len(values) - round(share * len(values))
            assert row.accuracy == 100 * accuracy(by_hand, split)
            assert row.drop == 100 * accuracy(model, split) - row.accuracy
    assert next(rows, None) is None
