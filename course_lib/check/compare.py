"""Read what an answer returned, and compare it with the expected result."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Parts = list[np.ndarray]

ROUNDED = 1e-7  # of a whole number that was computed as a float32
HALF = 1e-2  # float16 has three digits
ROUGH, LOST = 1e-2, 1e-6  # of a number in single precision, and of its largest input
SMALL = 1e-3  # the scale of a comparison if all numbers are smaller


def parts_of(value: Any, like: Any) -> Parts | None:
    """Return ``value`` as arrays, one per part of ``like``, or None if it does not fit.

    The parts of a tuple are its members (a list or a stacked array will do); those of a
    dict are its values, even inside a tuple; anything else is a single part. Arrays,
    lists, tuples, tensors and plain numbers are accepted; shapes may differ from those
    of ``like``.
    """
    try:
        leaves = _leaves(value, like)
        if leaves is None:
            return None
        arrays = [_numbers(member, right) for member, right in leaves]
    except Exception:  # this runs the learner's objects, which may fail in any way
        return None
    return None if any(array is None for array in arrays) else arrays  # type: ignore[return-value]


def names_of(like: Any, names: Sequence[str]) -> list[str]:
    """Return the name of each part of ``like``; its members are called ``names``."""
    if isinstance(like, Mapping):
        return list(like)
    if not isinstance(like, tuple):
        return list(names)
    found: list[str] = []
    for name, member in zip(names, like, strict=True):
        found += list(member) if isinstance(member, Mapping) else [name]
    return found


def types_of(value: Any, like: Any) -> list[str]:
    """Return the type of each part: "int32", "bool", or "list of bool".

    An empty part has none: an empty list cannot say what it would hold.
    """
    kinds = []
    for member, _ in _leaves(value, like) or ():
        array = array_of(member)
        kind = str(getattr(member, "dtype", "")).removeprefix("torch.")
        kind = kind or f"list of {getattr(array, 'dtype', '')}"
        kinds.append("" if array is not None and array.size == 0 else kind)
    return kinds


def close_enough(
    got: Parts, wanted: Parts, tolerance: float, smallest: float = SMALL
) -> bool:
    """Return whether all parts are close."""
    pairs = zip(got, wanted, strict=True)
    return all(close(a, b, tolerance, smallest) for a, b in pairs)


def close(
    got: np.ndarray, wanted: np.ndarray, tolerance: float, smallest: float = SMALL
) -> bool:
    """Return whether two parts agree, relative to the largest expected number.

    Whole numbers and booleans must be equal; float16 results must agree to three
    digits. Zeros are compared as if the numbers were around 1.
    """
    if got.shape != wanted.shape:
        return False
    left, right = got.astype(np.float64), wanted.astype(np.float64)
    if wanted.dtype.kind in "biu":
        return bool(np.allclose(left, right, rtol=ROUNDED, atol=ROUNDED))
    largest = np.abs(right[np.isfinite(right)]).max(initial=0.0)
    largest = max(largest, smallest) if largest else 1.0
    if got.dtype == np.float16:
        tolerance = max(tolerance, HALF)
    allowed = tolerance * largest
    return bool(np.allclose(left, right, rtol=0, atol=allowed, equal_nan=True))


def is_single(part: np.ndarray) -> bool:
    """Return whether a part is of single precision, or less."""
    return part.dtype.kind == "f" and part.dtype.itemsize < 8


def plausible(got: Parts, wanted: Parts) -> bool:
    """Return whether parts in single precision could not be much closer.

    They may be off by a hundredth of their own size, or by a millionth of the largest
    number of all: what an input of that size loses. Whole numbers must be equal.
    """
    reals = [
        np.abs(right).max(initial=0) for right in wanted if right.dtype.kind == "f"
    ]
    smallest = max(reals, default=0) * LOST / ROUGH
    return close_enough(got, wanted, ROUGH, smallest)


def identical(left: Any, right: Any) -> bool:
    """Return whether two values are bit-identical, NaN included; False if unsure."""
    try:
        return _identical(left, right)
    except Exception:  # comparing runs the learner's objects
        return False


def _identical(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(_identical, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            _identical(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, np.ndarray):
        return left.shape == right.shape and bool(left.tobytes() == right.tobytes())
    return bool(left == right) or bool(left != left and right != right)


def _leaves(value: Any, like: Any) -> list[tuple[Any, Any]] | None:
    """Return each part with its counterpart; a dict inside a tuple gives several."""
    members = _members(value, like)
    if members is None:
        return None
    likes = like.values() if isinstance(like, Mapping) else like
    if not isinstance(like, Mapping | tuple):
        likes = [like]
    leaves: list[tuple[Any, Any]] = []
    for member, right in zip(members, likes, strict=True):
        inner = _leaves(member, right) if isinstance(right, Mapping) else None
        if inner is None and isinstance(right, Mapping):
            return None
        leaves += [(member, right)] if inner is None else inner
    return leaves


def _members(value: Any, like: Any) -> Sequence[Any] | None:
    if isinstance(like, Mapping):
        if not isinstance(value, Mapping) or set(value) != set(like):
            return None
        return [value[name] for name in like]
    if not isinstance(like, tuple):
        return [value]
    if not isinstance(value, tuple | list):
        # an array that stacks the members is fine, too
        value = None if isinstance(value, Mapping | str | bytes) else array_of(value)
        if value is None or value.ndim < 1:
            return None
    return list(value) if len(value) == len(like) else None


def _numbers(value: Any, like: Any) -> np.ndarray | None:
    if isinstance(like, bytes):
        is_bytes = isinstance(value, bytes | bytearray)
        return np.frombuffer(value, np.uint8) if is_bytes else None
    array = array_of(value)
    if array is None or array.dtype.kind not in "biuf":
        return None
    # an array with one element counts as a number
    return array.reshape(()) if np.ndim(like) == 0 and array.size == 1 else array


def _has_text(value: Any) -> bool:
    """Return whether there is text in a list; an array gives each as much room."""
    if isinstance(value, list | tuple):
        return any(map(_has_text, value))
    return isinstance(value, str | bytes | bytearray)


def array_of(value: Any) -> np.ndarray | None:
    """Return ``value`` as an array in its own precision, or None."""
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        if _has_text(value):
            return None
        array = np.asarray(value)
        if array.dtype.kind == "O":  # a list of tensors, for example
            array = np.asarray(value, dtype=np.float64)
    except Exception:  # conversion runs the learner's objects
        return None
    return array
