"""Fields are packed as NumPy packs bits, and only what was packed is unpacked."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.bits import CHUNK, pack, unpack


@st.composite
def fields(draw):
    width = draw(st.integers(1, 32))
    numbers = st.integers(0, 2**width - 1)
    return width, draw(st.lists(numbers, max_size=30))


def written_out(numbers, width):
    """The bits as text, filled up to whole bytes, read as one large number."""
    text = "".join(f"{number:0{width}b}" for number in numbers)
    text += "0" * (-len(text) % 8)
    return int(text or "0", 2).to_bytes(len(text) // 8, "big")


@settings(max_examples=300, deadline=None)
@given(fields())
def test_fields_are_written_out_most_significant_bit_first(case):
    width, numbers = case
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


def test_one_bit_is_packbits_eight_bits_are_bytes_and_32_big_endian():
    numbers = np.random.default_rng(0).integers(0, 256, 1001)
    assert pack(numbers % 2, 1) == np.packbits(numbers % 2).tobytes()
    assert pack(numbers, 8) == numbers.astype(np.uint8).tobytes()
    assert pack(numbers, 32) == numbers.astype(">u4").tobytes()


@pytest.mark.parametrize("width", [0, -3, 33])
def test_width_outside_1_to_32_is_refused(width):
    with pytest.raises(ValueError, match=f"width must be .* 1 to 32, got {width}"):
        pack(np.array([0]), width)
    with pytest.raises(ValueError, match=f"width must be .* 1 to 32, got {width}"):
        unpack(b"", width, 0)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ([0, 16], "fields must be from 0 to 15, .*, got 0 to 16"),
        ([-1, 3], "fields must be from 0 to 15, .*, got -1 to 3"),
        ([2**40], "must be from 0 to 15"),
        ([0.5], "one-dimensional array of integers, got float64"),
        ([[1, 2]], r"one-dimensional .* shape \(1, 2\)"),
    ],
)
def test_what_does_not_fit_is_refused(numbers, message):
    with pytest.raises(ValueError, match=message):
        pack(np.array(numbers), 4)


def test_another_number_of_bytes_is_refused_before_memory_is_asked_for():
    for data, count in ((b"ab", 3), (b"a", 3), (b"abc", 2), (b"", 2**60)):
        with pytest.raises(
            ValueError, match=rf"data must have \d+ bytes, .*, got {len(data)}"
        ):
            unpack(data, 6 if count > 2 else 5, count)
    with pytest.raises(ValueError, match="count must be a whole number ≥ 0, got -1"):
        unpack(b"", 4, -1)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=6), st.integers(1, 32), st.integers(0, 50))
def test_whatever_is_accepted_is_what_would_be_written(data, width, count):
    try:
        numbers = unpack(data, width, count)
    except ValueError:
        return
    assert pack(numbers, width) == data


def test_every_wrong_padding_bit_is_refused():
    data = pack(np.array([1, 2, 3]), 7)  # 21 bits, 3 left over
    for bit in range(3):
        wrong = data[:-1] + bytes([data[-1] | 1 << bit])
        with pytest.raises(ValueError, match="must end in 3 zero bits"):
            unpack(wrong, 7, 3)
