"""Sweeps measure one way, and choices are made on validation."""

import pandas as pd
import pytest
import torch

from course_lib import experiments as ex
from course_lib.activation import activation_statistics, remove_neurons
from course_lib.data import Split
from course_lib.evaluation import accuracy, predictions
from course_lib.magnitude import global_magnitude_masks, masked
from course_lib.measure import parameter_count
from course_lib.models import MLP, LeNet5
from course_lib.structured import select_units, weight_norms
from course_lib.surgery import remove_units
from course_lib.uncertainty import PairedDifference


def _split(n=60, seed=0):
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(n, 1, 28, 28, generator=generator, dtype=torch.float64)
    return Split(images, torch.arange(n) % 10)


def _model(seed=0):
    torch.manual_seed(seed)
    return MLP((784, 40, 30, 10)).double()


def _left(model, reduction):
    statistics = activation_statistics(model, _split())
    keep = ex.keep_ratio_masks(model, statistics, reduction, minimum=2)
    return parameter_count(remove_neurons(model, keep)) / parameter_count(model)


@pytest.mark.parametrize("reduction", [0.2, 0.5, 0.9])
def test_masks_reach_the_reduction_asked_for_and_hardly_more(reduction):
    left = _left(_model(), reduction)
    assert 1 - reduction - 0.04 < left <= 1 - reduction  # about one neuron of fc1
    torch.manual_seed(0)
    assert _left(LeNet5((6, 8), 40).double(), reduction) <= 1 - reduction


@pytest.mark.parametrize("reduction", [-0.1, 1.0])
def test_reduction_out_of_range_is_refused(reduction):
    model = _model()
    with pytest.raises(ValueError, match="reduction must be a number ≥ 0 and < 1"):
        ex.keep_ratio_masks(model, activation_statistics(model, _split()), reduction)


def test_random_draws_lose_nothing_where_nothing_is_removed():
    model, split = _model(), _split()
    found = activation_statistics(model, split)
    keep = {name: torch.ones(len(s.mean)).bool() for name, s in found.items()}
    assert ex.random_drops(model, keep, split, draws=2) == [0, 0]


def test_errors_by_score_have_a_row_per_ratio_and_chance_a_column_per_draw():
    model, split = _model(), _split()
    split = Split(split.images, predictions(model, split))  # no error at first
    scores = {"l1": weight_norms(model, p=1), "same": weight_norms(model, p=1)}
    errors, chance = ex.errors_by_score(model, scores, [0, 0.6, 0.9], split, draws=3)
    assert list(errors.columns) == ["l1", "same", "single weights"]
    assert list(errors.index) == list(chance.index) == [0, 0.6, 0.9]
    assert chance.shape == (3, 3)
    assert not errors.loc[0].any()
    assert not chance.loc[0].any()
    keep = select_units(scores["l1"], 0.6)
    smaller = remove_units(model, keep)
    error = 100 - 100 * accuracy(smaller, split)
    assert errors.loc[0.6, "l1"] == errors.loc[0.6, "same"] == error
    drops = ex.random_drops(model, keep, split, draws=3)
    assert chance.loc[0.6].tolist() == pytest.approx(drops)
    gone = 1 - parameter_count(smaller) / parameter_count(model)
    pruned = masked(model, global_magnitude_masks(model, gone))
    assert errors.loc[0.6, "single weights"] == 100 - 100 * accuracy(pruned, split)


def test_stored_answers_are_compared_with_the_unpruned_network_of_their_seed():
    labels = torch.arange(10)
    first, second = labels.clone(), labels.clone()
    first[0], second[1] = 5, 5
    answers = {
        "unpruned-test-0": first,
        "unpruned-test-1": second,
        "random-test-1": first,
        "random-2-test-1": labels,
        "dense-test-2": second,  # no network of its own: compared with seed 0's
    }
    rows = ex.compare_stored(answers, labels)
    assert list(rows["way"]) == ["unpruned", "unpruned", "random", "random", "dense"]
    assert list(rows["seed"]) == [0, 1, 1, 1, 2]
    assert rows["error"].tolist() == pytest.approx([10, 10, 10, 0, 10])
    assert list(rows["test_lost"]) == [0, 0, 1, 0, 1]
    assert list(rows["test_gained"]) == [0, 0, 1, 1, 1]
    assert (rows["low"] <= rows["error"] + 1e-9).all()
    assert (rows["error"] < rows["high"]).all()


def test_random_draws_differ_and_fold_only_if_asked():
    model, split = _model(), _split()
    found = activation_statistics(model, split)
    keep = {k: torch.arange(len(s.mean)) % 2 == 0 for k, s in found.items()}
    lost = ex.random_drops(model, keep, split, draws=5)
    assert len(set(lost)) > 1
    assert lost[:2] == ex.random_drops(model, keep, split, draws=2)
    assert lost != ex.random_drops(model, keep, split, draws=5, fold_mean_of=found)


def test_seeds_are_compared_each_with_its_own_network():
    models, split = [_model(0), _model(1)], _split()
    after = {(0.5, seed): model for seed, model in enumerate(models)}
    rows = ex.compare_seeds(models, after, split, "share")
    assert rows[["share", "seed"]].to_numpy().tolist() == [[0.5, 0], [0.5, 1]]
    assert rows["changed"].tolist() == [0, 0]
    crossed = {(0.5, 1 - seed): model for seed, model in enumerate(models)}
    rows = ex.compare_seeds(models, crossed, split, "share")
    assert (rows["changed"] > 0).all()


def test_score_pruning_with_folding_loses_less_of_the_outputs():
    model, split = _model(), _split()
    found = activation_statistics(model, split)
    errors = []
    for fold in (True, False):
        smaller = ex.prune_by_score(model, found, 0.5, fold=fold)
        errors.append((smaller(split.images) - model(split.images)).pow(2).mean())
    assert errors[0] < errors[1]


def test_score_sweep_has_a_row_a_share():
    model, split = _model(), _split()
    found = activation_statistics(model, split)
    rows = ex.score_sweep(model, found, [0.2, 0.6], split)
    assert rows["share"].tolist() == [0.2, 0.6]
    assert (rows["size_reduction"] >= 100 * rows["share"]).all()


def _sweep():
    return pd.DataFrame(
        {"size_reduction": [10, 60, 70, 90], "drop": [0.0, 0.08, 0.3, float("nan")]}
    )


def test_choice_is_the_smallest_network_within_the_budget():
    assert ex.choose(_sweep(), 0.08)["size_reduction"] == 60
    assert ex.choose(_sweep(), 0.5)["size_reduction"] == 70


def test_choice_that_nothing_satisfies_is_refused():
    with pytest.raises(ValueError, match=r"no row .* the smallest is 0\.00"):
        ex.choose(_sweep(), -1)


def test_comparison_counts_changed_answers_apart_from_the_drop():
    before, after, split = _model(0), _model(1), _split()
    row = ex.compare(before, after, split)
    assert row["size_reduction"] == 0
    assert row["drop"] == pytest.approx(row["before"] - row["after"])
    assert row["changed"] >= abs(row["drop"])
    assert row["low"] < row["drop"] < row["high"]
    same = ex.compare(before, before, split)
    assert (same["drop"], same["changed"]) == (0, 0)


def test_class_drops_average_to_the_drop_when_classes_are_equally_large():
    before, after, split = _model(0), _model(1), _split()
    frame = ex.drop_per_class(before, after, split)
    assert list(frame.index) == list(range(10))
    assert frame["drop"].mean() == pytest.approx(
        ex.compare(before, after, split)["drop"]
    )


def test_spread_is_the_sample_standard_deviation_over_seeds():
    rows = pd.DataFrame({"method": ["a", "a", "b", "b"], "drop": [1.0, 3.0, 2.0, 2.0]})
    table = ex.summarize(rows, ["method"], ["drop"])
    assert table.loc["a", ("drop", "mean")] == 2
    assert table.loc["a", ("drop", "std")] == pytest.approx(2**0.5)
    assert table.loc["b", ("drop", "std")] == 0


def test_both_spreads_are_those_of_seeds_and_of_images():
    rows = pd.DataFrame(
        {
            "size": [0.5] * 3,
            "seed": [0, 0, 1],
            "error": [2.0, 4.0, 3.0],
            "test_lost": [10, 30, 5],
            "test_gained": [0, 0, 5],
        }
    )
    (row,) = ex.two_spreads(rows, ["size"], images=1000).to_dict("records")
    assert row["drop"] == pytest.approx((2 + 0) / 2)
    assert row["± seeds"] == pytest.approx(2**0.5)
    halves = [
        (high - low) / 2
        for lost, gained in ((10, 0), (30, 0), (5, 5))
        for low, high in [PairedDifference(1000, lost, gained).interval]
    ]
    wanted = ((halves[0] + halves[1]) / 2 + halves[2]) / 2
    assert row["± images"] == pytest.approx(wanted)
    assert [row[k] for k in ("networks", "error", "min", "max")] == [3, 3, 2, 4]
    assert "error" not in ex.two_spreads(rows.drop(columns="error"), ["size"])


def test_errors_by_seed_are_those_of_one_way_on_the_test_images():
    labels = torch.tensor([1, 2, 3, 4])
    answers = {
        "gradual-test-1": torch.tensor([1, 2, 3, 0]),
        "gradual-test-0": labels,
        "gradual-validation-0": labels + 1,
        "more-gradual-test-0": labels + 1,
    }
    found = ex.errors_by_seed(answers, "gradual-", labels)
    assert found.to_dict() == {0: 0, 1: 25}
    assert list(found.index) == [0, 1]
    assert ex.errors_by_seed(answers, labels=labels).empty
