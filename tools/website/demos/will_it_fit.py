"""Data of *Will it fit?*: bytes of one matrix in every format, and the assumptions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from course_lib.demos.assumptions import LABELS, UNPACK, Assumptions
from course_lib.demos.will_it_fit import (
    BITMAP,
    BITS,
    DENSE,
    DOWNLOADS,
    FORMATS,
    LIST,
    MATRIX,
    SPARSITIES,
    START,
    WEIGHTS,
    file_bytes,
)


def data() -> dict[str, Any]:
    """Return the choices of the demo, and ``parts[format][bits][sparsity]`` in bytes.

    A part is what one matrix takes; a model has ``weights / positions`` matrices.
    """
    positions = MATRIX[0] * MATRIX[1]
    assumed = asdict(Assumptions())
    return {
        "weights": WEIGHTS,
        "bits": BITS,
        "sparsities": SPARSITIES,
        "formats": list(FORMATS.items()),
        "dense": DENSE,
        "packed": [LIST, BITMAP],
        "start": START,
        "positions": positions,
        "parts": {
            name: [
                [_exactly(file_bytes(positions, bits, s, name)) for s in SPARSITIES]
                for bits in BITS
            ]
            for name in FORMATS
        },
        "downloads": DOWNLOADS,
        "devices": list(Assumptions().rooms()),
        "numbers": [[name, text, assumed[name]] for name, text in LABELS.items()],
        "unpack": [UNPACK, assumed["unpack"]],
    }


def _exactly(size: float) -> int:
    """Return whole bytes as int; ValueError if there is a fraction."""
    if size != int(size):
        raise ValueError(f"size must be whole bytes, got {size!r}")
    return int(size)
