"""What a submission may try to leave behind, or to damage. Nothing of it lasts."""

import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading
from contextlib import suppress


def writes_outside(world):
    """Write, link and remove wherever a folder of the grader or the system may be."""
    places = [*world["places"], "/", "/usr", "/usr/bin", "/etc", "/dev", "/proc"]
    places += ["/var", "/root"]
    places += ["/handin", "/handin/child", sys.prefix, "/proc/sys/kernel"]
    found = []
    for place in places:
        path = os.path.join(place, world["note"])
        for way in (
            lambda path: open(path, "w").close(),
            os.mkdir,
            lambda path: os.symlink("/etc/passwd", path),
            lambda path: os.link(os.__file__, path),
            lambda path: os.mknod(path),
        ):
            with suppress(OSError):
                way(path)
                found.append((way, path))
    return found


def overwrites(world):
    """Change files of the grader, of the system, and settings of the kernel."""
    paths = [*world["places"], "/etc/passwd", sys.executable, os.__file__]
    paths += ["/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches"]
    paths += ["/proc/sysrq-trigger", "/handin/child/wire.py", "/proc/1/oom_score_adj"]
    found = []
    for path in paths:
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY))
            found.append(path)
        for way in (os.remove, os.rmdir, lambda path: os.chmod(path, 0o777)):
            with suppress(OSError):
                way(path)
                found.append((way, path))
    return found


def passes_a_note(world):
    """Leave a note for the next submission, and look for one: two of these meet."""
    found = []
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run/lock", "/dev/mqueue"):
        path = os.path.join(folder, world["note"])
        found += [path] if os.path.exists(path) else []
        with suppress(OSError):
            open(path, "w").close()
    libc = ctypes.CDLL(None)
    calls = {  # of System V, by a key that both know
        "semaphore": (libc.semget, 4711, 1, 0o666),
        "queue": (libc.msgget, 4711, 0o666),
        "memory": (libc.shmget, 4711, 4096, 0o666),
    }
    for name, (call, *arguments) in calls.items():
        found += [name] if call(*arguments) >= 0 else []
        call(*arguments[:-1], 0o1666)
    return found


def fills_the_disk(world):
    """Write until nothing fits any more: the places to write are small, and memory."""
    written = 0
    for folder in ("/tmp", "/dev/shm"):
        for number in range(64):
            try:
                with open(os.path.join(folder, f"{number}"), "wb") as file:
                    for _ in range(64):
                        written += file.write(bytes(2**20))
                        file.flush()
            except OSError:
                continue
    return [written] if written > 200 * 2**20 else []


def starts_processes(world):
    """Start a process in each way that there is."""

    def fork():
        if os.fork() == 0:
            os._exit(0)

    found = []
    for way in (
        fork,
        os.forkpty,
        lambda: os.posix_spawn("/usr/bin/env", ["env"], {}),
        lambda: subprocess.run(["/usr/bin/env"]),
        lambda: os.popen("/usr/bin/env").read(),
        lambda: multiprocessing.Process(target=int).start(),
        threading.Thread(target=int).start,
    ):
        with suppress(OSError, RuntimeError, ValueError):
            way()
            found.append(way)
    return found


def changes_devices(world):
    """Change owner, mode, times, and attributes of devices, which are the machine's."""
    found = []
    for path in ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty"):
        for way in (
            lambda path: os.chmod(path, 0o666),
            lambda path: os.chown(path, -1, -1),
            lambda path: os.utime(path),
            lambda path: os.setxattr(path, "user.note", b"1"),
        ):
            with suppress(OSError):
                way(path)
                found.append((way, path))
    return found


def fills_shared_memory(world):
    """Make a file where programs share memory."""
    try:
        open("/dev/shm/note", "w").close()
    except OSError:
        return []
    return os.listdir("/dev/shm")
