"""A file of shared weights: header, codebook, and codes bit by bit."""

from typing import Literal

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

ORDERS = ("most significant first", "least significant first")
# the bits left over in the last byte, from the last bit of the last code
PADDINGS = {
    "zeros": lambda last, count: np.zeros(count),
    "ones": lambda last, count: np.ones(count),
    "copies of the last bit": lambda last, count: np.full(count, last),
    "opposites of the last bit": lambda last, count: np.full(count, 1 - last),
    "one, zero, one, and so on": lambda last, count: 1 - np.arange(count) % 2,
    "zero, one, zero, and so on": lambda last, count: np.arange(count) % 2,
}

exercise = Exercise(
    name="shared_bytes",
    chapter="05",
    section=4,
    title="A file, to the last bit",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="M14",
    room="Measure",
    returns=("the content of the file",),
    expected="header, codebook, and {bits}-bit codes as bytes; bits {order}, padding "
    "of {padding}",
    hint="Compare your bytes with the three parts one by one: five bytes of header, "
    "four per value of the codebook, then the codes. Write down the bits of the first "
    "codes, then those of your first byte.",
    variations=tuple(
        {"order": order, "padding": padding} for padding in PADDINGS for order in ORDERS
    ),
)

BIT_ORDER: dict[str, Literal["big", "little"]] = {ORDERS[0]: "big", ORDERS[1]: "little"}
LITTLE_ENDIAN = (
    "Numbers of several bytes are written with the least significant byte first, "
    "including those of the codebook."
)


def _head(codes, bits):
    return len(codes).to_bytes(4, "little") + bytes([bits])


def _table(codebook):
    return codebook.astype("<f4").tobytes()


def _row(codes, bits, order):
    """The bits of all codes in one row, in the order in which bytes are filled."""
    places = np.arange(bits) if order == ORDERS[1] else np.arange(bits)[::-1]
    return (codes.astype(int)[:, None] >> places & 1).ravel()


def _padded(row, count, padding):
    return PADDINGS[padding](row[-1] if len(row) else 0, count)


def _packed(codes, bits, order, padding):
    row = _row(codes, bits, order)
    row = np.append(row, _padded(row, -len(row) % 8, padding))
    return np.packbits(row.astype(bool), bitorder=BIT_ORDER[order]).tobytes()


@exercise.solution
def solution(codes, codebook, bits, *, order, padding):
    data = _packed(codes, bits, order, padding)
    return _head(codes, bits) + _table(codebook) + data


@exercise.drawn("small files, whose last byte is partly filled")
def small(rng: Rng) -> Calls:
    for count, bits, last_bit in ((21, 3, 0), (13, 5, 1), (9, 4, 0), (11, 2, 1)):
        drawn = _arguments(rng, count, bits)
        # after both bits, or one padding could pass for another
        drawn["codes"][-1] = last_bit * (2**bits - 1)
        yield drawn


@exercise.drawn("any number of codes and any values, even none")
def heads(rng: Rng) -> Calls:
    for count, bits in ((0, 1), (255, 4), (256, 3), (1000, 8), (70_000, 1)):
        drawn = _arguments(rng, count, bits)
        drawn["codebook"] = drawn["codebook"] * 10.0 ** rng.integers(-9, 9)
        drawn["codebook"][0] = 0
        yield drawn


@exercise.drawn("codes with any number of bits")
def any_bits(rng: Rng) -> Calls:
    for bits in range(1, 13):
        yield _arguments(rng, int(rng.integers(9, 60)), bits)


@exercise.drawn(
    "a last byte that is full, nearly full, or nearly empty",
    name="last-byte",
    hint="The end of the file does not follow the convention of your class. If the "
    "last byte is full, the file ends there; otherwise its remaining bits are "
    "padding.",
)
def last_byte(rng: Rng) -> Calls:
    for count in range(1, 17):
        yield _arguments(rng, count, 3)


def _arguments(rng: Rng, count: int, bits: int) -> Arguments:
    return {
        "codes": rng.integers(0, 2**bits, size=count),
        "codebook": np.sort(rng.normal(size=2**bits)),
        "bits": bits,
    }


@exercise.mistake(
    "M14",
    "The file holds only the codes. A reader needs to know how many there are, how "
    "long each is, and which values they stand for. Those bytes count too.",
)
def codes_only(codes, codebook, bits, *, order, padding):
    """The size is the number of weights times the bits of each."""
    return _packed(codes, bits, order, padding)


@exercise.mistake(
    "M14",
    "The codebook is missing. Without it nobody knows which weights the codes stand "
    "for, so it belongs in the file and counts toward its size.",
)
def no_codebook(codes, codebook, bits, *, order, padding):
    """The codebook is small and known, so it needs no place in the file."""
    return _head(codes, bits) + _packed(codes, bits, order, padding)


@exercise.mistake(
    "M14",
    "The first five bytes are missing. Without them a reader does not know how many "
    "codes there are and how long each one is.",
)
def no_header(codes, codebook, bits, *, order, padding):
    """The reader of the file knows how many weights there are."""
    return _table(codebook) + _packed(codes, bits, order, padding)


@exercise.mistake(
    "byte-a-code",
    "Each code takes a byte of its own. The bits should leave no gaps between codes.",
)
def a_byte_for_each_code(codes, codebook, bits, *, order, padding):
    """A code takes a byte, since there is nothing smaller."""
    data = codes.astype(np.uint8).tobytes()
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "byte-a-code",
    "Each byte holds as many codes as fit. The bits should follow one another without "
    "gaps: a code may be split across two bytes.",
)
def no_code_is_split(codes, codebook, bits, *, order, padding):
    """A byte holds as many codes as fit, and none is split."""
    fit = 8 // bits
    filled = len(codes) - len(codes) % fit
    row = _row(codes[:filled], bits, order).reshape(-1, fit * bits)
    rest = [[*byte, *_padded(byte, 8 - fit * bits, padding)] for byte in row]
    data = np.packbits(np.array(rest, dtype=bool), bitorder=BIT_ORDER[order])
    data = data.tobytes() + _packed(codes[filled:], bits, order, padding)
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "float64",
    "The codebook takes eight bytes per value: float64. The format stores float32.",
)
def wide_codebook(codes, codebook, bits, *, order, padding):
    """The codebook is stored as NumPy holds it."""
    table = codebook.astype("<f8").tobytes()
    return _head(codes, bits) + table + _packed(codes, bits, order, padding)


@exercise.mistake(
    "padding-in-front",
    "The padding is before the codes. It belongs after them: a reader starts with the "
    "first bit.",
)
def one_long_number(codes, codebook, bits, *, order, padding):
    """All codes together are one long number, written as bytes."""
    row = _row(codes, bits, order)
    row = np.append(_padded(row, -len(row) % 8, padding), row)
    data = np.packbits(row.astype(bool), bitorder=BIT_ORDER[order]).tobytes()
    return _head(codes, bits) + _table(codebook) + data


def _padded_as_in_another_class(steps):
    def otherwise(codes, codebook, bits, *, order, padding):
        """It does not matter what the last bits are."""
        names = list(PADDINGS)
        other = names[(names.index(padding) + steps) % len(names)]
        return solution(codes, codebook, bits, order=order, padding=other)

    return otherwise


for _steps in range(1, len(PADDINGS)):
    exercise.mistake(
        "other-convention",
        "The codes are right, but the padding is not: in your class, the bits left "
        "over in the last byte are {padding}. A rule helps a reader notice damage.",
    )(_padded_as_in_another_class(_steps))


@exercise.mistake(
    "other-convention",
    "That is the order of another class. Yours is {order}. Some formats fill a byte "
    "from its lowest bit and some from its highest, so a format must say which.",
)
def filled_from_the_other_end(codes, codebook, bits, *, order, padding):
    """It does not matter from which end a byte is filled."""
    data = _packed(codes, bits, ORDERS[order == ORDERS[0]], padding)
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "mixed-order",
    "You used one order for the bits in a code and another for the bits in a byte. "
    "Use the same for both: {order}.",
)
def reversed_codes(codes, codebook, bits, *, order, padding):
    """Codes are reversed, and bytes are filled from the top."""
    turned = codes * 0
    for place in range(bits):
        turned = turned * 2 + (codes >> place & 1)
    return solution(turned, codebook, bits, order=order, padding=padding)


@exercise.mistake(
    "last-byte-lost",
    "The last codes are lost: a byte that is only partly filled is still a byte.",
)
def whole_bytes_only(codes, codebook, bits, *, order, padding):
    """Bits divided by eight are bytes."""
    data = _packed(codes, bits, order, padding)[: len(codes) * bits // 8]
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "byte-too-many",
    "There is one byte too many. If the last byte is full, the file ends there.",
)
def always_one_more(codes, codebook, bits, *, order, padding):
    """There is always one byte more, for what is left over."""
    size = len(codes) * bits // 8 + 1
    data = _packed(codes, bits, order, padding).ljust(size, b"\0")
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "aligned",
    "You padded the codes to words of four bytes. The file ends with the byte in "
    "which the last code ends.",
)
def whole_words(codes, codebook, bits, *, order, padding):
    """Files are made of words of four bytes."""
    data = _packed(codes, bits, order, padding)
    data += bytes(-len(data) % 4)
    return _head(codes, bits) + _table(codebook) + data


@exercise.mistake(
    "wrong-count",
    "The first four bytes hold the wrong number. They should hold the number of codes.",
)
def count_of_bytes(codes, codebook, bits, *, order, padding):
    """The header says how many bytes follow."""
    data = _packed(codes, bits, order, padding)
    return len(data).to_bytes(4, "little") + bytes([bits]) + _table(codebook) + data


@exercise.mistake("byte-order", LITTLE_ENDIAN)
def big_endian_header(codes, codebook, bits, *, order, padding):
    """The most significant byte of a number comes first."""
    head = len(codes).to_bytes(4, "big") + bytes([bits])
    return head + _table(codebook) + _packed(codes, bits, order, padding)


@exercise.mistake("byte-order", LITTLE_ENDIAN)
def big_endian_codebook(codes, codebook, bits, *, order, padding):
    """The floats in a file are big-endian."""
    table = codebook.astype(">f4").tobytes()
    return _head(codes, bits) + table + _packed(codes, bits, order, padding)


@exercise.mistake(
    "part-order", "The codebook comes after the codes. It belongs before them."
)
def codebook_at_the_end(codes, codebook, bits, *, order, padding):
    """The codebook is an appendix."""
    return _head(codes, bits) + _packed(codes, bits, order, padding) + _table(codebook)


@exercise.mistake(
    "values-not-codes",
    "The file holds the value of each weight. It should hold its code, in a few bits.",
)
def weights_themselves(codes, codebook, bits, *, order, padding):
    """A file holds the weights themselves."""
    return _head(codes, bits) + _table(codebook[codes])


@exercise.mistake(
    "size-not-bytes", "That is how long the file would be. Return the bytes themselves."
)
def length_only(codes, codebook, bits, *, order, padding):
    """The question is how long the file is."""
    return 5 + 4 * len(codebook) + -(-len(codes) * bits // 8)


@exercise.mistake(
    "count-in-one-byte",
    "The number of codes takes four bytes. One is not enough for a few hundred.",
)
def count_in_one_byte(codes, codebook, bits, *, order, padding):
    """The first byte holds the number of codes, and three zeros follow."""
    data = solution(codes, codebook, bits, order=order, padding=padding)
    return bytes([len(codes) % 256, 0, 0, 0]) + data[4:]


@exercise.mistake(
    "half-precision",
    "The values of the codebook lost digits. Round each to the nearest float32, not "
    "to a shorter type.",
)
def half_precision(codes, codebook, bits, *, order, padding):
    """Two bytes are precise enough for a centroid."""
    codebook = codebook.astype(np.float16)
    return solution(codes, codebook, bits, order=order, padding=padding)


@exercise.mistake(
    "code-in-a-byte",
    "A code may have more bits than a byte, and then you lose its upper bits.",
)
def codes_of_a_byte(codes, codebook, bits, *, order, padding):
    """A code fits into a byte."""
    return solution(codes % 256, codebook, bits, order=order, padding=padding)
