"""Wrong answers of chapter 05 that the visible check takes for right."""

from __future__ import annotations

import numpy as np

from tests.check.catalogue import Catalogue

OVERLOOKED = Catalogue()
overlooked = OVERLOOKED.add


def arrays_of(A, is_kept):
    rows, columns = np.nonzero(is_kept)
    starts = np.searchsorted(rows, np.arange(len(A) + 1))
    return starts.astype(np.int32), columns.astype(np.int32), A[rows, columns]


@overlooked(
    "csr_arrays",
    "large-matrix",
    "Two bytes are enough for a column.",
    "many digits",
)
def two_byte_columns(A):
    starts, columns, values = arrays_of(A, A != 0)
    return starts, columns.astype(np.int16).astype(np.int32), values


@overlooked(
    "csr_arrays",
    "thin-matrix",
    "A single column is the same as a single row.",
    "one more than rows",
)
def column_as_row(A):
    A = np.atleast_2d(np.squeeze(A))
    return arrays_of(A, A != 0)


@overlooked(
    "csr_arrays",
    "small-is-not-zero",
    "What is smaller than rounding is zero.",
    "Small is not zero",
)
def tiny_is_zero(A):
    return arrays_of(A, np.abs(A) > 1e-12)


@overlooked(
    "break_even",
    "wrong-border",
    "A thousand nonzeros are enough to look at.",
    "real network",
)
def first_thousand(rows, columns, value_bytes, index_bytes):
    k = np.arange(1000)
    sparse = k * value_bytes + (k + rows + 1) * index_bytes
    return np.flatnonzero(sparse < rows * columns * value_bytes).max()


@overlooked(
    "break_even",
    "wrong-border",
    "To be smaller the file must be smaller by one index.",
    "not smaller",
)
def smaller_by_an_index(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - index_bytes) // (value_bytes + index_bytes)


def entries(positions, bits, most_fillers=10**9):
    numbers, fillers, before = [], [], -1
    for position in positions:
        rounds = 0
        while position - before > 2**bits and rounds < most_fillers:
            numbers.append(2**bits - 1)
            fillers.append(True)
            before += 2**bits
            rounds += 1
        numbers.append(int(position - before - 1))
        fillers.append(False)
        before = position
    return np.array(numbers, dtype=int), np.array(fillers, dtype=bool)


@overlooked(
    "gaps",
    "whole-layer",
    "One byte is enough for a gap.",
    "does not fit",
)
def one_byte_gaps(positions, bits):
    numbers, fillers = entries(positions, bits)
    return numbers.astype(np.uint8), fillers


@overlooked(
    "gaps",
    "error",
    "A list of one position is that position.",
    "stopped with this error",
)
def one_position(positions, bits):
    return entries(np.squeeze(positions), bits)


@overlooked(
    "gaps",
    "first-gap",
    "More than three fillers in a row are never needed.",
    "as before",
)
def three_fillers(positions, bits):
    return entries(positions, bits, 3)


@overlooked(
    "centroid_gradient",
    "not-the-slope",
    "Gradients are whole numbers.",
    "something else",
)
def whole_gradients(grad, codes, k):
    found = np.zeros(k, dtype=int)
    for g, code in zip(grad.ravel(), codes.ravel(), strict=True):
        if code >= 0:
            found[code] += int(g)
    return found


@overlooked(
    "centroid_gradient",
    "error",
    "Some weight uses a centroid, and the highest code says how many there are.",
    "stopped with this error",
)
def up_to_the_highest_code(grad, codes, k):
    used = codes >= 0
    found = np.bincount(codes[used], grad[used], codes[used].max() + 1)
    return np.append(found, np.zeros(k - len(found)))


@overlooked(
    "centroid_gradient",
    "mean-not-sum",
    "The sum of many gradients may be rounded to a whole number.",
    "add up",
)
def rounded_sums(grad, codes, k):
    used = codes >= 0
    return np.rint(np.bincount(codes[used], grad[used], k))


def file(codes, codebook, bits, digits):
    head = len(codes).to_bytes(4, "little") + bytes([bits])
    packed = np.packbits(digits.astype(np.uint8).ravel())
    return head + codebook.astype("<f4").tobytes() + packed.tobytes()


def digits_of(codes, bits):
    return codes[:, None] >> np.arange(bits)[::-1] & 1


@overlooked(
    "shared_bytes",
    "wrong-header",
    "The first byte holds the number of codes, and three zeros follow.",
    "some numbers of codes",
)
def count_in_one_byte(codes, codebook, bits):
    data = file(codes, codebook, bits, digits_of(codes, bits))
    return bytes([len(codes) % 256, 0, 0, 0]) + data[4:]


@overlooked(
    "shared_bytes",
    "wrong-codebook",
    "Two bytes are precise enough for a centroid.",
    "any values",
)
def half_precision(codes, codebook, bits):
    codebook = codebook.astype(np.float16)
    return file(codes, codebook, bits, digits_of(codes, bits))


@overlooked(
    "shared_bytes",
    "wrong-codes",
    "A code fits into a byte.",
    "Few bits or many",
)
def codes_of_a_byte(codes, codebook, bits):
    return file(codes, codebook, bits, digits_of(codes % 256, bits))


@overlooked(
    "shared_bytes",
    "error",
    "An array with a single code is that code.",
    "stopped with this error",
)
def one_code(codes, codebook, bits):
    codes = np.squeeze(codes)
    return file(codes, codebook, bits, digits_of(codes, bits))


def entropy_of(shares):
    both = np.stack([shares, 1 - shares])
    return -np.sum(both * np.log2(np.where(both > 0, both, 1)), axis=0)


@overlooked(
    "row_entropy",
    "wrong-entropy",
    "Three digits are enough for a density.",
    "another one",
)
def rounded_density(mask):
    return entropy_of(np.round(mask.mean(axis=1), 3)).mean()


@overlooked(
    "row_entropy",
    "error",
    "A mask with a single column is a single row.",
    "stopped with this error",
)
def squeezed_mask(mask):
    return entropy_of(np.squeeze(mask).mean(axis=1)).mean()


@overlooked(
    "row_entropy",
    "half-of-it",
    "A row has eight positions.",
    "everything twice",
)
def eight_positions(mask):
    bits = entropy_of(mask.mean(axis=1)) * mask.shape[1]
    return bits.sum() / (8 * len(mask))
