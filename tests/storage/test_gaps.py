"""The code of large matrices: exact, near the limit, and damage is refused."""

import contextlib
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.storage.entropy import entropy, mask_bits
from course_lib.storage.fields import BadFileError, Fields
from course_lib.storage.gaps import Gaps, gaps_of, read_gaps, write_gaps
from tests.sampling import count
from tests.storage.damage import extended, flipped, overwritten, truncated


def same(first, second):
    pairs = zip(astuple(first), astuple(second), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def there_and_back(gaps):
    data, parts = write_gaps(gaps)
    assert sum(parts) == len(data)
    fields = Fields(data)
    shape = len(gaps.lines), len(gaps.cells)
    found = read_gaps(fields, shape, len(gaps.values))
    assert fields.rest() == b""
    assert same(found, gaps)
    return data


def random_gaps(shape, density, symbols):
    rng = np.random.default_rng(0)
    mask = rng.random(shape) < density
    bell = 128 + 10 * rng.standard_normal((symbols, mask.sum()))
    return gaps_of(mask, bell.clip(0, 255).astype(np.uint8))


SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=30)


@settings(deadline=None, max_examples=100)
@given(hnp.arrays(bool, SHAPES), st.sampled_from([1, 4]), st.data())
def test_any_matrix_comes_back(mask, symbols, data):
    shape = symbols, int(mask.sum())
    gaps = gaps_of(mask, data.draw(hnp.arrays(np.uint8, shape)))
    there_and_back(gaps)
    for by_columns in (False, True):
        steps = (1, mask.shape[0]) if by_columns else (mask.shape[1], 1)
        flat = np.zeros(mask.size, bool)
        flat[gaps.targets(*steps)] = True
        expected = mask.T if by_columns else mask
        assert np.array_equal(flat, expected.ravel())


@pytest.mark.parametrize("last", [7, 8, 15, 16, 17, 2**16, 2**31, 2**34 - 1])
def test_a_gap_of_any_length_comes_back(last):
    side = np.ones(2**17, np.int64)
    values = np.zeros((1, 2), np.uint8)
    there_and_back(Gaps(side, side, np.array([5, last]), values))
    there_and_back(Gaps(side, side, np.array([last - 1, last]), values))


@pytest.mark.parametrize("density", [0.002, 0.05, 0.5, 1.0])
def test_even_masks_and_values_cost_their_limit(density):
    gaps = random_gaps((1500, 2000), density, 1)
    bits = mask_bits(np.arange(3_000_000) < len(gaps.places))
    bits += len(gaps.places) * entropy(np.bincount(gaps.values[0]))
    assert len(there_and_back(gaps)) < 1.003 * bits / 8 + 500  # tables


def test_damage_is_refused_or_is_another_matrix():
    rng = np.random.default_rng(0)
    cases = [random_gaps((30, 40), 0.2, symbols) for symbols in (1, 4)]
    cases.append(random_gaps((200, 3), 0.02, 1))
    refused = 0
    for i in range(count(400, 20_000)):
        gaps = cases[i % 3]
        way = (flipped, truncated, extended, overwritten)[i % 4]
        fields = Fields(way(rng, write_gaps(gaps)[0]))
        shape = len(gaps.lines), len(gaps.cells)
        try:
            found = read_gaps(fields, shape, len(gaps.values))
            assert not same(found, gaps) or fields.rest()
        except BadFileError:
            refused += 1
    assert refused > i / 2


def test_more_weights_than_positions_are_refused_before_memory_is_taken():
    data = write_gaps(random_gaps((30, 40), 0.2, 1))[0]
    with pytest.raises(BadFileError, match="weights"):
        read_gaps(Fields((2**60).to_bytes(8, "little") + data[8:]), (30, 40), 1)
    with contextlib.suppress(BadFileError):
        read_gaps(Fields((1200).to_bytes(8, "little") + data[8:]), (30, 40), 1)
