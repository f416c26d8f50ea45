"""What cannot be cut is refused, with what is allowed."""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from course_lib.models import MLP, TinyTransformer
from course_lib.surgery import Seam, cut_units
from tests.small import chain

THREE = torch.tensor([True, False, True])


@pytest.mark.parametrize(
    ("keep", "error", "message"),
    [
        ({"fc9": torch.ones(5, dtype=torch.bool)}, ValueError, "keep names 'fc9'"),
        ({"fc3": torch.ones(3, dtype=torch.bool)}, ValueError, r"allowed are \['fc1'"),
        ({"fc1": torch.ones(4, dtype=torch.bool)}, ValueError, r"allowed is \(5,\)"),
        ({"fc1": torch.zeros(5, dtype=torch.bool)}, ValueError, "removes all 5"),
        ({"fc1": torch.ones(5)}, TypeError, "torch.float32; allowed is a bool"),
        ({"fc1": [True] * 5}, TypeError, "list; allowed is a bool tensor"),
    ],
)
def test_bad_mask_is_refused_with_what_is_allowed(keep, error, message):
    model = MLP([6, 5, 4, 3])
    with pytest.raises(error, match=message):
        cut_units(model, model.seams, keep)


def test_producer_of_another_kind_is_refused():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    keep = {"0": torch.ones(2, dtype=torch.bool)}
    with pytest.raises(TypeError, match="'0' is Flatten; allowed are Linear"):
        cut_units(model, {"0": Seam("0", ("1",))}, keep)


@pytest.mark.parametrize(
    ("layers", "seam", "error", "message"),
    [
        ([nn.Linear(4, 3), nn.Linear(7, 2)], Seam("0", ("1",)), ValueError,
         "'1' reads 7 inputs, which 3 units do not divide"),
        ([nn.Conv2d(3, 3, 1, groups=3), nn.Conv2d(3, 2, 1)], Seam("0", ("1",)),
         ValueError, "convolution '0' has 3 groups; allowed is 1"),
        ([nn.Conv2d(1, 3, 1), nn.Conv2d(3, 3, 1, groups=3)], Seam("0", ("1",)),
         ValueError, "convolution '1' has 3 groups; allowed is 1"),
        ([nn.Conv2d(1, 3, 1), nn.ConvTranspose2d(3, 2, 1)], Seam("0", ("1",)),
         TypeError, "'1' is ConvTranspose2d; allowed are Linear and Conv2d"),
        ([nn.Linear(4, 3), nn.LayerNorm(3), nn.Linear(3, 2)], Seam("0", ("2",), "1"),
         TypeError, "norm '1' is LayerNorm; allowed are BatchNorm1d"),
        ([nn.Linear(4, 3), nn.BatchNorm1d(5), nn.Linear(3, 2)], Seam("0", ("2",), "1"),
         ValueError, "norm '1' has 5 features; allowed are 3, as layer '0'"),
        ([nn.Linear(4, 3), nn.Linear(4, 2), nn.Linear(3, 2)],
         Seam("0", ("2",), partners=(("1", None),)),
         ValueError, "layer '1' has 2 outputs; allowed are 3"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], Seam("0", ("1",), rows=2),
         ValueError, "'0' has 3 outputs, which units of 2 rows do not divide"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], Seam("0", ("1",), rows=0),
         ValueError, "units of 0 rows"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], Seam("0", ("5",)),
         ValueError, "a seam names module '5', which Sequential lacks"),
        ([nn.Linear(4, 3), nn.Linear(3, 2)], Seam("0", ("1",), "9"),
         ValueError, "a seam names module '9'"),
    ],
)  # fmt: skip
def test_layers_that_cannot_be_cut_are_refused(layers, seam, error, message):
    with pytest.raises(error, match=message):
        cut_units(chain(*layers), {"a": seam}, {"a": THREE})


def test_weights_that_another_layer_shares_are_refused():
    model = chain(nn.Linear(3, 3), nn.Linear(3, 3), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    with pytest.raises(ValueError, match=r"'0.weight' is shared with \['2.weight'\]"):
        cut_units(model, {"a": Seam("0", ("1",))}, {"a": THREE})


def test_weights_behind_a_mask_or_parametrization_are_refused():
    model = chain(nn.Linear(4, 3), nn.Linear(3, 2))
    prune.l1_unstructured(model[0], "weight", 0.5)
    with pytest.raises(ValueError, match=r"'0\.weight' is computed from other param"):
        cut_units(model, {"a": Seam("0", ("1",))}, {"a": THREE})
    prune.remove(model[0], "weight")
    assert cut_units(model, {"a": Seam("0", ("1",))}, {"a": THREE})[0].out_features == 2


def test_one_layer_that_reads_two_seams_is_refused():
    model = chain(nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(6, 2))
    seams = {"a": Seam("0", ("2",)), "b": Seam("1", ("2",))}
    with pytest.raises(ValueError, match=r"'2\.weight' would be cut twice along"):
        cut_units(model, seams, {"a": THREE, "b": THREE})


def test_constants_are_refused_where_several_layers_make_the_units():
    model = TinyTransformer(4, (2,), (3,), head_width=2)
    keep = {"block1.heads": torch.tensor([True, False])}
    with pytest.raises(ValueError, match=r"constants has 'block1.heads'.*several"):
        cut_units(model, model.seams, keep, {"block1.heads": torch.ones(2)})


def test_constants_of_another_length_are_refused():
    model = MLP([6, 5, 4, 3])
    keep = {"fc1": torch.arange(5) > 0}
    with pytest.raises(ValueError, match=r"constants\['fc1'\] has shape \(4,\)"):
        cut_units(model, model.seams, keep, {"fc1": torch.ones(4)})
