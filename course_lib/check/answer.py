"""Calling a learner's function safely, reading what came back, judging it."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from course_lib.check.failure import CheckFailed, Exercise, RemoteError, show

Function = Callable[..., Any]


@dataclass(frozen=True)
class Slip:
    """A known mistake: the value it leads to here, and what to say about it."""

    misconception: str
    value: Any
    hint: str


class Answer:
    """A learner's function: called on copies, its results read with care.

    Every problem – not written yet, an error inside, a wrong type, a changed
    input – becomes a ``CheckFailed``.
    """

    def __init__(self, function: Function, exercise: Exercise, class_seed: int) -> None:
        self.exercise = exercise
        self.class_seed = class_seed
        self._function = function
        self._given = ""
        if not callable(function):
            self.fail(
                "not-a-function",
                f"Pass the function itself: check.{exercise.name}({exercise.name}), "
                "without brackets behind the inner name.",
                came=show(function),
                expected="a function",
            )

    def __call__(self, **arguments: Any) -> Any:
        """What the function returns for ``arguments``, passed in their order."""
        self._given = "\n".join(f"{k} = {show(v)}" for k, v in arguments.items())
        copies = copy.deepcopy(list(arguments.values()))
        try:
            came = self._function(*copies)
        except NotImplementedError:
            self.fail("not-written", "It is not written yet: the stub still stands.")
        except (Exception, SystemExit) as error:
            self._fail_by_error(error)
        if not same(copies, list(arguments.values())):
            self.fail(
                "changes-input",
                "Your function changed its input (an in-place step such as += or "
                "sort() does that). Work on a copy, or make a new array.",
                expected="a new value, with the arguments left as they were",
            )
        if came is None:
            self.fail(
                "returns-nothing",
                "Nothing came back. Does your function end in a return?",
                came="None",
            )
        return came

    def _fail_by_error(self, error: BaseException) -> NoReturn:
        kind, where = type(error).__name__, _line_of(error)
        if isinstance(error, RemoteError):
            kind, where = error.kind, error.where
        self.fail(
            "error",
            "Your function stopped with this error. Call it by hand with a small "
            "example and look at the shapes.",
            came=f"{kind}: {error}" + (f"\nin {where}" if where else ""),
            cause=error,
        )

    def fail(
        self,
        misconception: str,
        hint: str,
        *,
        came: str = "",
        expected: str = "",
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise CheckFailed about the latest call."""
        raise CheckFailed(
            misconception,
            hint,
            exercise=self.exercise,
            given=self._given,
            came=came,
            expected=expected,
        ) from cause

    def numbers(self, value: Any, what: str) -> np.ndarray:
        """``value`` as an array of float64; lists, tuples and tensors are welcome."""
        array = _array(value)
        if array is None or array.dtype.kind not in "biuf":
            self.fail(
                "wrong-type",
                f"{what[0].upper()}{what[1:]} should be plain numbers: a NumPy array, "
                "a list or a tensor.",
                came=f"{show(value)} ({type(value).__name__})",
                expected=f"{what}, as numbers",
            )
        return array.astype(np.float64)

    def number(self, value: Any, what: str) -> float:
        """``value`` as one float; an array with one element is welcome."""
        array = self.numbers(value, what)
        if array.size != 1:
            self.wrong_shape(value, what, ())
        return float(array.reshape(()))

    def shaped(self, value: Any, what: str, shape: tuple[int, ...]) -> np.ndarray:
        """``value`` as an array of float64 with exactly this shape."""
        array = self.numbers(value, what)
        if array.shape != shape:
            self.wrong_shape(value, what, shape)
        return array

    def wrong_shape(self, value: Any, what: str, shape: tuple[int, ...]) -> NoReturn:
        """Say that ``what`` has another shape than ``shape``."""
        self.fail(
            "wrong-shape",
            "The numbers may be right, the shape is not. Look at the table of shapes "
            "in the exercise.",
            came=f"{show(value)}, shape {getattr(_array(value), 'shape', None)}",
            expected=f"{what} of shape {shape}" if shape else f"{what}: one number",
        )

    def parts(self, value: Any, names: Sequence[str]) -> list[Any]:
        """The members of a tuple, in the order of ``names``."""
        if not isinstance(value, tuple | list) or len(value) != len(names):
            # an array that stacks the members will do as well
            array = None if isinstance(value, dict | str) else _array(value)
            if array is None or array.ndim < 1 or len(array) != len(names):
                self.fail(
                    "wrong-type",
                    f"Return {len(names)} things: {', '.join(names)}, in this order.",
                    came=f"{show(value)} ({type(value).__name__})",
                    expected=f"a tuple ({', '.join(names)})",
                )
            return list(array)
        return list(value)

    def entries(self, value: Any, names: Sequence[str]) -> list[Any]:
        """The values of a dict under exactly these names."""
        if not isinstance(value, Mapping) or set(value) != set(names):
            self.fail(
                "wrong-type",
                f"Return a dict with the keys {', '.join(map(repr, names))}.",
                came=f"{show(value)} ({type(value).__name__})",
                expected=f"a dict with {len(names)} keys",
            )
        return [value[name] for name in names]

    def expect(
        self,
        came: Any,
        wanted: Any,
        slips: Sequence[Slip],
        *,
        expected: str,
        hint: str,
        tolerance: float = 1e-9,
    ) -> None:
        """Accept ``came`` within a relative tolerance, or name the slip behind it.

        ``expected`` says in kind what should have come, ``hint`` what to look at
        when no known slip leads to this value.
        """
        if close(came, wanted, tolerance):
            return
        for slip in slips:
            if close(came, slip.value, tolerance):
                self.fail(
                    slip.misconception, slip.hint, came=show(came), expected=expected
                )
        self.fail("unrecognised", hint, came=show(came), expected=expected)


def _line_of(error: BaseException) -> str:
    """The learner's own line in which an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    # [0] is the call; a signature that does not fit has no other frame
    if len(frames) < 2:
        return ""
    own = [f for f in frames[1:] if f.filename == frames[1].filename][-1]
    return f"line {own.lineno}: {own.line}"


def is_boolean(value: Any) -> bool:
    """Whether ``value``, an array, a list or a tensor, holds True and False only."""
    array = _array(value)
    return array is not None and array.dtype == bool


def same(left: Any, right: Any) -> bool:
    """Whether two arguments are equal to the last bit, nan included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            same(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, np.ndarray):
        return left.shape == right.shape and bool(left.tobytes() == right.tobytes())
    return bool(left == right) or bool(left != left and right != right)


def close(came: Any, wanted: Any, tolerance: float) -> bool:
    """Whether numbers agree relatively; None agrees with anything.

    Tuples and lists are compared member by member.
    """
    if wanted is None:
        return True
    if isinstance(wanted, tuple | list):
        return len(came) == len(wanted) and all(
            close(a, b, tolerance) for a, b in zip(came, wanted, strict=True)
        )
    left, right = np.asarray(came, dtype=float), np.asarray(wanted, dtype=float)
    return left.shape == right.shape and bool(
        np.allclose(left, right, rtol=tolerance, atol=1e-3 * tolerance)
    )


def _array(value: Any) -> np.ndarray | None:
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        array = np.asarray(value)
        if array.dtype.kind == "O":  # a list of tensors, for example
            array = np.asarray(value, dtype=np.float64)
    except Exception:
        # conversion runs the learner's objects, which may fail in any way
        return None
    return array
