"""Further properties of the answers of chapter 05: the parts of a file, one by one."""

from __future__ import annotations

import numpy as np
from course_lib.check.variations import variation
from grading.hidden.core import demand, further

from course_lib.check.answer import Answer

HEADER = 5  # four bytes for the number of codes, one for the bits of each


def _written(
    answer: Answer, codes: np.ndarray, codebook: np.ndarray, bits: int
) -> bytes:
    came = answer(codes=codes, codebook=codebook, bits=bits)
    if isinstance(came, bytes | bytearray):
        return bytes(came)
    answer.fail("wrong-type", "Return an object of type bytes.")


@further("shared_bytes", "header and codebook, for any number of codes and any values")
def _head(answer: Answer, rng: np.random.Generator) -> None:
    for count, bits in ((0, 1), (255, 4), (256, 3), (1000, 8), (70_000, 1)):
        codes = rng.integers(0, 2**bits, size=count)
        codebook = rng.normal(size=2**bits) * 10.0 ** rng.integers(-9, 9)
        codebook[0] = 0
        data = _written(answer, codes, codebook, bits)
        hint = (
            "The first five bytes are wrong for some numbers of codes: the number, in "
        )
        hint += "four bytes with the little end first, then the bits of a code in one."
        header = np.array([count], "<u4").tobytes() + bytes([bits])
        demand(answer, data[:HEADER] == header, "wrong-header", hint)
        hint = (
            "The codebook stands right behind the header, as float32 with the little "
        )
        hint += "end first: any values, rounded to the nearest one, in the given order."
        table = data[HEADER : HEADER + 4 * 2**bits]
        right = table == codebook.astype("<f4").tobytes()
        demand(answer, right, "wrong-codebook", hint)


def _read(data: bytes, count: int, bits: int, order: str) -> tuple[list[int], int]:
    """The codes and the padding behind them, as one number without spare bits."""
    rest = 8 * len(data) - count * bits
    least = order == "least significant first"
    number = int.from_bytes(data, "little" if least else "big")
    if least:
        shifts, padding = range(0, count * bits, bits), number >> count * bits
    else:
        shifts = range(rest + (count - 1) * bits, rest - 1, -bits)
        padding = number & 2**rest - 1
    return [number >> shift & 2**bits - 1 for shift in shifts], padding


def _check_codes(
    answer: Answer, rng: np.random.Generator, count: int, bits: int, hint: str
) -> None:
    """What stands behind the codebook, whatever stands before it."""
    rule = variation("shared_bytes", answer.class_seed)
    codes = rng.integers(0, 2**bits, size=count)
    size = -(-count * bits // 8)
    codebook = np.sort(rng.normal(size=2**bits))
    data = _written(answer, codes, codebook, bits)[HEADER + 4 * 2**bits :]
    ones = 2 ** (8 * size - count * bits) - 1
    wanted = list(map(int, codes)), ones if rule["padding"] == "ones" else 0
    right = len(data) == size and _read(data, count, bits, rule["order"]) == wanted
    demand(answer, right, "wrong-codes", hint)


@further("shared_bytes", "codes with any number of bits")
def _any_bits(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "The codes cannot be read as your class agreed. Few bits or many: which order "
    )
    hint += "do they stand in, and what happens at the border of two bytes?"
    for bits in range(1, 13):
        _check_codes(answer, rng, int(rng.integers(9, 60)), bits, hint)


@further("shared_bytes", "a last byte that is full, nearly full, or nearly empty")
def _last_byte(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "The end of the file is not as your class agreed. Where the last byte is full "
    )
    hint += "none is begun; what is left of it otherwise is padding."
    for count in range(17):
        _check_codes(answer, rng, count, 3, hint)
