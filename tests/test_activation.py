"""Streaming statistics equal the whole; removal is exact when it should be."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib import activation as act
from course_lib.data import Split
from course_lib.measure import parameter_count
from course_lib.models import TinyTransformer
from tests.small import random_network
from tests.small import small_model as _model
from tests.small import small_split as _split


@pytest.mark.parametrize("kind", ["relu", "gelu", "tanh", "lenet5"])
@pytest.mark.parametrize("batch_size", [1, 7, 50, 1000])
def test_streaming_equals_the_whole(kind, batch_size):
    model, split = _model(kind), _split()
    found = act.activation_statistics(model, split, batch_size)
    whole = model(split.images, return_activations=True)[1]
    assert list(found) == list(model.unit_groups)
    for name, values in whole.items():
        rows = values.detach().transpose(0, 1).flatten(1)
        assert found[name].count == rows.shape[1]
        std = rows.std(dim=1, correction=0)
        torch.testing.assert_close(found[name].mean, rows.mean(dim=1))
        torch.testing.assert_close(found[name].std, std, rtol=1e-9, atol=1e-12)
        zeros = (rows == 0).double().mean(dim=1)
        torch.testing.assert_close(found[name].zero_fraction, zeros)


def test_spread_survives_a_mean_of_a_million():
    generator = torch.Generator().manual_seed(0)
    values = 1e6 + torch.randn(5000, 3, generator=generator, dtype=torch.float64)
    merged = act.describe_batch(values[:1])
    for batch in values[1:].split(37):
        merged = merged.merge(act.describe_batch(batch))
    expected = (values - values.mean(0)).std(dim=0, correction=0)
    torch.testing.assert_close(merged.std, expected, rtol=1e-8, atol=0)
    # what a sum of squares would have given: wrong already in the second digit
    naive = (values.float().pow(2).mean(0) - values.float().mean(0).pow(2)).abs()
    assert not torch.allclose(naive.sqrt().double(), expected, rtol=0.01)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=6), st.integers(0, 99))
def test_merge_does_not_depend_on_how_the_data_was_cut(sizes, seed):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(sum(sizes), 4, generator=generator, dtype=torch.float64)
    merged = None
    for batch in values.split(sizes):
        part = act.describe_batch(batch)
        merged = part if merged is None else merged.merge(part)
    whole = act.describe_batch(values)
    assert merged.count == whole.count
    torch.testing.assert_close(merged.mean, whole.mean, rtol=0, atol=1e-12)
    torch.testing.assert_close(merged.std, whole.std, rtol=0, atol=1e-12)


def test_activation_module_used_twice_is_refused():
    relu = nn.ReLU()
    model = nn.Sequential(nn.Linear(4, 3), relu, nn.Linear(3, 3), relu)
    with pytest.raises(ValueError, match="'1' must be used once per pass"):
        act.activation_statistics(model.double(), _split(5, (4,)))
    assert not relu._forward_hooks


def test_memory_does_not_grow_with_the_split(monkeypatch):
    sizes = []
    original = act.describe_batch

    def watch(activation, *args, **options):
        sizes.append(activation.numel())
        return original(activation, *args, **options)

    monkeypatch.setattr(act, "describe_batch", watch)
    act.activation_statistics(_model("relu"), _split(500), 100)
    assert max(sizes) == 100 * 12


@pytest.mark.parametrize("model", [nn.Linear(4, 2), nn.Sequential(nn.Linear(4, 2))])
def test_model_without_hidden_activations_is_refused(model):
    split = Split(torch.ones(3, 4), torch.zeros(3, dtype=torch.int64))
    with pytest.raises(ValueError, match="must have a hidden activation"):
        act.activation_statistics(model, split)


def _statistics(mean, std):
    mean, std = torch.tensor(mean), torch.tensor(std)
    return {"fc1": act.NeuronStatistics(10, mean, std, torch.zeros_like(mean))}


def test_plain_rule_needs_both_a_small_mean_and_a_small_spread():
    found = _statistics([0.0, 0.05, -0.5, 0.0, 0.1], [0.0, 0.3, 0.1, 0.9, 0.4])
    keep = act.select_neurons(found, 0.1, 0.4)
    assert keep["fc1"].tolist() == [False, False, True, True, False]
    exact = act.select_neurons(found, 0, 0)
    assert exact["fc1"].tolist() == [False, True, True, True, True]


@pytest.mark.parametrize("value", [-0.1, math.nan])
def test_negative_threshold_is_refused(value):
    with pytest.raises(ValueError, match="std_threshold must be a number ≥ 0"):
        act.select_neurons(_statistics([0.0], [0.0]), 0.1, value)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 999), st.sampled_from(["relu", "gelu", "tanh", "lenet5"]))
def test_folding_a_neuron_that_never_changes_leaves_the_output_unchanged(seed, kind):
    model, split = _model(kind, seed), _split(12, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    keep = {}
    with torch.no_grad():  # constant neurons: no incoming weights, any bias
        for name, group in model.unit_groups.items():
            layer = model.get_submodule(group.producers[0])
            mask = torch.rand(len(layer.weight), generator=generator) > 0.4
            mask[0] = True
            layer.weight[~mask] = 0
            layer.bias[~mask] = torch.randn(
                int((~mask).sum()), generator=generator, dtype=torch.float64
            )
            keep[name] = mask
    statistics = act.activation_statistics(model, split)
    smaller = act.remove_neurons(model, keep, fold_mean_of=statistics)
    difference = (smaller(split.images) - model(split.images)).abs().max()
    assert difference <= 1e-12


def test_folding_never_hurts_the_next_layer_in_the_mean_square():
    model, split = _model("tanh"), _split(200)
    statistics = act.activation_statistics(model, split)
    keep = {"fc1": torch.arange(12) % 3 > 0}
    before = model(split.images, return_activations=True)[1]["fc1"]

    def error(smaller):
        wanted = model.fc2(before)
        return (smaller.fc2(before[:, keep["fc1"]]) - wanted).pow(2).mean()

    folded = act.remove_neurons(model, keep, fold_mean_of=statistics)
    assert error(folded) < error(act.remove_neurons(model, keep))


def test_model_without_unit_groups_is_refused_with_what_to_add():
    with pytest.raises(ValueError, match="model must have an attribute unit_groups"):
        act.remove_neurons(nn.Linear(3, 2), {})


def _rescaled(model, factor):
    """The same function: fc1's neurons scaled up, their outgoing weights down."""
    with torch.no_grad():
        model.fc1.weight *= factor
        model.fc1.bias *= factor
        model.fc2.weight /= factor
    return model


def test_output_scores_do_not_see_a_rescaling_but_the_plain_rule_does():
    split = _split(100)
    model, scaled = _model("relu"), _rescaled(_model("relu"), 50.0)
    torch.testing.assert_close(scaled(split.images), model(split.images))
    statistics = [act.activation_statistics(m, split) for m in (model, scaled)]
    scores = list(map(act.output_scores, (model, scaled), statistics))
    torch.testing.assert_close(scores[0]["fc1"], scores[1]["fc1"])
    kept = [int(act.select_neurons(s, 0.1, 0.1)["fc1"].sum()) for s in statistics]
    assert kept[0] < kept[1]


def test_output_score_of_a_channel_sums_all_its_columns():
    model, split = _model("lenet5"), _split()
    statistics = act.activation_statistics(model, split)
    scores = act.output_scores(model, statistics)
    columns = model.fc1.weight.detach().reshape(9, 6, 16)
    raw = statistics["conv2"].std * columns.pow(2).sum(dim=(0, 2)).sqrt()
    expected = raw / raw.pow(2).mean().sqrt()
    torch.testing.assert_close(scores["conv2"], expected)


@pytest.mark.parametrize(
    ("kind", "group", "readers"),
    [
        ("transformer", "block1.heads", ["block1.out"]),
        ("resnet", "stream1", [
            "stage1_block1.conv1", "stage1_block2.conv1",
            "stage2_block1.conv1", "stage2_block1.shortcut",
        ]),
    ],
)  # fmt: skip
def test_units_of_several_layers_are_scored_by_all_that_they_say(kind, group, readers):
    model, split = random_network(kind, 9), _split()
    statistics = act.activation_statistics(model, split)
    said = model(split.images, return_activations=True)[1][group].transpose(0, 1)
    size = said.flatten(1).pow(2).mean(dim=1).sqrt()
    weights = [model.get_submodule(reader).weight for reader in readers]
    # one row of columns per unit: [outputs, units * rows, ...] -> [units, rest]
    columns = [
        w.flatten(2).transpose(0, 1) if w.dim() > 2 else w.T[..., None] for w in weights
    ]
    columns = torch.cat([c.reshape(len(size), -1) for c in columns], dim=1)
    expected = (size * columns.norm(dim=1)).detach()
    found = act.output_scores(model, statistics)[group]
    torch.testing.assert_close(found, expected / expected.pow(2).mean().sqrt())


def test_a_head_that_is_always_equally_loud_counts():
    model = TinyTransformer(6, (2,), (3,), head_width=2, dtype=torch.float64)
    one = torch.ones(2, dtype=torch.float64)
    loud = act.NeuronStatistics(10, torch.tensor([3.0, 1e-3]), 0 * one, 0 * one)
    scores = act.output_scores(model, {"block1.heads": loud})["block1.heads"]
    assert scores[0] > 100 * scores[1] > 0


def test_select_by_score_never_empties_a_layer():
    scores = {"fc1": torch.tensor([0.1, 0.9, 0.5])}
    assert act.select_by_score(scores, 5.0)["fc1"].tolist() == [False, True, False]
    kept = act.select_by_score(scores, 5.0, minimum=2)["fc1"]
    assert kept.tolist() == [False, True, True]


def test_random_control_keeps_as_many_in_each_layer():
    keep = {"fc1": torch.arange(30) < 7, "fc2": torch.arange(20) < 3}
    drawn = act.random_keep(keep, torch.Generator().manual_seed(0))
    assert [int(drawn[name].sum()) for name in keep] == [7, 3]
    assert not torch.equal(drawn["fc1"], keep["fc1"])


def test_quantile_thresholds_follow_the_networks_own_scale():
    statistics = act.activation_statistics(_model("relu"), _split(40))
    scaled = {
        name: act.NeuronStatistics(s.count, 8 * s.mean, 8 * s.std, s.zero_fraction)
        for name, s in statistics.items()
    }
    quantiles = [0.0, 0.3, 1.0]
    pairs = act.quantile_thresholds(statistics, quantiles)
    stds = torch.cat([layer.std for layer in statistics.values()])
    assert [std for _, std in pairs] == [stds.quantile(q).item() for q in quantiles]
    of_scaled = act.quantile_thresholds(scaled, quantiles)
    for pair, larger in zip(pairs, of_scaled, strict=True):
        assert larger == (8 * pair[0], 8 * pair[1])  # exact: a power of two
        for name, mask in act.select_neurons(statistics, *pair).items():
            assert torch.equal(mask, act.select_neurons(scaled, *larger)[name])
    with pytest.raises(ValueError, match="each of quantiles must be a number from 0"):
        act.quantile_thresholds(statistics, [30])


def test_sweep_measures_each_pair_and_survives_an_emptied_layer():
    model, split = _model("relu"), _split(40)
    statistics = act.activation_statistics(model, split)
    rows = act.threshold_sweep(model, statistics, [(0, 0), (0.1, 0.2), (9, 9)], split)
    assert rows["neurons"].is_monotonic_decreasing
    assert rows.loc[0, "drop"] == 0
    assert rows.loc[2, "neurons"] == 0
    assert math.isnan(rows.loc[2, "accuracy"])
    keep = act.select_neurons(statistics, 0.1, 0.2)
    smaller = act.remove_neurons(model, keep)
    assert rows.loc[1, "parameters"] == parameter_count(smaller)
    left = parameter_count(smaller) / parameter_count(model)
    assert rows.loc[1, "size_reduction"] == pytest.approx(100 * (1 - left))
