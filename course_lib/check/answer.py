"""Call a learner's function safely, read its result, and judge it."""

from __future__ import annotations

import copy
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from course_lib.check.compare import identical, parts_of
from course_lib.check.errors import explain, is_stub
from course_lib.check.failure import CheckFailed, RemoteError, show
from course_lib.handin.child.wire import plain

if TYPE_CHECKING:
    from course_lib.check.exercise import Exercise

Function = Callable[..., Any]


class Answer:
    """A learner's function, called on copies, with its results read carefully.

    Every problem – not written yet, an error inside, a wrong type, a changed
    input – becomes a ``CheckFailed``.
    """

    def __init__(
        self, function: Function, exercise: Exercise, memo: dict[Any, Any] | None = None
    ) -> None:
        self.exercise = exercise
        self._function = function
        self.arguments: Mapping[str, Any] = {}  # of the call being judged
        # results that several kinds of inputs judge
        self.memo: dict[Any, Any] = {} if memo is None else memo
        if not callable(function):
            self.fail(
                "not-a-function",
                f"Pass the function itself: check.{exercise.name}({exercise.name}), "
                "without parentheses after the inner name.",
                got=show(function),
                expected="a function",
            )

    def __call__(self, **arguments: Any) -> Any:
        """Return what the function returns for ``arguments``, passed in order."""
        self.arguments = arguments
        copies = copy.deepcopy(list(arguments.values()))
        try:
            # a page reads a result as a grader does, who gets it from another process
            got = plain(self._function(*copies))
        except (Exception, SystemExit) as error:
            self._fail_by_error(error)
        if not identical(copies, list(arguments.values())):
            self.fail(
                "changes-input",
                "Your function changed its input (an in-place step such as += or "
                "sort() does that). Work on a copy, or make a new array.",
                expected="a new value, with the arguments left as they were",
            )
        if got is None:
            self.fail(
                "returns-nothing",
                "Your function returned nothing. Does it end with a return?",
                got="None",
            )
        return got

    def renew(self) -> None:
        """Restart the function's process, if it runs in one of its own."""
        getattr(self._function, "renew", lambda: None)()

    def _fail_by_error(self, error: BaseException) -> NoReturn:
        kind, where = type(error).__name__, _line_of(error)
        if isinstance(error, RemoteError):
            kind, where = error.kind, error.where
        if kind == "NotImplementedError" and is_stub(str(error)):
            self.fail("not-written", "It is not written yet: the stub is still there.")
        self.fail(
            "error",
            explain(kind, str(error)),
            got=f"{kind}: {error}" + (f"\nin {where}" if where else ""),
            cause=error,
        )

    def fail(
        self,
        misconception: str,
        hint: str,
        *,
        got: str = "",
        expected: str = "",
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise CheckFailed about the call of ``self.arguments``."""
        raise CheckFailed(
            misconception,
            hint,
            exercise=self.exercise,
            arguments=self.arguments,
            got=got,
            expected=expected,
        ) from cause

    def fail_with(self, mistake: str, *, got: str = "", expected: str = "") -> NoReturn:
        """Raise CheckFailed with the name and hint of a mistake of the exercise."""
        hint = next(m.hint for m in self.exercise.mistakes if m.name == mistake)
        self.fail(mistake, hint, got=got, expected=expected)

    def parts(self, value: Any, like: Any, names: Sequence[str]) -> list[np.ndarray]:
        """Return ``value`` as arrays, one per part of ``like``; see ``parts_of``.

        ``names`` are the names of the parts. Raises CheckFailed if the structure
        differs.
        """
        parts = parts_of(value, like)
        if parts is not None:
            return parts
        if isinstance(like, Mapping):
            hint = f"Return a dict with the keys {', '.join(map(repr, like))}."
            kind = f"a dict with {len(like)} keys"
        elif isinstance(like, tuple):
            hint = f"Return {len(names)} values: {', '.join(names)}, in this order."
            kind = f"a tuple ({', '.join(names)})"
        elif isinstance(like, bytes):
            hint, kind = "Return bytes: bytes([1, 2]) makes them from a list.", "bytes"
        else:
            hint, kind = f"Return {names[0]}.", f"{names[0]}, as numbers"
        hint += " Numbers may be plain, a list, a NumPy array, or a tensor."
        self.fail(
            "wrong-type",
            hint.strip(),
            got=f"{show(value)} ({type(value).__name__})",
            expected=kind,
        )

    def wrong_shape(
        self, value: np.ndarray, name: str, shape: tuple[int, ...]
    ) -> NoReturn:
        """Raise CheckFailed because part ``name`` does not have shape ``shape``."""
        self.fail(
            "wrong-shape",
            "The numbers may be right, but the shape is not. Look at the table of "
            "shapes in the exercise.",
            got=f"{show(value)}, shape {value.shape}",
            expected=f"{name} of shape {shape}" if shape else f"{name}: one number",
        )


def _line_of(error: BaseException) -> str:
    """Return the learner's own line that raised an error."""
    frames = traceback.extract_tb(error.__traceback__)
    # [0] is the call; a signature that does not fit has no other frame
    if len(frames) < 2:
        return ""
    own = [f for f in frames[1:] if f.filename == frames[1].filename][-1]
    return f"line {own.lineno}: {own.line}"
