"""Files that are not what they were, and files that lie on purpose."""

import json
import zlib

import numpy as np

from course_lib.storage.file import LENGTH, VERSION
from course_lib.storage.text import USUAL

FIXED = 13 + LENGTH[VERSION]  # bytes before the architecture


def signed(rest: bytes, version: int = 1) -> bytes:
    """A file with a right first checksum over whatever follows it."""
    checksum = zlib.crc32(rest).to_bytes(4, "little")
    return b"PRUN" + bytes([version]) + checksum + rest


def flipped(rng, content: bytes, start: int = 0) -> bytes:
    """One to eight bits changed from ``start`` on."""
    damaged = bytearray(content)
    places = rng.choice(range(8 * start, 8 * len(content)), rng.integers(1, 9), False)
    for place in places:
        damaged[place // 8] ^= 1 << (place % 8)
    return bytes(damaged)


def truncated(rng, content: bytes) -> bytes:
    return content[: rng.integers(0, len(content))]


def extended(rng, content: bytes) -> bytes:
    return content + rng.bytes(rng.integers(1, 40))


def overwritten(rng, content: bytes) -> bytes:
    """A stretch replaced by zeros, by ones or by chance, and really changed."""
    start = int(rng.integers(0, len(content)))
    size = min(int(rng.integers(1, 200)), len(content) - start)
    fill = [bytes(size), b"\xff" * size, rng.bytes(size)][rng.integers(3)]
    if fill == content[start : start + size]:
        fill = bytes(255 - value for value in fill)
    return content[:start] + fill + content[start + size :]


def flipped_and_signed(rng, content: bytes) -> bytes:
    """Changed bits behind the fixed fields, with a right first checksum."""
    return signed(flipped(rng, content, FIXED)[9:])


def cut_and_signed(rng, content: bytes) -> bytes:
    return signed(content[9 : rng.integers(9, len(content))])


def extended_and_signed(rng, content: bytes) -> bytes:
    return signed(extended(rng, content)[9:])


def chance_and_signed(rng, content: bytes) -> bytes:
    """The right architecture, and chance behind it."""
    end = FIXED + int.from_bytes(content[13:15], "little")
    return signed(content[9:end] + rng.bytes(rng.integers(0, 3000)))


def of_another_length(rng, content: bytes) -> bytes:
    """An architecture that claims to be longer or shorter than it is."""
    output = int(rng.integers(0, 2**16))
    output += output == int.from_bytes(content[13:15], "little")
    return signed(content[9:13] + output.to_bytes(2, "little")[:2] + content[15:])


def with_another_architecture(rng, content: bytes) -> bytes:
    """Sizes that are huge, zero, negative, nested, or no sizes at all."""
    end = FIXED + int.from_bytes(content[13:15], "little")
    strange = [
        0, -1, 2**31, 2**63, 10**30, 1e308, None, "784", [784], {"a": 1}, True,
        float("nan"), 999, 1_999_999, 4999,
    ]  # fmt: skip

    def one():
        return strange[rng.integers(len(strange))]

    described = [
        {"name": "MLP", "arguments": {"widths": [784, one(), 10]}},
        {"name": "MLP", "arguments": {"widths": [one()] * int(rng.integers(0, 90)),
                                      "activation": "relu"}},
        {"name": "LeNet5", "arguments": {"channels": [one(), one()], "hidden": 500,
                                         "activation": "relu"}},
        {"name": "TinyTransformer", "arguments": {
            "width": one(), "heads": [1] * 200, "hidden": [1] * 200,
            "head_width": 1, "patch": 7}},
        {"name": "TinyResNet", "arguments": {"streams": [one(), 8], "inner": one()}},
        {"name": one(), "arguments": one()},
        {"name": "MLP"},
        one(),
    ][rng.integers(8)]  # fmt: skip
    text = json.dumps(described, separators=(",", ":")).encode()
    if rng.integers(8) == 0:
        text = b"[" * int(rng.integers(1, 100_000))  # deep, and small when deflated
    compressor = zlib.compressobj(wbits=-15, zdict=USUAL)
    text = compressor.compress(text) + compressor.flush()
    return signed(
        content[9:13] + len(text).to_bytes(2, "little") + text + content[end:]
    )


def of_another_version(rng, content: bytes) -> bytes:
    return signed(content[9:], int(rng.integers(2, 256)))


WAYS = (
    flipped, truncated, extended, overwritten, flipped_and_signed, cut_and_signed,
    extended_and_signed, chance_and_signed, of_another_length,
    with_another_architecture, of_another_version,
)  # fmt: skip


def damaged_files(contents: list[bytes], count: int, seed: int):
    """``count`` damaged files, each with the name of the way it was damaged."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        way = WAYS[i % len(WAYS)]
        yield way.__name__, way(rng, contents[rng.integers(len(contents))])
