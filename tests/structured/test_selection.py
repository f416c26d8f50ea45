"""Exactly as many units go as were asked for, and the lowest."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import structured

# few different values, so that ties are common
SCORES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=9)
LAYERS = st.lists(SCORES, min_size=1, max_size=4)
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
    keep = structured.select_units(importance, 0.5, scope=scope, skip=importance)
    assert all(mask.all() for mask in keep.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ratio": 1.1}, "ratio must be a number from 0 to 1, got 1.1"),
        ({"ratio": float("nan")}, "ratio must be a number from 0 to 1, got nan"),
        ({"ratio": -0.1, "scope": "global"}, "ratio must be .*, got -0.1"),
        (
            {"ratio": {"fc9": 0.5}},
            r"ratio must contain only \['fc1'\], got \['fc9'\]",
        ),
        ({"ratio": {"fc1": 0.5}, "scope": "global"}, "must be .*, got a mapping"),
        ({"ratio": 0.5, "scope": "all"}, "must be 'layer' or 'global', got 'all'"),
        ({"ratio": 0.5, "minimum": 0}, "minimum must be a whole number ≥ 1, got 0"),
        ({"ratio": 0.5, "skip": ("fc3",)}, r"skip must contain only .*, got \['fc3'\]"),
    ],
)
def test_impossible_selections_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        structured.select_units(_importance([[1.0, 2.0]]), **arguments)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_importance_that_is_no_number_is_refused(bad):
    with pytest.raises(ValueError, match=r"importance\['fc1'\] must be finite"):
        structured.select_units(_importance([[1.0, bad]]), 0.5)
