"""A test of the sandbox from inside, before anything is graded in it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from course_lib.handin.clock import NoAnswerError
from course_lib.handin.connection import Child, ChildError, Limits
from grading import seccomp
from grading.sandbox import CHILD, ROOT, Sandbox, SandboxError

KINDS = ("ipc", "mnt", "net", "pid", "uts")
# calls that the filter must refuse, and that do nothing but fail where it does not
CALLS = (
    "flock", "inotify_init1", "kcmp", "keyctl", "memfd_create", "memfd_secret",
    "mq_open", "msgget", "pidfd_getfd", "semget", "shmget", "socket", "socketpair",
)  # fmt: skip
# runs in the child, with PLACES, NAMESPACES, CALLS and the number of fcntl; everything
# it finds is an escape
CODE = """
import ctypes, errno, os, socket, threading

def works(action, *arguments):
    try:
        action(*arguments)
    except (OSError, RuntimeError):
        return False
    return True

def fork():
    if os.fork() == 0:
        os._exit(0)

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""

def refused(number, *arguments):
    # a call that the kernel does not have fails in another way
    call = ctypes.CDLL(None, use_errno=True).syscall
    return call(number, *arguments) < 0 and ctypes.get_errno() == errno.EPERM

def locks():
    descriptor = os.open(os.__file__, os.O_RDONLY)
    lock = ctypes.create_string_buffer(64)
    return [c for c in LOCKS if not refused(FCNTL, descriptor, c, lock)]

processes = [p for p in os.listdir("/proc") if p.isdigit()]
shared = [kind for kind, own in NAMESPACES.items()
          if os.readlink(f"/proc/self/ns/{kind}") == own]
ways = {
    "start processes": works(fork),
    "start threads": works(threading.Thread(target=int).start),
    "open sockets": works(socket.socket),
    "see other processes": len(processes) > 2,
    "read the grader's environment": bool(read("/proc/1/environ")),
    "see the course's files": any(map(os.path.exists, PLACES)),
    # root's kernel settings, and the memory of the sandbox's first process
    "write into /proc": not os.statvfs("/proc").f_flag & os.ST_RDONLY,
    "write outside of /tmp": any(
        works(open, os.path.join(folder, "written"), "w")
        for folder in ("/", "/usr", "/dev", "/dev/shm", "/proc", "/handin", "/etc")),
    "find out where the course is": CHILD in read("/proc/self/mountinfo"),
    "change a device": works(os.utime, "/dev/null"),
    "lock the system's files": bool(locks()),
}
found = [name for name, is_open in ways.items() if is_open]
found += [f"call {name}" for name, number in CALLS.items()
          if not refused(number, *[0] * 5)]
found += [f"share the grader's {kind} namespace" for kind in shared]
"""


def verify_sandbox(sandbox: Sandbox) -> None:
    """Start a child and try to get out; SandboxError names what succeeded."""
    try:
        child = Child(sandbox.launch, Limits())
    except ChildError as error:
        raise SandboxError(
            f"bubblewrap cannot start anything here: “{error}”. The kernel or the "
            "container may forbid user namespaces; docs/where_grading_runs.md lists "
            "what each system must allow"
        ) from None
    try:
        code = f"{_facts()}\n{CODE}"
        open_ways = child.ask(Limits().start, do="probe", code=code)["value"]
    except NoAnswerError as error:
        raise SandboxError(f"the test of the sandbox did not finish: {error}") from None
    finally:
        child.close()
    if open_ways:
        ways = ", ".join(open_ways)
        raise SandboxError(f"the sandbox is not safe: a submission could {ways}")


def _facts() -> str:
    """Return statements that tell the test what it needs to know."""
    places = [str(ROOT / name) for name in ("course_lib", "grading", "solutions")]
    places += [str(Path.home() / name) for name in (".ssh", ".bashrc", ".profile")]
    numbers = seccomp.MACHINES[platform.machine()][1]
    facts = {
        "PLACES": places,
        "NAMESPACES": {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS},
        "CALLS": {name: numbers[name] for name in CALLS},
        "FCNTL": seccomp.FCNTL[platform.machine()],
        "LOCKS": seccomp.LOCKS,
        "CHILD": str(CHILD).encode(),
    }
    return "\n".join(f"{name} = {value!r}" for name, value in facts.items())
