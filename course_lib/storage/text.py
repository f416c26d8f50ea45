"""Descriptions of networks in a few bytes: JSON, deflated.

In a file of four kilobytes a line of text matters. So the compressor starts from a
dictionary with the descriptions of the course's usual networks, and another one costs
only its differences. ``USUAL`` is part of the format: never change it.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

LONGEST = 1024  # bytes of JSON
USUAL = (
    b'{"name":"TinyTransformer","arguments":{"width":64,"heads":[4,4,4],'
    b'"hidden":[128,128,128],"head_width":16,"patch":7}}'
    b'{"name":"TinyResNet","arguments":{"streams":[16,32],"inner":[[16,16],[32,32]]}}'
    b'{"name":"LeNet5","arguments":{"channels":[20,50],"hidden":500,'
    b'"activation":"relu"}}'
    b'{"name":"MLP","arguments":{"widths":[784,300,100,10],"activation":"relu"}}'
)


def deflated(description: dict[str, Any]) -> bytes:
    """Return the bytes of a description; ValueError if it is too long."""
    text = json.dumps(description, separators=(",", ":")).encode()
    if len(text) > LONGEST:
        raise ValueError(
            f"description must take at most {LONGEST} bytes, got {len(text)}"
        )
    compressor = zlib.compressobj(level=9, wbits=-15, zdict=USUAL)
    return compressor.compress(text) + compressor.flush()


def inflated(data: bytes) -> Any:
    """Return the description; ValueError or zlib.error for other bytes."""
    expander = zlib.decompressobj(wbits=-15, zdict=USUAL)
    text = expander.decompress(data, LONGEST + 1)  # a few bytes could be millions
    if len(text) > LONGEST or not expander.eof or expander.unused_data:
        raise ValueError(f"the text is longer than {LONGEST} bytes, or does not end")
    return json.loads(text)
