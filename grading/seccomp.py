"""A filter for the kernel: what a submission's process may not ask for.

It may start threads and no processes, so that a fork bomb fails at its first step and
a limit on one process's memory is a limit on the submission. Limits on the number of
processes (RLIMIT_NPROC) do not do this: the kernel does not apply them to root.
The program is classic BPF as in seccomp(2); bubblewrap installs it (``--seccomp``).
"""

from __future__ import annotations

import errno
import platform
import struct

CLONE_THREAD = 0x10000
# AUDIT_ARCH of linux/audit.h, and the numbers of the system calls
MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "clone": 56,
            "clone3": 435,
            "fork": 57,
            "vfork": 58,
            "ptrace": 101,
            "shmget": 29,
            "unshare": 272,
            "setns": 308,
            "memfd_create": 319,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "clone": 220,
            "clone3": 435,
            "ptrace": 117,
            "shmget": 194,
            "unshare": 97,
            "setns": 268,
            "memfd_create": 279,
            "io_uring_setup": 425,
        },
    ),
}
# offsets in struct seccomp_data
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERROR, KILL = 0x7FFF0000, 0x00050000, 0x80000000
X32 = 0x40000000  # the other way to number calls on x86_64


def program(machine: str | None = None) -> bytes:
    """The filter's instructions; ValueError for a processor that is not known."""
    machine = platform.machine() if machine is None else machine
    if machine not in MACHINES:
        raise ValueError(f"machine is {machine!r}; allowed are {sorted(MACHINES)}")
    architecture, numbers = MACHINES[machine]
    refused = {n: errno.EPERM for name, n in numbers.items() if name != "clone"}
    # with "not there" the C library starts threads by the older call
    refused[numbers["clone3"]] = errno.ENOSYS
    lines = [
        _line(LOAD, ARCHITECTURE),
        _line(EQUAL, architecture, yes=1),
        _line(RETURN, KILL),
        _line(LOAD, NUMBER),
        _line(AT_LEAST, X32, no=1),
        _line(RETURN, KILL),
    ]
    for number, reason in refused.items():
        lines += [_line(EQUAL, number, no=1), _line(RETURN, ERROR | reason)]
    lines += [
        _line(EQUAL, numbers["clone"], no=3),
        _line(LOAD, FIRST_ARGUMENT),
        _line(ANY_BIT, CLONE_THREAD, yes=1),
        _line(RETURN, ERROR | errno.EPERM),
        _line(RETURN, ALLOW),
    ]
    return b"".join(lines)


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; ``yes`` and ``no`` say how many lines a comparison skips."""
    return struct.pack("=HBBI", code, yes, no, value)
