"""The sandbox of a submission: an isolated process under bubblewrap.

It has read-only access to the system's ``/usr`` and to the grader's Python with its
packages. It has no network, no home, and an empty environment, and it sees no other
process, no part of the course's library, and nothing that the checks draw. Without
bubblewrap, nothing is graded.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from course_lib.handin import child
from grading import seccomp

ROOT = Path(__file__).resolve().parents[1]

CHILD = Path(child.__file__).parent
CODE = sorted(CHILD.glob("*.py"))
INSTALL = "apt-get install bubblewrap"
INSIDE = "/handin"  # path of the child's own code in the sandbox
MEBIBYTE = 2**20


class SandboxError(Exception):
    """The sandbox cannot be used here; the text says what to do."""


@dataclass(frozen=True)
class Resources:
    """Resource limits of a submission: bytes of memory and files, CPU seconds."""

    memory: int = 4096 * MEBIBYTE
    file: int = 16 * MEBIBYTE
    folder: int = 64 * MEBIBYTE
    processor: int = 60
    open_files: int = 64

    def of_process(self) -> dict[str, int]:
        """Return the limits that the child sets itself before it reads a submission."""
        return {
            "AS": self.memory,
            "FSIZE": self.file,
            "CPU": self.processor,
            "NOFILE": self.open_files,
            "CORE": 0,
        }


@dataclass(frozen=True)
class Sandbox:
    """Starts child processes; plain data, so that it can be sent to workers."""

    resources: Resources = Resources()

    def launch(self) -> subprocess.Popen:
        """Start a child with two pipes and an environment of its own."""
        with ExitStack() as stack:
            filtering = stack.enter_context(open(os.memfd_create("filter"), "w+b"))
            filtering.write(seccomp.program())
            filtering.seek(0)
            code = [stack.enter_context(path.open("rb")) for path in CODE]
            passed = [filtering.fileno(), *(file.fileno() for file in code)]
            return subprocess.Popen(
                [*self._bubblewrap(*passed), *self._python()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # bubblewrap's own words; the child closes it before it reads anything
                stderr=subprocess.PIPE,
                pass_fds=passed,
                # the first process in the sandbox is bubblewrap's, and a submission
                # can read its environment: --clearenv would come too late
                env={},
                cwd="/",
                process_group=0,  # to be ended with what it has started so far
            )

    def _bubblewrap(self, filtering: int, *code: int) -> list[str]:
        """Return the arguments, with the descriptors of the filter and of ``CODE``."""
        size = ("--size", str(self.resources.folder), "--tmpfs")
        arguments = [_find(), "--unshare-all", "--die-with-parent", "--new-session"]
        arguments += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"]
        arguments += ["--seccomp", str(filtering), "--hostname", "sandbox"]
        arguments += _system()
        # every writable place is small, because it takes memory. This one
        # comes first, since an environment may itself be below /tmp
        arguments += [*size, "/tmp"]
        for folder in sorted(_python_folders()):
            arguments += ["--ro-bind", folder, folder]
        for folder in _course_in_packages():
            arguments += [*size, folder, "--remount-ro", folder]
        # copied: a mount would reveal where the course is
        for path, descriptor in zip(CODE, code, strict=True):
            target = f"{INSIDE}/{CHILD.name}/{path.name}"
            arguments += ["--perms", "0444", "--file", str(descriptor), target]
        # root's files in the sandbox, such as kernel settings, would be writable
        # when root grades; bubblewrap covers only some of them
        arguments += ["--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev"]
        arguments += ["--remount-ro", "/dev"]
        arguments += ["--remount-ro", "/", "--chdir", INSIDE]
        # the limit holds for an answer that asks PyTorch for more threads, too: without
        # it, the first large sum would end the process
        of_openmp = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT")
        for name in (*of_openmp, "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            arguments += ["--setenv", name, "1"]
        arguments += ["--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8"]
        return arguments

    def _python(self) -> list[str]:
        limits = json.dumps(self.resources.of_process())
        program = Path(sys.executable)
        # its folder is resolved like the folders above, its own link kept: the link
        # is how Python knows its environment
        python = str(program.parent.resolve() / program.name)
        return [python, "-B", "-s", "-m", CHILD.name, limits]


def _find() -> str:
    path = shutil.which("bwrap")
    if path is None:
        raise SandboxError(
            "Grading runs other people's code, so it needs bubblewrap, which is "
            f"missing. On Debian or Ubuntu, run as root: {INSTALL}"
        )
    return path


def _system() -> list[str]:
    """Return the arguments for the system's programs and libraries."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for file in ("/etc/ld.so.cache", "/etc/alternatives"):
        arguments += ["--ro-bind-try", file, file]
    return arguments


def _python_folders() -> set[str]:
    """Return the folders of Python and its packages, which must not have the course."""
    folders = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix)}
    for folder in folders | {Path("/usr")}:
        if ROOT.is_relative_to(folder):
            raise SandboxError(
                f"the course is in {folder}, which submissions can read; "
                "clone it to another place, or create the environment inside it"
            )
    return {str(folder) for folder in folders if not folder.is_relative_to("/usr")}


def _course_in_packages() -> list[str]:
    """Return copies of the course in the packages, to be hidden by empty folders."""
    packages = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    names = ("course_lib", "grading")
    found = [Path(folder, name) for folder in packages for name in names]
    return sorted(str(path) for path in found if path.is_dir())
