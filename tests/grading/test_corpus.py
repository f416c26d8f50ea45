"""Every submission of the corpus gets what it deserves, and touches nothing else."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from course_lib.check import EXERCISES, CheckFailed, Exercise
from course_lib.handin.remote import Reading
from course_lib.handin.results import Result
from grading.outputs import write_all
from grading.sandbox import MEBIBYTE
from tests.check.styles import CORRECT

from . import corpus_wrong
from .corpus import Entry
from .grade_corpus import ENTRIES, SETTINGS, Graded, digests, grade_corpus
from .notebooks import ROOT, names

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def graded(
    tmp_path_factory: pytest.TempPathFactory, bubblewrap: str
) -> Iterator[Graded]:
    """Grade the whole corpus, once."""
    yield from grade_corpus(tmp_path_factory.mktemp("corpus"))


def in_process(entry: Entry) -> dict[str, list[tuple[bool, str]]]:
    """What the plan's checks say to wrong answers that are called directly."""
    nothing = Reading()
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


# some of the wrong answers divide by zero, here as in their child
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("entry", WRONG, ids=name_of)
def test_wrong_answer_is_told_its_misconception(entry: Entry, graded: Graded) -> None:
    result = graded.results[entry.name]
    assert [e.exercise for e in result.exercises] == names(entry.chapter)
    expected = in_process(entry)
    declared = {w.exercise: w.mistake.name for w in corpus_wrong.WRONG[entry.name]}
    for exercise in result.exercises:
        if exercise.exercise not in expected:
            assert exercise.points == 0
            continue
        said = [(v.passed, v.misconception) for v in exercise.verdicts]
        assert said == expected[exercise.exercise], exercise
        assert said[0] == (False, declared[exercise.exercise])
        assert exercise.points < exercise.out_of


def test_corpus_is_graded_file_by_file(graded: Graded) -> None:
    shown = {entry.shown or entry.name for entry in ENTRIES}
    assert len(shown) == len(ENTRIES)
    assert set(graded.results) == shown
    answers = sum(map(len, corpus_wrong.WRONG.values()))
    declared = sum(len(exercise.mistakes) for exercise in EXERCISES.values())
    assert answers == declared
    print(f"{len(ENTRIES)} submissions with all {answers} declared mistakes")


def test_a_submission_between_hostile_ones_is_graded_as_if_alone(
    graded: Graded,
) -> None:
    neighbours = [r for n, r in graded.results.items() if "-neighbour-" in n]
    assert neighbours
    alone = graded.results["right-chapter-01.ipynb"]
    assert alone.points == alone.out_of
    for result in neighbours:
        assert result.exercises == alone.exercises
        assert result.long_answers == alone.long_answers
        assert result.notes == []


def dumps(result: Result) -> str:
    """Everything in a result, as the grader stores it."""
    return json.dumps(asdict(result), ensure_ascii=False, indent=1)


def test_nothing_that_is_secret_is_in_a_result(graded: Graded) -> None:
    for result in graded.results.values():
        text = dumps(result)
        assert graded.world.marker not in text, result.notebook
        assert "ESCAPED" not in text, result.notebook
        assert SETTINGS.plan.secret.text not in text


NUMBER = re.compile(r"\d+\.\d{6,}(?:e[+-]\d+)?")


def numbers_of(value: Any) -> set[str]:
    """Every number of an input that has many digits, cut to six behind the point."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return set().union(*map(numbers_of, value))
    array = np.asarray(value, dtype=float)
    return {f"{abs(x):.17f}"[:-11] for x in array.ravel() if x != round(x, 3)}


def inputs_of(exercise: Exercise, *, visible: bool) -> set[str]:
    """The numbers in what the visible or the hidden checks give to a right answer."""
    seen: set[str] = set()

    def recorded(*arguments: Any) -> Any:
        seen.update(numbers_of(list(arguments)))
        return CORRECT[exercise.name][0](*arguments)

    for planned in SETTINGS.plan(exercise, Reading()):
        if planned.visible == visible:
            planned.examine(recorded)
    return seen


@pytest.fixture(scope="session")
def handed_back(graded: Graded) -> dict[Path, str]:
    """Every file that a learner gets."""
    write_all(list(graded.results.values()), graded.out)
    paths = [p for p in (graded.out / "learners").rglob("*") if p.is_file()]
    assert len(paths) == 2 * len(graded.results)
    return {path: path.read_text(encoding="utf-8") for path in paths}


def test_no_learner_gets_a_hidden_input(handed_back: dict[Path, str]) -> None:
    hidden, visible = set[str](), set[str]()
    for name in names("01"):
        hidden |= inputs_of(EXERCISES[name], visible=False)
        visible |= inputs_of(EXERCISES[name], visible=True)
    assert len(hidden - visible) > 500
    for path, text in handed_back.items():
        found = {f"{float(number):.17f}"[:-11] for number in NUMBER.findall(text)}
        assert not found & (hidden - visible), path


def test_no_attempt_to_tell_of_a_hidden_input_arrives(
    handed_back: dict[Path, str], graded: Graded
) -> None:
    told = [path for path, text in handed_back.items() if "LEAKED" in text]
    assert told == []
    for result in graded.results.values():
        hidden = [v for e in result.exercises for v in e.verdicts if not v.visible]
        assert not any(verdict.detail for verdict in hidden)


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
    left = psutil.Process().children(recursive=True)
    assert "bwrap" not in {process.name() for process in left}


def test_the_grader_needs_little_memory(graded: Graded) -> None:
    """The largest file has 110 MB; PyTorch alone takes a third of this limit."""
    assert graded.memory < 1024 * MEBIBYTE
