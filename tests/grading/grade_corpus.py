"""Grading the whole corpus once, in a world that notices whoever reaches it."""

import hashlib
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from course_lib.handin.connection import Limits
from course_lib.handin.results import Result
from grading.collect import collect
from grading.grade import Settings, grade_all
from grading.plan import HiddenPlan, Secret
from grading.sandbox import MEBIBYTE, Resources, Sandbox
from grading.store import Store
from tests.sampling import sample

from . import (
    corpus_code,
    corpus_escape,
    corpus_files,
    corpus_hostile,
    corpus_leak,
    corpus_right,
    corpus_wrong,
)
from .corpus import Entry, World
from .notebooks import ROOT

MODULES = (
    corpus_code,
    corpus_escape,
    corpus_files,
    corpus_hostile,
    corpus_leak,
    corpus_right,
    corpus_wrong,
)
# never left out: what a test names, what tries to meet another one, every escape
ALWAYS = re.compile(
    r"right-chapter-01|file-hard|file-of-100|escape-|leak-|code-(keeps|threads)"
)
KIND = re.compile(r".*-neighbour|[a-z]+(-\d\d)?|")


def kind_of(entry: Entry) -> str:
    """What an entry is an example of, by its name; one that is needed, of itself."""
    found = KIND.match(entry.name)
    assert found is not None
    return entry.name if ALWAYS.match(entry.name) else found[0]


LISTED: list[Entry] = [entry for module in MODULES for entry in module.ENTRIES]
ENTRIES = sample(LISTED, 0.12, kind=kind_of)
SETTINGS = Settings(
    HiddenPlan(Secret("of the corpus")),
    sandbox=Sandbox(Resources(memory=2048 * MEBIBYTE)),
    # of processor time: reading a million cells takes 15 s, importing torch 3 s
    limits=Limits(read=60, call=10, notebook=200),
)
VARIABLE = "COURSE_TEST_MARKER"


@dataclass(frozen=True)
class Graded:
    """What grading the corpus once left behind."""

    results: dict[str, Result]
    world: World
    submissions: Path
    out: Path
    listeners: dict[str, socket.socket]
    before: dict[str, str]
    memory: int  # bytes, the most that a process of the grader had at once


def digests(*folders: Path) -> dict[str, str]:
    """Every file below the folders, links and pipes included, and what it holds."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                content = str(path.lstat().st_mode)
            found[os.fsdecode(path)] = content
    return found


def most_memory() -> int:
    """The largest resident memory that one of the grader's workers has had."""
    peaks = []
    for process in psutil.Process().children():
        with suppress(OSError):  # it has ended
            status = Path("/proc", str(process.pid), "status").read_text()
            peaks += re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return 1024 * max(map(int, peaks))


def listeners(stack: ExitStack, address: str) -> dict[str, socket.socket]:
    """Sockets of the grader's machine that wait for a message."""
    found = {
        "tcp": socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    }
    found["tcp"].bind(("127.0.0.1", 0))
    found["udp"].bind(found["tcp"].getsockname())
    found["unix"].bind("\0" + address)
    for one in found.values():
        stack.enter_context(one)
        one.setblocking(False)
    found["tcp"].listen()
    found["unix"].listen()
    return found


def grade_corpus(base: Path) -> Iterator[Graded]:
    """Grade all entries below ``base``; the sockets are open until it is closed."""
    marker, token = secrets.token_hex(16), secrets.token_hex(8)
    secret_file = base / "grades" / "secret.txt"
    secret_file.parent.mkdir()
    secret_file.write_text(marker)
    submissions = base / "submissions"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, marker)
        waiting = listeners(stack, f"course-{token}")
        places = [submissions, base / "grades", secret_file, ROOT / "solutions"]
        names = ("course_lib", "grading", "tests", "pyproject.toml")
        places += [ROOT / name for name in names]
        world = World(
            marker,
            waiting["tcp"].getsockname()[1],
            f"course-{token}",
            [str(place) for place in places],
            f"note-{token}",
        )
        for entry in ENTRIES:
            entry.write(submissions, world)
        before = digests(submissions, ROOT / "solutions", ROOT / "exercises")
        found, store = collect(submissions), Store(base / "grades")
        results = grade_all(found, store, SETTINGS, jobs=2, report=lambda *_: None)
        by_name = {result.notebook: result for result in results}
        assert len(by_name) == len(results)
        memory = most_memory()
        yield Graded(
            by_name, world, submissions, base / "grades", waiting, before, memory
        )
