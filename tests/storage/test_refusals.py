"""Arrays that no matrix is stored as are refused by name, before they are read."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.bitmap import Bitmap, bitmap
from course_lib.storage.coordinates import coordinates
from course_lib.storage.csr import csc, csr
from course_lib.storage.matrix import sides

MATRIX = np.float32([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]])
CSR, CSC, COO = csr(MATRIX), csc(MATRIX), coordinates(MATRIX)
BITMAP = bitmap(MATRIX)  # 0101 0000 1001 and four bits left over
NUMBERS = st.lists(st.integers(-2, 6), min_size=4, max_size=4)


def int32(*numbers):
    return np.array(numbers, dtype=np.int32)


def refused(stored, message, **changes):
    broken = replace(stored, **changes)
    for read in (broken.check, broken.dense):
        with pytest.raises(ValueError, match=message):
            read()


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ((0, 2, 1, 4), "must never decrease, got 2 and then 1 at entry 2"),
        ((0, 2, 2, 3), "must go from 0 to .* values, 4, got 0 to 3"),
        ((0, 2, 2, 5), "must go from 0 to .* values, 4, got 0 to 5"),
        ((1, 2, 2, 4), "must go from 0 to .* values, 4, got 1 to 4"),
        ((-1, 2, 2, 4), "must go from 0 to .*, got -1 to 4"),
        ((0, 2, 4), "must have 4 entries, got 3"),
        ((0, 2, 2, 4, 4), "must have 4 entries, got 5"),
        ((), "must have 4 entries, got 0"),
        ((0, 9, 9, 4), "must never decrease, got 9 and then 4 at entry 3"),
        ((0, 2**31 - 1, -(2**31), 4), "must never decrease"),
    ],
)
def test_row_starts_that_cut_no_rows_are_refused(starts, message):
    refused(CSR, f"row_starts .*{message}", row_starts=int32(*starts))


def test_column_starts_are_named_as_such():
    # columns of CSC: 3 | 1 | none | 2, 4
    wrong = int32(0, 2, 1, 2, 4)
    message = "column_starts must never decrease, got 2 and then 1 at entry 2"
    refused(CSC, message, column_starts=wrong)
    message = "column_starts must have 5 entries, got 4"
    refused(CSC, message, column_starts=wrong[1:])
    refused(CSC, "rows must be from 0 to 2, got 0 to 3", rows=int32(2, 0, 0, 3))
    message = "rows must .* once, .* entry 3 that does not come after"
    refused(CSC, message, rows=int32(2, 0, 2, 0))
    refused(CSC, "rows must have 4 entries, got 3", rows=int32(2, 0, 0))


@pytest.mark.parametrize("stored", [CSR, COO], ids=["csr", "coordinates"])
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((1, 4, 0, 3), "columns must be from 0 to 3, got 0 to 4"),
        ((1, 3, -1, 3), "columns must be from 0 .*, got -1 to 3"),
        ((1, 3, 0), "columns must have 4 entries, got 3"),
        ((3, 1, 0, 3), "columns must .* entry 1 that does not come after entry 0"),
        ((1, 3, 3, 3), "columns must .* entry 3 that does not come after entry 2"),
    ],
)
def test_columns_outside_or_out_of_order_are_refused(stored, columns, message):
    refused(stored, message, columns=int32(*columns))


def test_rows_of_coordinates_outside_or_out_of_order_are_refused():
    refused(COO, "rows must be from 0 to 2, got 0 to 3", rows=int32(0, 0, 2, 3))
    message = "rows and columns must .* entry 2 that does not"
    refused(COO, message, rows=int32(2, 2, 0, 0))
    refused(COO, "columns must have 3 entries, got 4", rows=int32(0, 0, 2))


@pytest.mark.parametrize("stored", [CSR, CSC, COO, BITMAP])
def test_values_of_another_number_or_kind_are_refused(stored):
    values = stored.values
    refused(stored, "must have", values=values[:3])
    refused(stored, "must be .* float32, got float64", values=values.astype(float))
    refused(stored, "values must be a one-dimensional", values=values.reshape(2, 2))


def test_indices_of_another_kind_are_refused():
    wide = {"columns": COO.columns.astype(np.int64)}
    refused(CSR, "columns must be .* of int32, got int64", **wide)
    refused(COO, "columns must be .* of int32, got int64", **wide)
    starts = CSR.row_starts.astype(float)
    refused(CSR, "row_starts must be .*, got float64", row_starts=starts)


@pytest.mark.parametrize("stored", [CSR, CSC, COO, BITMAP])
@pytest.mark.parametrize("shape", [(), (-1, 4), (2**31, 1), (2**16, 2**15), (0, 2**31)])
def test_shapes_that_cannot_be_are_refused_before_memory_is_asked_for(stored, shape):
    refused(stored, "shape must have at least one dimension", shape=shape)


def test_largest_shape_is_not_refused():
    assert sides((2**31 - 1,)) == (2**31 - 1, 1)
    assert sides((0, 2**31 - 1)) == (0, 2**31 - 1)


@pytest.mark.parametrize("bit", range(4))
def test_ones_behind_the_last_position_are_refused(bit):
    wrong = bytes([BITMAP.bitmap[0], BITMAP.bitmap[1] | 1 << bit])
    refused(BITMAP, "bitmap: .* must end in 4 zero bits", bitmap=wrong)


def test_bitmap_of_another_length_or_count_is_refused():
    for wrong in (b"", BITMAP.bitmap[:1], BITMAP.bitmap + b"\0"):
        message = f"bitmap: data must have 2 bytes, .*, got {len(wrong)}"
        refused(BITMAP, message, bitmap=wrong)
    more = bytes([BITMAP.bitmap[0] | 128, BITMAP.bitmap[1]])
    refused(BITMAP, "values must have 5 entries, got 4", bitmap=more)


@settings(max_examples=300, deadline=None)
@given(NUMBERS, NUMBERS)
def test_whatever_csr_is_accepted_is_what_its_matrix_is_stored_as(starts, columns):
    made = replace(CSR, row_starts=int32(*starts), columns=int32(*columns))
    try:
        matrix = made.dense()
    except ValueError:
        return
    again = csr(matrix)
    assert again.row_starts.tolist() == starts
    assert again.columns.tolist() == columns


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=0, max_size=3))
def test_whatever_bitmap_is_accepted_is_what_its_matrix_is_stored_as(data):
    made = Bitmap(data, BITMAP.values, MATRIX.shape)
    try:
        matrix = made.dense()
    except ValueError:
        return
    assert bitmap(matrix).bitmap == data
