"""Wrong answers to the exercises of chapter 05, written before their checks."""

from __future__ import annotations

import numpy as np

from .catalogue import Catalogue

WRONG_ANSWERS = Catalogue()
wrong = WRONG_ANSWERS.add


# --- csr_arrays --------------------------------------------------------------


def _three(starts, columns, values):
    return np.asarray(starts, np.int32), np.asarray(columns, np.int32), values


def _right(A):
    rows, columns = np.nonzero(A)
    starts = np.append(0, np.cumsum(np.count_nonzero(A, axis=1)))
    return starts, columns, A[rows, columns]


@wrong(
    "csr_arrays",
    "empty-row",
    "A row starts where its number first appears among the nonzeros.",
    "has a start too",
    plausible=True,
)
def first_appearance(A):
    rows, columns = np.nonzero(A)
    _, first = np.unique(rows, return_index=True)
    return _three(np.append(first, len(rows)), columns, A[rows, columns])


@wrong(
    "csr_arrays",
    "empty-row",
    "Rows without nonzeros keep the zero that the array was made with.",
    "has a start too",
    plausible=True,
)
def empty_rows_start_at_zero(A):
    rows, columns = np.nonzero(A)
    starts = np.zeros(len(A) + 1, dtype=int)
    unique, first = np.unique(rows, return_index=True)
    starts[unique] = first
    starts[-1] = len(rows)
    return _three(starts, columns, A[rows, columns])


@wrong(
    "csr_arrays",
    "off-by-one",
    "There are as many row starts as there are rows.",
    "one more than rows",
    plausible=True,
)
def no_end(A):
    starts, columns, values = _right(A)
    return _three(starts[:-1], columns, values)


@wrong(
    "csr_arrays",
    "off-by-one",
    "The running sum of the counts is where rows start.",
    "one more than rows",
    plausible=True,
)
def no_zero(A):
    starts, columns, values = _right(A)
    return _three(starts[1:], columns, values)


@wrong(
    "csr_arrays",
    "off-by-one",
    "The running sum only has to be made one entry longer at its end.",
    "where each row ends",
    plausible=True,
)
def ends_for_starts(A):
    starts, columns, values = _right(A)
    return _three(np.append(starts[1:], starts[-1]), columns, values)


@wrong(
    "csr_arrays",
    "one-based",
    "The first nonzero has number 1.",
    "count from 0",
)
def starts_from_one(A):
    starts, columns, values = _right(A)
    return _three(starts + 1, columns, values)


@wrong(
    "csr_arrays",
    "one-based",
    "The first column has number 1.",
    "count from 0",
)
def columns_from_one(A):
    starts, columns, values = _right(A)
    return _three(starts, columns + 1, values)


@wrong(
    "csr_arrays",
    "counts-not-starts",
    "It is enough to say how many nonzeros each row has.",
    "how many nonzeros",
    plausible=True,
)
def counts_of_rows(A):
    starts, columns, values = _right(A)
    return _three(np.diff(starts), columns, values)


@wrong(
    "csr_arrays",
    "counts-not-starts",
    "A zero in front of the counts makes starts of them.",
    "how many nonzeros",
    plausible=True,
)
def zero_and_counts(A):
    starts, columns, values = _right(A)
    return _three(np.append(0, np.diff(starts)), columns, values)


@wrong(
    "csr_arrays",
    "int64",
    "The indices that NumPy gives are as short as they can be.",
    "eight bytes",
    plausible=True,
)
def wide_indices(A):
    return _right(A)


@wrong(
    "csr_arrays",
    "int64",
    "Only the columns are many, so only they must be short.",
    "eight bytes",
    plausible=True,
)
def wide_starts(A):
    starts, columns, values = _right(A)
    return starts, columns.astype(np.int32), values


@wrong(
    "csr_arrays",
    "no-type",
    "A list of whole numbers is as good as an array.",
    "no width",
)
def plain_lists(A):
    starts, columns, values = _right(A)
    return starts.tolist(), columns.tolist(), values.tolist()


@wrong(
    "csr_arrays",
    "wrong-width",
    "Indices are positive, so they can be unsigned and short.",
    "four bytes",
)
def short_indices(A):
    starts, columns, values = _right(A)
    return starts.astype(np.uint16), columns.astype(np.uint16), values


@wrong(
    "csr_arrays",
    "column-major",
    "Nonzeros are taken column by column.",
    "column by column",
)
def compressed_columns(A):
    return _three(*_right(A.T))


@wrong(
    "csr_arrays",
    "column-major",
    "Flattening takes the values in the order of the columns' index.",
    "column by column",
    plausible=True,
)
def values_down_the_columns(A):
    starts, columns, _ = _right(A)
    values = A.ravel(order="F")
    return _three(starts, columns, values[values != 0])


@wrong(
    "csr_arrays",
    "coo",
    "Every nonzero says in which row it stands.",
    "row of every nonzero",
)
def row_of_each_nonzero(A):
    rows, columns = np.nonzero(A)
    return _three(rows, columns, A[rows, columns])


@wrong(
    "csr_arrays",
    "flat-positions",
    "The index of a nonzero is its place in the flat matrix.",
    "flat",
)
def flat_positions(A):
    starts, _, values = _right(A)
    return _three(starts, np.flatnonzero(A), values)


@wrong(
    "csr_arrays",
    "M1",
    "The format skips the zeros by itself.",
    "zeros as well",
)
def zeros_as_well(A):
    rows, columns = A.shape
    starts = np.arange(rows + 1) * columns
    return _three(starts, np.tile(np.arange(columns), rows), A.ravel())


@wrong(
    "csr_arrays",
    "sign",
    "A weight that is there is larger than zero.",
    "negative",
    plausible=True,
)
def only_positive(A):
    return _three(*_right(np.where(A > 0, A, 0)))


@wrong(
    "csr_arrays",
    "order",
    "The order is the one in which scipy takes them.",
    "another order",
    plausible=True,
)
def as_scipy_takes_them(A):
    starts, columns, values = _three(*_right(A))
    return values, columns, starts


# --- break_even --------------------------------------------------------------


@wrong(
    "break_even",
    "M13",
    "A sparse format is smaller as soon as there is a zero.",
    "the columns",
    plausible=True,
)
def no_indices(rows, columns, value_bytes, index_bytes):
    return (rows * columns * value_bytes - 1) // value_bytes


@wrong(
    "break_even",
    "M13",
    "Only the row starts are an expense beside the values.",
    "the columns",
    plausible=True,
)
def starts_but_no_columns(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // value_bytes


@wrong(
    "break_even",
    "M13",
    "Zeros pay from one half on.",
    "half of the weights",
    plausible=True,
)
def one_half(rows, columns, value_bytes, index_bytes):
    return rows * columns // 2


@wrong(
    "break_even",
    "no-row-starts",
    "The row starts are so few that nobody counts them.",
    "row starts",
    plausible=True,
)
def no_row_starts(rows, columns, value_bytes, index_bytes):
    dense = rows * columns * value_bytes
    return (dense - 1) // (value_bytes + index_bytes)


@wrong(
    "break_even",
    "off-by-one",
    "There is one start for each row.",
    "one more than rows",
    plausible=True,
)
def as_many_starts_as_rows(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - rows * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


@wrong(
    "break_even",
    "column-major",
    "There is one start for each column, and one more.",
    "each column",
    plausible=True,
)
def starts_of_columns(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (columns + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


@wrong(
    "break_even",
    "coo",
    "Each nonzero brings its row and its column.",
    "row of every nonzero",
    plausible=True,
)
def row_and_column(rows, columns, value_bytes, index_bytes):
    dense = rows * columns * value_bytes
    return (dense - 1) // (value_bytes + 2 * index_bytes)


@wrong(
    "break_even",
    "equal-is-not-smaller",
    "At the break-even the sparse file is smaller.",
    "as large as",
    plausible=True,
)
def equal_counts(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left // (value_bytes + index_bytes)


@wrong(
    "break_even",
    "one-too-many",
    "The answer is the first number at which it does not pay.",
    "no longer pays",
    plausible=True,
)
def first_that_does_not_pay(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes) + 1


@wrong(
    "break_even",
    "not-whole",
    "A break-even is where two lines cross.",
    "whole number",
    plausible=True,
)
def where_lines_cross(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left / (value_bytes + index_bytes)


@wrong(
    "break_even",
    "M16",
    "A break-even is a share.",
    "share",
)
def as_density(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return left / (value_bytes + index_bytes) / (rows * columns)


@wrong(
    "break_even",
    "zeros-counted",
    "What is asked for is how many weights have to go.",
    "how many zeros",
    plausible=True,
)
def zeros_needed(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return rows * columns - (left - 1) // (value_bytes + index_bytes)


# --- gaps --------------------------------------------------------------------


def _skipped(positions):
    return np.diff(positions, prepend=-1) - 1


def _no_fillers(numbers):
    return numbers, np.zeros(len(numbers), dtype=bool)


def _with_fillers(skipped, most, taken):
    """Fillers of ``most`` that use up ``taken`` positions each."""
    numbers, fillers = [], []
    for zeros in skipped:
        while zeros > most:
            numbers.append(most)
            fillers.append(True)
            zeros -= taken
        numbers.append(zeros)
        fillers.append(False)
    return numbers, fillers


@wrong(
    "gaps",
    "overflow",
    "A number that does not fit is stored in its lowest bits.",
    "wrapped around",
    plausible=True,
)
def wraps_around(positions, bits):
    return _no_fillers(_skipped(positions) % 2**bits)


@wrong(
    "gaps",
    "overflow",
    "What is too large becomes the largest number there is.",
    "cut off",
    plausible=True,
)
def clipped(positions, bits):
    return _no_fillers(np.minimum(_skipped(positions), 2**bits - 1))


@wrong(
    "gaps",
    "overflow",
    "Long gaps are rare, they may be stored as they are.",
    "does not fit",
    plausible=True,
)
def stored_as_they_are(positions, bits):
    return _no_fillers(_skipped(positions))


@wrong(
    "gaps",
    "one-filler",
    "A gap that is too long is cut once.",
    "one filler is not enough",
    plausible=True,
)
def one_filler_at_most(positions, bits):
    numbers, fillers = [], []
    for zeros in _skipped(positions):
        if zeros > 2**bits - 1:
            numbers.append(2**bits - 1)
            fillers.append(True)
            zeros -= 2**bits
        numbers.append(zeros)
        fillers.append(False)
    return numbers, fillers


@wrong(
    "gaps",
    "filler-takes-a-place",
    "A filler stands for the zeros it skips, and for nothing else.",
    "a zero itself",
    plausible=True,
)
def filler_without_a_place(positions, bits):
    most = 2**bits - 1
    return _with_fillers(_skipped(positions), most, most)


@wrong(
    "gaps",
    "needless-filler",
    "The largest number is kept for fillers.",
    "still fits",
    plausible=True,
)
def filler_too_early(positions, bits):
    most = 2**bits - 1
    numbers, fillers = [], []
    for zeros in _skipped(positions):
        while zeros >= most:
            numbers.append(most)
            fillers.append(True)
            zeros -= most + 1
        numbers.append(zeros)
        fillers.append(False)
    return numbers, fillers


@wrong(
    "gaps",
    "limit",
    "Three bits can hold the numbers up to 8.",
    "largest number",
    plausible=True,
)
def one_too_large(positions, bits):
    return _with_fillers(_skipped(positions), 2**bits, 2**bits + 1)


@wrong(
    "gaps",
    "limit",
    "The largest number is the number of bits.",
    "largest number",
)
def bits_as_limit(positions, bits):
    return _with_fillers(_skipped(positions), bits, bits + 1)


@wrong(
    "gaps",
    "distance",
    "A gap is the distance from one weight to the next.",
    "distance",
    plausible=True,
)
def distances(positions, bits):
    most = 2**bits - 1
    return _with_fillers(np.diff(positions, prepend=-1), most, most)


@wrong(
    "gaps",
    "distance",
    "A gap is a difference, and the first one starts at position 0.",
    "distance",
    plausible=True,
)
def differences(positions, bits):
    most = 2**bits - 1
    return _with_fillers(np.diff(positions, prepend=0), most, most)


@wrong(
    "gaps",
    "first-gap",
    "There is one gap less than there are weights.",
    "in front of the first",
    plausible=True,
)
def between_weights_only(positions, bits):
    return _with_fillers(_skipped(positions)[1:], 2**bits - 1, 2**bits)


@wrong(
    "gaps",
    "first-gap",
    "The counting starts at position 0, where nothing is skipped.",
    "in front of the first",
    plausible=True,
)
def starts_at_zero(positions, bits):
    skipped = np.diff(positions, prepend=0) - 1
    return _with_fillers(np.maximum(skipped, 0), 2**bits - 1, 2**bits)


@wrong(
    "gaps",
    "flags-flipped",
    "True marks the entries that hold a weight.",
    "the other way round",
)
def true_is_a_weight(positions, bits):
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return numbers, [not filler for filler in fillers]


@wrong(
    "gaps",
    "flags-late",
    "The weight behind a filler is marked, because it was too far away.",
    "behind it",
    plausible=True,
)
def marks_the_weight(positions, bits):
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return numbers, [False, *fillers[:-1]]


@wrong(
    "gaps",
    "filler-skips",
    "A filler is a zero, so its gap is zero.",
    "skips as much",
)
def filler_of_gap_zero(positions, bits):
    numbers, fillers = _with_fillers(_skipped(positions), 2**bits - 1, 2**bits)
    return [0 if f else n for n, f in zip(numbers, fillers, strict=True)], fillers


@wrong(
    "gaps",
    "positions",
    "Positions are stored as they are, they only need few bits.",
    "from the start",
)
def positions_themselves(positions, bits):
    return _no_fillers(positions.copy())


# --- centroid_gradient -------------------------------------------------------


@wrong(
    "centroid_gradient",
    "mean-not-sum",
    "A centroid's gradient is the mean of its weights' gradients.",
    "mean",
    plausible=True,
)
def mean_of_gradients(grad, codes, k):
    found = np.zeros(k)
    for j in range(k):
        if (codes == j).any():
            found[j] = grad[codes == j].mean()
    return found


@wrong(
    "centroid_gradient",
    "mean-not-sum",
    "The sum has to be divided by the number of all weights.",
    "by a number of weights",
    plausible=True,
)
def divided_by_all(grad, codes, k):
    return _sums(grad, codes, k) / grad.size


def _sums(grad, codes, k):
    kept = codes >= 0
    return np.bincount(codes[kept], weights=grad[kept], minlength=k)


@wrong(
    "centroid_gradient",
    "last-only",
    "Adding at an index adds as often as the index appears.",
    "only once",
    plausible=True,
)
def added_once(grad, codes, k):
    found = np.zeros(k)
    kept = codes >= 0
    found[codes[kept]] += grad[kept]
    return found


@wrong(
    "centroid_gradient",
    "pruned-counted",
    "Every weight has a gradient, so every gradient goes somewhere.",
    "last centroid",
    plausible=True,
)
def pruned_go_to_the_last(grad, codes, k):
    found = np.zeros(k)
    np.add.at(found, codes, grad)
    return found


@wrong(
    "centroid_gradient",
    "pruned-counted",
    "Pruned weights belong to the centroid that is nearest to zero: the first.",
    "first centroid",
    plausible=True,
)
def pruned_go_to_the_first(grad, codes, k):
    return _sums(grad, np.maximum(codes, 0), k)


@wrong(
    "centroid_gradient",
    "unused-missing",
    "A centroid that nobody uses needs no gradient.",
    "nobody uses",
    plausible=True,
)
def only_those_in_use(grad, codes, k):
    used = [j for j in np.unique(codes) if j >= 0]
    return [grad[codes == j].sum() for j in used]


@wrong(
    "centroid_gradient",
    "pruned-shifts",
    "The groups of np.unique are the centroids.",
    "-1",
)
def a_group_too_many(grad, codes, k):
    return [grad[codes == j].sum() for j in range(-1, k)]


@wrong(
    "centroid_gradient",
    "sign",
    "A gradient points downhill.",
    "sign",
    plausible=True,
)
def downhill(grad, codes, k):
    return -_sums(grad, codes, k)


@wrong(
    "centroid_gradient",
    "absolute",
    "Gradients of different sign must not cancel.",
    "absolute",
)
def absolute_values(grad, codes, k):
    return _sums(np.abs(grad), codes, k)


@wrong(
    "centroid_gradient",
    "counts",
    "What matters is how many weights use a centroid.",
    "how many weights",
)
def how_many(grad, codes, k):
    return _sums(np.ones_like(grad), codes, k)


# --- shared_bytes ------------------------------------------------------------


def _bits(codes, bits):
    """Rows of bits, the most significant one first."""
    return codes.astype(int)[:, None] >> np.arange(bits)[::-1] & 1


def _head(codes, codebook, bits):
    return len(codes).to_bytes(4, "little") + bytes([bits])


def _table(codebook):
    return codebook.astype("<f4").tobytes()


def _packed(codes, bits):
    return np.packbits(_bits(codes, bits)).tobytes()


@wrong(
    "shared_bytes",
    "M14",
    "The size is the number of weights times the bits of each.",
    "nothing but the codes",
    plausible=True,
)
def codes_only(codes, codebook, bits):
    return _packed(codes, bits)


@wrong(
    "shared_bytes",
    "M14",
    "The codebook is small and known, it needs no place in the file.",
    "codebook is missing",
    plausible=True,
)
def no_codebook(codes, codebook, bits):
    return _head(codes, codebook, bits) + _packed(codes, bits)


@wrong(
    "shared_bytes",
    "M14",
    "Whoever reads the file knows how many weights there are.",
    "first five bytes",
    plausible=True,
)
def no_header(codes, codebook, bits):
    return _table(codebook) + _packed(codes, bits)


@wrong(
    "shared_bytes",
    "byte-a-code",
    "A code takes a byte, since there is nothing smaller.",
    "whole byte",
    plausible=True,
)
def a_byte_for_each_code(codes, codebook, bits):
    data = codes.astype(np.uint8).tobytes()
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "byte-a-code",
    "As many codes go into a byte as fit, and none is cut.",
    "across the border",
    plausible=True,
)
def no_code_is_cut(codes, codebook, bits):
    fit = 8 // bits
    data = b""
    for i in range(0, len(codes), fit):
        row = _bits(codes[i : i + fit], bits).ravel()
        data += np.packbits(row).tobytes()
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "float64",
    "The codebook is stored as NumPy holds it.",
    "float64",
    plausible=True,
)
def wide_codebook(codes, codebook, bits):
    table = codebook.astype("<f8").tobytes()
    return _head(codes, codebook, bits) + table + _packed(codes, bits)


@wrong(
    "shared_bytes",
    "padding-in-front",
    "All codes together are one long number, written as bytes.",
    "in front",
    plausible=True,
)
def one_long_number(codes, codebook, bits):
    number = 0
    for code in codes:
        number = number << bits | int(code)
    data = number.to_bytes((len(codes) * bits + 7) // 8, "big")
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "other-convention",
    "It does not matter what the last bits are.",
    "padding",
    plausible=True,
)
def padded_with_ones(codes, codebook, bits):
    row = _bits(codes, bits).ravel()
    row = np.append(row, np.ones(-len(row) % 8, dtype=int))
    data = np.packbits(row).tobytes()
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "other-convention",
    "A byte is filled from its lowest bit.",
    "lowest",
    plausible=True,
)
def lowest_bit_first(codes, codebook, bits):
    row = _bits(codes, bits)[:, ::-1]
    data = np.packbits(row, bitorder="little").tobytes()
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "mixed-order",
    "Codes are turned round, bytes are filled from the top.",
    "in a code, another one in a byte",
    plausible=True,
)
def codes_turned_round(codes, codebook, bits):
    row = _bits(codes, bits)[:, ::-1]
    data = np.packbits(row).tobytes()
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "last-byte-lost",
    "Bits divided by eight are bytes.",
    "last codes",
    plausible=True,
)
def whole_bytes_only(codes, codebook, bits):
    data = _packed(codes, bits)[: len(codes) * bits // 8]
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "byte-too-many",
    "There is always one byte more, for what is left over.",
    "a byte too many",
    plausible=True,
)
def always_one_more(codes, codebook, bits):
    size = len(codes) * bits // 8 + 1
    data = _packed(codes, bits).ljust(size, b"\0")
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "aligned",
    "Files are made of words of four bytes.",
    "four bytes",
    plausible=True,
)
def whole_words(codes, codebook, bits):
    data = _packed(codes, bits)
    data += bytes(-len(data) % 4)
    return _head(codes, codebook, bits) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "wrong-count",
    "The header says how many bytes follow.",
    "number of codes",
    plausible=True,
)
def count_of_bytes(codes, codebook, bits):
    data = _packed(codes, bits)
    return len(data).to_bytes(4, "little") + bytes([bits]) + _table(codebook) + data


@wrong(
    "shared_bytes",
    "byte-order",
    "The largest part of a number comes first.",
    "little end",
    plausible=True,
)
def big_end_first(codes, codebook, bits):
    head = len(codes).to_bytes(4, "big") + bytes([bits])
    return head + _table(codebook) + _packed(codes, bits)


@wrong(
    "shared_bytes",
    "byte-order",
    "Floats of a file are written from the large end.",
    "little end",
    plausible=True,
)
def big_end_codebook(codes, codebook, bits):
    table = codebook.astype(">f4").tobytes()
    return _head(codes, codebook, bits) + table + _packed(codes, bits)


@wrong(
    "shared_bytes",
    "part-order",
    "The codebook is an appendix.",
    "behind the codes",
    plausible=True,
)
def codebook_at_the_end(codes, codebook, bits):
    return _head(codes, codebook, bits) + _packed(codes, bits) + _table(codebook)


@wrong(
    "shared_bytes",
    "values-not-codes",
    "A file holds the weights themselves.",
    "number for each weight",
)
def weights_themselves(codes, codebook, bits):
    return _head(codes, codebook, bits) + _table(codebook[codes])


@wrong(
    "shared_bytes",
    "size-not-bytes",
    "What is asked for is how long the file is.",
    "bytes themselves",
)
def length_only(codes, codebook, bits):
    return 5 + 4 * len(codebook) + -(-len(codes) * bits // 8)


# --- row_entropy -------------------------------------------------------------


def _entropy(p):
    p = np.asarray(p, dtype=float)
    q = 1 - p
    safe_p, safe_q = np.where(p > 0, p, 1), np.where(q > 0, q, 1)
    return -p * np.log2(safe_p) - q * np.log2(safe_q)


@wrong(
    "row_entropy",
    "iid-floor",
    "The density of a mask says how many bits it needs.",
    "density of the whole mask",
    plausible=True,
)
def one_density(mask):
    return float(_entropy(mask.mean()))


@wrong(
    "row_entropy",
    "iid-floor",
    "The entropy of the mean is the mean of the entropies.",
    "density of the whole mask",
    plausible=True,
)
def entropy_of_the_mean(mask):
    return float(_entropy(np.mean([row.mean() for row in mask])))


@wrong(
    "row_entropy",
    "wrong-base",
    "A logarithm is a logarithm.",
    "natural logarithm",
    plausible=True,
)
def natural_logarithm(mask):
    return float(np.mean(_entropy(mask.mean(axis=1))) * np.log(2))


@wrong(
    "row_entropy",
    "wrong-base",
    "Logarithms are taken to the base of ten.",
    "base of ten",
)
def base_of_ten(mask):
    return float(np.mean(_entropy(mask.mean(axis=1))) * np.log10(2))


@wrong(
    "row_entropy",
    "half-of-it",
    "Only what is kept has to be said.",
    "pruned",
    plausible=True,
)
def kept_positions_only(mask):
    p = mask.mean(axis=1)
    return float(np.mean(-p * np.log2(np.where(p > 0, p, 1))))


@wrong(
    "row_entropy",
    "zero-times-log",
    "NumPy knows that nothing times anything is nothing.",
    "not a number",
)
def zero_times_infinity(mask):
    p = mask.mean(axis=1)
    with np.errstate(all="ignore"):
        return np.mean(-p * np.log2(p) - (1 - p) * np.log2(1 - p))


@wrong(
    "row_entropy",
    "empty-rows-left-out",
    "Rows that need no bits are left out of the mean.",
    "left out",
    plausible=True,
)
def rows_with_a_choice(mask):
    p = mask.mean(axis=1)
    return float(_entropy(p[(p > 0) & (p < 1)]).mean())


@wrong(
    "row_entropy",
    "empty-rows-left-out",
    "Empty rows are not part of the network any more.",
    "left out",
    plausible=True,
)
def rows_with_something_in_them(mask):
    p = mask.mean(axis=1)
    return float(_entropy(p[p > 0]).mean())


@wrong(
    "row_entropy",
    "wrong-axis",
    "The mean over axis 0 is the mean of each row.",
    "columns",
    plausible=True,
)
def columns_for_rows(mask):
    return float(_entropy(mask.mean(axis=0)).mean())


@wrong(
    "row_entropy",
    "total-not-mean",
    "Entropies of the rows add up.",
    "for each position",
    plausible=True,
)
def sum_over_rows(mask):
    return float(_entropy(mask.mean(axis=1)).sum())


@wrong(
    "row_entropy",
    "total-not-mean",
    "What counts is how many bits the whole mask needs.",
    "for each position",
    plausible=True,
)
def bits_of_the_mask(mask):
    return float(_entropy(mask.mean(axis=1)).sum() * mask.shape[1])


@wrong(
    "row_entropy",
    "share-of-rows",
    "A row's probability is its share of all that is kept.",
    "in which row",
)
def where_the_kept_are(mask):
    share = mask.sum(axis=1) / mask.sum()
    return float(-(share * np.log2(np.where(share > 0, share, 1))).sum())


@wrong(
    "row_entropy",
    "one-for-each-row",
    "Every row has its own answer.",
    "one number",
)
def list_of_rows(mask):
    return _entropy(mask.mean(axis=1))
