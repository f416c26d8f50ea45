"""Checks of chapter 05, fifth part: a layer of shared weights, as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.core import exercise
from course_lib.check.failure import show
from course_lib.check.variations import variation

HEADER = 5  # four bytes for the number of codes, one for the bits of each
ORDERS = ("most significant first", "least significant first")


@dataclass(frozen=True)
class Layer:
    """What the file is to hold, and by which rule of the class."""

    codes: np.ndarray
    codebook: np.ndarray
    bits: int
    order: str
    padding: str

    @property
    def packed(self) -> int:
        """The bytes that the codes fill, a begun one included."""
        return -(-len(self.codes) * self.bits // 8)

    @property
    def head(self) -> int:
        """The bytes in front of the codes."""
        return HEADER + 4 * len(self.codebook)


@exercise(
    chapter="05",
    section=5,
    title="A file, to the last bit",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M14",
    room="Measure",
)
def shared_bytes(answer: Answer, rng: np.random.Generator) -> None:
    """The bytes that come back are read, part by part, and must be the layer."""
    rule = variation("shared_bytes", answer.class_seed)
    for count, bits in ((21, 3), (13, 5), (11, 2), (16, 4), (9, 1), (0, 2)):
        codes = rng.integers(0, 2**bits, size=count)
        if count:
            # an end and a start that read otherwise backwards, and ones to be lost
            codes[0], codes[-1] = 1, 2**bits - 1
        values = rng.integers(1, 100, size=2**bits) / 8 * (-1.0) ** np.arange(2**bits)
        layer = Layer(codes, np.sort(values), bits, rule["order"], rule["padding"])
        came = answer(codes=codes, codebook=layer.codebook, bits=bits)
        _check_file(answer, layer, _bytes(answer, came))


def _bytes(answer: Answer, came: Any) -> bytes:
    if isinstance(came, bytes | bytearray):
        return bytes(came)
    hint = "Return an object of type bytes. An array has tobytes() for that, and whole "
    hint += "numbers from 0 to 255 become bytes by bytes([…])."
    name = "wrong-type"
    if isinstance(came, int | np.integer) and not isinstance(came, bool):
        name = "size-not-bytes"
        hint = "That is how long the file would be. Return the bytes themselves."
    answer.fail(
        name, hint, came=f"{show(came)} ({type(came).__name__})", expected="bytes"
    )


def _check_file(answer: Answer, layer: Layer, data: bytes) -> None:
    for misconception, hint in _slips(layer, data):
        answer.fail(
            misconception,
            hint,
            came=f"{len(data)} bytes: {data[:24].hex(' ')}"
            + (" …" if len(data) > 24 else ""),
            expected=f"{layer.head + layer.packed} bytes: {HEADER} of the header, "
            f"{4 * len(layer.codebook)} of the codebook, {layer.packed} of the codes; "
            f"{layer.order}, padded with {layer.padding}",
        )


Found = tuple[str, str]  # the misconception, and what to say about it


def _slips(layer: Layer, data: bytes) -> Iterator[Found]:
    """What is wrong with the file; nothing if it can be read as agreed."""
    if len(data) != layer.head + layer.packed:
        yield from _length_slips(layer, data)
        yield (
            "unrecognised",
            "The number of bytes is another one. Count the three parts of your file "
            "apart: which of them has too many bytes, or too few?",
        )
    yield from _head_slips(layer, data)
    yield from _code_slips(layer, data[layer.head :])


def _length_slips(layer: Layer, data: bytes) -> Iterator[Found]:
    table, packed, count = 4 * len(layer.codebook), layer.packed, len(layer.codes)
    size, head = len(data), layer.head
    fit = max(1, 8 // layer.bits)
    found = [
        (
            "M14",
            packed,
            "There is nothing but the codes. A reader needs to know how many there "
            "are, how long each is, and which values they stand for. That is part of "
            "the size.",
        ),
        (
            "M14",
            HEADER + packed,
            "The codebook is missing. Without it nobody knows which weights the codes "
            "stand for, so it belongs into the file, and into its size.",
        ),
        (
            "M14",
            table + packed,
            "The first five bytes are missing. Without them a reader does not know "
            "how many codes there are and how long each one is.",
        ),
        (
            "float64",
            head + table + packed,
            "The codebook takes eight bytes a value: float64. Stored is float32.",
        ),
        (
            "byte-a-code",
            head + count,
            "Each code takes a whole byte. Their bits are to stand side by side.",
        ),
        (
            "byte-a-code",
            head + -(-count // fit),
            "Each byte holds as many codes as fit. The bits are to follow each other "
            "without a hole: a code may lie across the border of two bytes.",
        ),
        (
            "last-byte-lost",
            head + count * layer.bits // 8,
            "The last codes are lost: a byte that is only partly filled is a byte, "
            "too.",
        ),
        (
            "byte-too-many",
            head + packed + 1,
            "There is a byte too many. Where the last byte is full, none is begun.",
        ),
        (
            "aligned",
            head + packed + -packed % 4,
            "The codes fill up words of four bytes. The file ends with the byte in "
            "which the last code ends.",
        ),
    ]
    hint = "There is a number for each weight. Stored is its code, in a few bits."
    for front in (0, HEADER, head):
        found.append(("values-not-codes", front + 4 * count, hint))
    for name, length, hint in found:
        if size == length:
            yield name, hint


def _head_slips(layer: Layer, data: bytes) -> Iterator[Found]:
    count, table = len(layer.codes), layer.codebook
    stored = int.from_bytes(data[:4], "little")
    end = "Numbers of several bytes are written with the little end first, those of "
    end += "the codebook as well."
    if stored != count and int.from_bytes(data[:4], "big") == count:
        yield "byte-order", end
    elif stored != count:
        yield (
            "wrong-count",
            f"The first four bytes say {stored}. They tell the number of codes.",
        )
    if data[4] != layer.bits:
        yield (
            "wrong-bits",
            f"The fifth byte says {data[4]}. It has to tell the bits of each code, "
            f"{layer.bits}.",
        )
    if not _is_table(data[HEADER : layer.head], table, "<f4"):
        if _is_table(data[HEADER : layer.head], table, ">f4"):
            yield "byte-order", end
        if _is_table(data[HEADER + layer.packed :], table, "<f4"):
            yield "part-order", "The codebook stands behind the codes, not before them."
        yield (
            "wrong-codebook",
            "The values of the codebook are other ones. They are float32, in their "
            "order, right behind the header.",
        )


def _is_table(data: bytes, table: np.ndarray, kind: str) -> bool:
    # as bytes: what was never meant as a float may be a nan that warns
    return data == table.astype(kind).tobytes()


def _code_slips(layer: Layer, data: bytes) -> Iterator[Found]:
    other = ORDERS[1 - ORDERS.index(layer.order)]
    used = len(layer.codes) * layer.bits
    bits = _unpacked(data, layer.order)
    rest = bits[used:]
    if np.array_equal(_codes(bits[:used], layer.bits, layer.order), layer.codes):
        if (rest == (layer.padding == "ones")).all():
            return
        yield (
            "other-convention",
            "The codes are right, the padding is not: the bits that are left over in "
            f"the last byte are {layer.padding} in your class. An agreed value lets a "
            "reader notice a damaged file.",
        )
    end = "highest" if layer.order == ORDERS[0] else "lowest"
    turned = _unpacked(data, other)[:used]
    if np.array_equal(_codes(turned, layer.bits, other), layer.codes):
        yield (
            "other-convention",
            "It is the order of another class. Yours fills each byte from its "
            f"{end} bit, the one that counts {128 if end == 'highest' else 1}: "
            f"{layer.order}. Filling from the lowest and from the highest bit are both "
            "in use, so a file must say which.",
        )
    for mixed, one in ((bits[:used], other), (turned, layer.order)):
        if np.array_equal(_codes(mixed, layer.bits, one), layer.codes):
            yield (
                "mixed-order",
                "You used one order for the bits in a code, another one in a byte. It "
                f"is the same for both: {layer.order}.",
            )
    behind = bits[len(bits) - used :]
    if np.array_equal(_codes(behind, layer.bits, layer.order), layer.codes):
        yield (
            "padding-in-front",
            "The padding stands in front of the codes. It belongs behind them: a "
            "reader starts with the first bit.",
        )
    yield (
        "unrecognised",
        "The header and the codebook are right, the codes are not. Write down the bits "
        "of the first three codes, then those of your first byte.",
    )


def _unpacked(data: bytes, order: str) -> np.ndarray:
    fields = np.frombuffer(data, np.uint8)
    if order == ORDERS[0]:
        return np.unpackbits(fields)
    return np.unpackbits(fields, bitorder="little")


def _codes(row: np.ndarray, bits: int, order: str) -> np.ndarray:
    """The numbers that a row of bits says, ``bits`` of them each."""
    worth = 2 ** np.arange(bits)
    if order == ORDERS[0]:
        worth = worth[::-1]
    return np.asarray(row.reshape(-1, bits) @ worth)
