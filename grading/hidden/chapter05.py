"""Further properties of the answers of chapter 05: where the weights are."""

from __future__ import annotations

import numpy as np
import torch
from grading.hidden.core import demand, further

from course_lib.check.answer import Answer


def _check_csr(answer: Answer, A: np.ndarray, name: str, hint: str) -> None:
    """Against the nonzeros that PyTorch finds, values to the last bit."""
    names = ("row_starts", "columns", "values")
    parts = answer.parts(answer(A=A), names)
    arrays = [answer.numbers(p, n) for n, p in zip(names, parts, strict=True)]
    stored = torch.from_numpy(A).to_sparse()
    rows, columns = stored.indices().numpy()
    starts = [int(np.sum(rows < row)) for row in range(len(A) + 1)]
    for came, right in zip(arrays, (starts, columns, stored.values()), strict=True):
        demand(answer, np.array_equal(came, np.asarray(right)), name, hint, came=came)
    for part in parts[:2]:
        width = str(getattr(part, "dtype", "")).removeprefix("torch.")
        hint = "Row starts and columns are int32: that is the width a reader expects."
        demand(answer, width == "int32", "wrong-width", hint, came=width)


@further("csr_arrays", "large matrices, most of them empty")
def _large_matrix(answer: Answer, rng: np.random.Generator) -> None:
    hint = "For a large matrix, or one with very many columns, the arrays are wrong. "
    hint += "Mind empty rows, and numbers of many digits."
    for shape, share in (((60, 80), 0.02), ((80, 50), 0.4), ((2, 70_000), 0.01)):
        A = rng.normal(size=shape) * (rng.random(shape) < share)
        _check_csr(answer, A, "large-matrix", hint)


@further("csr_arrays", "one row, one column, one number")
def _thin_matrix(answer: Answer, rng: np.random.Generator) -> None:
    hint = "A matrix may have a single row or a single column. The row starts are one "
    hint += "more than rows all the same."
    for shape in ((1, 9), (9, 1), (1, 1)):
        A = rng.normal(size=shape)
        A[rng.random(shape) < 0.4] = 0
        for matrix in (A, np.zeros(shape), np.full(shape, 2.5)):
            _check_csr(answer, matrix, "thin-matrix", hint)


@further("csr_arrays", "very small weights, and zeros with a minus sign")
def _small_weights(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "Small is not zero: every number that differs from zero is stored, as it is. "
    )
    hint += "And minus zero, which a mask leaves behind, is a zero."
    A = rng.normal(size=(6, 8)) * 10.0 ** rng.integers(-30, 3, size=(6, 8))
    A[rng.random(A.shape) < 0.4] = 0
    A[rng.random(A.shape) < 0.3] = -0.0
    A[int(rng.integers(1, 5))] = 0
    _check_csr(answer, A, "small-is-not-zero", hint)


def _check_border(
    answer: Answer, rows: int, columns: int, value: int, index: int, hint: str
) -> None:
    """At the answer CSR is smaller, with one nonzero more it is not."""
    came = answer(rows=rows, columns=columns, value_bytes=value, index_bytes=index)
    number = answer.number(came, "the number of nonzeros")
    dense, starts = rows * columns * value, (rows + 1) * index
    sizes = [count * (value + index) + starts for count in (number, number + 1)]
    right = number % 1 == 0 and sizes[0] < dense <= sizes[1]
    demand(answer, right, "wrong-border", hint, came=number)


@further("break_even", "matrices of real size")
def _real_sizes(answer: Answer, rng: np.random.Generator) -> None:
    hint = "For the layers of a real network the number is off. Whole numbers divide "
    hint += "exactly; what is rounded on the way may be wrong by one or by many."
    for value, index in ((4, 4), (2, 4), (4, 2), (8, 4)):
        rows, columns = (int(n) for n in rng.integers(200, 600, size=2))
        _check_border(answer, rows, columns, value, index, hint)


@further("break_even", "sizes at which both formats can be equally large")
def _equally_large(answer: Answer, rng: np.random.Generator) -> None:
    hint = "In these sizes there is a number of nonzeros with which CSR is exactly as "
    hint += "large as the dense matrix, or nearly so. Exactly as large is not smaller."
    for rest in (0, 1, 2, -1) * 3:  # bytes that are left of a nonzero
        while True:
            rows, columns = (int(n) for n in rng.integers(5, 40, size=2))
            value, index = (int(n) for n in rng.choice([1, 2, 4, 8], size=2))
            left = rows * columns * value - (rows + 1) * index
            if left > value + index and (left - rest) % (value + index) == 0:
                break
        _check_border(answer, rows, columns, value, index, hint)


def _entries(
    answer: Answer, positions: np.ndarray, bits: int
) -> tuple[np.ndarray, np.ndarray]:
    names = ("numbers", "is_filler")
    parts = answer.parts(answer(positions=positions, bits=bits), names)
    numbers, fillers = (answer.numbers(p, n) for n, p in zip(names, parts, strict=True))
    if numbers.ndim != 1 or fillers.shape != numbers.shape:
        answer.wrong_shape(fillers, "is_filler", numbers.shape)
    return numbers, fillers != 0


def _check_gaps(
    answer: Answer, positions: np.ndarray, bits: int, name: str, hint: str
) -> None:
    """A reader finds the weights, and no list of entries is shorter."""
    numbers, fillers = _entries(answer, positions, bits)
    places = np.cumsum(numbers + 1) - 1
    skipped = np.diff(positions, prepend=-1) - 1
    fewest = len(positions) + int((skipped // 2**bits).sum())
    fits = np.all((numbers >= 0) & (numbers < 2**bits) & (numbers % 1 == 0))
    found = np.array_equal(places[~fillers], positions)
    demand(answer, fits and found and len(numbers) == fewest, name, hint)


@further("gaps", "a whole layer, with few bits or many")
def _whole_layer(answer: Answer, rng: np.random.Generator) -> None:
    hint = (
        "Read your entries back: in a large layer, or with many bits, a weight lands "
    )
    hint += "in another place, a number does not fit, or there are too many fillers."
    for bits, density in ((1, 0.3), (2, 0.1), (5, 0.02), (10, 0.002), (12, 0.001)):
        positions = np.flatnonzero(rng.random(8000) < density)
        _check_gaps(answer, positions, bits, "whole-layer", hint)


@further("gaps", "a single weight, near or far")
def _one_weight(answer: Answer, rng: np.random.Generator) -> None:
    hint = "There is one weight only. In front of it stand no zeros, as many as just "
    hint += "fit into a number, or one more than that."
    bits = int(rng.integers(2, 6))
    for position in (0, 1, *(n * 2**bits + d for n in (1, 2, 5) for d in (-1, 0, 1))):
        _check_gaps(answer, np.array([position]), bits, "limit", hint)


@further("gaps", "more fillers in front of a layer that begins later")
def _shifted(answer: Answer, rng: np.random.Generator) -> None:
    bits, more = int(rng.integers(2, 5)), int(rng.integers(4, 9))
    skipped = rng.integers(1, 3 * 2**bits, size=12)
    skipped[0] = 2**bits + 1  # one filler stands in front already
    positions = np.cumsum(skipped)
    numbers, fillers = _entries(answer, positions, bits)
    later = _entries(answer, positions + more * 2**bits, bits)
    wanted = (
        np.append([2**bits - 1] * more, numbers),
        np.append([True] * more, fillers),
    )
    same = all(np.array_equal(a, b) for a, b in zip(later, wanted, strict=True))
    hint = "All weights moved on by as many positions as some fillers take. So these "
    hint += "fillers stand in front, and everything behind them is as before."
    demand(answer, same, "first-gap", hint)
