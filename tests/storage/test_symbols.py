"""Masks and codes in an arithmetic code: exact, and below the i.i.d. limit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib.storage.coder import ended, finish, reader, writer
from course_lib.storage.symbols import (
    ALIVE,
    DEAD,
    MASK_CONTEXTS,
    code_mask,
    code_symbols,
    no_hints,
)


def there_and_back(code, coder, array, how):
    """What is read of an array, and the bytes of its code."""
    code(coder, array.copy(), how)
    data = finish(coder)
    back, found = reader(data), np.zeros_like(array)
    code(back, found, how)
    assert ended(back)
    return found, data


def mask_there_and_back(mask, hints=None):
    coder = writer(mask.size + len(mask), MASK_CONTEXTS)
    hints = no_hints(mask) if hints is None else hints
    return there_and_back(code_mask, coder, mask, hints)


def symbols_there_and_back(symbols, width):
    coder = writer(len(symbols) * width, 1 << width)
    return there_and_back(code_symbols, coder, symbols, width)


SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=20)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 8), st.data())
def test_codes_come_back(width, data):
    numbers = st.integers(0, 2**width - 1)
    symbols = data.draw(hnp.arrays(np.int64, st.integers(0, 60), elements=numbers))
    assert np.array_equal(symbols_there_and_back(symbols, width)[0], symbols)


def test_a_code_of_no_bits_is_always_zero():
    found, data = symbols_there_and_back(np.zeros(50, np.int64), 0)
    assert not found.any()
    assert data == b""


@pytest.mark.parametrize("density", [0.0, 0.05, 1.0])
def test_ten_million_cells_come_back(density):
    rng = np.random.default_rng(0)
    mask = rng.random((2500, 4000)) < density
    found, data = mask_there_and_back(mask)
    assert np.array_equal(found, mask)
    limit = 1e7 * sum(-p * np.log2(p) for p in (density, 1 - density) if p)
    # coin tosses have nothing to learn; certainty costs little
    assert len(data) <= 1.002 * limit / 8 + 1000


def test_a_mask_that_is_not_tossed_costs_less_than_coin_tosses():
    rng = np.random.default_rng(0)
    often = rng.beta(0.2, 2, size=300)
    mask = rng.random((200, 300)) < often
    mask[rng.random(200) < 0.4] = False
    p = mask.mean()
    limit = mask.size * (-p * np.log2(p) - (1 - p) * np.log2(1 - p)) / 8
    assert len(mask_there_and_back(mask)[1]) < 0.8 * limit


def test_hints_come_for_free_where_they_are_right():
    rng = np.random.default_rng(0)
    alive = rng.random(300) < 0.3
    mask = (rng.random((400, 300)) < 0.2) & alive
    rows, unknown = no_hints(mask)
    known = np.where(alive, ALIVE, DEAD)
    assert np.array_equal(mask_there_and_back(mask, (rows, known))[0], mask)
    sizes = [len(mask_there_and_back(mask, (rows, h))[1]) for h in (known, unknown)]
    limit = alive.sum() * 400 * -(0.2 * np.log2(0.2) + 0.8 * np.log2(0.8)) / 8
    assert sizes[0] < sizes[1]
    assert sizes[0] < 1.03 * limit


@settings(deadline=None, max_examples=100)
@given(hnp.arrays(bool, SHAPES), st.data())
def test_masks_come_back_also_where_hints_are_wrong(mask, data):
    hints = tuple(
        data.draw(hnp.arrays(np.int64, side, elements=st.integers(0, 2)))
        for side in mask.shape
    )
    assert np.array_equal(mask_there_and_back(mask, hints)[0], mask)
