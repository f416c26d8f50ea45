"""A learner's notebook whose answers run in a child process, called like functions."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.check import EXERCISES
from course_lib.check.failure import RemoteError
from course_lib.handin.clock import Clock, NoAnswerError, StalledError
from course_lib.handin.connection import ENDED, NO_REPLY, Child, Limits


@dataclass(frozen=True)
class Reading:
    """The content of a notebook: defined exercises, kinds and texts of cells.

    ``problems`` name cells that are not Python, ``class_seed`` is the value of
    ``CLASS_SEED`` (0 without one), and ``unreadable`` is the reason for no content.
    ``functions`` are those of the ``names`` that a statement defines as a function.
    ``shapes`` are those of the exercises' answers; see ``child/shapes.py``.
    """

    names: frozenset[str] = frozenset()
    texts: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    class_seed: int = 0
    functions: frozenset[str] = frozenset()
    unreadable: str = ""
    shapes: dict[str, str] = field(default_factory=dict)


class Handin:
    """A submitted notebook's answers as functions; restarts a child that ended.

    Use it in a ``with``, and call ``read`` first. ``retried`` lists requests made
    twice because the machine stalled; ``stalled`` is whether it did so again.
    """

    def __init__(
        self,
        notebook: bytes,
        launch: Callable[[], subprocess.Popen],
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._notebook = notebook
        self._launch = launch
        self._limits = limits
        self._clock = clock
        self._child: Child | None = None
        self._loaded: set[str] = set()  # answers in this child
        self._variations: dict[str, dict[str, Any]] = {}
        self.retried: list[str] = []
        self.stalled = False

    def __enter__(self) -> Handin:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def read(self) -> Reading:
        """Return the notebook's content; unreadable if the child fails to read it."""
        try:
            reply = self._patiently("reading", self._start)
        except NoAnswerError as error:
            return Reading(unreadable=f"reading the notebook failed: {error}")
        if "unreadable" in reply:
            return Reading(unreadable=str(reply["unreadable"])[:300])
        # no line of the submission has run yet: this error is from our own code
        texts = [(kind, text) for kind, text in reply["texts"]]
        class_seed = reply["class_seed"]
        if class_seed >= 0:
            self._variations = {
                name: exercise.variation(class_seed)
                for name, exercise in EXERCISES.items()
                if exercise.variations
            }
        return Reading(
            frozenset(reply["names"]),
            texts,
            reply["problems"],
            class_seed,
            functions=frozenset(reply["functions"]),
            shapes=reply["shapes"],
        )

    def load(self, name: str) -> tuple[Function | None, list[str]]:
        """Return the function of this name, or None, and the problems.

        Raises NoAnswerError if the cells that it needs do not finish.
        """
        reply = self._patiently(name, lambda: self._load(name))
        if "missing" in reply:
            return None, [str(reply["missing"])[:1000]] if reply["missing"] else []
        problems = reply.get("problems")
        if not isinstance(problems, list):  # written by a submission
            self.end()
            raise NoAnswerError(NO_REPLY)
        return Function(self, name), [str(p)[:600] for p in problems[:20]]

    def call(self, name: str, arguments: Sequence[Any]) -> dict[str, Any]:
        """Return the child's reply to one call; a new child loads the answer first."""

        def attempt() -> dict[str, Any]:
            if name not in self._loaded and "problems" not in self._load(name):
                raise NoAnswerError(NO_REPLY)
            return self._ask(
                self._limits.call, do="call", name=name, arguments=list(arguments)
            )

        return self._patiently(name, attempt)

    def end(self) -> None:
        """End the child; the next request starts a new one."""
        if self._child is not None:
            self._child.close()
        self._forget()

    def _forget(self) -> None:
        self._child = None
        self._loaded = set()

    def _patiently(self, what: str, attempt: Callable[[], dict]) -> dict[str, Any]:
        """Try once more, in a new child, where the machine stalled."""
        if self.stalled:
            raise StalledError("the machine stalled before")
        try:
            return attempt()
        except StalledError:
            self.retried.append(what)
        try:
            return attempt()
        except StalledError:
            self.stalled = True
            raise

    def _start(self) -> dict[str, Any]:
        self._child = Child(self._launch, self._limits, self._clock)
        return self._ask(
            self._limits.read, do="read", notebook=self._notebook, names=list(EXERCISES)
        )

    def _load(self, name: str) -> dict[str, Any]:
        request = {"do": "load", "name": name, "variations": self._variations}
        has_others = bool(self._loaded)
        try:
            reply = self._ask(self._limits.read, **request)
        except NoAnswerError as error:
            # a second reply or a dead process that another answer left behind is not
            # this one's fault
            if not has_others or str(error) not in (ENDED, NO_REPLY):
                raise
            reply = self._ask(self._limits.read, **request)
        self._loaded.add(name)
        return reply

    def _ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        if self._child is None:
            self._start()
        assert self._child is not None
        try:
            return self._child.ask(seconds, **request)
        except NoAnswerError:
            self._forget()
            raise


class Function:
    """An answer in the child process, called like any function of plain data.

    Raises NoAnswerError, and RemoteError for whatever the answer raised. Arguments
    that it modified in place are modified here, too.
    """

    def __init__(self, handin: Handin, name: str) -> None:
        self._handin = handin
        self.__name__ = name
        self.ended = ""  # why the process ended during a call, if it did

    def __call__(self, *arguments: Any) -> Any:
        if self.ended:  # its process has ended: no second attempt for this answer
            raise NoAnswerError(self.ended)
        try:
            reply = self._handin.call(self.__name__, arguments)
        except NoAnswerError as error:
            self.ended = str(error)
            raise
        if "error" in reply:
            kind, _, text = str(reply["error"])[:600].partition(": ")
            raise RemoteError(kind, text, str(reply.get("where", ""))[:300])
        after = reply.get("arguments", [])
        if not isinstance(after, list):  # a forged reply, and the true one follows
            self._handin.end()
            self.ended = NO_REPLY
            raise NoAnswerError(NO_REPLY)
        for mine, changed in zip(arguments, after, strict=False):
            _change(mine, changed)
        return reply.get("value")

    def renew(self) -> None:
        """Restart the process, so that the answer cannot remember earlier calls."""
        self._handin.end()


def _change(value: Any, changed: Any) -> None:
    """Apply the change of an argument's copy in the child to the argument."""
    if isinstance(value, np.ndarray) and isinstance(changed, np.ndarray):
        if value.shape == changed.shape and value.dtype == changed.dtype:
            value[...] = changed
        else:  # resized in place: any difference suffices
            value.view(np.uint8)[...] ^= 1
    elif isinstance(value, list) and isinstance(changed, list):
        value[:] = changed
    elif isinstance(value, dict) and isinstance(changed, dict):
        value.clear()
        value.update(changed)
