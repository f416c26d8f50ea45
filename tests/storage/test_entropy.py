"""Limits are Shannon's, and coders come close to them but not below."""

import numpy as np
import pytest
import scipy.stats
from dahuffman import HuffmanCodec
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.entropy import (
    binary_entropy,
    entropy,
    huffman_lengths,
    mask_bits,
    row_column_bits,
)
from course_lib.storage.relative_index import relative_index
from tests.storage.arrays import random_matrix

COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=40)
# pruning.md, section 3: density → H(p), bits a nonzero by Huffman's code of the gaps.
# Its masks were drawn at random, so ours agree to a percent
TABLE = {0.2: (0.722, 3.64), 0.1: (0.469, 4.73), 0.08: (0.402, 5.05),
         0.05: (0.286, 5.77), 0.01: (0.081, 8.10)}  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(COUNTS)
def test_entropy_is_that_of_scipy(counts):
    theirs = scipy.stats.entropy(counts, base=2) if any(counts) else 0.0
    assert entropy(counts) == pytest.approx(theirs, abs=1e-12)


def test_entropy_of_equal_symbols_is_their_number_of_bits_and_of_one_is_zero():
    assert entropy([5] * 32) == pytest.approx(5)
    assert entropy([7]) == entropy([0, 7, 0]) == entropy([]) == 0
    assert np.copysign(1, entropy([7])) == 1  # prints as 0, not as -0


@given(st.floats(0, 1))
def test_binary_entropy_is_the_entropy_of_two_symbols(p):
    theirs = scipy.stats.entropy([p, 1 - p], base=2)
    assert float(binary_entropy(p)) == pytest.approx(theirs, abs=1e-12)
    assert list(map(str, binary_entropy(np.array([p, 0, 1]))[1:])) == ["0.0", "0.0"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=40))
def test_huffman_code_costs_what_that_of_dahuffman_costs(counts):
    if np.count_nonzero(counts) < 2:
        return
    occurring = {symbol: n for symbol, n in enumerate(counts) if n}
    # its end symbol is made one of ours, so that it takes no place of its own
    codec = HuffmanCodec.from_frequencies(occurring, eof=min(occurring))
    theirs = {symbol: bits for symbol, (bits, _) in codec.get_code_table().items()}
    lengths = huffman_lengths(counts)
    cost = sum(n * theirs[symbol] for symbol, n in occurring.items())
    assert (np.array(counts) * lengths).sum() == cost
    assert (lengths[np.array(counts) == 0] == 0).all()
    assert sum(2.0 ** -lengths[lengths > 0]) == 1  # Kraft: a full prefix code
    total = sum(counts)
    assert entropy(counts) <= cost / total + 1e-9 < entropy(counts) + 1 + 1e-6


def test_huffman_of_no_symbol_and_of_one():
    assert huffman_lengths([0, 0]).tolist() == [0, 0]
    assert huffman_lengths([]).tolist() == []
    assert huffman_lengths([0, 9]).tolist() == [0, 1]


@pytest.mark.parametrize("density", TABLE)
def test_huffman_of_gaps_takes_the_bits_of_the_table(density):
    matrix = random_matrix(2000, 2000, density)
    gaps = np.bincount(relative_index(matrix, 32).gaps)
    bits = (gaps * huffman_lengths(gaps)).sum() / gaps.sum()
    assert bits == pytest.approx(TABLE[density][1], rel=0.01)
    # and hardly less than the limit for independent positions
    limit = mask_bits(matrix != 0) / np.count_nonzero(matrix)
    assert limit * 0.999 < bits < limit * 1.02


def test_mask_bits_of_all_or_nothing_and_of_half():
    assert mask_bits(np.ones((4, 6), bool)) == mask_bits(np.zeros((4, 6), bool)) == 0
    assert mask_bits(np.zeros((0, 6), bool)) == 0
    assert mask_bits(np.arange(24).reshape(4, 3, 2) % 2 == 0) == 24


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 99))
def test_knowing_rows_or_columns_never_costs(rows, columns, seed):
    mask = np.random.default_rng(seed).random((rows, columns)) < 0.3
    by_row, by_column = row_column_bits(mask)
    assert by_row == pytest.approx(sum(mask_bits(row) for row in mask))
    assert by_column == pytest.approx(sum(mask_bits(column) for column in mask.T))
    assert max(by_row, by_column) <= mask_bits(mask) + 1e-9


@pytest.mark.parametrize("counts", [[-1, 2], [0.5, 1.0], [[1, 2]]])
def test_counts_that_count_nothing_are_refused(counts):
    for function in (entropy, huffman_lengths):
        with pytest.raises(ValueError, match="counts must be"):
            function(counts)


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_density_outside_0_to_1_is_refused(p):
    with pytest.raises(ValueError, match=r"p must be in \[0, 1\], got"):
        binary_entropy(p)


@pytest.mark.parametrize("mask", [np.ones((2, 2)), np.array(True)])
def test_mask_that_is_not_bool_is_refused(mask):
    for function in (mask_bits, row_column_bits):
        with pytest.raises(ValueError, match="mask must be bool"):
            function(mask)
