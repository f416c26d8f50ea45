"""Plain data between two processes: all of it arrives, and nothing else does."""

import io
import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course_lib.handin.child import wire

NUMBERS = [np.dtype(name) for name in wire.DTYPES]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**4000), 10**4000)
    | st.floats(allow_nan=False)
    | TEXTS
    | st.binary(max_size=50)
    | st.sampled_from(NUMBERS).flatmap(
        lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0))
    )
)
KEYS = st.integers() | TEXTS | st.tuples(st.integers(), TEXTS)
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def sent(value: Any) -> Any:
    """What arrives at the other end."""
    stream = io.BytesIO()
    wire.write(stream, value)
    stream.seek(0)
    return wire.read(stream)


def same(left: Any, right: Any) -> bool:
    """Equal, and of the same types all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray | np.generic):
        return left.dtype == right.dtype and np.array_equal(
            left, right, equal_nan=left.dtype.kind == "f"
        )
    if isinstance(left, dict):
        return list(left) == list(right) and same([*left.values()], [*right.values()])
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


@given(PLAIN)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    assert same(sent(value), value)


@given(st.lists(PLAIN, max_size=3))
def test_frames_follow_each_other(values: list[Any]) -> None:
    stream = io.BytesIO()
    for value in values:
        wire.write(stream, value)
    stream.seek(0)
    assert all(same(wire.read(stream), value) for value in values)
    with pytest.raises(EOFError):
        wire.read(stream)


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_but_end_the_conversation(data: bytes) -> None:
    with pytest.raises((EOFError, wire.WireError)):
        wire.read(io.BytesIO(data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["array", "scalar", "bytes", "tuple", "dict", "opaque", "id"]
            ),
            inner,
            max_size=2,
        )
        | st.tuples(
            st.sampled_from(wire.DTYPES),
            st.lists(st.integers(-1, 2**41) | st.just(0), max_size=4),
        ).map(lambda pair: {"array": list(pair)})
    ),
    max_leaves=8,
)


@given(JSON, st.binary(max_size=64))
@settings(max_examples=300)
def test_a_well_formed_frame_gives_plain_data_or_an_error(
    value: Any, body: bytes
) -> None:
    text = json.dumps(value).encode()
    stream = io.BytesIO(b"%d %d\n%s%s" % (len(text), len(body), text, body))
    try:
        found = wire.read(stream)
    except wire.WireError:
        return
    assert only_plain(found)


def only_plain(value: Any) -> bool:
    """Whether there is nothing in it but what ``wire`` knows."""
    if isinstance(value, dict):
        return all(map(only_plain, [*value, *value.values()]))
    if isinstance(value, list | tuple):
        return all(map(only_plain, value))
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.str in wire.DTYPES and value.size <= 64
    plain = (int, float, str, bytes, wire.Opaque, type(None))
    return isinstance(value, plain)


@pytest.mark.parametrize(
    "data",
    [
        b"2097153 0\n",
        b"1 33554433\n",
        b"99999999999 1\n",
        b"-1 0\n",
        b"1 1 1\n",
        b"x" * 64 + b"\n",
        b'25 0\n{"array": ["<f8", [2, 3]]}'[:28],
    ],
)
def test_a_frame_of_another_size_than_allowed_is_refused(data: bytes) -> None:
    with pytest.raises((EOFError, wire.WireError)):
        wire.read(io.BytesIO(data + b" " * 100))


@pytest.mark.parametrize(
    "text",
    [
        b'{"array": ["<f8", [1099511627775, 0]]}',
        b'{"array": ["<f8", [0, 2147483648, 2147483648]]}',
        b'{"bytes": 4000000000}',
        b"[" * 10**6 + b"]" * 10**6,
        b"9" * 10**6,
        b'{"dict": [' + b"[0, 0]," * wire.MAX_ENTRIES + b"[0, 0]]}",
        b"["
        + b'{"array": ["|b1", [0]]},' * wire.MAX_ARRAYS
        + b'{"array": ["|b1", [0]]}]',
        b'{"array": ["|O8", [1]]}',
        b'{"array": ["<f8", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]}',
    ],
    ids=lambda text: text[:24].decode(),
)
def test_a_small_frame_does_not_become_a_large_object(text: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.read(io.BytesIO(b"%d 8\n%s12345678" % (len(text), text)))
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


def test_what_is_no_plain_data_arrives_as_its_name() -> None:
    found = sent([open, {1, 2}, 1j, np.zeros(2, "M8[s]"), np.array(["text"]), iter([])])
    named = "builtin_function_or_method set complex ndarray ndarray list_iterator"
    assert [one.kind for one in found] == named.split()


def test_numpys_texts_and_subclasses_arrive_as_plain_ones() -> None:
    class Name(str):
        def __str__(self) -> str:
            return "another"

    keys = np.array(["macs", "parameters"])
    assert same(sent(dict.fromkeys(keys, True)), {"macs": True, "parameters": True})
    assert same(sent([Name("own")]), ["own"])


def test_half_a_character_becomes_a_question_mark() -> None:
    assert sent({"\ud800a": ["\udfff"]}) == {"?a": ["?"]}


def test_each_array_has_bytes_of_its_own() -> None:
    one = np.arange(3.0)
    first, second = sent([one, one])
    first[0] = 7
    assert second.tolist() == [0, 1, 2]
    assert second.flags.writeable
