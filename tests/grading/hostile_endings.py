"""Answers that end their process or do not end: 0 points for ``mlp_costs``."""

# ruff: noqa: SIM105  # the functions bring all that they need


def exits(widths):
    import sys

    sys.exit(0)


def exits_at_once(widths):
    import os

    os._exit(0)


def kills_itself(widths):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)


def kills_everything(widths):
    import os
    import signal

    for process in (1, os.getppid(), -1, 0):
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            pass
    return {"parameters": 1, "macs": 1}


def stops_itself(widths):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSTOP)


def loops(widths):
    while True:
        pass


def loops_and_minds_no_signal(widths):
    import signal

    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def forks(widths):
    import os

    while True:
        os.fork()


def starts_threads(widths):
    import threading

    threading.stack_size(32768)
    wait = threading.Event()
    while True:
        threading.Thread(target=wait.wait, daemon=True).start()


def takes_60_gigabytes(widths):
    import numpy as np

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
    import sys

    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())


def breaks_the_interpreter(widths):
    import ctypes

    return ctypes.string_at(0)


def aborts(widths):
    import os

    os.abort()


def exits_later(widths):
    """Leave a timer whose signal ends the process in the middle of another call."""
    import signal

    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass


def raises_what_nobody_catches(widths):
    class End(BaseException):
        def __str__(self):
            raise End

    raise End


def takes_its_own_limits_away(widths):
    import resource

    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE"):
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(getattr(resource, name), unlimited)
    return {"parameters": 1, "macs": 1}
