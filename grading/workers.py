"""Worker processes: how many fit, and that they end whenever the grader ends."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def default_jobs(memory: int) -> int:
    """Return how many jobs fit: at most one per core, each with ``memory`` bytes."""
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, free_memory() // memory))


def free_memory() -> int:
    """Return the bytes that are free, in a container those of the container."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if "MemAvailable" in line)
    free, group = int(kilobytes) * 1024, Path("/sys/fs/cgroup")
    try:
        most = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no such group, or one without a limit
        return free
    return min(free, most - used)


def end_with_grader() -> None:
    """Have the kernel kill this joblib worker when its parent ends.

    A killed grader cannot notify its workers, and they would wait for the next job
    forever. Workers of a cluster belong to others and are not affected.
    """
    if not multiprocessing.current_process().name.startswith("LokyProcess"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    # the parent ended before the request took effect; in a container it may be 1 itself
    if parent is not None and os.getppid() != parent.pid:
        os.kill(os.getpid(), signal.SIGKILL)
