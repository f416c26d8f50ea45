"""What a format stores comes back bit by bit, whatever the array is."""

import itertools
import time
from dataclasses import astuple
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse

from course_lib.storage.bitmap import bitmap
from course_lib.storage.coordinates import coordinates
from course_lib.storage.csr import csc, csr
from course_lib.storage.relative_index import relative_index
from tests.sampling import sample
from tests.storage.arrays import arrays, random_matrix, same_bits

FORMATS = {
    "coordinates": coordinates,
    "csr": csr,
    "csc": csc,
    "bitmap": bitmap,
    **{f"relative {b}": partial(relative_index, bits=b) for b in (1, 4, 5, 8, 32)},
}
LONG = sample(list(itertools.product(FORMATS.values(), (0.05, 1.0))), 0.3)
each_format = pytest.mark.parametrize("store", FORMATS.values(), ids=FORMATS)


@each_format
@settings(max_examples=200, deadline=None)
@given(arrays())
@example(np.zeros((5, 0), np.float32))
@example(np.zeros((7, 9), np.float32))
@example(np.ones((7, 9), np.float32))
@example(np.full((3, 3), -0.0, np.float32))
@example(np.ones((4, 3, 5, 5), np.float32)[:, ::2])
@example(np.arange(12, dtype=np.float32).reshape(3, 4).T)
def test_every_array_comes_back_bit_by_bit(store, array):
    stored = store(array)
    assert stored.shape == array.shape
    assert same_bits(stored.dense(), array)


@pytest.mark.parametrize(("store", "density"), LONG)
def test_ten_million_positions_come_back_in_seconds(store, density):
    matrix = random_matrix(2500, 4000, density)
    if store is FORMATS["relative 1"] and density == 0.05:
        matrix[1:, :] = 0  # one gap of ten million
        matrix[-1, -1] = -0.0
    start = time.process_time()
    back = store(matrix).dense()
    # one or two seconds at most; the rest is for machines that do other things too
    assert time.process_time() - start < 10
    assert same_bits(back, matrix)


@each_format
@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int32, bool])
def test_other_dtypes_are_refused(store, dtype):
    with pytest.raises(ValueError, match=f"must be float32, got {np.dtype(dtype)}"):
        store(np.ones((2, 2), dtype))


@each_format
def test_number_without_an_axis_is_refused(store):
    with pytest.raises(ValueError, match=r"shape must .*one dimension.* got \(\)"):
        store(np.float32(1))


@each_format
def test_array_that_was_given_stays(store):
    array = random_matrix(6, 7, 0.5)
    before = array.copy()
    store(array).dense()[:] = 9
    assert same_bits(array, before)


# scipy drops -0.0 and sums duplicates, so the oracles get ordinary numbers
ORDINARY = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99)).map(
    lambda sides: random_matrix(*sides[:2], density=0.4, seed=sides[2])
)


@settings(max_examples=100, deadline=None)
@given(ORDINARY)
@example(np.zeros((3, 2), np.float32))
def test_arrays_are_those_of_scipy(matrix):
    for store, make, names in (
        (csr, sparse.csr_array, ("indptr", "indices", "data")),
        (csc, sparse.csc_array, ("indptr", "indices", "data")),
        (coordinates, sparse.coo_array, ("row", "col", "data")),
    ):
        ours, theirs = astuple(store(matrix))[:3], make(matrix)
        for own, name in zip(ours, names, strict=True):
            assert own.tolist() == getattr(theirs, name).tolist()


def test_torch_reads_the_arrays_as_they_are():
    matrix = random_matrix(30, 40, 0.1)
    matrix[4:9] = 0
    rows = csr(matrix)
    theirs = torch.sparse_csr_tensor(
        torch.from_numpy(rows.row_starts),
        torch.from_numpy(rows.columns),
        torch.from_numpy(rows.values),
        size=matrix.shape,
        check_invariants=True,
    )
    assert theirs.col_indices().dtype == theirs.crow_indices().dtype == torch.int32
    assert same_bits(theirs.to_dense().numpy(), matrix)
    wide = torch.from_numpy(matrix).to_sparse_csr()
    assert torch.equal(wide.crow_indices().int(), theirs.crow_indices())
    assert torch.equal(wide.col_indices().int(), theirs.col_indices())


@settings(max_examples=100, deadline=None)
@given(arrays())
def test_bitmap_is_the_one_of_packbits(array):
    bits = np.ascontiguousarray(array).view(np.uint32)
    assert bitmap(array).bitmap == np.packbits(bits.ravel() != 0).tobytes()


@each_format
@settings(max_examples=50, deadline=None)
@given(arrays())
def test_streams_hold_the_stored_values_and_nothing_is_shared(store, array):
    stored = store(array)
    assert stored.streams()["values"] == stored.values.tobytes()
