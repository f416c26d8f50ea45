"""How long a request to a child process may take, and whose fault a late reply is.

A submission is charged for CPU time and for time spent waiting, but not for time in
which the machine kept its process off the CPU, or stalled.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 2.0  # wall-clock seconds per second of CPU time
STALL = 10.0  # seconds kept off the CPU, per second of CPU time
MAX_EXCUSED = 45.0  # seconds per learner or notebook, so that grading always ends
MAX_PAUSE = 1.0  # seconds between two checks of a process
OWN = "/proc/thread-self"  # what Linux reports about the grader's own thread
MAX_FILES = 20_000  # in a process's own /tmp; an empty one takes 1 kB of the kernel


class NoAnswerError(Exception):
    """A call did not return: it took too long, or its process ended."""


class StalledError(NoAnswerError):
    """A call did not return because the machine stalled, not the submission."""


class Clock:
    """Counts down in wall-clock time, and stops with ``outer``, if there is one.

    It is set back by what the machine takes away from a submission or from the grader,
    up to ``MAX_EXCUSED`` seconds; ``stalled`` is whether the machine took more.
    """

    def __init__(self, seconds: float, owner: str, outer: Clock | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._owner, self._outer = f"{seconds:g} seconds for {owner}", outer
        self._room = MAX_EXCUSED
        self._waited = _times(OWN)[1]
        self.stalled = False

    def stopped(self) -> str:
        """Return why there is no time left, or an empty string."""
        if self._outer is not None and (reason := self._outer.stopped()):
            return reason
        before, self._waited = self._waited, _times(OWN)[1]
        self._set_back(max(0.0, self._waited - before))
        is_over = time.monotonic() >= self._end
        return f"the {self._owner} are used up" if is_over else ""

    def excuse(self, seconds: float) -> None:
        """Add time that the machine took away from a submission."""
        self._set_back(seconds)
        if self._outer is not None:
            self._outer.excuse(seconds)

    def _set_back(self, seconds: float) -> None:
        self._end += min(seconds, self._room)
        self.stalled = self.stalled or seconds > self._room
        self._room -= min(seconds, self._room)


class Process:
    """What Linux reports about a child process; nothing on other systems."""

    def __init__(self, starter: int) -> None:
        """``starter`` is the process's own number, or that of the sandbox around it."""
        self._folder = f"/proc/{_innermost(starter)}"
        self._in_sandbox = False
        with suppress(OSError):
            self._in_sandbox = not os.path.samefile(f"{self._folder}/root", "/")

    def times(self) -> tuple[float, float]:
        """Return seconds on a CPU, and seconds runnable but waiting for one."""
        return _times(self._folder)

    def files(self) -> int:
        """Return the number of files in the sandbox's /tmp; 0 without a sandbox."""
        if not self._in_sandbox:
            return 0
        try:
            room = os.statvfs(f"{self._folder}/root/tmp")
        except OSError:
            return 0
        return room.f_files - room.f_ffree


class Watch:
    """One request to a process, which may use ``seconds`` of CPU time."""

    def __init__(self, seconds: float, process: Process | None, clock: Clock) -> None:
        self._seconds, self._process, self._clock = seconds, process, clock
        self.pause = min(MAX_PAUSE, seconds / 4)
        self._start = self._last = time.monotonic()
        self._stalled = self._lost = 0.0
        self._before = process.times() if process else (0.0, 0.0)

    def look(self) -> None:
        """Raise NoAnswerError if the request has run out of time or files."""
        now = time.monotonic()
        # if even this process slept too long, the whole machine stalled
        self._lost += max(0.0, now - self._last - 2 * self.pause)
        self._last = now
        ran, waited = self._process.times() if self._process else (0.0, 0.0)
        ran, waited = ran - self._before[0], waited - self._before[1]
        stalled, allowed = max(waited, self._lost), PATIENCE * self._seconds
        self._clock.excuse(max(0.0, stalled - self._stalled))
        self._stalled = max(stalled, self._stalled)
        if reason := self._clock.stopped():
            raise (StalledError if self._clock.stalled else NoAnswerError)(reason)
        if self._process and self._process.files() > MAX_FILES:
            raise NoAnswerError(f"it created more than {MAX_FILES} files")
        if ran > self._seconds:
            reason = f"it took more than {self._seconds:g} seconds of processor time"
            raise NoAnswerError(reason)
        if self._stalled > STALL * self._seconds:
            raise StalledError("the machine stalled")
        if now - self._start - self._stalled > allowed:
            raise NoAnswerError(f"nothing came back within {allowed:g} seconds")


def _times(folder: str) -> tuple[float, float]:
    try:
        with open(f"{folder}/schedstat", "rb") as file:
            ran, waited, _ = file.read().split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9


def _innermost(process: int) -> int:
    """Return the last of a chain of processes, each started by the one before."""
    path = Path("/proc", str(process), "task", str(process), "children")
    try:
        started = path.read_text().split()
    except OSError:
        return process
    return _innermost(int(started[0])) if started else process
