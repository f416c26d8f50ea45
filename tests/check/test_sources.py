"""The exercise pages and the checks declare the same exercises."""

import ast
import inspect

import pytest

from course_lib import check
from tools.exercise import Exercise, find_exercises, solved_cells, student_cells
from tools.settings import ROOT
from tools.source import Cell, read_cells

from .styles import CORRECT

VARIATIONS = {n: e.variations for n, e in check.EXERCISES.items() if e.variations}
CHAPTERS = sorted({exercise.chapter for exercise in check.EXERCISES.values()})


def page(chapter: str) -> list[Cell]:
    (path,) = (ROOT / "source").glob(f"{chapter}_*_exercises.py")
    return read_cells(path)


def exercises(chapter: str) -> list[Exercise]:
    return find_exercises(page(chapter))


PAGES = [
    pytest.param(exercise, id=f"{chapter}-{exercise.name}")
    for chapter in CHAPTERS
    for exercise in exercises(chapter)
]


@pytest.mark.parametrize("shown", PAGES)
def test_header_shows_what_the_check_declares(shown):
    declared = check.EXERCISES[shown.name]
    assert (shown.number, shown.title) == (declared.section, declared.title)
    assert shown.labels == {
        "Points": str(declared.points),
        "Difficulty": "●" * declared.difficulty + "○" * (3 - declared.difficulty),
        "Minutes": str(declared.minutes),
        "Misconception": declared.misconception,
    }


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_page_has_all_exercises_and_their_sums(chapter):
    declared = [e for e in check.EXERCISES.values() if e.chapter == chapter]
    assert [e.name for e in exercises(chapter)] == [e.name for e in declared]
    assert 4 <= len(declared) <= 6
    points, minutes = sum(e.points for e in declared), sum(e.minutes for e in declared)
    assert minutes <= 60
    assert f"**{points} points, about {minutes} minutes.**" in page(chapter)[0].text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_page_ends_with_a_question_for_humans(chapter):
    questions = [cell for cell in page(chapter) if "long-answer" in cell.tags]
    assert len(questions) == 1
    assert "<summary>Check yourself</summary>" in questions[0].text
    assert "Your answer" in questions[0].text


@pytest.mark.parametrize("shown", PAGES)
def test_check_cell_passes_the_class_seed_where_it_matters(shown):
    (cell,) = shown.tagged("check")
    varies = shown.name in VARIATIONS
    is_open = bool(check.EXERCISES[shown.name].score)  # the seed draws its networks
    assert ("class_seed=CLASS_SEED" in cell.text) == (varies or is_open)
    assert any("CLASS_SEED = 0" in cell.text for cell in shown.cells) == varies


def test_one_exercise_a_chapter_has_a_variation():
    chapters = [check.EXERCISES[name].chapter for name in VARIATIONS]
    assert sorted(chapters) == CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_answers_on_the_page_pass_and_stubs_do_not(chapter):
    cells = page(chapter)
    names = [exercise.name for exercise in exercises(chapter)]
    for select, is_solved in ((solved_cells, True), (student_cells, False)):
        answers = [cell.text for cell in select(cells) if "answer" in cell.tags]
        for name, text in zip(names, answers, strict=True):
            defined: dict = {}
            exec(_given(cells) + text, defined)
            if is_solved:
                getattr(check, name).examine(defined[name], seed=11)
            else:
                with pytest.raises(check.CheckFailed) as caught:
                    getattr(check, name).examine(defined[name])
                assert caught.value.misconception == "not-written"


def _given(cells: list[Cell]) -> str:
    """What the page imports and defines outside its answers, without defaults."""
    given = [c.text for c in cells if c.kind == "code" and "answer" not in c.tags]
    parts = [part for text in given for part in ast.parse(text).body]
    return "".join(
        ast.unparse(part) + "\n"
        for part in parts
        if isinstance(part, ast.Import | ast.ImportFrom)
        or (isinstance(part, ast.FunctionDef) and not part.args.defaults)
    )


@pytest.mark.parametrize("shown", PAGES)
def test_stub_is_typed_and_takes_what_the_check_gives(shown):
    (cell,) = shown.tagged("answer")
    for function in ast.parse(cell.text).body:
        assert isinstance(function, ast.FunctionDef)
        arguments = function.args.args
        assert all(argument.annotation for argument in arguments)
        assert function.returns is not None
        assert ast.get_docstring(function)
    assert function.name == shown.name
    given = inspect.signature(CORRECT[shown.name][0]).parameters
    assert [argument.arg for argument in arguments] == list(given)
    prose = "\n".join(cell.text for cell in shown.cells if cell.kind == "markdown")
    for argument in arguments:
        assert argument.arg in prose
