"""Importance, selection and sensitivity of units."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune

from course_lib import structured
from course_lib.activation import activation_statistics
from course_lib.measure import parameter_count
from course_lib.models import MLP, LeNet5, TinyResNet
from course_lib.surgery import unit_counts
from course_lib.training import accuracy
from tests.small import NETWORKS, random_network, small_model, small_split

SPLIT = small_split(30)


@pytest.mark.parametrize(("kind", "norm"), [("l1", 1), ("l2", 2)])
@pytest.mark.parametrize("network", ["relu", "lenet5"])
@pytest.mark.parametrize("ratio", [0.2, 0.5])
def test_norms_prune_the_rows_that_pytorch_prunes(kind, norm, network, ratio):
    model = small_model(network)
    importance = structured.unit_importance(model, kind)
    keep = structured.select_units(importance, ratio)
    for name, mask in keep.items():
        layer = copy.deepcopy(model.get_submodule(name))
        prune.ln_structured(layer, "weight", amount=ratio, n=norm, dim=0)
        assert torch.equal(layer.weight_mask.flatten(1).any(dim=1), mask)


def test_norm_of_a_stream_counts_all_who_write_to_it():
    torch.manual_seed(0)
    model = TinyResNet((3, 4), ((2, 0), (3, 2)))
    found = structured.unit_importance(model, "l2")["stream2"]
    first, second = model.stage2_block1, model.stage2_block2
    writers = (first.shortcut, first.conv2, second.conv2)
    rows = torch.cat([layer.weight.flatten(1) for layer in writers], dim=1)
    torch.testing.assert_close(found, rows.norm(dim=1))


def test_norm_of_a_head_counts_queries_keys_and_values():
    model = random_network("transformer", 1)
    found = structured.unit_importance(model, "l1")["block1.heads"]
    block = model.block1
    for head in range(len(found)):
        rows = slice(head * block.head_width, (head + 1) * block.head_width)
        layers = (block.query, block.key, block.value)
        expected = sum(layer.weight[rows].abs().sum() for layer in layers)
        torch.testing.assert_close(found[head], expected)


def _gated_slopes(model, seam, units, split):
    """∂loss/∂gate for a gate on what the readers of each unit get."""
    gate = torch.ones(units, dtype=torch.float64, requires_grad=True)

    def multiply(module, inputs):
        channels_first = isinstance(module, nn.Conv2d)
        size = inputs[0].shape[1 if channels_first else -1]
        factor = gate.repeat_interleave(size // units)
        return inputs[0] * (factor[:, None, None] if channels_first else factor)

    handles = [
        model.get_submodule(name).register_forward_pre_hook(multiply)
        for name in seam.consumers
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
    batches = (
        SPLIT.first(20),
        SPLIT._replace(images=SPLIT.images[20:], labels=SPLIT.labels[20:]),
    )
    for name, units in unit_counts(model).items():
        seam = model.seams[name]
        slopes = [_gated_slopes(model, seam, units, batch) for batch in batches]
        expected = (20 * slopes[0] ** 2 + 10 * slopes[1] ** 2) / 30
        torch.testing.assert_close(found[name], expected, rtol=1e-8, atol=1e-15)
    assert all(value.grad is None for value in model.parameters())


@pytest.mark.parametrize("network", ["relu", "lenet5"])
def test_taylor_score_behind_a_relu_is_read_off_the_unit_s_own_weights_too(network):
    model = MLP([784, 7, 5, 10]) if network == "relu" else LeNet5((3, 4), 6)
    model = model.double()
    found = structured.unit_importance(model, "taylor", split=SPLIT)
    nn.functional.cross_entropy(model(SPLIT.images), SPLIT.labels).backward()
    for name, scores in found.items():
        layer = model.get_submodule(name)
        gate = (layer.weight * layer.weight.grad).flatten(1).sum(1)
        gate = gate + layer.bias * layer.bias.grad
        torch.testing.assert_close(scores, gate.detach() ** 2)


def test_taylor_score_of_frozen_weights_is_the_same():
    model = small_model("gelu")
    before = structured.unit_importance(model, "taylor", split=SPLIT)
    after = structured.unit_importance(
        model.requires_grad_(False), "taylor", split=SPLIT
    )
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("kind", structured.KINDS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_kind_gives_every_seam_a_number_a_unit(kind, network):
    model = random_network(network, 2)
    given = {
        "statistics": activation_statistics(model, SPLIT),
        "split": SPLIT,
        "generator": torch.Generator().manual_seed(0),
    }
    found = structured.unit_importance(model, kind, **given)
    assert {name: len(scores) for name, scores in found.items()} == unit_counts(model)
    assert all((scores >= 0).all() for scores in found.values())


def test_random_importance_follows_its_generator():
    draws = [
        structured.unit_importance(
            small_model("relu"), "random", generator=torch.Generator().manual_seed(seed)
        )["fc1"]
        for seed in (0, 0, 1)
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("activation", "statistics"), ("taylor", "split"), ("random", "generator")],
)
def test_what_a_kind_needs_is_asked_for(kind, missing):
    with pytest.raises(ValueError, match=f"{missing} is None; kind '{kind}' needs it"):
        structured.unit_importance(small_model("relu"), kind)


def test_unknown_kind_names_what_is_allowed():
    with pytest.raises(ValueError, match=r"kind is 'l3'; allowed are \['l1', 'l2'"):
        structured.unit_importance(small_model("relu"), "l3")


def test_statistics_of_another_network_are_refused():
    statistics = activation_statistics(small_model("lenet5"), SPLIT)
    with pytest.raises(ValueError, match="statistics has 4 units for 'conv1'"):
        structured.unit_importance(
            small_model("relu"), "activation", statistics=statistics
        )


def test_taylor_of_an_empty_split_is_refused():
    with pytest.raises(ValueError, match="split is empty"):
        structured.taylor_scores(small_model("relu"), SPLIT.first(0))


# few different values, so that ties are common
LAYERS = st.lists(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=9),
    min_size=1,
    max_size=4,
)
RATIOS = st.floats(0, 1)


def _importance(layers):
    return {f"fc{i}": torch.tensor(scores) for i, scores in enumerate(layers, 1)}


@settings(max_examples=100, deadline=None)
@given(LAYERS, RATIOS, st.integers(1, 4))
def test_each_layer_loses_exactly_its_share_and_the_lowest(layers, ratio, minimum):
    importance = _importance(layers)
    keep = structured.select_units(importance, ratio, minimum=minimum)
    assert list(keep) == list(importance)
    for name, mask in keep.items():
        scores, units = importance[name], len(mask)
        gone = min(round(ratio * units), max(units - minimum, 0))
        assert int((~mask).sum()) == gone
        if gone:
            assert scores[~mask].max() <= scores[mask].min()
            tied = scores == scores[~mask].max()
            assert mask[tied].int().diff().ge(0).all()  # the first of equals go


def _greedy(importance, ratio, minimum):
    """Take the lowest of all, one at a time, from layers that can spare one."""
    left = {
        (name, unit): float(score / scores.double().pow(2).mean().sqrt())
        if scores.any()
        else 0.0
        for name, scores in importance.items()
        for unit, score in enumerate(scores.double())
    }
    order = {key: place for place, key in enumerate(left)}
    for _ in range(round(ratio * len(left))):
        sizes = {name: sum(key[0] == name for key in left) for name, _ in left}
        spare = [key for key in left if sizes[key[0]] > minimum]
        if not spare:
            break
        del left[min(spare, key=lambda key: (left[key], order[key]))]
    return left


@settings(max_examples=100, deadline=None)
@given(LAYERS, RATIOS, st.integers(1, 3))
def test_the_whole_network_loses_what_one_at_a_time_would(layers, ratio, minimum):
    importance = _importance(layers)
    keep = structured.select_units(importance, ratio, scope="global", minimum=minimum)
    kept = {(n, unit) for n, mask in keep.items() for unit in mask.nonzero().flatten()}
    expected = _greedy(importance, ratio, minimum)
    assert {(name, int(unit)) for name, unit in kept} == set(expected)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_scale_of_a_layer_s_importance_does_not_matter(factor):
    generator = torch.Generator().manual_seed(0)
    importance = {f"fc{i}": torch.rand(20, generator=generator) for i in (1, 2)}
    before = structured.select_units(importance, 0.4, scope="global")
    importance["fc1"] = importance["fc1"] * factor
    after = structured.select_units(importance, 0.4, scope="global")
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_ratios_can_be_given_layer_by_layer():
    importance = _importance([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0], [1.0, 1.0]])
    keep = structured.select_units(importance, {"fc1": 0.5, "fc2": 0.5})
    assert {name: mask.int().tolist() for name, mask in keep.items()} == {
        "fc1": [0, 0, 1, 1], "fc2": [1, 0], "fc3": [1, 1],
    }  # fmt: skip


@pytest.mark.parametrize("scope", ["layer", "global"])
def test_skipped_layers_stay_whole_and_do_not_count(scope):
    importance = _importance([[0.0] * 10, [1.0, 2.0, 3.0, 4.0]])
    keep = structured.select_units(importance, 0.5, scope=scope, skip=("fc1",))
    assert [int(mask.sum()) for mask in keep.values()] == [10, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ratio": 1.1}, r"ratio is 1.1; allowed are fractions in \[0, 1\]"),
        ({"ratio": float("nan")}, "ratio is nan"),
        ({"ratio": -0.1, "scope": "global"}, "ratio is -0.1"),
        ({"ratio": {"fc9": 0.5}}, r"ratio names \['fc9'\]; allowed are \['fc1'\]"),
        ({"ratio": {"fc1": 0.5}, "scope": "global"}, "ratio is a mapping"),
        ({"ratio": 0.5, "scope": "all"}, "scope is 'all'; allowed are 'layer' and"),
        ({"ratio": 0.5, "minimum": 0}, "minimum is 0; allowed are whole numbers"),
        ({"ratio": 0.5, "skip": ("fc3",)}, r"skip has \['fc3'\]; allowed are"),
    ],
)
def test_impossible_selections_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        structured.select_units(_importance([[1.0, 2.0]]), **arguments)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_importance_that_is_no_number_is_refused(bad):
    with pytest.raises(ValueError, match=r"importance\['fc1'\] holds nan or inf"):
        structured.select_units(_importance([[1.0, bad]]), 0.5)


def test_sensitivity_cuts_one_layer_at_a_time():
    model = small_model("relu")
    importance = structured.unit_importance(model, "l1")
    rows = structured.unit_sensitivity(model, importance, [0, 0.5], SPLIT)
    assert list(zip(rows["layer"], rows["ratio"], rows["units"], strict=True)) == [
        ("fc1", 0, 12), ("fc1", 0.5, 6), ("fc2", 0, 9), ("fc2", 0.5, 5),
    ]  # fmt: skip
    assert (rows["drop"][rows["ratio"] == 0] == 0).all()
    keep = structured.select_units(importance, {"fc2": 0.5})
    smaller = structured.remove_units(model, keep)
    assert rows["parameters"][3] == parameter_count(smaller)
    assert rows["accuracy"][3] == 100 * accuracy(smaller, SPLIT)
    base = 100 * accuracy(model, SPLIT)
    assert rows["drop"][3] == pytest.approx(base - rows["accuracy"][3])
