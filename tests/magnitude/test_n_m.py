"""n of every m: counted and compared group by group, by brute force."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.magnitude import n_m_mask


def _best(group, n):
    """The first of all choices of n entries with the largest sum of sizes."""
    choices = itertools.combinations(range(len(group)), n)
    return max(choices, key=lambda chosen: sum(abs(group[i]) for i in chosen))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 5), st.integers(1, 5), st.integers(1, 3), st.integers(1, 4),
    st.integers(0, 999),
)  # fmt: skip
def test_each_group_keeps_its_largest(n, m, groups, units, seed):
    n, m = min(n, m), max(n, m)
    generator = torch.Generator().manual_seed(seed)
    # whole numbers from few, so that ties are common and sums exact
    weight = torch.randint(-3, 4, (units, groups * m), generator=generator).float()
    mask = n_m_mask(weight, n, m)
    for values, kept in zip(weight.split(m, 1), mask.split(m, 1), strict=True):
        for group, row in zip(values.tolist(), kept.tolist(), strict=True):
            assert tuple(i for i in range(m) if row[i]) == _best(group, n)


@pytest.mark.parametrize("shape", [(6, 4, 3, 3), (2, 8), (0, 4), (3, 0)])
def test_groups_never_cross_from_one_unit_to_the_next(shape):
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(*shape, generator=generator)
    mask = n_m_mask(weight, 1, 4)
    assert (mask.shape, mask.dtype) == (weight.shape, torch.bool)
    for unit, row in zip(weight, mask, strict=True):
        assert torch.equal(n_m_mask(unit.reshape(1, -1), 1, 4)[0], row.flatten())


def test_order_in_memory_does_not_matter():
    weight = torch.randn(5, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    last = weight.to(memory_format=torch.channels_last)
    assert torch.equal(n_m_mask(last, 2, 4), n_m_mask(weight, 2, 4))


@pytest.mark.parametrize("shape", [(), (8,), (2, 6), (3, 1, 5, 5)])
def test_shape_that_four_do_not_divide_is_refused(shape):
    with pytest.raises(ValueError, match=r"weight must have shape .* that 4 divides"):
        n_m_mask(torch.ones(shape), 2, 4)


@pytest.mark.parametrize(("n", "m"), [(0, 4), (5, 4), (-1, 2), (0, 0)])
def test_more_than_all_or_none_of_a_group_is_refused(n, m):
    with pytest.raises(ValueError, match=r"[nm] must be a whole number (≥|from) 1"):
        n_m_mask(torch.ones(2, 8), n, m)
