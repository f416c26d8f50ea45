"""Fields are packed as NumPy packs bits, and only what was packed is unpacked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.bits import CHUNK, pack, unpack


def written_out(numbers, width):
    """The bits as text, filled up to whole bytes, read as one large number."""
    text = "".join(f"{number:0{width}b}" for number in numbers)
    text += "0" * (-len(text) % 8)
    return int(text or "0", 2).to_bytes(len(text) // 8, "big")


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 32), st.data())
def test_fields_are_written_out_most_significant_bit_first(width, drawn):
    numbers = drawn.draw(st.lists(st.integers(0, 2**width - 1), max_size=30))
    data = pack(np.array(numbers, dtype=np.uint32), width)
    assert data == written_out(numbers, width)
    back = unpack(data, width, len(numbers))
    assert back.dtype == np.uint32
    assert back.tolist() == numbers


@pytest.mark.parametrize("width", [1, 3, 4, 5, 8, 13, 32])
@pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, 2 * CHUNK + 3])
def test_chunks_leave_no_seam(width, count):
    numbers = np.random.default_rng(width).integers(0, 2**width, count)
    data = pack(numbers, width)
    assert len(data) == -(-count * width // 8)
    assert np.array_equal(unpack(data, width, count), numbers)
    # what a chunk holds is what it would hold alone
    assert data.startswith(pack(numbers[: CHUNK - 8], width))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=6), st.integers(1, 32), st.integers(0, 50))
def test_whatever_is_accepted_is_what_would_be_written(data, width, count):
    try:
        numbers = unpack(data, width, count)
    except ValueError:
        return
    assert pack(numbers, width) == data


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pack(np.array([0]), 0), "width must be .* 1 to 32, got 0"),
        (lambda: pack(np.array([0]), 33), "width must be .* 1 to 32, got 33"),
        (lambda: unpack(b"", -3, 0), "width must be .* 1 to 32, got -3"),
        (lambda: pack(np.array([0, 16]), 4), "fields must be from 0 to 15, .* 0 to 16"),
        (lambda: pack(np.array([-1, 3]), 4), "fields must be from 0 to 15, .* -1 to 3"),
        (lambda: pack(np.array([2**40]), 4), "must be from 0 to 15"),
        (lambda: pack(np.array([0.5]), 4), "array of integers, got float64"),
        (lambda: pack(np.array([[1, 2]]), 4), r"one-dimensional .* shape \(1, 2\)"),
        (lambda: unpack(b"ab", 6, 3), r"data must have 3 bytes, .*, got 2"),
        (lambda: unpack(b"abc", 5, 2), r"data must have 2 bytes, .*, got 3"),
        # before memory is asked for
        (lambda: unpack(b"", 6, 2**60), r"data must have \d+ bytes, .*, got 0"),
        (lambda: unpack(b"", 4, -1), "count must be a whole number ≥ 0, got -1"),
    ],
)
def test_odd_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
