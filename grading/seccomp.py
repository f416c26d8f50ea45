"""A seccomp filter: system calls that a submission's process may not make.

It can start neither processes nor threads, so that fork bombs fail immediately and the
memory limit of one process is a limit on the submission. Limits on the number of
processes (RLIMIT_NPROC) do not suffice: the kernel does not apply them to root. It
cannot open sockets, since some kinds (vsock) reach out of a network namespace, or store
keys in the kernel, where the next submission could find them. Locks on files and
watches of them (flock, fcntl, inotify) would reach other submissions, which see the
same files of the system; queues and semaphores keep memory outside of the limit.
It cannot change the owner, mode, or times of a file, because devices such as /dev/null
are the machine's own, and a grader that runs as root could change them. It cannot keep
all disks of the machine busy (sync).
The program is classic BPF as in seccomp(2); bubblewrap installs it (``--seccomp``).
"""

from __future__ import annotations

import errno
import platform
import struct

# AUDIT_ARCH of linux/audit.h, and the numbers of the system calls
MACHINES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, {
        "clone": 56, "clone3": 435, "fork": 57, "vfork": 58, "ptrace": 101,
        "shmget": 29, "socket": 41, "add_key": 248, "request_key": 249, "keyctl": 250,
        "userfaultfd": 323, "bpf": 321, "perf_event_open": 298, "process_vm_readv": 310,
        "process_vm_writev": 311, "unshare": 272, "setns": 308, "memfd_create": 319,
        "memfd_secret": 447, "msgget": 68, "semget": 64, "mq_open": 240,
        "socketpair": 53, "pidfd_getfd": 438, "kcmp": 312, "flock": 73,
        "inotify_init": 253, "inotify_init1": 294, "fanotify_init": 300, "sync": 162,
        "syncfs": 306, "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452,
        "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "utime": 132,
        "utimes": 235, "futimesat": 261, "utimensat": 280, "setxattr": 188,
        "lsetxattr": 189, "fsetxattr": 190, "setxattrat": 463, "file_setattr": 469,
        "io_uring_setup": 425,
    }),
    "aarch64": (0xC00000B7, {
        "clone": 220, "clone3": 435, "ptrace": 117, "shmget": 194, "socket": 198,
        "add_key": 217, "request_key": 218, "keyctl": 219, "userfaultfd": 282,
        "bpf": 280, "perf_event_open": 241, "process_vm_readv": 270,
        "process_vm_writev": 271, "unshare": 97, "setns": 268, "memfd_create": 279,
        "memfd_secret": 447, "msgget": 186, "semget": 190, "mq_open": 180,
        "socketpair": 199, "pidfd_getfd": 438, "kcmp": 272, "flock": 32,
        "inotify_init1": 26, "fanotify_init": 262, "sync": 81, "syncfs": 267,
        "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55, "fchownat": 54,
        "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7,
        "setxattrat": 463, "file_setattr": 469, "io_uring_setup": 425,
    }),
}  # fmt: skip
FCNTL = {"x86_64": 72, "aarch64": 25}
# of linux/fcntl.h: locks of a process and of an open file, leases, and notices
LOCKS = (5, 6, 7, 36, 37, 38, 1024, 1026)
# offsets in struct seccomp_data; of the second argument the lower half
NUMBER, ARCHITECTURE, SECOND = 0, 4, 24
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
    lines += [_line(EQUAL, FCNTL[machine], yes=1), _line(RETURN, ALLOW)]
    lines.append(_line(LOAD, SECOND))
    for command in LOCKS:
        lines += [_line(EQUAL, command, no=1), _line(RETURN, ERROR | errno.EPERM)]
    return b"".join([*lines, _line(RETURN, ALLOW)])


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Return one instruction; ``yes`` and ``no`` are jump offsets of a comparison."""
    return struct.pack("=HBBI", code, yes, no, value)
