"""Packing numbers of a few bits each into bytes."""

from __future__ import annotations

import numpy as np

from course_lib.arguments import integer

CHUNK = 2**16  # fields at a time: a multiple of 8, so that a chunk ends at a byte


def pack(fields: np.ndarray, width: int) -> bytes:
    """Write unsigned ``fields`` of ``width`` bits each, the most significant bit first.

    ``fields`` is a one-dimensional array of integers from 0 to 2^width − 1. The last
    byte is padded with zero bits: the result has ceil(len(fields) · width / 8) bytes.
    Raises ValueError for a width outside 1 to 32 and for a field that does not fit.
    """
    check_width("width", width)
    fields = np.asarray(fields)
    if fields.ndim != 1 or (fields.size and fields.dtype.kind not in "biu"):
        raise ValueError(
            "fields must be a one-dimensional array of integers, "
            f"got {fields.dtype} of shape {fields.shape}"
        )
    check_fields("fields", fields, width)
    shifts = np.arange(width - 1, -1, -1, dtype=np.uint32)
    parts = []
    for start in range(0, len(fields), CHUNK):
        chunk = fields[start : start + CHUNK].astype(np.uint32)
        parts.append(np.packbits((chunk[:, None] >> shifts) & 1).tobytes())
    return b"".join(parts)


def unpack(data: bytes, width: int, count: int) -> np.ndarray:
    """Read ``count`` fields of ``width`` bits; uint32, shape (count,).

    Raises ValueError for a width outside 1 to 32, for a number of bytes other than
    ``count`` fields fill, and for ones in the padding bits.
    """
    check_width("width", width)
    integer("count", count, 0)
    size = (count * width + 7) // 8
    if len(data) != size:  # before memory is allocated
        raise ValueError(
            f"data must have {size} bytes, which hold {count} fields of {width} bits, "
            f"got {len(data)}"
        )
    padding = 8 * size - count * width
    if padding and data[-1] & (1 << padding) - 1:
        raise ValueError(
            f"data must end in {padding} zero bits, which hold no field, "
            f"got the byte {data[-1]:08b}"
        )
    powers = np.uint32(1) << np.arange(width - 1, -1, -1, dtype=np.uint32)
    fields = np.empty(count, dtype=np.uint32)
    for start in range(0, count, CHUNK):
        part = fields[start : start + CHUNK]
        first = start * width // 8
        packed = np.frombuffer(data[first : first + CHUNK * width // 8], np.uint8)
        ones = np.unpackbits(packed, count=len(part) * width)
        part[:] = ones.reshape(-1, width) @ powers
    return fields


def check_width(name: str, width: int) -> None:
    """Raise ValueError or TypeError unless ``width`` is a whole number from 1 to 32."""
    integer(name, width, 1, 32)


def check_fields(name: str, fields: np.ndarray, width: int) -> None:
    """Raise ValueError unless all ``fields`` are from 0 to 2^width − 1."""
    if len(fields) and (fields.min() < 0 or int(fields.max()) >> width):
        raise ValueError(
            f"{name} must be from 0 to {2**width - 1}, which {width} bits hold, "
            f"got {fields.min()} to {fields.max()}"
        )
