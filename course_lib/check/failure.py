"""What a failed check says, and how it is shown."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from course_lib.check.exercise import Exercise

UNRECOGNIZED = "unrecognised"  # no known mistake; spelled as in stored grades
MAX_PARTS = 240  # of a list that is shown, which is cut in any case
WIDTH = 76  # of a message, in characters, without its labels


class CheckFailed(Exception):  # noqa: N818  # a verdict, not an error of the program
    """An answer is not right yet, and why.

    ``misconception`` is an entry of the course's list ("M6") or a named slip
    ("off-by-one"); ``hint`` names the likely mistake; ``exercise``, ``chapter``,
    ``section`` and ``room`` say which page to read. ``arguments`` are the failing
    call's, by name.
    """

    def __init__(
        self,
        misconception: str,
        hint: str,
        *,
        exercise: Exercise,
        arguments: Mapping[str, Any] | None = None,
        got: str = "",
        expected: str = "",
    ) -> None:
        self.misconception = misconception
        self.hint = hint
        self.exercise = exercise.name
        self.chapter = exercise.chapter
        self.section = exercise.section
        self.room = exercise.room
        self.arguments = dict(arguments or {})
        given = "\n".join(f"{k} = {show(v)}" for k, v in self.arguments.items())
        read = (
            f"exercise {exercise.section} of chapter {exercise.chapter}, "
            f"“{exercise.title}”; in the lesson: {exercise.room}"
        )
        lines = [f"{exercise.name}: not right yet [{misconception}]"]
        said = {"given": given, "got": got, "expected": expected}
        for label, text in (said | {"hint": hint, "read": read}).items():
            if text:
                lines.append(f"  {label:<9} {_indented(text)}")
        super().__init__("\n".join(lines))

    def _render_traceback_(self) -> list[str]:
        # IPython shows this in place of a traceback through the check's own code
        lines = ["CheckFailed: " + str(self)]
        if self.arguments:
            again = f"{self.exercise}(**check.failing_input()) repeats this call"
            lines.append(f"  {'again':<9} {again}")
        return lines


class RemoteError(Exception):
    """An answer in another process raised an error of type ``kind``.

    ``where`` is the learner's line, such as ``"cell 5, line 3: return W[k]"``.
    """

    def __init__(self, kind: str, text: str, where: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.where = where


def _indented(text: str) -> str:
    """Wrap text for a terminal, with later lines indented under the first."""
    lines = []
    for line in text.split("\n"):
        lines += textwrap.wrap(line, WIDTH, break_long_words=False) or [""]
    return ("\n" + " " * 12).join(lines)


def show(value: Any, limit: int = 240) -> str:
    """Return a short text for any value: four digits, long arrays abridged."""
    try:
        text = _text(value)
    except Exception:
        # repr() belongs to the learner's object and may fail in any way
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= limit else text[: limit - 2] + " …"


def _text(value: Any) -> str:
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        flat = np.array2string(
            value,
            precision=4,
            threshold=16,
            edgeitems=3,
            separator=", ",
            suppress_small=True,
        )
        shape = f" (shape {value.shape})" if value.ndim > 1 else ""
        return " ".join(flat.split()) + shape
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        pairs = islice(value.items(), MAX_PARTS)
        return "{" + ", ".join(f"{k!r}: {_text(v)}" for k, v in pairs) + "}"
    if isinstance(value, tuple | list):
        parts = ", ".join(map(_text, value[:MAX_PARTS]))
        return f"({parts})" if isinstance(value, tuple) else f"[{parts}]"
    return repr(value)
