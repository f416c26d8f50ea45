"""How much each unit matters, by five measures."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from course_lib import structured
from course_lib.activation import activation_statistics, output_scores
from course_lib.data import Split
from course_lib.models import MLP, LeNet5, TinyResNet
from course_lib.surgery import unit_counts
from tests.small import NETWORKS, random_network, small_model, small_split

SPLIT = small_split(30)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("network", ["relu", "lenet5"])
@pytest.mark.parametrize("ratio", [0.2, 0.5])
def test_norms_prune_the_rows_that_pytorch_prunes(p, network, ratio):
    model = small_model(network)
    importance = structured.weight_norms(model, p)
    keep = structured.select_units(importance, ratio)
    for name, mask in keep.items():
        layer = copy.deepcopy(model.get_submodule(name))
        prune.ln_structured(layer, "weight", amount=ratio, n=p, dim=0)
        assert torch.equal(layer.weight_mask.flatten(1).any(dim=1), mask)


def test_norm_of_a_stream_counts_all_layers_that_add_to_it():
    torch.manual_seed(0)
    model = TinyResNet((3, 4), ((2, 0), (3, 2)))
    found = structured.weight_norms(model, p=2)["stream2"]
    first, second = model.stage2_block1, model.stage2_block2
    producers = (first.shortcut, first.conv2, second.conv2)
    rows = torch.cat([layer.weight.flatten(1) for layer in producers], dim=1)
    torch.testing.assert_close(found, rows.norm(dim=1))


def test_norm_of_a_head_counts_queries_keys_and_values():
    model = random_network("transformer", 1)
    found = structured.weight_norms(model, p=1)["block1.heads"]
    block = model.block1
    for head in range(len(found)):
        rows = slice(head * block.head_width, (head + 1) * block.head_width)
        layers = (block.query, block.key, block.value)
        expected = sum(layer.weight[rows].abs().sum() for layer in layers)
        torch.testing.assert_close(found[head], expected)


def _gated_slopes(model, group, units, split):
    """∂loss/∂gate for a gate on what the readers of each unit get."""
    gate = torch.ones(units, dtype=torch.float64, requires_grad=True)

    def multiply(module, inputs):
        channels_first = isinstance(module, nn.Conv2d)
        size = inputs[0].shape[1 if channels_first else -1]
        factor = gate.repeat_interleave(size // units)
        return inputs[0] * (factor[:, None, None] if channels_first else factor)

    handles = [
        model.get_submodule(name).register_forward_pre_hook(multiply)
        for name in group.consumers
    ]
    loss = nn.functional.cross_entropy(model(split.images), split.labels)
    for handle in handles:
        handle.remove()
    return torch.autograd.grad(loss, gate)[0]


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("seed", range(4))
def test_taylor_score_is_the_squared_slope_of_a_gate(kind, seed):
    model = random_network(kind, seed)
    found = structured.taylor_scores(model, SPLIT, batch_size=20)
    batches = SPLIT.first(20), Split(SPLIT.images[20:], SPLIT.labels[20:])
    for name, units in unit_counts(model).items():
        group = model.unit_groups[name]
        slopes = [_gated_slopes(model, group, units, batch) for batch in batches]
        expected = (20 * slopes[0] ** 2 + 10 * slopes[1] ** 2) / 30
        torch.testing.assert_close(found[name], expected, rtol=1e-8, atol=1e-15)
    assert all(value.grad is None for value in model.parameters())


@pytest.mark.parametrize("network", ["relu", "lenet5"])
def test_taylor_score_behind_a_relu_is_read_off_the_unit_s_own_weights_too(network):
    model = MLP([784, 7, 5, 10]) if network == "relu" else LeNet5((3, 4), 6)
    model = model.double()
    found = structured.taylor_scores(model, SPLIT)
    nn.functional.cross_entropy(model(SPLIT.images), SPLIT.labels).backward()
    for name, scores in found.items():
        layer = model.get_submodule(name)
        gate = (layer.weight * layer.weight.grad).flatten(1).sum(1)
        gate = gate + layer.bias * layer.bias.grad
        torch.testing.assert_close(scores, gate.detach() ** 2)


def test_taylor_score_of_frozen_weights_is_the_same():
    model = small_model("gelu")
    before = structured.taylor_scores(model, SPLIT)
    after = structured.taylor_scores(model.requires_grad_(False), SPLIT)
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_importance_gives_every_group_one_number_per_unit(network):
    model = random_network(network, 2)
    statistics = activation_statistics(model, SPLIT)
    for found in (
        structured.weight_norms(model, p=1),
        structured.weight_norms(model, p=2),
        structured.taylor_scores(model, SPLIT),
        structured.random_scores(model, torch.Generator().manual_seed(0)),
        output_scores(model, statistics),
    ):
        sizes = {name: len(scores) for name, scores in found.items()}
        assert sizes == unit_counts(model)
        assert all((scores >= 0).all() for scores in found.values())


def test_random_importance_follows_its_generator():
    model, generator = small_model("relu"), torch.Generator
    draws = [
        structured.random_scores(model, generator().manual_seed(seed))["fc1"]
        for seed in (0, 0, 1)
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_statistics_of_another_network_are_refused():
    statistics = activation_statistics(small_model("lenet5"), SPLIT)
    with pytest.raises(ValueError, match=r"statistics must be .* 4 units for 'conv1'"):
        output_scores(small_model("relu"), statistics)
