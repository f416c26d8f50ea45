"""Cutting a seam: the smaller network computes what the larger one did."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from course_lib.models import MLP, LeNet5
from course_lib.surgery import Seam, cut_units


def _masks(model, seed=0, share=0.5):
    generator = torch.Generator().manual_seed(seed)
    masks = {}
    for name, seam in model.seams.items():
        units = len(model.get_submodule(seam.producer).weight)
        masks[name] = torch.rand(units, generator=generator) > share
        masks[name][0] = True
    return masks


def _silence(model, masks):
    """Make every removed unit output zero, by zeroing its row and its bias."""
    with torch.no_grad():
        for name, mask in masks.items():
            layer = model.get_submodule(model.seams[name].producer)
            layer.weight[~mask] = 0
            layer.bias[~mask] = 0


@settings(max_examples=40, deadline=None)
@given(
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    seed=st.integers(0, 999),
    activation=st.sampled_from(["relu", "gelu", "tanh"]),
)
def test_removing_silent_neurons_changes_no_output(widths, seed, activation):
    torch.manual_seed(seed)
    model = MLP([6, *widths, 3], activation).double()
    masks = _masks(model, seed)
    _silence(model, masks)
    x = torch.randn(5, 6, dtype=torch.float64)
    smaller = cut_units(model, model.seams, masks)
    assert smaller.widths[1:-1] == tuple(int(m.sum()) for m in masks.values())
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def test_removing_silent_channels_changes_no_output_across_the_flatten_boundary():
    torch.manual_seed(0)
    model = LeNet5().double()
    masks = _masks(model)
    _silence(model, masks)
    x = torch.rand(3, 1, 28, 28, dtype=torch.float64)
    smaller = cut_units(model, model.seams, masks)
    assert smaller.fc1.in_features == 16 * int(masks["conv2"].sum())
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def test_batch_norm_is_cut_with_its_producer():
    torch.manual_seed(0)
    model = nn.Sequential()
    model.add_module("conv", nn.Conv2d(1, 6, 3))
    model.add_module("norm", nn.BatchNorm2d(6))
    model.add_module("relu", nn.ReLU())
    model.add_module("next", nn.Conv2d(6, 2, 3))
    model.double().train()
    model(torch.randn(8, 1, 9, 9, dtype=torch.float64))  # moves the running statistics
    model.eval()
    keep = torch.tensor([True, False, True, True, False, True])
    with torch.no_grad():  # the norm's shift too, or the channel is not silent
        model.norm.weight[~keep] = 0
        model.norm.bias[~keep] = 0
    seams = {"conv": Seam("conv", ("next",), norm="norm")}
    smaller = cut_units(model, seams, {"conv": keep})
    x = torch.randn(2, 1, 9, 9, dtype=torch.float64)
    assert smaller.norm.num_features == 4
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def _chain(*layers):
    """Layers in a row, named by their place, in float64 and ready to predict."""
    torch.manual_seed(1)
    return nn.Sequential(*layers).double().eval()


def test_norm_without_affine_or_running_statistics_is_cut():
    bare = nn.BatchNorm1d(4, affine=False, track_running_stats=False)
    model = _chain(nn.Linear(3, 4), bare, nn.Linear(4, 2))
    keep = torch.tensor([True, False, True, True])
    smaller = cut_units(model, {"a": Seam("0", ("2",), "1")}, {"a": keep})
    assert smaller[1].num_features == 3
    assert smaller(torch.randn(5, 3, dtype=torch.float64)).shape == (5, 2)


def test_constant_inputs_move_into_the_bias_of_a_convolution():
    model = _chain(nn.Conv2d(1, 3, 3), nn.Conv2d(3, 2, 3, bias=False))
    with torch.no_grad():
        model[0].weight[1] = 0
        model[0].bias[1] = 0.7
    keep = torch.tensor([True, False, True])
    values = {"a": torch.full((3,), 0.7, dtype=torch.float64)}
    x = torch.randn(4, 1, 7, 7, dtype=torch.float64)
    smaller = cut_units(model, {"a": Seam("0", ("1",))}, {"a": keep}, values)
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def test_layer_without_bias_stays_without_one_when_nothing_is_folded():
    model = _chain(nn.Linear(4, 3, bias=False), nn.Linear(3, 2, bias=False))
    keep = torch.tensor([True, False, True])
    smaller = cut_units(model, {"a": Seam("0", ("1",))}, {"a": keep})
    assert smaller[0].bias is None
    assert smaller[1].bias is None
    assert (smaller[0].weight.shape, smaller[1].weight.shape) == ((2, 4), (2, 2))


def test_the_model_itself_stays_as_it_was():
    model = MLP([6, 5, 4, 3])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    cut_units(model, model.seams, _masks(model))
    assert model.widths == (6, 5, 4, 3)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_smaller_network_trains():
    model = MLP([6, 5, 4, 3])
    smaller = cut_units(model, model.seams, _masks(model))
    smaller(torch.randn(2, 6)).sum().backward()
    assert all(p.grad.shape == p.shape for p in smaller.parameters())


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


def test_units_that_do_not_divide_the_inputs_are_refused():
    model = _chain(nn.Linear(4, 3), nn.Linear(7, 2))
    keep = {"a": torch.tensor([True, False, True])}
    with pytest.raises(ValueError, match="reads 7 inputs, which 3 units do not divide"):
        cut_units(model, {"a": Seam("0", ("1",))}, keep)


def test_producer_of_another_kind_is_refused():
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    keep = {"0": torch.ones(2, dtype=torch.bool)}
    with pytest.raises(TypeError, match="'0' is Flatten; allowed are Linear"):
        cut_units(model, {"0": Seam("0", ("1",))}, keep)
