"""The arithmetic coder: what is written comes back, at the price of its entropy."""

import contextlib

import constriction
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.storage.coder import code_bit, ended, finish, reader, writer


def write(bits, contexts):
    coder = writer(len(bits), 4)
    counts = np.zeros((4, 2), np.int64)
    for bit, context in zip(bits, contexts, strict=True):
        code_bit(coder.data, coder.state, coder.cost, counts[context], bit)
    return finish(coder), float(coder.cost[0])


def read(data, contexts):
    coder = reader(data)
    counts = np.zeros((4, 2), np.int64)
    bits = [
        code_bit(coder.data, coder.state, coder.cost, counts[context], 0)
        for context in contexts
    ]
    return bits, ended(coder)


BITS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3)), max_size=400)


@settings(deadline=None, max_examples=200)
@given(BITS)
def test_what_is_written_comes_back_and_ends_there(pairs):
    bits, contexts = [b for b, _ in pairs], [c for _, c in pairs]
    data, cost = write(bits, contexts)
    assert read(data, contexts) == (bits, True)
    assert len(data) <= cost / 8 + 2  # to name a number in the last interval


@settings(deadline=None, max_examples=100)
@given(BITS.filter(lambda pairs: len(pairs) > 20), st.data())
def test_bytes_added_or_lost_are_noticed_or_say_other_bits(pairs, data):
    bits, contexts = [b for b, _ in pairs], [c for _, c in pairs]
    written, _ = write(bits, contexts)
    extra = data.draw(st.binary(min_size=1, max_size=8))
    # other bits may happen to end there: a file's second checksum tells them apart
    assert read(written + extra, contexts) != (bits, True)
    with contextlib.suppress(ValueError):  # too short
        assert read(written[:-1], contexts) != (bits, True)


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.97])
def test_as_short_as_a_range_coder_with_the_same_chances(share):
    rng = np.random.default_rng(1)
    bits = (rng.random(30_000) < share).astype(np.int64)
    data, cost = write(bits.tolist(), [0] * len(bits))
    ones = np.concatenate([[0], np.cumsum(bits)[:-1]])
    chances = (ones + 0.4) / (np.arange(len(bits)) + 0.8)
    oracle = constriction.stream.queue.RangeEncoder()
    family = constriction.stream.model.Bernoulli()
    oracle.encode(bits.astype(np.int32), family, chances)
    assert abs(len(data) - 4 * len(oracle.get_compressed())) <= 8 + 0.002 * len(data)
    ideal = -np.log2(np.where(bits == 1, chances, 1 - chances)).sum()
    assert cost == pytest.approx(ideal, rel=5e-3)


def test_a_short_code_does_not_keep_a_reader_busy():
    coder = reader(b"\xa7")

    def read_bits(count):
        for _ in range(count):  # each costs one bit: nothing is learned
            counts = np.zeros(2, np.int64)
            code_bit(coder.data, coder.state, coder.cost, counts, 0)

    with pytest.raises(ValueError, match="end too early"):
        read_bits(200)
