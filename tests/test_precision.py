"""Half precision is summed up in float32; NaN and infinity end in a named error."""

import copy
import math

import pytest
import torch
from torch import nn

from course_lib import magnitude, structured
from course_lib.activation import (
    NeuronStatistics,
    activation_statistics,
    describe_batch,
    output_scores,
    select_by_score,
    select_neurons,
)
from course_lib.models import MLP
from tests.small import small_model, small_split

HALVES = [torch.float16, torch.bfloat16]


def _split(n=40):
    return small_split(n, (6,), classes=3)


def _large(dtype):
    """A network whose numbers are exact in ``dtype``, and whose squares overflow it."""
    torch.manual_seed(0)
    model = MLP((6, 5, 3), dtype=torch.float64)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randint(-300, 300, parameter.shape).to(dtype))
    return model, copy.deepcopy(model).to(dtype)


def _agree(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for name, tensor in found.items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(
            tensor.double(), expected[name], rtol=tolerance, atol=0
        )


@pytest.mark.parametrize("dtype", HALVES)
def test_statistics_of_half_precision_are_those_of_its_numbers(dtype):
    values = (300 + 5 * torch.randn(4000, 3, dtype=torch.float64)).to(dtype)
    found, expected = describe_batch(values), describe_batch(values.double())
    assert found.mean.dtype == found.std.dtype == torch.float32
    torch.testing.assert_close(found.mean.double(), expected.mean, rtol=1e-6, atol=0)
    torch.testing.assert_close(found.std.double(), expected.std, rtol=1e-5, atol=0)


@pytest.mark.parametrize("dtype", HALVES)
def test_statistics_of_a_network_in_half_precision_do_not_overflow(dtype):
    _, model = _large(dtype)
    split = _split()
    found = activation_statistics(model, split._replace(images=split.images.to(dtype)))
    assert (found["fc1"].std > 10).any()
    assert found["fc1"].std.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_wider_numbers_are_summed_up_as_they_are(dtype):
    values = torch.randn(50, 4, 7, dtype=dtype)
    variance, mean = torch.var_mean(values.transpose(0, 1).flatten(1), 1, correction=0)
    found = describe_batch(values)
    assert torch.equal(found.mean, mean)
    assert torch.equal(found.std, variance.sqrt())


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("p", [1, 2])
def test_norms_of_half_precision_are_those_of_its_numbers(dtype, p):
    exact, model = _large(dtype)
    found = structured.weight_norms(model, p)
    _agree(found, structured.weight_norms(exact, p), 1e-6)


@pytest.mark.parametrize("dtype", HALVES)
def test_other_scores_of_half_precision_are_those_of_its_numbers(dtype):
    exact, model = _large(dtype)
    split = _split(400)
    statistics = activation_statistics(exact, split)
    narrow = {
        name: NeuronStatistics(s.count, s.mean.float(), s.std.float(), s.zero_fraction)
        for name, s in statistics.items()
    }
    _agree(output_scores(model, narrow), output_scores(exact, statistics), 1e-6)
    # only the first layer reads the same numbers; the next one reads rounded ones
    images = (30 * split.images).to(dtype)
    assert images.pow(2).sum() > 65504
    found = magnitude.input_scores(model, split._replace(images=images))
    wide = magnitude.input_scores(exact, split._replace(images=images.double()))
    _agree({"w": found["fc1.weight"]}, {"w": wide["fc1.weight"]}, 1e-5)


def test_taylor_scores_of_half_precision_do_not_vanish():
    exact = small_model("relu")
    split = small_split(20)
    split = split._replace(images=split.images / 64)
    found = structured.taylor_scores(
        copy.deepcopy(exact).half(), split._replace(images=split.images.half())
    )
    expected = structured.taylor_scores(exact, split)
    for name, scores in expected.items():
        # smaller than the smallest number of float16, 6e-8, when squared
        assert (scores[scores > 0] < 6e-8).any()
        assert found[name].dtype == torch.float32
        torch.testing.assert_close(found[name].double(), scores, rtol=0.1, atol=1e-9)


def _poisoned(bad):
    model = small_model("relu")
    with torch.no_grad():
        model.fc2.weight[3, 2] = bad
    return model


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_statistics_that_are_not_finite_name_layer_and_units(bad):
    with pytest.raises(ValueError, match=r"activation 'fc2' must be finite.* 1 of 9"):
        activation_statistics(_poisoned(bad), small_split(5))
    chain = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)).double()
    split = _split()
    split.images[7, 1] = bad
    with pytest.raises(ValueError, match=r"activation '1' must be finite.* of 4 units"):
        activation_statistics(chain, split)


def test_float32_numbers_too_large_to_be_squared_are_refused():
    with pytest.raises(ValueError, match=r"too large to be squared in 1 of 2 units"):
        describe_batch(torch.tensor([[1.0, 3e30], [2.0, -3e30]]))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_scores_that_are_not_finite_name_their_layer(bad):
    model, split = _poisoned(bad), small_split(5)
    for p in (1, 2):
        with pytest.raises(ValueError, match="norm of the units of 'fc2' must be fini"):
            structured.weight_norms(model, p)
    healthy = activation_statistics(small_model("relu"), split)
    with pytest.raises(ValueError, match="score of fc1 must be finite"):
        output_scores(model, healthy)
    with pytest.raises(ValueError, match=r"score of fc2\.weight must be finite"):
        magnitude.input_scores(model, split)
    with pytest.raises(ValueError, match=r"score of .* must be finite"):
        structured.taylor_scores(model, split)


def test_nan_never_passes_for_a_size():
    model = _poisoned(math.nan)
    for masks in (magnitude.global_magnitude_masks, magnitude.layerwise_masks):
        with pytest.raises(
            ValueError, match=r"fc2\.weight must not contain nan, got 1"
        ):
            masks(model, 0.5)
    weight = torch.tensor([[1.0, math.nan]])
    for mask, arguments in (
        (magnitude.threshold_mask, [0.5]),
        (magnitude.n_m_mask, [1, 2]),
        (magnitude.magnitude_mask, [0]),
        (magnitude.magnitude_mask, [1]),
    ):
        with pytest.raises(
            ValueError, match="weight must not contain nan, got 1 among 2"
        ):
            mask(weight, *arguments)


def test_statistics_and_scores_made_by_hand_are_looked_at():
    one, bad = torch.ones(2), torch.tensor([1.0, math.nan])
    for mean, std in ((bad, one), (one, bad)):
        statistics = {"fc1": NeuronStatistics(3, mean, std, one)}
        message = r"statistics\['fc1'\]\.(mean|std) must be"
        with pytest.raises(ValueError, match=message):
            select_neurons(statistics, 0.1, 0.1)
    with pytest.raises(ValueError, match=r"scores\['fc1'\] must be finite"):
        select_by_score({"fc1": bad}, 0.5)


def test_statistics_of_other_units_do_not_merge():
    one, three = (describe_batch(torch.ones(5, n)) for n in (1, 3))
    with pytest.raises(ValueError, match="other must have 3 units, got 1"):
        three.merge(one)
