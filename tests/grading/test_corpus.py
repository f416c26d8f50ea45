"""Every submission of the corpus gets what it deserves, and touches nothing else."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from course_lib import check
from course_lib.check import EXERCISES, CheckFailed
from course_lib.handin.remote import Limits, Reading
from course_lib.handin.results import Result, dumps
from grading.grade import Settings, grade_all
from grading.plan import HiddenPlan, Secret
from grading.sandbox import MEBIBYTE, Resources, Sandbox
from grading.store import Store

from . import (
    corpus_code,
    corpus_escape,
    corpus_files,
    corpus_hostile,
    corpus_right,
    corpus_wrong,
)
from .corpus import Entry, World
from .notebooks import ROOT, names

MODULES = (
    corpus_code,
    corpus_escape,
    corpus_files,
    corpus_hostile,
    corpus_right,
    corpus_wrong,
)
ENTRIES: list[Entry] = [entry for module in MODULES for entry in module.ENTRIES]
SETTINGS = Settings(
    HiddenPlan(Secret("of the corpus")),
    sandbox=Sandbox(Resources(memory=2048 * MEBIBYTE)),
    # a loaded machine must not make a right answer slow; few entries wait for these
    limits=Limits(read=20, call=6),
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


def children() -> dict[int, str]:
    """The processes that this one has started, and what each says of itself."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in status:
            found[int(folder.name)] = status
    return found


def most_memory() -> int:
    """The largest resident memory that one of the grader's workers has had."""
    peaks = [
        int(line.split()[1]) * 1024
        for status in children().values()
        for line in status.splitlines()
        if line.startswith("VmHWM:")
    ]
    return max(peaks)


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


@pytest.fixture(scope="session")
def graded(
    tmp_path_factory: pytest.TempPathFactory, bubblewrap: str
) -> Iterator[Graded]:
    """Grade the whole corpus, once."""
    base = tmp_path_factory.mktemp("corpus")
    marker, token = secrets.token_hex(16), secrets.token_hex(8)
    secret_file = base / "grades" / "secret.txt"
    secret_file.parent.mkdir()
    secret_file.write_text(marker)
    submissions = base / "submissions"
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, marker)
        waiting = listeners(stack, f"course-{token}")
        places = [submissions, base / "grades", secret_file, ROOT / "solutions"]
        places += [
            ROOT / n for n in ("course_lib", "grading", "tests", "pyproject.toml")
        ]
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
        results = grade_all(
            submissions,
            Store(base / "grades"),
            SETTINGS,
            jobs=2,
            report=lambda *_: None,
        )
        by_name = {result.notebook: result for result in results}
        assert len(by_name) == len(results)
        memory = most_memory()
        yield Graded(
            by_name, world, submissions, base / "grades", waiting, before, memory
        )


def in_process(entry: Entry) -> dict[str, list[tuple[bool, str]]]:
    """What the plan's checks say to wrong answers that are called directly."""
    nothing = Reading(frozenset(), [], [])
    said: dict[str, list[tuple[bool, str]]] = {}
    for wrong in corpus_wrong.WRONG[entry.name]:
        said[wrong.exercise] = []
        for planned in SETTINGS.plan(EXERCISES[wrong.exercise], nothing):
            try:
                planned.examine(wrong.function)
                said[wrong.exercise].append((True, ""))
            except CheckFailed as failure:
                said[wrong.exercise].append((False, failure.misconception))
    return said


OTHERS = [entry for entry in ENTRIES if entry.name not in corpus_wrong.WRONG]
WRONG = [entry for entry in ENTRIES if entry.name in corpus_wrong.WRONG]


def name_of(entry: Entry) -> str:
    """A name for the test of an entry."""
    return entry.name.encode("ascii", "backslashreplace").decode()[:60]


@pytest.mark.parametrize("entry", OTHERS, ids=name_of)
def test_submission_gets_exactly_what_it_deserves(entry: Entry, graded: Graded) -> None:
    result = graded.results[entry.shown or entry.name]
    points = {exercise.exercise: exercise.points for exercise in result.exercises}
    assert points == entry.points(), [e.verdicts for e in result.exercises]
    assert result.chapter == entry.chapter
    assert entry.note in " ".join(result.notes)


@pytest.mark.parametrize("entry", WRONG, ids=name_of)
def test_wrong_answer_is_told_its_misconception(entry: Entry, graded: Graded) -> None:
    result = graded.results[entry.name]
    assert [e.exercise for e in result.exercises] == names(entry.chapter)
    expected = in_process(entry)
    catalogued = {w.exercise: w.misconception for w in corpus_wrong.WRONG[entry.name]}
    for exercise in result.exercises:
        if exercise.exercise not in expected:
            assert exercise.points == 0
            continue
        said = [(v.passed, v.misconception) for v in exercise.verdicts]
        assert said == expected[exercise.exercise], exercise
        assert said[0] == (False, catalogued[exercise.exercise])
        assert exercise.points <= exercise.out_of / 2


def test_corpus_is_graded_file_by_file(graded: Graded) -> None:
    shown = {entry.shown or entry.name for entry in ENTRIES}
    assert len(shown) == len(ENTRIES)
    assert set(graded.results) == shown
    listed = sum(len(answers) for answers in corpus_wrong.WRONG.values())
    assert listed == sum(
        len(corpus_wrong.module_of(c).WRONG_ANSWERS) for c in corpus_right.CHAPTERS
    )
    print(f"{len(ENTRIES)} submissions, {listed} of the answers in them catalogued")


def test_a_submission_between_hostile_ones_is_graded_as_if_alone(
    graded: Graded,
) -> None:
    neighbours = [r for n, r in graded.results.items() if "-neighbour-" in n]
    assert len(neighbours) == 15
    alone = graded.results["right-chapter-01.ipynb"]
    assert alone.points == alone.out_of
    for result in neighbours:
        assert result.exercises == alone.exercises
        assert result.long_answers == alone.long_answers
        assert result.notes == []


def test_nothing_that_is_secret_is_in_a_result(graded: Graded) -> None:
    for result in graded.results.values():
        text = dumps(result)
        assert graded.world.marker not in text, result.notebook
        assert "ESCAPED" not in text, result.notebook
        assert SETTINGS.plan.secret.text not in text


def test_no_result_grows_with_what_a_submission_writes(graded: Graded) -> None:
    assert max(len(dumps(result)) for result in graded.results.values()) < 200_000


def test_nobody_was_called(graded: Graded) -> None:
    for name in ("tcp", "unix"):
        with pytest.raises(BlockingIOError):
            graded.listeners[name].accept()
    with pytest.raises(BlockingIOError):
        graded.listeners["udp"].recv(1)


def test_submissions_and_pages_are_as_they_were(graded: Graded) -> None:
    now = digests(graded.submissions, ROOT / "solutions", ROOT / "exercises")
    assert now == graded.before


def test_no_note_lies_anywhere(graded: Graded) -> None:
    note = graded.world.note
    folders = ["/", "/tmp", "/dev/shm", "/var/tmp", "/usr", "/etc", "/root", "/dev"]
    folders += [*graded.world.places, str(ROOT)]
    left = [folder for folder in folders if os.path.lexists(os.path.join(folder, note))]
    assert left == []


def test_no_process_is_left_behind(graded: Graded) -> None:
    names_of_all = {
        path.read_text().strip()
        for path in Path("/proc").glob("[0-9]*/comm")
        if str(os.getpid()) in ancestors(path.parent)
    }
    assert "bwrap" not in names_of_all


def ancestors(folder: Path) -> list[str]:
    """The numbers of a process's parents."""
    found: list[str] = []
    while folder.exists() and folder.name not in ("0", "1"):
        status = (folder / "status").read_text()
        (parent,) = [x for x in status.splitlines() if x.startswith("PPid:")]
        found.append(parent.split()[1])
        folder = Path("/proc", found[-1])
    return found


def test_the_grader_needs_little_memory(graded: Graded) -> None:
    """The largest file has 110 MB; PyTorch alone takes a third of this limit."""
    assert graded.memory < 1024 * MEBIBYTE


def table_of_visible_answers(exercise: str) -> str:
    """A function that knows what the visible check asks, and nothing else."""
    scope: dict = {}
    corpus_source = corpus_code.solution(exercise)
    exec(f"import numpy as np\n{corpus_source}", scope)
    seen: dict[str, object] = {}

    def recorded(*arguments: object) -> object:
        value = scope[exercise](*arguments)
        seen[repr(arguments)] = value
        return value

    getattr(check, exercise).examine(recorded)
    return f"def {exercise}(*arguments):\n    return {seen!r}.get(repr(arguments))\n"


@pytest.mark.parametrize("exercise", ["split_indices", "mlp_costs", "checkpoint_bytes"])
def test_a_table_of_the_visible_answers_gets_nothing(exercise: str) -> None:
    scope: dict = {"array": np.array}
    exec(table_of_visible_answers(exercise), scope)
    shares = {}
    for planned in SETTINGS.plan(EXERCISES[exercise], Reading(frozenset(), [], [])):
        try:
            planned.examine(scope[exercise])
            shares[planned.title] = planned.share
        except CheckFailed:
            pass
    assert shares == {"the visible check": 0.0}
