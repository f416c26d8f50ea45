"""What cannot be removed is refused, with what must be."""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from course_lib.models import MLP, TinyTransformer
from course_lib.surgery import UnitGroup, remove_units
from tests.small import chain

THREE = torch.tensor([True, False, True])
FIRST = UnitGroup(["0"], ["1"])
NORMED = UnitGroup(["0"], ["2"], norms=["1"])


@pytest.mark.parametrize(
    ("keep", "error", "message"),
    [
        ({"fc9": torch.ones(5) > 0}, ValueError, "keep must .*'fc9'"),
        ({"fc3": torch.ones(3) > 0}, ValueError, r"some of \['fc1'"),
        ({"fc1": torch.ones(4) > 0}, ValueError, r"must have shape \(5,\)"),
        ({"fc1": torch.zeros(5) > 0}, ValueError, "at least one of 5"),
        ({"fc1": torch.ones(5)}, TypeError, "be a bool tensor, got torch.float32"),
        ({"fc1": [True] * 5}, TypeError, "must be a bool tensor, got list"),
    ],
)
def test_bad_mask_is_refused_with_what_is_allowed(keep, error, message):
    model = MLP([6, 5, 4, 3])
    with pytest.raises(error, match=message):
        remove_units(model, keep)


def test_producer_of_another_kind_is_refused():
    model = chain(nn.Flatten(), nn.Linear(4, 2), a=FIRST)
    keep = {"a": torch.ones(2, dtype=torch.bool)}
    with pytest.raises(TypeError, match="'0' must be Linear or Conv2d, got Flatten"):
        remove_units(model, keep)


@pytest.mark.parametrize(
    ("layers", "group", "error", "message"),
    [
        ([nn.Linear(4, 3), nn.Linear(7, 2)], FIRST, ValueError,
         "'1' must have as many inputs for each of 3 units, got 7"),
        ([nn.Conv2d(3, 3, 1, groups=3), nn.Conv2d(3, 2, 1)], FIRST,
         ValueError, "convolution '0' must have groups=1, .* got 3"),
        ([nn.Conv2d(1, 3, 1), nn.Conv2d(3, 3, 1, groups=3)], FIRST,
         ValueError, "convolution '1' must have groups=1, .* got 3"),
        ([nn.Conv2d(1, 3, 1), nn.ConvTranspose2d(3, 2, 1)], FIRST,
         TypeError, "'1' must be Linear or Conv2d, got ConvTranspose2d"),
        ([nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2)], NORMED,
         TypeError, "norm '1' must be BatchNorm1d .* got LayerNorm"),
        ([nn.Linear(4, 3), nn.BatchNorm1d(5), nn.Linear(3, 2)], NORMED,
         ValueError, "norm '1' must have 3 features, one per output of '0', got 5"),
        ([nn.Linear(4, 3), nn.Linear(4, 2), nn.Linear(3, 2)],
         UnitGroup(["0", "1"], ["2"]),
         ValueError, "layer '1' must have 3 outputs, as '0' has, got 2"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], UnitGroup(["0"], ["1"], rows_per_unit=2),
         ValueError, "rows_per_unit must divide the 3 outputs of layer '0', got 2"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], UnitGroup(["0"], ["1"], rows_per_unit=0),
         ValueError, "rows_per_unit must .* got 0"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], UnitGroup(["0"], ["5"]),
         ValueError, "a unit group must name modules of Sequential, got '5'"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], UnitGroup(["0"], ["1"], ["9"]),
         ValueError, "a unit group must name modules of .* got '9'"),
    ],
)  # fmt: skip
def test_layers_that_cannot_be_pruned_are_refused(layers, group, error, message):
    with pytest.raises(error, match=message):
        remove_units(chain(*layers, a=group), {"a": THREE})


def test_weights_that_another_layer_shares_are_refused():
    model = chain(*(nn.Linear(3, 3) for _ in range(3)), a=FIRST)
    model[2].weight = model[0].weight
    with pytest.raises(ValueError, match=r"'0.weight' must belong .* \['2.weight'\]"):
        remove_units(model, {"a": THREE})


def test_weights_behind_a_mask_or_parametrization_are_refused():
    model = chain(nn.Linear(4, 3), nn.Linear(3, 2), a=FIRST)
    prune.l1_unstructured(model[0], "weight", 0.5)
    message = r"'0\.weight' must be a plain .* computed from"
    with pytest.raises(ValueError, match=message):
        remove_units(model, {"a": THREE})
    prune.remove(model[0], "weight")
    assert remove_units(model, {"a": THREE})[0].out_features == 2


def test_one_layer_that_reads_two_groups_is_refused():
    layers = (nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(6, 2))
    groups = {"a": UnitGroup(["0"], ["2"]), "b": UnitGroup(["1"], ["2"])}
    with pytest.raises(ValueError, match=r"inputs of '2\.weight' must be .* got two"):
        remove_units(chain(*layers, **groups), {"a": THREE, "b": THREE})


def test_constants_are_refused_where_several_layers_compute_the_units():
    model = TinyTransformer(4, (2,), (3,), head_width=2)
    keep = {"block1.heads": torch.tensor([True, False])}
    message = r"fold must .* one producer, .*'block1.heads'"
    with pytest.raises(ValueError, match=message):
        remove_units(model, keep, fold={"block1.heads": torch.ones(2)})


def test_constants_of_another_length_are_refused():
    model = MLP([6, 5, 4, 3])
    keep = {"fc1": torch.arange(5) > 0}
    with pytest.raises(ValueError, match=r"fold\['fc1'\] must .* got \(4,\)"):
        remove_units(model, keep, fold={"fc1": torch.ones(4)})


@pytest.mark.parametrize("field", ["producers", "consumers", "norms"])
def test_string_in_place_of_names_is_refused(field):
    names = {"producers": ["10"], "consumers": ["12"], field: "11"}
    with pytest.raises(TypeError, match=f"{field} must be a sequence .* got '11'"):
        UnitGroup(**names)


def test_group_without_a_producer_is_refused():
    with pytest.raises(ValueError, match="producers must name at least one layer"):
        UnitGroup([], ["1"])
