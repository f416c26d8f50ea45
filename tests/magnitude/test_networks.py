"""Masks of whole networks agree with PyTorch's own pruning, and count exactly."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrize, prune

from course_lib import magnitude
from tests.small import NETWORKS, chain, random_network

SHARES = [0.0, 0.1, 0.5, 0.937, 1.0]


def _oracle(model, names):
    """A copy of the network and the (module, name) pairs PyTorch's pruning takes."""
    copied = copy.deepcopy(model)
    return [(copied.get_submodule(n.removesuffix(".weight")), "weight") for n in names]


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("sparsity", SHARES)
def test_global_masks_are_those_of_global_unstructured(kind, sparsity):
    for seed in range(8):
        model = random_network(kind, seed)
        masks = magnitude.global_magnitude_masks(model, sparsity)
        pairs = _oracle(model, masks)
        prune.global_unstructured(pairs, prune.L1Unstructured, amount=sparsity)
        for mask, (module, _) in zip(masks.values(), pairs, strict=True):
            assert torch.equal(mask, module.weight_mask.bool())


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("sparsity", SHARES)
def test_layerwise_masks_are_those_of_l1_unstructured(kind, sparsity):
    for seed in range(8):
        model = random_network(kind, seed)
        masks = magnitude.layerwise_masks(model, sparsity)
        pairs = _oracle(model, masks)
        for mask, (module, name) in zip(masks.values(), pairs, strict=True):
            prune.l1_unstructured(module, name, amount=sparsity)
            assert torch.equal(mask, module.weight_mask.bool())


@pytest.mark.parametrize("kind", NETWORKS)
def test_masks_are_for_every_weight_of_linear_and_conv_and_nothing_else(kind):
    model = random_network(kind, 3)
    parameters = dict(model.named_parameters())
    expected = {
        name
        for name in parameters
        if name.endswith(".weight") and parameters[name].dim() > 1
    }
    masks = magnitude.global_magnitude_masks(model, 0.5)
    assert set(masks) == expected
    assert all(masks[name].shape == parameters[name].shape for name in masks)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NETWORKS), st.integers(0, 99), st.floats(0, 1))
def test_global_count_is_exact_even_where_all_weights_are_equal(kind, seed, sparsity):
    model = random_network(kind, seed)
    with torch.no_grad():
        for weight in magnitude.prunable_weights(model).values():
            weight.fill_(0.5)
    masks = magnitude.global_magnitude_masks(model, sparsity)
    total = sum(mask.numel() for mask in masks.values())
    pruned = sum(int((~mask).sum()) for mask in masks.values())
    assert pruned == round(sparsity * total)
    assert magnitude.sparsity_of(masks) == pruned / total


def test_layers_not_named_stay_whole():
    model = random_network("mlp", 0)
    name = next(iter(magnitude.prunable_weights(model)))
    masks = magnitude.layerwise_masks(model, {name: 1.0})
    assert not masks[name].any()
    assert len(masks) > 1
    assert all(mask.all() for other, mask in masks.items() if other != name)


def test_scores_replace_sizes_and_their_order_does_not_matter():
    model = random_network("mlp", 2)
    weights = magnitude.prunable_weights(model)
    turned = {name: 1 / weight.detach() for name, weight in weights.items()}
    smallest_first = magnitude.global_magnitude_masks(model, 0.25, scores=turned)
    largest_first = magnitude.global_magnitude_masks(model, 0.75)
    equal = {name: torch.ones_like(weight) for name, weight in weights.items()}
    backwards = dict(reversed(equal.items()))
    tied = [
        magnitude.global_magnitude_masks(model, 0.4, scores=scores)
        for scores in (equal, backwards)
    ]
    for name in weights:
        assert torch.equal(smallest_first[name], ~largest_first[name])
        assert torch.equal(tied[0][name], tied[1][name])


def test_random_control_keeps_as_many_in_each_layer_as_its_generator_decides():
    masks = magnitude.global_magnitude_masks(random_network("lenet5", 0), 0.8)
    drawn = [
        magnitude.random_masks(masks, torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    ]
    for name, mask in masks.items():
        assert drawn[0][name].shape == mask.shape
        assert int(drawn[0][name].sum()) == int(mask.sum())
        assert torch.equal(drawn[0][name], drawn[1][name])
    assert any(not torch.equal(drawn[0][n], drawn[2][n]) for n in masks)
    assert any(not torch.equal(drawn[0][n], masks[n]) for n in masks)


def test_random_control_does_not_prefer_a_place():
    generator = torch.Generator().manual_seed(0)
    mask = torch.arange(20).reshape(4, 5) < 5
    draws = [magnitude.random_masks({"w": mask}, generator)["w"] for _ in range(4000)]
    share = torch.stack(draws).double().mean(0)
    # kept with probability 1/4; five standard errors of 4000 draws
    assert (share - 0.25).abs().max() < 5 * math.sqrt(0.25 * 0.75 / 4000)


def test_tied_weights_are_counted_once():
    model = chain(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6), nn.Linear(6, 2))
    model[2].weight = model[0].weight
    masks = magnitude.global_magnitude_masks(model, 0.5)
    assert list(masks) == ["0.weight", "3.weight"]
    assert sum(int((~mask).sum()) for mask in masks.values()) == (36 + 12) // 2
    magnitude.apply_masks(model, masks)
    assert int((model[2].weight == 0).sum()) == int((~masks["0.weight"]).sum())


@pytest.mark.parametrize("computed", ["prune", "parametrize"])
def test_weights_computed_from_others_are_refused(computed):
    model = chain(nn.Linear(6, 6), nn.Linear(6, 2))
    if computed == "prune":
        prune.l1_unstructured(model[1], "weight", amount=0.5)
    else:
        parametrize.register_parametrization(model[1], "weight", nn.Identity())
    with pytest.raises(ValueError, match="layer '1' must have a plain parameter"):
        magnitude.global_magnitude_masks(model, 0.5)


def test_network_without_weights_is_refused():
    with pytest.raises(ValueError, match="weights to prune, got ReLU without"):
        magnitude.global_magnitude_masks(nn.ReLU(), 0.5)


def test_unknown_layers_and_scores_of_other_shapes_are_refused():
    model = chain(nn.Linear(6, 4), nn.Linear(4, 2))
    with pytest.raises(
        ValueError, match=r"sparsity must contain only .*, got \['2.weight'\]"
    ):
        magnitude.layerwise_masks(model, {"2.weight": 0.5})
    with pytest.raises(ValueError, match=r"sparsity must be a number from 0 .*-0\.5"):
        magnitude.layerwise_masks(model, -0.5)
    for scores in ({}, {"0.weight": torch.ones(4, 6), "1.weight": torch.ones(4, 2)}):
        with pytest.raises(ValueError, match="scores must have one tensor per weight"):
            magnitude.global_magnitude_masks(model, 0.5, scores=scores)


@pytest.mark.parametrize("kind", NETWORKS)
def test_nonzeros_are_counted_in_prunable_weights_alone(kind):
    model = random_network(kind, 4)
    masks = magnitude.global_magnitude_masks(model, 0.7)
    magnitude.apply_masks(model, masks)
    for name, parameter in model.named_parameters():
        if name not in masks:
            parameter.detach().fill_(1)  # counted or not, this would show
    kept = sum(int(mask.sum()) for mask in masks.values())
    assert magnitude.nonzero_weights(model) == kept
