"""A seccomp filter: system calls that a submission's process may not make.

It can start neither processes nor threads, so that fork bombs fail immediately and the
memory limit of one process is a limit on the submission. Limits on the number of
processes (RLIMIT_NPROC) do not suffice: the kernel does not apply them to root. It can
open no sockets, since some kinds (vsock) reach out of a network namespace, and store no
keys in the kernel, where the next submission could find them.
The program is classic BPF as in seccomp(2); bubblewrap installs it (``--seccomp``).
"""

from __future__ import annotations

import errno
import platform
import struct

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
            "socket": 41,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "userfaultfd": 323,
            "bpf": 321,
            "perf_event_open": 298,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
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
            "socket": 198,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "userfaultfd": 282,
            "bpf": 280,
            "perf_event_open": 241,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "unshare": 97,
            "setns": 268,
            "memfd_create": 279,
            "io_uring_setup": 425,
        },
    ),
}
# offsets in struct seccomp_data
NUMBER, ARCHITECTURE = 0, 4
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, ERROR, KILL = 0x7FFF0000, 0x00050000, 0x80000000
X32 = 0x40000000  # the alternative numbering of calls on x86_64


def program(machine: str | None = None) -> bytes:
    """Return the filter's instructions; ValueError for an unknown processor."""
    machine = platform.machine() if machine is None else machine
    if machine not in MACHINES:
        raise ValueError(f"machine must be one of {sorted(MACHINES)}, got {machine!r}")
    architecture, numbers = MACHINES[machine]
    refused = dict.fromkeys(numbers.values(), errno.EPERM)
    # with ENOSYS the C library tries the older call, which fails, too
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
    return b"".join([*lines, _line(RETURN, ALLOW)])


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Return one instruction; ``yes`` and ``no`` are jump offsets of a comparison."""
    return struct.pack("=HBBI", code, yes, no, value)
