"""A learner's notebook whose answers run in a child process, called like functions."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.check import EXERCISES
from course_lib.check.failure import RemoteError
from course_lib.handin.child import wire

NO_REPLY = "what came back was no reply to the call"


class ChildError(Exception):
    """The child process did not start, which is not the submission's fault."""


class NoAnswerError(Exception):
    """A call did not return: it took too long, or its process ended."""


@dataclass(frozen=True)
class Limits:
    """Time limits of a child, in seconds of wall-clock time."""

    start: float = 60.0
    read: float = 60.0
    call: float = 20.0


@dataclass(frozen=True)
class Reading:
    """The content of a notebook: defined exercises, kinds and texts of cells.

    ``problems`` name cells without Python, ``class_seed`` is the value of
    ``CLASS_SEED`` (0 without one), and ``unreadable`` is the reason for no content.
    ``shapes`` are those of the exercises' answers; see ``child/shapes.py``.
    """

    names: frozenset[str]
    texts: list[tuple[str, str]]
    problems: list[str]
    class_seed: int = 0
    unreadable: str = ""
    shapes: dict[str, str] = field(default_factory=dict)


class Child:
    """A process with one notebook; an error ends it and raises NoAnswerError.

    ``launch`` starts ``python -m child`` with pipes. Replies are plain data; a reply
    to a different request is an error.
    """

    def __init__(self, launch: Callable[[], subprocess.Popen], limits: Limits) -> None:
        self._limits = limits
        self._thread = ThreadPoolExecutor(1)
        self._process = launch()
        try:
            ready = self._wait(self._receive, limits.start)
        except NoAnswerError as error:
            raise ChildError(f"the child process did not start: {error}") from None
        if ready != {"ready": True}:
            self.close()
            raise ChildError("the child process did not start")

    def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """Send a request and return the reply; NoAnswerError if it is late."""
        token = secrets.token_hex(8)

        def exchange() -> Any:
            assert self._process.stdin is not None
            wire.write(self._process.stdin, {"id": token, **request})
            return self._receive()

        reply = self._wait(exchange, seconds)
        if not isinstance(reply, dict) or reply.pop("id", None) != token:
            self.close()
            raise NoAnswerError(NO_REPLY)
        return reply

    def close(self) -> None:
        """End the process and everything it started."""
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(wait=True)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # data that a dead process has not read can no longer be flushed
                with suppress(OSError):
                    pipe.close()

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        return wire.read(self._process.stdout)

    def _wait(self, work: Callable[[], Any], seconds: float) -> Any:
        """Run ``work`` in another thread, so that it can be abandoned."""
        try:
            return self._thread.submit(work).result(timeout=seconds)
        except TookTooLong:
            reason = f"nothing came back within {seconds:g} seconds"
        except (EOFError, OSError):
            reason = "its process ended"
        except wire.WireError:
            reason = NO_REPLY
        self.close()
        raise NoAnswerError(reason)


def _unreadable(reason: str) -> Reading:
    return Reading(frozenset(), [], [], unreadable=reason)


class Handin:
    """A submitted notebook's answers as functions; restarts a child that ended.

    Use it in a ``with``, and call ``read`` first.
    """

    def __init__(
        self,
        notebook: bytes,
        launch: Callable[[], subprocess.Popen],
        limits: Limits | None = None,
    ) -> None:
        self._notebook = notebook
        self._launch = launch
        self._limits = limits or Limits()
        self._child: Child | None = None
        self._variations: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Handin:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def read(self) -> Reading:
        """Return the notebook's content; unreadable if the child fails to read it."""
        try:
            reply = self._ask_to_read()
        except NoAnswerError as error:
            return _unreadable(f"reading the notebook failed: {error}")
        if "unreadable" in reply:
            return _unreadable(str(reply["unreadable"])[:300])
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
            shapes=reply["shapes"],
        )

    def load(self, name: str) -> tuple[Function | None, list[str]]:
        """Return the function of this name, or None, and the problems.

        Raises NoAnswerError if the cells that it needs do not finish.
        """
        reply = self._ask(
            self._limits.read, do="load", name=name, variations=self._variations
        )
        if "missing" in reply:
            return None, [str(reply["missing"])[:1000]] if reply["missing"] else []
        problems = reply.get("problems")
        if not isinstance(problems, list):  # written by a submission
            self._end()
            raise NoAnswerError(NO_REPLY)
        return Function(self, name), [str(p)[:600] for p in problems[:20]]

    def renew(self, name: str) -> None:
        """Load an answer in a new process. Raises NoAnswerError."""
        self._end()
        if self.load(name)[0] is None:
            raise NoAnswerError(NO_REPLY)

    def call(self, name: str, arguments: Sequence[Any]) -> dict[str, Any]:
        """Return the child's reply to one call."""
        return self._ask(
            self._limits.call, do="call", name=name, arguments=list(arguments)
        )

    def _ask_to_read(self) -> dict[str, Any]:
        self._child = Child(self._launch, self._limits)
        return self._ask(
            self._limits.read, do="read", notebook=self._notebook, names=list(EXERCISES)
        )

    def _ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        if self._child is None:
            self._ask_to_read()
        assert self._child is not None
        try:
            return self._child.ask(seconds, **request)
        except NoAnswerError:
            self._child = None
            raise

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


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
        for mine, changed in zip(arguments, reply.get("arguments", ()), strict=False):
            _change(mine, changed)
        return reply.get("value")

    def renew(self) -> None:
        """Load the answer anew, in a process that remembers no call."""
        try:
            self._handin.renew(self.__name__)
        except NoAnswerError as error:
            self.ended = str(error)
            raise


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
