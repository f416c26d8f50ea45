"""Answers that end their process or do not end: 0 points for ``mlp_costs``."""

import ctypes
import os
import resource
import signal
import sys
import threading
from contextlib import suppress

import numpy as np


def exits(widths):
    sys.exit(0)


def exits_at_once(widths):
    os._exit(0)


def kills_itself(widths):
    os.kill(os.getpid(), signal.SIGKILL)


def kills_everything(widths):
    for process in (1, os.getppid(), -1, 0):
        with suppress(OSError):
            os.kill(process, signal.SIGKILL)
    return {"parameters": 1, "macs": 1}


def stops_itself(widths):
    os.kill(os.getpid(), signal.SIGSTOP)


def loops(widths):
    while True:
        pass


def loops_and_minds_no_signal(widths):
    for number in range(1, signal.NSIG):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    while True:
        with suppress(BaseException):
            while True:
                pass


def forks(widths):
    while True:
        os.fork()


def starts_threads(widths):
    threading.stack_size(32768)
    wait = threading.Event()
    while True:
        threading.Thread(target=wait.wait, daemon=True).start()


def takes_60_gigabytes(widths):
    return np.ones(60 * 2**30 // 8).sum()


def takes_60_gigabytes_of_bytes(widths):
    return len(b"1" * (60 * 2**30))


def takes_all_memory_bit_by_bit(widths):
    kept = []
    while True:
        kept.append(bytearray(2**26))


def recurses(widths):
    return recurses(widths)


def recurses_without_limit(widths):
    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())


def breaks_the_interpreter(widths):
    return ctypes.string_at(0)


def aborts(widths):
    os.abort()


def exits_later(widths):
    """Leave a timer whose signal ends the process in the middle of another call."""
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass


def raises_what_nobody_catches(widths):
    class End(BaseException):
        def __str__(self):
            raise End

    raise End


def takes_its_own_limits_away(widths):
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE"):
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(getattr(resource, name), unlimited)
    return {"parameters": 1, "macs": 1}
