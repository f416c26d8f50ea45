"""Bytes by formula: the size of each format and its parts, and when it pays off.

Formats: ``dense`` · ``coordinates`` · ``csr`` and ``csc`` (32-bit indices; ``csr-16``
and ``csr-64`` have columns of other widths) · ``bitmap`` · ``relative-1`` to
``relative-16`` (bits of a gap) · ``limit``, which is not a format: independent
positions take H(p) bits each, and the values are stored uncompressed.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
import pandas as pd

from course_lib.arguments import integer, number
from course_lib.storage.entropy import binary_entropy
from course_lib.storage.matrix import Shape, sides

RELATIVE = {f"relative-{bits}": bits for bits in range(1, 17)}
COLUMN_BITS = {"csr": 32, "csr-16": 16, "csr-64": 64}
FORMATS = ("dense", "coordinates", *COLUMN_BITS, "csc", "bitmap", *RELATIVE, "limit")
SHOWN = (
    *("dense", "coordinates", "csr", "csr-16", "bitmap"),
    *("relative-4", "relative-5", "relative-8", "limit"),
)


def part_bytes(
    format: str,
    shape: Shape,
    nonzeros: float,
    *,
    value_bits: int = 32,
    codebook_entries: int = 0,
    fillers: float | None = None,
) -> dict[str, float]:
    """Return the bytes per part: values, index, and any row starts, fillers, codebook.

    ``shape`` is that of the array, (out, …); ``nonzeros`` may be an expected number.
    ``value_bits`` is the size of one value; if values are indices into a codebook,
    ``codebook_entries`` float32 are added. ``fillers`` of a relative index are those
    expected when positions are independent, unless they are given. A filler costs a gap
    and a value; padding bits in the last byte count toward their part. ``dense`` and
    ``limit`` do not depend on the fillers. Raises ValueError for an unknown format and
    for impossible counts.
    """
    rows, columns = sides(shape)
    positions = rows * columns
    _refuse(format, columns, positions, nonzeros, value_bits, codebook_entries)
    stored = positions if format == "dense" else nonzeros
    parts: dict[str, float] = {"values": ceil(stored * value_bits / 8)}
    if format == "coordinates":
        parts["index"] = ceil(nonzeros * 2 * 4)
    elif format == "bitmap":
        parts["index"] = ceil(positions / 8)
    elif format == "csc":
        parts |= {"index": ceil(nonzeros * 4), "column starts": 4 * (columns + 1)}
    elif format in COLUMN_BITS:
        width = COLUMN_BITS[format]
        # row starts count values, so 16 bits would not suffice
        starts = max(4, width // 8) * (rows + 1)
        parts |= {"index": ceil(nonzeros * width / 8), "row starts": starts}
    elif format in RELATIVE:
        bits = RELATIVE[format]
        if fillers is None:
            fillers = expected_fillers(positions, nonzeros, bits)
        parts = _relative(nonzeros, fillers, bits, value_bits)
    elif format == "limit":
        parts = {"values": nonzeros * value_bits / 8, "index": 0.0}
        if positions:
            parts["index"] = positions * float(binary_entropy(nonzeros / positions)) / 8
    if codebook_entries:
        parts["codebook"] = 4 * codebook_entries
    return parts


def total_bytes(
    format: str,
    shape: Shape,
    nonzeros: float,
    *,
    value_bits: int = 32,
    codebook_entries: int = 0,
    fillers: float | None = None,
) -> float:
    """Return the sum of the parts of ``part_bytes``, in bytes."""
    parts = part_bytes(
        format, shape, nonzeros, value_bits=value_bits,
        codebook_entries=codebook_entries, fillers=fillers,
    )  # fmt: skip
    return sum(parts.values())


def expected_fillers(positions: int, nonzeros: float, bits: int) -> float:
    """Return the expected number of fillers if positions are kept independently.

    A weight needs a k-th filler if the k · 2^bits positions before it are all pruned.
    With r = (1 − p)^(2^bits) that is r + r² + … = r / (1 − r) fillers per weight. At
    most 1 / (p · 2^bits) are too many, because nothing follows the last weight.
    """
    number("nonzeros", nonzeros, minimum=0, maximum=positions)
    if not nonzeros:
        return 0.0
    r: float = (1 - nonzeros / positions) ** (2**bits)
    return nonzeros * r / (1 - r)


def break_even_density(
    format: str, shape: Shape, *, value_bits: int = 32, codebook_entries: int = 0
) -> float:
    """Return the largest density at which a format is no larger than dense float32.

    A fraction from 0 to 1: 1 where the format is never larger, 0 where it always is.
    """
    rows, columns = sides(shape)
    dense, low, high = 4 * rows * columns, 0.0, 1.0

    def fits(density: float) -> bool:
        size = total_bytes(
            format, shape, density * rows * columns,
            value_bits=value_bits, codebook_entries=codebook_entries,
        )  # fmt: skip
        return size <= dense

    if fits(high):
        return high
    for _ in range(50):  # bisection: the size only grows with the density
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def bytes_per_nonzero(
    densities: Iterable[float],
    shape: Shape = (300, 784),
    formats: Iterable[str] = SHOWN,
    *,
    value_bits: int = 32,
    codebook_entries: int = 0,
) -> pd.DataFrame:
    """Return one row per format and density: ``bytes``, and ``bits`` per kept weight.

    ``densities`` are fractions above 0. With ``value_bits`` 0 only the index counts,
    that is, the cost of the positions of kept weights.
    """
    positions = int(np.prod(sides(shape)))
    found = [number("each of densities", d, above=0, maximum=1) for d in densities]
    rows = []
    for format in formats:
        for density in found:
            nonzeros = density * positions
            size = total_bytes(
                format, shape, nonzeros,
                value_bits=value_bits, codebook_entries=codebook_entries,
            )  # fmt: skip
            rows.append((format, density, size, 8 * size / nonzeros))
    return pd.DataFrame(rows, columns=["format", "density", "bytes", "bits"])


def _relative(
    nonzeros: float, fillers: float, bits: int, value_bits: int
) -> dict[str, float]:
    entries = nonzeros + fillers
    return {
        "values": ceil(entries * value_bits / 8) - fillers * value_bits / 8,
        "index": ceil(entries * bits / 8) - fillers * bits / 8,
        "fillers": fillers * (bits + value_bits) / 8,
    }


def _refuse(
    format: str,
    columns: int,
    positions: int,
    nonzeros: float,
    value_bits: int,
    codebook_entries: int,
) -> None:
    if format not in FORMATS:
        raise ValueError(f"format must be one of {list(FORMATS)}, got {format!r}")
    number("nonzeros", nonzeros, minimum=0, maximum=positions)
    integer("value_bits", value_bits, 0, 64)
    integer("codebook_entries", codebook_entries, 0)
    if format == "csr-16" and columns > 2**16:
        raise ValueError(f"csr-16 must have at most {2**16} columns, got {columns}")
