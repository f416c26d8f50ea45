"""A test of the sandbox from inside, before anything is graded in it."""

from __future__ import annotations

import os
from pathlib import Path

from course_lib.handin.clock import NoAnswerError
from course_lib.handin.connection import Child, ChildError, Limits
from grading.sandbox import ROOT, Sandbox, SandboxError

KINDS = ("ipc", "mnt", "net", "pid", "uts")
# runs in the child, with PLACES and NAMESPACES; everything it finds is an escape
CODE = """
import os, socket, threading

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
        for folder in ("/", "/usr", "/dev", "/proc", "/handin", "/etc")),
}
found = [name for name, is_open in ways.items() if is_open]
found += [f"share the grader's {kind} namespace" for kind in shared]
"""


def verify_sandbox(sandbox: Sandbox) -> None:
    """Start a child and try to get out; SandboxError names what succeeded."""
    places = [str(ROOT / name) for name in ("course_lib", "grading", "solutions")]
    places += [str(Path.home() / name) for name in (".ssh", ".bashrc", ".profile")]
    try:
        child = Child(sandbox.launch, Limits())
    except ChildError as error:
        raise SandboxError(
            f"bubblewrap starts nothing here ({error}). Kernels and containers that "
            "forbid user namespaces do this; grade on a machine that allows them"
        ) from None
    try:
        own = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS}
        code = f"PLACES = {places!r}\nNAMESPACES = {own!r}\n{CODE}"
        open_ways = child.ask(Limits().start, do="probe", code=code)["value"]
    except NoAnswerError as error:
        raise SandboxError(f"the test of the sandbox did not end: {error}") from None
    finally:
        child.close()
    if open_ways:
        raise SandboxError(f"a submission could {', '.join(open_ways)}; not graded")
