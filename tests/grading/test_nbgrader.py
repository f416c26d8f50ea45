"""nbgrader itself hands out the exercises and grades them, as docs/nbgrader.md says."""

import csv
import subprocess
from pathlib import Path

import pytest
from nbformat import NotebookNode

from course_lib.check import EXERCISES
from grading.policy import CHAPTERS
from tests.grading.assignment import (
    answered,
    grade_id,
    page,
    right_answers,
    without_real_data,
)
from tests.grading.nbgrader_course import (
    PAGE,
    course_of,
    hand_in,
    nbgrader,
    released,
    write,
)
from tools import peers
from tools.settings import ROOT

pytestmark = pytest.mark.slow

GRADED = "03"  # its checks are quick
POINTS = {n: e.points for n, e in EXERCISES.items() if e.chapter == GRADED}


@pytest.fixture(scope="module")
def installed() -> None:
    """Make the environment with nbgrader; skip where its packages are out of reach."""
    try:
        peers.set_up(ROOT)
    except peers.NoIndexError as error:
        pytest.skip(f"nbgrader is not tried: {error}")


@pytest.fixture(scope="module")
def pages(
    installed: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, NotebookNode]:
    """What nbgrader makes of the exercise sets of all chapters, by chapter."""
    given = {chapter: page(chapter) for chapter in CHAPTERS}
    course = course_of(tmp_path_factory.mktemp("release"), given)
    return {chapter: released(course, chapter) for chapter in CHAPTERS}


def class_of(given: NotebookNode) -> dict[str, NotebookNode]:
    """Five learners."""
    right = right_answers(GRADED)
    two = {name: right[name] for name in ("layer_shares", "bill")}
    correct = answered(given, right)
    without_check = answered(given, right)
    without_check.cells = [
        cell for cell in without_check.cells if grade_id(cell) != "check-layer_shares"
    ]
    return {
        "correct": correct,
        "stub": given,
        "two": answered(given, two),
        "without-check": without_check,
        "essay": answered(given, {"long-answer": "I would count the zeros."}),
    }


@pytest.fixture(scope="module")
def graded(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which nbgrader has graded a class, without cells that train."""
    assignment = without_real_data(page(GRADED))
    course = course_of(tmp_path_factory.mktemp("course"), {GRADED: assignment})
    for learner, notebook in class_of(released(course, GRADED)).items():
        hand_in(course, GRADED, learner, notebook)
    nbgrader(course, "autograde", GRADED)
    nbgrader(course, "export")
    return course


@pytest.fixture(scope="module")
def marks(graded: Path) -> dict[str, dict[str, str]]:
    """The rows of nbgrader's table, by learner."""
    with (graded / "grades.csv").open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_of_a_chapter_is_released_with_its_points(pages, chapter):
    cells = [c for c in pages[chapter].cells if grade_id(c)]
    points = {
        grade_id(cell): cell.metadata.nbgrader.points
        for cell in cells
        if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution
    }
    declared = [e for e in EXERCISES.values() if e.chapter == chapter]
    assert points == {f"check-{e.name}": e.points for e in declared}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_released_pages_say_word_for_word_what_ours_say(pages, chapter):
    ours = [cell.source for cell in page(chapter).cells]
    assert [cell.source for cell in pages[chapter].cells] == ours


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_one_question_a_chapter_waits_for_a_person(pages, chapter):
    waiting = [
        cell.cell_type
        for cell in pages[chapter].cells
        if grade_id(cell) and cell.metadata.nbgrader.grade
        and cell.metadata.nbgrader.solution
    ]  # fmt: skip
    assert waiting == ["markdown"]


@pytest.mark.parametrize(
    ("learner", "points"),
    [
        ("correct", sum(POINTS.values())),
        ("stub", 0),
        ("two", POINTS["layer_shares"] + POINTS["bill"]),
        ("without-check", sum(POINTS.values())),
        ("essay", 0),
    ],
)
def test_nbgrader_gives_the_points_of_the_answers_that_are_right(
    marks, learner, points
):
    row = marks[learner]
    assert float(row["score"]) == points
    assert float(row["max_score"]) == sum(POINTS.values())


def test_only_the_long_answer_that_was_written_waits_for_a_person(graded):
    code = (
        "import sys; from nbgrader.api import Gradebook\n"
        "with Gradebook('sqlite:///gradebook.db') as book:\n"
        "    for done in book.assignment_submissions(sys.argv[1]):\n"
        "        if done.needs_manual_grade: print(done.student.id)"
    )
    python = str(peers.program(ROOT, "python"))
    listed = subprocess.check_output([python, "-c", code, GRADED], cwd=graded)
    assert listed.decode().split() == ["essay"]


def test_feedback_holds_a_page_for_each_notebook_and_nothing_else(graded):
    nbgrader(graded, "generate_feedback", GRADED)
    feedback = graded / "feedback"
    found = {
        str(path.relative_to(feedback))
        for path in feedback.rglob("*")
        if path.is_file()
    }
    learners = [path.name for path in (graded / "submitted").iterdir()]
    assert found == {f"{name}/{GRADED}/exercises.html" for name in learners}


def test_validate_finds_nothing_wrong_in_right_answers(pages, tmp_path):
    for chapter, notebook in pages.items():
        solved = answered(without_real_data(notebook), right_answers(chapter))
        write(solved, tmp_path / chapter / PAGE)
    output = nbgrader(tmp_path, "validate", *(f"{c}/{PAGE}" for c in CHAPTERS))
    assert output.count("Success! Your notebook passes all the tests.") == len(CHAPTERS)
