"""Counts are exact, whatever the weights are, and what stays is the largest."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.magnitude import magnitude_mask, threshold_mask
from course_lib.magnitude.selection import keep_largest

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
SHARES = st.floats(0, 1) | st.sampled_from([0.0, 0.05, 0.5, 0.9, 1.0])
# few values, so that ties, zeros of both signs and infinities are common
VALUES = st.sampled_from([0.0, -0.0, 0.5, -0.5, 1.0, -2.0, math.inf, -math.inf])
WEIGHTS = st.lists(VALUES | st.floats(-9, 9, width=16), max_size=40)


@settings(max_examples=300, deadline=None)
@given(WEIGHTS, SHARES, st.sampled_from(FLOATS))
def test_count_is_exact_and_what_stays_is_the_largest(values, sparsity, dtype):
    weight = torch.tensor(values, dtype=dtype)
    mask = magnitude_mask(weight, sparsity)
    assert (mask.dtype, mask.shape) == (torch.bool, weight.shape)
    pruned = round(sparsity * len(values))
    assert int((~mask).sum()) == pruned
    sizes = np.abs(weight.double().numpy())
    assert np.array_equal(np.sort(sizes[mask.numpy()]), np.sort(sizes)[pruned:])


@settings(max_examples=200, deadline=None)
@given(WEIGHTS, SHARES)
def test_of_equal_weights_the_first_go_first(values, sparsity):
    mask = magnitude_mask(torch.tensor(values), sparsity)
    order = np.argsort(np.abs(np.array(values, dtype=np.float32)), kind="stable")
    gone = order[: round(sparsity * len(values))]
    assert set((~mask).nonzero().flatten().tolist()) == set(gone.tolist())


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (1,), (7,), (6, 5), (4, 3, 5, 5), (0,), (3, 0)])
@pytest.mark.parametrize("sparsity", [0, 0.3, 0.5, 1])
def test_count_is_exact_where_all_are_equal(shape, sparsity, dtype):
    weight = torch.full(shape, -0.25, dtype=dtype)
    mask = magnitude_mask(weight, sparsity)
    assert mask.shape == weight.shape
    assert int((~mask).sum()) == round(sparsity * weight.numel())


def test_twenty_million_weights_where_quantile_gives_up():
    weight = torch.rand(20_000_000, generator=torch.Generator().manual_seed(0))
    with pytest.raises(RuntimeError, match="too large"):
        weight.quantile(0.9)
    mask = magnitude_mask(weight, 0.9)
    assert int(mask.sum()) == 2_000_000
    assert weight[mask].min() >= weight[~mask].max()


@pytest.mark.parametrize("weight", [torch.ones(4, 6).t(), torch.zeros(4, 3, 5, 5)])
def test_order_in_memory_does_not_matter(weight):
    if weight.dim() == 4:
        weight = weight.to(memory_format=torch.channels_last)
    assert not weight.is_contiguous()
    expected = torch.arange(weight.numel()) >= round(0.3 * weight.numel())
    assert torch.equal(magnitude_mask(weight, 0.3).flatten(), expected)


def test_tensors_of_different_precision_share_one_threshold():
    # apart in float64, but equal in float32 and in bfloat16
    wide = torch.tensor([1 + 1e-12, 1 - 1e-12], dtype=torch.float64)
    for narrow in (torch.ones(1), torch.ones(1, dtype=torch.bfloat16)):
        masks = keep_largest({"a": narrow, "b": wide}, 1 / 3)
        assert [mask.tolist() for mask in masks.values()] == [[True], [True, False]]
        masks = keep_largest({"a": narrow, "b": wide}, 2 / 3)
        assert [mask.tolist() for mask in masks.values()] == [[False], [True, False]]


def test_ties_across_tensors_go_in_their_order():
    tensors = {
        "a": torch.ones(3), "b": torch.tensor([2.0, 1.0]), "c": torch.ones(2, 2)
    }  # fmt: skip
    masks = keep_largest(tensors, 5 / 9)
    assert [mask.flatten().tolist() for mask in masks.values()] == [
        [False] * 3, [True, False], [False, True, True, True],
    ]  # fmt: skip


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, math.nan, 90])
def test_sparsity_that_is_no_fraction_is_refused(sparsity):
    with pytest.raises(ValueError, match="sparsity must be a number from 0 to 1"):
        magnitude_mask(torch.ones(3), sparsity)


@settings(max_examples=100, deadline=None)
@given(WEIGHTS, st.floats(0, 9, width=16))
def test_threshold_keeps_what_is_larger(values, threshold):
    mask = threshold_mask(torch.tensor(values), threshold)
    assert mask.tolist() == [abs(value) > threshold for value in values]


@pytest.mark.parametrize("threshold", [-1e-9, math.nan])
def test_negative_threshold_is_refused(threshold):
    with pytest.raises(ValueError, match="threshold must be a number ≥ 0"):
        threshold_mask(torch.ones(3), threshold)
