"""Coding a large sparse matrix by the gaps between its kept cells: fast to read.

One decision per cell, as in ``symbols``, makes a reader visit every zero. Here only
kept cells cost time, as in any code of run lengths (Golomb 1966). Lines and cells of
lines that are empty are marked and left out; of the rest, a *gap* is the number of
zeros before a kept cell, in reading order across lines. A gap below 8 is a symbol. Of a
larger one, the symbol is its length in bits with its four highest bits, and its lower
bits follow uncoded: Elias's gamma code (1975) with a finer exponent. Where gaps were
short of late, they will be: the recent gaps choose the table of the next one. Values
are symbols of up to eight bits: codes, or the four bytes of each float.

Symbols are coded by their frequencies, in 16384ths, with asymmetric numeral systems
(Duda 2013, arXiv:1311.2540, the range variant): where the arithmetic coder of ``coder``
divides an interval bit by bit, this one takes a whole byte by one lookup and one
multiplication. The price is that the frequencies are stored, and that the writer works
backward. All written symbols are one number: a symbol of frequency f that starts at s
maps x to 2^14 · (x div f) + s + x mod f, about 2^14 · x / f. The coder keeps x below
2^47 by moving its lowest 16 bits to the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.compiled import compiled
from course_lib.storage.coder import Coder, ended, finish, reader, writer
from course_lib.storage.fields import BadFileError, Fields, unsigned
from course_lib.storage.symbols import code_symbols

SCALE = 14
LEVELS = 8  # tables for gaps, by the recent ones
LOWER_BOUND = 1 << 31  # the number is at least this, and below 2^16 times as much
SIZE = 8  # bytes of a count


@dataclass(frozen=True)
class Gaps:
    """A sparse matrix of shape (lines, cells), as it is written and read."""

    lines: np.ndarray  # int64: 1 for a line that has kept cells
    cells: np.ndarray  # int64: 1 for a cell that is kept in some line
    places: np.ndarray  # int64: the kept cells, counted over those lines and cells
    values: np.ndarray  # uint8, (one or four, kept): their symbols

    def targets(self, across: int, along: int) -> np.ndarray:
        """Return where a flat array with these strides has the kept cells."""
        lines, cells = np.flatnonzero(self.lines), np.flatnonzero(self.cells)
        return np.asarray(_targets(self.places, lines * across, cells * along))


def gaps_of(mask: np.ndarray, values: np.ndarray) -> Gaps:
    """Return a bool matrix, and the symbols of its kept cells, as gaps."""
    lines, cells = np.asarray(mask.any(axis=1)), np.asarray(mask.any(axis=0))
    places = np.flatnonzero(mask[lines][:, cells])
    return Gaps(lines.astype(np.int64), cells.astype(np.int64), places, values)


def write_gaps(gaps: Gaps) -> tuple[bytes, tuple[int, int, int]]:
    """Return the bytes, and how many are of positions, of values, and of tables."""
    zeros = np.diff(gaps.places, prepend=-1) - 1
    marks, levels = _marked(zeros)
    counts = [np.bincount(marks[levels == k], minlength=256) for k in range(LEVELS)]
    counts += [np.bincount(each, minlength=256) for each in gaps.values]
    tables = np.stack([_frequencies(each) for each in counts])
    model = tables, np.cumsum(tables, axis=1) - tables
    words = np.zeros((3 + len(gaps.values)) * len(zeros) + 3, np.uint16)
    number, middle = _write_values(words, *model, gaps.values)
    end = _write_gaps(words, number, middle, *model, zeros, marks, levels)
    code = words[:end][::-1].astype("<u2").tobytes()
    bits = len(gaps.lines) + len(gaps.cells) + (SCALE + 1) * tables.size
    coder = writer(bits, 4 + (2 << SCALE))
    _code_model(coder, gaps.lines, gaps.cells, tables)
    rest = finish(coder)
    counted = len(zeros), len(rest), len(code)
    start = b"".join(unsigned(count, SIZE) for count in counted)
    parts = len(code) - 2 * middle, 2 * middle, len(start) + len(rest)
    return start + rest + code, parts


def read_gaps(fields: Fields, shape: tuple[int, int], symbols: int) -> Gaps:
    """Read what ``write_gaps`` wrote, with one or four ``symbols`` for each value."""
    kept, of_rest, of_code = (fields.unsigned(SIZE) for _ in range(3))
    if kept > shape[0] * shape[1] or of_code % 2:
        raise BadFileError(
            f"it has {kept} weights for {shape}, {of_code} bytes of code"
        )
    coder, code = reader(fields.take(of_rest)), fields.take(of_code)
    lines, cells = (np.zeros(side, np.int64) for side in shape)
    tables = np.zeros((LEVELS + symbols, 256), np.int64)
    places, values = np.zeros(kept, np.int64), np.zeros((symbols, kept), np.uint8)
    words = np.frombuffer(code, "<u2").astype(np.uint16)
    try:
        _code_model(coder, lines, cells, tables)
        if not ended(coder):
            raise ValueError("a table of frequencies does not end where it should")
        model = tables, np.cumsum(tables, axis=1) - tables, _slots(tables)
        number, place = _read_gaps(words, *model, lines.sum() * cells.sum(), places)
        _read_values(words, number, place, *model, values)
    except ValueError as error:  # compiled code cannot raise BadFileError
        raise BadFileError(str(error)) from None
    return Gaps(lines, cells, places, values)


def _code_model(
    coder: Coder, lines: np.ndarray, cells: np.ndarray, tables: np.ndarray
) -> None:
    """Write what is known before the first gap, or read it into the arrays."""
    code_symbols(coder, lines, 1)
    code_symbols(coder, cells, 1)
    code_symbols(coder, tables.reshape(-1), SCALE + 1)


def _frequencies(counts: np.ndarray) -> np.ndarray:
    """Return ``counts`` scaled to a sum of 2^SCALE, at least 1 for what occurs."""
    if not counts.any():
        return np.zeros(256, np.int64)
    scaled = np.maximum((counts << SCALE) // counts.sum(), counts > 0)
    while (excess := int(scaled.sum()) - (1 << SCALE)) != 0:
        scaled[scaled.argmax()] -= max(-1, min(1, excess))
    return np.asarray(scaled)


def _slots(tables: np.ndarray) -> np.ndarray:
    """Return the symbol for each of the 2^SCALE remainders, one row per table."""
    slots = np.zeros((len(tables), 1 << SCALE), np.uint8)
    for row, table in zip(slots, tables, strict=True):
        if table.any():  # no symbol is read from an empty one
            if table.sum() != 1 << SCALE:
                raise ValueError("the frequencies of a table do not add up")
            row[:] = np.repeat(np.arange(256, dtype=np.uint8), table)
    return slots


@compiled
def _targets(places: np.ndarray, lines: np.ndarray, cells: np.ndarray) -> np.ndarray:
    found = np.zeros(len(places), np.int64)
    line = first = 0
    for i in range(len(places)):
        while places[i] - first >= len(cells):
            line, first = line + 1, first + len(cells)
        found[i] = lines[line] + cells[places[i] - first]
    return found


@compiled
def _next_level(recent: int) -> int:
    level = 0
    while level < LEVELS - 1 and recent >> (2 * level + 1):
        level += 1
    return level


@compiled
def _marked(zeros: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the symbol of each gap, and which table it is coded by."""
    marks = np.zeros(len(zeros), np.uint8)
    levels = np.zeros(len(zeros), np.uint8)
    recent = 0
    for i in range(len(zeros)):
        low = 0
        while zeros[i] >> low >= 16:
            low += 1
        marks[i] = 8 * low + (zeros[i] >> low)
        levels[i] = _next_level(recent)
        recent += zeros[i] - (recent >> 3)
    return marks, levels


@compiled
def _push(
    words: np.ndarray, number: int, end: int, frequency: int, start: int, bits: int
) -> tuple[int, int]:
    """Write what takes ``frequency`` of 2^bits remainders from ``start`` on."""
    while number >= frequency << (47 - bits):
        words[end] = number & 65535
        number, end = number >> 16, end + 1
    return (number // frequency << bits) + start + number % frequency, end


@compiled
def _fill(words: np.ndarray, number: Any, place: int) -> tuple[Any, int]:
    """Read words until the number, int64, is large enough to be divided."""
    while number < LOWER_BOUND:
        if place >= len(words):
            raise ValueError("the data end too early")
        number, place = number << 16 | np.int64(words[place]), place + 1
    return number, place


@compiled
def _write_values(
    words: np.ndarray, tables: np.ndarray, starts: np.ndarray, values: np.ndarray
) -> tuple[int, int]:
    number, end = LOWER_BOUND, 0
    for k in range(len(values) - 1, -1, -1):
        table, start = tables[LEVELS + k], starts[LEVELS + k]
        for symbol in values[k, ::-1]:
            number, end = _push(words, number, end, table[symbol], start[symbol], SCALE)
    return number, end


@compiled
def _read_values(
    words: np.ndarray,
    number: int,
    place: int,
    tables: np.ndarray,
    starts: np.ndarray,
    slots: np.ndarray,
    values: np.ndarray,
) -> None:
    for k in range(len(values)):
        table, start, slot = tables[LEVELS + k], starts[LEVELS + k], slots[LEVELS + k]
        for i in range(values.shape[1]):
            left = number & ((1 << SCALE) - 1)
            symbol = slot[left]
            number = table[symbol] * (number >> SCALE) + left - start[symbol]
            number, place = _fill(words, number, place)
            values[k, i] = symbol
    if number != LOWER_BOUND or place != len(words):
        raise ValueError("the code does not end where its symbols do")


@compiled
def _write_gaps(
    words: np.ndarray,
    number: int,
    end: int,
    tables: np.ndarray,
    starts: np.ndarray,
    zeros: np.ndarray,
    marks: np.ndarray,
    levels: np.ndarray,
) -> int:
    for i in range(len(zeros) - 1, -1, -1):
        low = max(0, (marks[i] >> 3) - 1)
        number, end = _push(words, number, end, 1, zeros[i] & ((1 << low) - 1), low)
        own = tables[levels[i], marks[i]], starts[levels[i], marks[i]]
        number, end = _push(words, number, end, own[0], own[1], SCALE)
    for _ in range(3):  # the number itself
        words[end] = number & 65535
        number, end = number >> 16, end + 1
    return end


@compiled
def _read_gaps(
    words: np.ndarray,
    tables: np.ndarray,
    starts: np.ndarray,
    slots: np.ndarray,
    size: int,
    places: np.ndarray,
) -> tuple[int, int]:
    number, place = _fill(words, 0, 0)
    at: Any = -1
    recent: Any = 0
    for i in range(len(places)):
        level, left = _next_level(recent), number & ((1 << SCALE) - 1)
        mark = np.int64(slots[level, left])
        number = tables[level, mark] * (number >> SCALE) + left - starts[level, mark]
        number, place = _fill(words, number, place)
        gap = mark
        if mark >= 16:
            low = (mark >> 3) - 1
            gap = (8 + (mark & 7)) << low | number & ((1 << low) - 1)
            number, place = _fill(words, number >> low, place)
        at += gap + 1
        if at >= size:
            raise ValueError("a gap ends beyond its matrix")
        recent += gap - (recent >> 3)
        places[i] = at
    return number, place
