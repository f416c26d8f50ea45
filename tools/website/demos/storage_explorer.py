"""Chapter 05's demo on the web: the bytes of one layer in every state."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from course_lib.demos import gallery
from course_lib.demos import storage_explorer as demo
from tools.website.controls import declared

State = tuple[float, str, int]  # density, format, bits of a value
# what only the density decides: the sentence up to here, and from here on
FIRST, LAST = " weights kept", " bits per kept weight; the limit is"
STATES = tuple(product(demo.DENSITIES, demo.CHOICES, demo.VALUE_BITS))


def data() -> dict[str, Any]:
    """Compute every state and return ``as_data`` of it."""
    return as_data(outcomes())


def outcomes() -> dict[State, demo.Outcome]:
    """Compute every state of the layer that the lesson shows."""
    (weight,) = gallery.entry("storage_explorer").arguments()
    return {state: demo.compute(weight, *state) for state in STATES}


def as_data(found: Mapping[State, demo.Outcome]) -> dict[str, Any]:
    """Return the parts of every state in bytes, ``bytes[density][format][width]``.

    ``parts`` names them by format; below 32 bits a codebook is the last one. ``kept``,
    the entropy limit of the index in bytes, and how a sentence starts and ends go with
    the densities.
    """
    density, format, bits = demo.START
    each = [found[p, format, bits] for p in demo.DENSITIES]
    return {
        "controls": declared(demo.inputs()),
        "dense": each[0].dense,
        "kept": [one.kept for one in each],
        "limit": [one.limit["index"] for one in each],
        "starts": [one.sentence().partition(FIRST)[0] + FIRST for one in each],
        "ends": [LAST + one.sentence().partition(LAST)[2] for one in each],
        "parts": {
            name: list(found[density, name, demo.FLOAT32].parts)
            for name in demo.CHOICES
        },
        "bytes": [
            [
                [
                    [_short(size) for size in found[p, name, bits].parts.values()]
                    for bits in demo.VALUE_BITS
                ]
                for name in demo.CHOICES
            ]
            for p in demo.DENSITIES
        ],
    }


def _short(size: float) -> float:
    """Return a whole number as int, whose text is shorter."""
    return int(size) if size == int(size) else size
