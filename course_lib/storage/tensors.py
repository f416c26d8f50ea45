"""Encoding one tensor: as float32, by a codebook, or as integers.

A tensor becomes a matrix: all but the first dimension are columns, and a vector is
one row. Its header has one byte for the kind; a codebook adds the number of centroids
minus one (a byte) and the centroids in ascending order, as float32, float16, or
multiples of a float32 scale in one byte each. Where they are small multiples of one
step, as after training with rounded weights, a float16 step and the largest multiple
are enough. The smallest form that is exact is used.

Mask and values follow in the arithmetic code of the file (``symbols``). Those of a
large tensor are read about ten times as fast from a code of their own (``gaps``),
which is part of the header.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from course_lib.storage.coder import Coder, finish, writer
from course_lib.storage.fields import BadFileError, Fields, unsigned
from course_lib.storage.gaps import Gaps, gaps_of, read_gaps, write_gaps
from course_lib.storage.symbols import (
    ALIVE,
    DEAD,
    MASK_CONTEXTS,
    Hints,
    code_mask,
    code_symbols,
    no_hints,
)

FLOATS, CODES32, CODES16, CODES8, INTEGERS, MULTIPLES = range(6)
BY_COLUMNS = 16  # set if the mask is coded column by column
BY_GAPS = 32  # set if it is coded by gaps, not by cells
LARGEST_CODEBOOK = 256
LARGEST_MULTIPLE = 15  # of a step, in the shortest form of a codebook
LARGEST_BY_CELLS = 1_000_000  # largest mask that is coded by cells


@dataclass(frozen=True)
class Stored:
    """A tensor's header and symbols, or, with a reader, buffers for them."""

    kind: int
    shape: torch.Size
    header: bytes
    by_columns: bool
    mask: np.ndarray  # bool (rows, columns), or (columns, rows) by columns
    symbols: np.ndarray  # int64: one row of codes, or the four bytes of each float
    width: int  # bits per symbol
    centroids: np.ndarray  # float32
    gaps: Gaps | None = None  # instead of mask and symbols, which are empty then
    # bytes of the header that are positions, values, and tables of frequencies
    of_gaps: tuple[int, int, int] = (0, 0, 0)

    def hints(self, alive: np.ndarray) -> Hints:
        """Return hints on the rows and columns of the mask from the previous units."""
        return _hints(self.mask, self.by_columns, alive)

    def alive(self, before: np.ndarray) -> np.ndarray:
        """Return which output units have weights; ``before`` if there are no units."""
        if len(self.shape) < 2 or self.kind == INTEGERS:
            return before
        if self.gaps is not None:
            used = self.gaps.cells if self.by_columns else self.gaps.lines
            return used > 0
        return np.asarray(self.mask.any(axis=0 if self.by_columns else 1))


NO_UNITS = np.zeros(0, bool)  # before the first layer


def plan(tensor: Tensor, alive: np.ndarray = NO_UNITS) -> Stored:
    """Choose the encoding of a float32 or int64 tensor from its values.

    ``alive`` (bool) marks the units of the previous layer that have weights.
    """
    if not tensor.is_floating_point():
        header = unsigned(INTEGERS, 1) + tensor.numpy().astype("<i8").tobytes()
        return _integers(tensor.shape, header)
    values = tensor.reshape(_sides(tensor.shape)).contiguous().numpy()
    words, mask = values.view(np.uint32), values != 0  # NaN is not zero
    kind, book, centroids = _codebook(words[mask])
    width = 8 if kind == FLOATS else _width(len(centroids))

    def stored(by_columns: bool) -> Stored:
        ordered = words.T if by_columns else words
        chosen = np.ascontiguousarray(mask.T if by_columns else mask)
        symbols = _symbols(kind, ordered[chosen], centroids)
        first = unsigned(kind + BY_COLUMNS * by_columns, 1)
        ours = kind, tensor.shape, first + book, by_columns
        return Stored(*ours, chosen, symbols, width, centroids)

    if mask.size > LARGEST_BY_CELLS:
        ways = [_by_gaps(stored(by_columns)) for by_columns in (False, True)]
        return min(ways, key=lambda way: len(way.header))
    return stored(_size(mask, True, alive) < _size(mask, False, alive))


def read_plan(fields: Fields, like: Tensor) -> Stored:
    """Read a tensor's header; ``like`` is a meta tensor of its shape."""
    first = fields.unsigned(1)
    kind, by_columns = first & (BY_COLUMNS - 1), bool(first & BY_COLUMNS)
    is_integer = not like.is_floating_point()
    known = first <= BY_COLUMNS + BY_GAPS + MULTIPLES and kind <= MULTIPLES
    if not known or (kind == INTEGERS) != is_integer:
        raise BadFileError(f"a tensor of shape {tuple(like.shape)} has kind {first}")
    if is_integer:
        if first != INTEGERS:
            raise BadFileError("integers are marked as stored by columns or by gaps")
        return _integers(like.shape, fields.take(8 * like.numel()))
    centroids = _read_codebook(kind, fields)
    rows, columns = _sides(like.shape)
    shape = (columns, rows) if by_columns else (rows, columns)
    width = 8 if kind == FLOATS else _width(len(centroids))
    gaps = None
    if first & BY_GAPS:
        gaps, shape = read_gaps(fields, shape, _planes(kind)), (0, 0)
    empty, none = np.zeros(shape, bool), np.zeros((0, 0), np.int64)
    ours = kind, like.shape, b"", by_columns, empty, none, width, centroids
    return Stored(*ours, gaps)


def write_tensor(coder: Coder, stored: Stored, alive: np.ndarray) -> dict[str, float]:
    """Write mask and symbols; return the tensor's row of the byte table."""
    costs = [float(coder.cost[0])]
    if stored.kind != INTEGERS:
        code_mask(coder, stored.mask, stored.hints(alive))
    costs.append(float(coder.cost[0]))
    for symbols in stored.symbols:
        code_symbols(coder, symbols, stored.width)
    costs.append(float(coder.cost[0]))
    positions, values = (np.diff(costs) / 8).tolist()
    kept = stored.mask.sum() if stored.gaps is None else stored.gaps.places.size
    return {
        "weights": stored.shape.numel(),
        "nonzeros": int(kept),
        "positions": positions + stored.of_gaps[0],
        "values": values + stored.of_gaps[1],
        "codebook": len(stored.header) - 1 - sum(stored.of_gaps),
        "header": 1 + stored.of_gaps[2],
    }


def read_tensor(coder: Coder, stored: Stored, alive: np.ndarray) -> Tensor:
    """Read what ``write_tensor`` wrote."""
    if stored.kind == INTEGERS:
        integers = np.frombuffer(stored.header, "<i8").astype(np.int64)
        return torch.from_numpy(integers).reshape(stored.shape)
    if stored.gaps is None:
        _read(code_mask, coder, stored.mask, stored.hints(alive))
        symbols = np.zeros((_planes(stored.kind), stored.mask.sum()), np.int64)
        for each in symbols:
            _read(code_symbols, coder, each, stored.width)
    else:
        symbols = stored.gaps.values
    words = np.zeros(symbols.shape[1], np.uint32)
    for each in symbols:
        words = (words << np.uint32(8)) | each.astype(np.uint32)
    if stored.kind != FLOATS:
        count = len(stored.centroids)
        if len(words) and words.max() >= count:
            raise BadFileError(f"a code is beyond the {count} centroids")
        words = stored.centroids[words].view(np.uint32)
    if stored.gaps is None:
        matrix = np.zeros(stored.mask.shape, np.uint32)
        matrix[stored.mask] = words
        matrix = np.ascontiguousarray(matrix.T if stored.by_columns else matrix)
    else:
        rows, columns = _sides(stored.shape)
        steps = (1, columns) if stored.by_columns else (columns, 1)
        matrix = np.zeros((rows * columns,), np.uint32)
        matrix[stored.gaps.targets(*steps)] = words
    return torch.from_numpy(matrix.view(np.float32)).reshape(stored.shape)


def capacity(plans: Iterable[Stored]) -> tuple[int, int]:
    """Return the maximum number of bits and contexts that a writer can need."""
    bits = contexts = 0
    for stored in plans:
        bits += stored.mask.size + len(stored.mask)
        bits += stored.symbols.size * stored.width
        contexts += MASK_CONTEXTS + len(stored.symbols) * (1 << stored.width)
    return bits, contexts


def _codebook(kept: np.ndarray) -> tuple[int, bytes, np.ndarray]:
    """Return kind, bytes and centroids for nonzeros given as float32 bit patterns."""
    some = np.unique(kept[: 16 * LARGEST_CODEBOOK])  # all are slow to sort
    words = some if len(some) > LARGEST_CODEBOOK else np.unique(kept)
    values = words.view(np.float32)
    if len(values) > LARGEST_CODEBOOK or not np.isfinite(values).all():
        return FLOATS, b"", values[:0]
    centroids = np.sort(values)
    multiples = _multiples(centroids)
    if multiples is not None:
        step, largest = multiples
        book = step.tobytes() + unsigned(largest, 1)
        return MULTIPLES, book, _of_steps(step, largest)
    kind, book = _smallest_book(centroids)
    if len(book) + len(kept) * _width(len(centroids)) / 8 >= 4 * len(kept):
        return FLOATS, b"", values[:0]
    return kind, unsigned(len(centroids) - 1, 1) + book, centroids


def _smallest_book(centroids: np.ndarray) -> tuple[int, bytes]:
    """Return the shortest form that restores every centroid exactly."""
    # overflow or underflow makes the result unequal
    with np.errstate(all="ignore"):
        half = centroids.astype("<f2")
        scale = np.float32(np.abs(centroids).max(initial=0) / 127)
        steps = np.nan_to_num(np.round(centroids / scale)).clip(-127, 127)
        is_exact = np.array_equal(scale * steps.astype(np.float32), centroids)
    if is_exact and len(centroids) > 4:  # with fewer, the scale costs more
        return CODES8, scale.astype("<f4").tobytes() + steps.astype("i1").tobytes()
    if np.array_equal(half.astype(np.float32), centroids):
        return CODES16, half.tobytes()
    return CODES32, centroids.astype("<f4").tobytes()


def _multiples(centroids: np.ndarray) -> tuple[np.ndarray, int] | None:
    """Return the step (float16) and largest multiple that restore all centroids.

    None if the centroids are not small multiples of one step.
    """
    sizes = np.unique(np.abs(centroids))
    if not len(sizes):
        return None
    for divisor in range(1, LARGEST_MULTIPLE + 1):
        with np.errstate(all="ignore"):  # overflow or underflow: no multiple fits
            step = (sizes[:1] / np.float32(divisor)).astype("<f2")
            times = sizes / step.astype(np.float32)
        largest = times[-1]
        if not largest <= LARGEST_MULTIPLE:
            return None
        if np.isin(centroids, _of_steps(step, int(largest))).all():
            return step, int(largest)
    return None


def _of_steps(step: np.ndarray, largest: int) -> np.ndarray:
    """Return all multiples of ``step`` up to ±``largest`` but zero, ascending."""
    times = np.arange(1, largest + 1, dtype=np.float32)
    return np.concatenate([-times[::-1], times]) * step.astype(np.float32)


def _read_codebook(kind: int, fields: Fields) -> np.ndarray:
    if kind == FLOATS:
        return np.zeros(0, np.float32)
    if kind == MULTIPLES:
        step = np.frombuffer(fields.take(2), "<f2")
        largest = fields.unsigned(1)
        if not (np.isfinite(step) & (step > 0)).all() or largest > LARGEST_MULTIPLE:
            raise BadFileError("a codebook's step or largest multiple is out of range")
        return _of_steps(step, largest)
    count = fields.unsigned(1) + 1
    if kind == CODES8:
        scale = np.frombuffer(fields.take(4), "<f4").astype(np.float32)
        steps = np.frombuffer(fields.take(count), "i1")
        with np.errstate(all="ignore"):  # an invalid scale is refused just below
            centroids = scale * steps.astype(np.float32)
    else:
        size, name = (4, "<f4") if kind == CODES32 else (2, "<f2")
        stored = np.frombuffer(fields.take(size * count), name)
        centroids = stored.astype(np.float32)
    rising = (centroids[1:] > centroids[:-1]).all()  # a difference could overflow
    if not np.isfinite(centroids).all() or not rising:
        raise BadFileError("a codebook is not in rising order")
    return centroids


def _read(code, coder: Coder, *arguments) -> None:  # type: ignore[no-untyped-def]
    try:
        code(coder, *arguments)
    except ValueError as error:  # compiled code cannot raise BadFileError
        raise BadFileError(str(error)) from None


def _hints(mask: np.ndarray, by_columns: bool, alive: np.ndarray) -> Hints:
    rows, columns = no_hints(mask)
    read = rows if by_columns else columns  # layers that read the previous units
    if len(alive) and len(read) % len(alive) == 0:
        # a previous unit is one column, or one per cell of its filter or feature map
        of_unit = np.where(alive, ALIVE, DEAD)
        read[:] = np.repeat(of_unit, len(read) // len(alive))
    return rows, columns


def _size(mask: np.ndarray, by_columns: bool, alive: np.ndarray) -> int:
    """Return the bytes that this mask takes by itself."""
    mask = np.ascontiguousarray(mask.T if by_columns else mask)
    coder = writer(mask.size + len(mask), MASK_CONTEXTS)
    code_mask(coder, mask, _hints(mask, by_columns, alive))
    return len(finish(coder))


def _by_gaps(stored: Stored) -> Stored:
    """Return the same tensor, coded by gaps."""
    gaps = gaps_of(stored.mask, stored.symbols.astype(np.uint8))
    code, of_gaps = write_gaps(gaps)
    first = unsigned(stored.header[0] + BY_GAPS, 1)
    return replace(
        stored,
        header=first + stored.header[1:] + code,
        mask=stored.mask[:0, :0],
        symbols=stored.symbols[:0, :0],
        gaps=gaps,
        of_gaps=of_gaps,
    )


def _symbols(kind: int, kept: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return the symbols of float32 bit patterns, int64 of shape (planes, kept)."""
    if kind == FLOATS:
        shifts = np.array([[24], [16], [8], [0]], np.uint32)
        return np.asarray((kept >> shifts) & 255, np.int64)
    return np.searchsorted(centroids, kept.view(np.float32))[None]


def _planes(kind: int) -> int:
    """Return the number of symbols for one value."""
    return 4 if kind == FLOATS else 1


def _width(count: int) -> int:
    """Return the bits of a code for this many centroids."""
    return int(count - 1).bit_length()


def _sides(shape: torch.Size) -> tuple[int, int]:
    if len(shape) < 2:
        return 1, shape.numel()
    return shape[0], shape[1:].numel()


def _integers(shape: torch.Size, header: bytes) -> Stored:
    """Return an int64 tensor, which has no symbols: all of it is in the header."""
    mask, symbols = np.zeros((0, 0), bool), np.zeros((0, 0), np.int64)
    centroids = np.zeros(0, np.float32)
    return Stored(INTEGERS, shape, header, False, mask, symbols, 0, centroids)
