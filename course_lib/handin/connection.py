"""A child process at the other end of two pipes, and how long it may take."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from course_lib.handin.child import wire
from course_lib.handin.clock import Clock, NoAnswerError, Process, StalledError, Watch

NO_REPLY = "what came back was not a reply to the call"
ENDED = "its process ended"
MAX_WORDS = 2000  # bytes of an error message


class ChildError(Exception):
    """The child process did not start, which is not the submission's fault."""


@dataclass(frozen=True)
class Limits:
    """Time limits, in seconds.

    ``read`` (a notebook, or the cells that an answer needs) and ``call`` are limits of
    processor time; on the clock they may take ``PATIENCE`` times as long. The others
    are limits on the clock: for a child to start, and for all that a notebook and all
    notebooks of a learner take.
    """

    start: float = 60.0
    read: float = 30.0
    call: float = 20.0
    notebook: float = 120.0
    learner: float = 130.0


class Child:
    """A process with one notebook; an error ends it and raises NoAnswerError.

    ``launch`` starts ``python -m child`` with pipes. Replies are plain data; a reply
    to a different request is an error. Requests stop when the ``clock`` does.
    """

    def __init__(
        self,
        launch: Callable[[], subprocess.Popen],
        limits: Limits,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or Clock(limits.notebook, "a notebook")
        Watch(limits.start, None, self._clock).look()
        self._thread = ThreadPoolExecutor(1)
        self._process = launch()
        self._watched: Process | None = None
        self._words = ""  # of the program that should start the child
        try:
            ready = self._wait(self._receive, limits.start)
        except NoAnswerError as error:
            if self._clock.stopped() or isinstance(error, StalledError):
                raise
            raise ChildError(self._words or str(error)) from None
        if ready != {"ready": True}:
            self.close()
            raise ChildError("its first message was not a greeting")
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._watched = Process(self._process.pid)

    def ask(self, seconds: float, **request: Any) -> dict[str, Any]:
        """Send a request and return the reply; NoAnswerError if it is late.

        ``seconds`` are of processor time.
        """
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
        self._end_group()
        self._process.kill()
        self._process.wait()
        self._thread.shutdown(wait=True)
        errors = self._process.stderr
        if errors is not None and not errors.closed:
            self._words = errors.read(MAX_WORDS).decode(errors="replace").strip()
        for pipe in (self._process.stdin, self._process.stdout, errors):
            if pipe is not None:
                # data that a dead process has not read can no longer be flushed
                with suppress(OSError):
                    pipe.close()

    def _end_group(self) -> None:
        """End a sandbox whose parts do not depend on each other yet.

        A part that was just started waits for the other forever, if that one is killed
        alone, and keeps the pipes open.
        """
        with suppress(AttributeError, OSError):  # on Windows, and where none is left
            if os.getpgid(self._process.pid) == self._process.pid:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _receive(self) -> Any:
        assert self._process.stdout is not None
        return wire.read(self._process.stdout)

    def _wait(self, work: Callable[[], Any], seconds: float) -> Any:
        """Run ``work`` in another thread, so that it can be abandoned."""
        watch = Watch(seconds, self._watched, self._clock)
        try:
            watch.look()
            future = self._thread.submit(work)
            while True:
                with suppress(TookTooLong):
                    return future.result(timeout=watch.pause)
                watch.look()
        except NoAnswerError:
            self.close()
            raise
        except (EOFError, OSError):
            reason = ENDED
        except wire.WireError:
            reason = NO_REPLY
        self.close()
        raise NoAnswerError(reason)
