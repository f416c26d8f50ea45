"""Gaps and fillers are those of Deep Compression."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.bits import unpack
from course_lib.storage.relative_index import RelativeIndex, relative_index
from tests.storage.arrays import arrays, random_matrix


def line(length, kept):
    """A matrix of one row with ones at the given places."""
    matrix = np.zeros((1, length), np.float32)
    matrix[0, list(kept)] = 1
    return matrix


def test_figure_2_of_deep_compression():
    """Places 1, 4, 15 in 3 bits; the paper counts its first place from 0."""
    matrix = np.zeros((1, 16), np.float32)
    matrix[0, [1, 4, 15]] = 3.4, 0.9, 1.7
    stored = relative_index(matrix, 3)
    assert (stored.gaps + 1).tolist() == [2, 3, 8, 3]
    assert stored.values.tolist() == np.float32([3.4, 0.9, 0, 1.7]).tolist()
    assert stored.fillers == 1


def by_hand(array, bits):
    """Walk from place to place, counting."""
    gaps, values, gap = [], [], 0
    patterns = np.ascontiguousarray(array).view(np.uint32).ravel()
    last = max(np.flatnonzero(patterns), default=-1)
    for pattern in patterns[: last + 1].tolist():
        gap += 1
        if pattern or gap == 2**bits:
            gaps, values, gap = [*gaps, gap - 1], [*values, pattern], 0
    return gaps, values


@settings(max_examples=300, deadline=None)
@given(arrays(), st.integers(1, 6))
def test_entries_are_those_found_by_walking(array, bits):
    stored = relative_index(array, bits)
    gaps, values = by_hand(array, bits)
    assert stored.gaps.tolist() == gaps
    assert stored.values.view(np.uint32).tolist() == values
    assert stored.fillers == values.count(0)


def test_streams_hold_fields_of_bits():
    stored = relative_index(random_matrix(40, 50, 0.1), 5)
    streams = stored.streams()
    assert unpack(streams["gaps"], 5, len(stored.gaps)).tolist() == stored.gaps.tolist()
    assert len(streams["values"]) == 4 * len(stored.gaps)


@pytest.mark.parametrize("bits", [0, -1, 33])
def test_width_outside_1_to_32_is_refused(bits):
    with pytest.raises(ValueError, match=f"bits must be .* 1 to 32, got {bits}"):
        relative_index(line(4, [1]), bits)
    stored = relative_index(line(4, [1]), 4)
    with pytest.raises(ValueError, match=f"bits must be .* 1 to 32, got {bits}"):
        RelativeIndex(stored.gaps, stored.values, bits, stored.shape).dense()


@pytest.mark.parametrize(
    ("gaps", "values", "message"),
    [
        ([3, 16], [1, 1], "gaps must be from 0 to 15, .*, got 3 to 16"),
        ([3, 2], [1], "values must have 2 entries, got 1"),
        ([3, 6], [1, 1], "gaps must lead to positions up to 9, got 10"),
        ([2, 0], [0, 1], r"values must be \+0.0 only for fillers.*field 15"),
        ([9], [0], r"values must be \+0.0 only .* a weight after them"),
    ],
)
def test_what_no_matrix_is_stored_as_is_refused(gaps, values, message):
    stored = RelativeIndex(np.uint32(gaps), np.float32(values), 4, (2, 5))
    for read in (stored.check, stored.dense):
        with pytest.raises(ValueError, match=message):
            read()
