"""What a submission may try to reach. Each returns what it found: nothing, in here.

The functions run inside of handed-in notebooks only, below this module's imports.
"""

import ctypes
import fcntl
import glob
import importlib
import os
import socket
import sys
from contextlib import suppress

# ruff: noqa: SIM115  # what is opened stays open


def opens_sockets(world):
    """Connect to the grader's ports, to a name, and out of the machine."""

    def connect(family, kind, address):
        with socket.socket(family, kind) as one:
            one.settimeout(1)
            one.connect(address)
            one.send(b"a message")

    inet, unix = socket.AF_INET, socket.AF_UNIX
    tries = {
        "tcp": (inet, socket.SOCK_STREAM, ("127.0.0.1", world["port"])),
        "udp": (inet, socket.SOCK_DGRAM, ("127.0.0.1", world["port"])),
        "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", world["port"])),
        "unix": (unix, socket.SOCK_STREAM, "\0" + world["address"]),
        "vsock": (socket.AF_VSOCK, socket.SOCK_STREAM, (2, 1024)),
        "netlink": (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
        "packet": (socket.AF_PACKET, socket.SOCK_RAW, ("lo", 3)),
    }
    found = []
    for name, arguments in tries.items():
        with suppress(OSError):
            connect(*arguments)
            found.append(name)
    with suppress(OSError):
        found.append(socket.getaddrinfo("example.org", 80))
    return found


def reads_files(world):
    """Read the course, the hidden checks, other submissions, the secret, a home."""
    places = [*world["places"], "/etc/shadow", "/etc/passwd", "/etc/hostname"]
    places += ["/root", "/home", "/var", "/run", "/mnt", "/opt", "/boot", "/sys"]
    places += ["/srv"]
    found = []
    pythons = [sys.prefix, sys.base_prefix]
    for place in places:
        try:
            # of the way to the interpreter there are the names, and nothing beside it
            beside = [os.path.join(place, name) for name in os.listdir(place)]
            found += [p for p in beside if not any(q.startswith(p) for q in pythons)]
        except NotADirectoryError:
            found.append((place, open(place, "rb").read(200)))
        except OSError:
            pass
    return found


def walks_the_disk(world):
    """Look for the course's files wherever they may lie."""
    solutions = "03_magnitude_masks_solutions.ipynb"
    expected = {solutions, "chapter01_costs.py", "claims.toml"}
    known = ("/proc", "/usr", sys.prefix, sys.base_prefix)
    found = []
    for folder, inside, files in os.walk("/"):
        inside[:] = [f for f in inside if os.path.join(folder, f) not in known]
        found += [os.path.join(folder, f) for f in expected & set(files)]
    return found


def reads_environments(world):
    """Look for the grader's environment in its own and in that of every process."""
    texts = [repr(dict(os.environ)).encode(), repr(os.environb).encode()]
    for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/task/*/environ"):
        with suppress(OSError):
            texts.append(open(path, "rb").read())
    secrets = ("".join(world["marker"]).encode(), b"PATH=", b"USER=")
    return [text for text in texts if any(secret in text for secret in secrets)]


def looks_through_proc(world):
    """Reach other processes, their files, their memory and the grader's root."""
    processes = [p for p in os.listdir("/proc") if p.isdigit()]
    found = [processes] if len(processes) > 2 else []
    for way in ("root", "cwd"):
        for place in world["places"]:
            found += glob.glob(f"/proc/*/{way}{place}/*")
            found += glob.glob(f"/proc/*/{way}{place}*.*")
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            target = os.readlink(path)
        except OSError:
            continue
        if target.startswith("/") and not target.startswith(("/dev/null", "/proc/")):
            found.append(target)
    for path in ("/proc/1/mem", "/proc/kcore", "/proc/kmsg", "/dev/mem"):
        with suppress(OSError):
            found.append((path, open(path, "r+b")))
    return found


def asks_the_kernel(world):
    """Trace, read another process's memory, take new namespaces, mount, use keys."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    buffer = ctypes.create_string_buffer(16)
    tries = {  # by the numbers of x86_64; on another machine other calls are refused
        "ptrace": (101, 16, 1, 0, 0),
        "process_vm_readv": (310, 1, buffer, 1, buffer, 1, 0),
        "unshare": (272, 0x10000000),
        "setns": (308, 0, 0),
        "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
        "chroot": (161, b"/tmp"),
        "add_key": (248, b"user", b"note", b"text", 4, -3),
        "keyctl": (250, 0, -3, 0),
        "memfd_create": (319, b"name", 0),
        "io_uring_setup": (425, 1, buffer),
        "bpf": (321, 0, buffer, 16),
        "perf_event_open": (298, buffer, 0, -1, -1, 0),
        "userfaultfd": (323, 0),
        "setuid": (105, 0),
        "fork": (57,),
        "vfork": (58,),
        "shmget": (29, 0, 4096, 0o1777),
    }
    return [name for name, arguments in tries.items() if call(*arguments) >= 0]


def imports_the_library(world):
    """Take the answer from the course: its package, its source, its pages."""
    found = []
    for name in (
        "course_lib.check.exercises.mlp_costs",
        "course_lib.measure",
        "course_lib.models",
        "course_lib.handin.examine",
        "grading.plan",
        "tests.check.correct_styles_01",
    ):
        for prepare in (lambda name: None, lambda name: sys.modules.pop(name, None)):
            prepare(name.split(".")[0])
            with suppress(ImportError):
                found.append((name, dir(importlib.import_module(name))))
    return found


def watches_shared_files(world):
    """Lock, lease, or watch files of the system, which other submissions see, too."""
    found = []
    libc = ctypes.CDLL(None)
    for path in (os.__file__, "/usr/bin/env", "/dev/null", "/dev/zero"):
        with open(path, "rb") as file:
            for name in ("F_GETLK", "F_OFD_SETLK", "F_SETLEASE", "F_NOTIFY"):
                with suppress(OSError):
                    lock = fcntl.fcntl(file, getattr(fcntl, name), b"0" * 64)
                    found.append((name, lock))
            for way in (fcntl.flock, fcntl.lockf):
                with suppress(OSError):
                    found.append((path, way(file, fcntl.LOCK_SH | fcntl.LOCK_NB)))
    return found + [n for n in (libc.inotify_init(), libc.inotify_init1(0)) if n >= 0]


def asks_for_queues(world):
    """Ask for queues, semaphores, other files' descriptors, and memory out of count."""
    libc = ctypes.CDLL(None, use_errno=True)
    tries = {
        "msgget": (libc.msgget, 0, 0o1666),
        "semget": (libc.semget, 0, 1, 0o1666),
        "mq_open": (libc.syscall, 240, b"queue", 0o102, 0o666, 0),
        "memfd_secret": (libc.syscall, 447, 0),
        "pidfd_getfd": (libc.syscall, 438, libc.syscall(434, 1, 0), 0, 0),
        "kcmp": (libc.syscall, 312, 1, 2, 1, 0, 0),
    }
    found = [name for name, (call, *given) in tries.items() if call(*given) >= 0]
    with suppress(OSError):
        found.append(socket.socketpair())
    return found


def reads_where_things_lie(world):
    """Read from the list of mounts where the grader and its course lie."""
    text = open("/proc/self/mountinfo").read()
    return [place for place in world["places"] if place in text]
