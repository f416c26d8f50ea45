"""A masked network and the smaller one compute the same, and so does Torch-Pruning.

Two oracles that know nothing of the unit groups: the whole network with zeros in
it, and the dependency graph that Torch-Pruning traces.
"""

import copy

import pytest
import torch
import torch_pruning
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.magnitude import masked
from course_lib.measure import parameter_count
from course_lib.structured import as_masks, remove_units
from course_lib.surgery import unit_counts
from tests.small import NETWORKS, random_keep, random_network, small_split

EXACT = {"rtol": 0, "atol": 1e-10}
IMAGES = small_split(3).images


@pytest.mark.parametrize("kind", NETWORKS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_masked_network_equals_shrunk_network(kind, seed):
    model = random_network(kind, seed)
    keep = random_keep(model, seed + 1)
    masks, smaller = as_masks(model, keep), remove_units(model, keep)
    zeroed = masked(model, masks)
    torch.testing.assert_close(smaller(IMAGES), zeroed(IMAGES), **EXACT)
    left = sum(
        int(masks[name].sum()) if name in masks else value.numel()
        for name, value in model.named_parameters()
    )
    assert left == parameter_count(smaller)


@pytest.mark.parametrize("kind", NETWORKS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_masked_units_are_silent_and_the_others_say_the_same(kind, seed):
    model = random_network(kind, seed)
    keep = random_keep(model, seed + 1)
    zeroed = masked(model, as_masks(model, keep))
    whole = zeroed(IMAGES, return_activations=True)[1]
    small = remove_units(model, keep)(IMAGES, return_activations=True)[1]
    assert list(whole) == list(small)
    for name, values in whole.items():
        kept = keep.get(name, torch.ones(values.shape[1], dtype=torch.bool))
        torch.testing.assert_close(small[name], values[:, kept], **EXACT)
        assert torch.count_nonzero(values[:, ~kept]) == 0


@pytest.mark.parametrize("forgotten", ["weight", "bias"])
def test_a_norm_that_is_not_masked_lets_a_removed_channel_speak(forgotten):
    model = random_network("resnet", 3)
    units = model.get_submodule("stage2_block1.conv1").out_channels
    keep = {"stage2_block1": torch.arange(units) > 0}
    masks = as_masks(model, keep)
    for name in ("stage2_block1.conv2.weight", f"stage2_block1.norm1.{forgotten}"):
        del masks[name]  # the reader too, or it would not hear
    norm = model.stage2_block1.norm1
    for values, number in ((norm.weight, 1), (norm.bias, 1), (norm.running_mean, -1)):
        nn.init.constant_(values, number)  # each alone is enough to pass the ReLU
    difference = masked(model, masks)(IMAGES) - remove_units(model, keep)(IMAGES)
    assert difference.abs().max() > 1e-3


def _group(graph, layer, rows):
    """What Torch-Pruning says must go together with some outputs of a layer."""
    kind = "linear" if isinstance(layer, nn.Linear) else "conv"
    prune = getattr(torch_pruning, f"prune_{kind}_out_channels")
    return graph.get_pruning_group(layer, prune, rows)


def _pruned_by_torch_pruning(model, keep):
    """The same cut by Torch-Pruning, and the modules that it touched, by group."""
    twin = copy.deepcopy(model)
    graph = torch_pruning.DependencyGraph()
    graph.build_dependency(twin, IMAGES, verbose=False)
    names = {module: name for name, module in twin.named_modules()}
    touched = {}
    for name, mask in keep.items():
        units = model.unit_groups[name]
        gone = (~mask).nonzero().flatten().tolist()
        each = units.rows_per_unit
        rows = [unit * each + i for unit in gone for i in range(each)]
        if not rows:
            continue
        group = _group(graph, twin.get_submodule(units.producers[0]), rows)
        touched[name] = {
            (names[entry.target.module], entry.handler.__name__.split("_")[1])
            for entry, _ in group
            if entry.target.module in names
        }
        group.prune()
    return twin, touched


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("seed", range(12))
def test_torch_pruning_makes_the_same_network(kind, seed):
    model = random_network(kind, seed)
    keep = random_keep(model, seed + 1)
    expected, touched = _pruned_by_torch_pruning(model, keep)
    smaller = remove_units(model, keep)
    shapes = {name: value.shape for name, value in expected.state_dict().items()}
    assert {n: value.shape for n, value in smaller.state_dict().items()} == shapes
    torch.testing.assert_close(smaller(IMAGES), expected(IMAGES), **EXACT)
    for name, modules in touched.items():
        group = model.unit_groups[name]
        ours = {(m, "out") for m in (*group.producers, *group.norms)}
        ours |= {(m, "in") for m in group.consumers}
        assert modules == ours


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("seed", range(6))
def test_sizes_that_layers_report_are_those_of_their_weights(kind, seed):
    model = random_network(kind, seed)
    smaller = remove_units(model, random_keep(model, seed + 1))
    for module in smaller.modules():
        if isinstance(module, nn.Linear):
            assert module.weight.shape == (module.out_features, module.in_features)
        elif isinstance(module, nn.Conv2d):
            assert module.weight.shape[:2] == (module.out_channels, module.in_channels)
        elif isinstance(module, nn.BatchNorm2d):
            assert module.running_mean.shape == (module.num_features,)
    activations = smaller(IMAGES, return_activations=True)[1]
    for name, units in unit_counts(smaller).items():
        assert activations[name].shape[:2] == (len(IMAGES), units)
