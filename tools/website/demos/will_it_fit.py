"""Data of *Will it fit?*: bytes of one matrix in every format, and the assumptions."""

from __future__ import annotations

from typing import Any

from course_lib.controls import html
from course_lib.demos.assumptions import LIMITS, Assumptions, refusal
from course_lib.demos.will_it_fit import (
    BITMAP,
    BITS,
    DENSE,
    DOWNLOADS,
    FORMATS,
    HEADING,
    LIST,
    MATRIX,
    SPARSITIES,
    file_bytes,
    inputs,
)
from course_lib.figures.fit import TITLES
from tools.website.controls import declared


def data() -> dict[str, Any]:
    """Return the choices of the demo, and ``parts[format][bits][sparsity]`` in bytes.

    A part is what one matrix takes; a model has ``weights / positions`` matrices.
    """
    positions = MATRIX[0] * MATRIX[1]
    chosen, assumed = map(declared, inputs())
    return {
        "controls": chosen,
        "assumed": assumed,
        "limits": [
            [name, least, most, refusal(name)]
            for name, (least, most, _) in LIMITS.items()
        ],
        "heading": html(HEADING),
        "titles": TITLES,
        "dense": DENSE,
        "packed": [LIST, BITMAP],
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
    }


def _exactly(size: float) -> int:
    """Return whole bytes as int; ValueError if there is a fraction."""
    if size != int(size):
        raise ValueError(f"size must be whole bytes, got {size!r}")
    return int(size)
