"""Answers like a published one are noted, and similar ones listed, for a human."""

from dataclasses import replace
from pathlib import Path

from course_lib.handin.child.notebook import Cell
from course_lib.handin.child.shapes import MAX_RUNS, shape_of
from course_lib.handin.child.slices import statements
from course_lib.handin.results import ExerciseResult, Result
from grading import similar

from .csv_cells import rows
from .notebooks import solution

NAME = "gradient_step"
PUBLISHED = solution(NAME)
RENAMED = PUBLISHED.replace("slopes", "s").replace("powers", "e").replace("W,", "W , ")
OWN = PUBLISHED.replace("slopes.sum(axis=0)", "np.sum(slopes, 0)")


def shape(text: str, name: str = NAME) -> str:
    """The shape of an answer in a cell."""
    program, problems = statements([Cell("code", text)])
    assert not problems
    return shape_of(program, name, ())


def result(learner: str, answer: str, name: str = NAME) -> Result:
    """A learner's result with one answer."""
    exercise = ExerciseResult(name, 1, "", 3, [], shape=shape(answer, name))
    return Result(learner, f"{learner}.ipynb", "01", [exercise])


def pairs(results: list[Result], path: Path) -> list[dict[str, str]]:
    """The rows of the table."""
    similar.write(results, path)
    return rows(path)


def test_a_shape_ignores_names_comments_texts_and_types() -> None:
    one = "def f(x: int, y) -> int:\n    '''Add.'''\n    z = x + y  # sum\n    return z"
    other = "def f(a, b):\n    c = a + b\n    return c"
    assert shape(one, "f") == shape(other, "f") != ""
    assert shape(other.replace("+", "-"), "f") != shape(other, "f")
    assert shape(other.replace("return c", "return a"), "f") != shape(other, "f")


def test_a_shape_has_the_helpers_of_an_answer_and_is_bounded() -> None:
    helper = "def h(x):\n    return x\n"
    assert shape(helper + "def f(x):\n    return h(x)", "f") != shape(
        "def f(x):\n    return h(x)", "f"
    )
    long = "def f(x):\n" + "".join(f"    x += {i}\n" for i in range(900))
    assert len(shape(long, "f")) < 40 + 8 * MAX_RUNS


def test_an_answer_that_equals_a_published_one_is_noted() -> None:
    found = similar.flagged([result("ann", RENAMED), result("bob", OWN)])
    assert [r.notes for r in found] == [[f"{similar.PUBLISHED}: {NAME}"], []]


def test_several_published_answers_are_one_note() -> None:
    one = result("ann", PUBLISHED)
    (found,) = similar.flagged([replace(one, exercises=one.exercises * 2)])
    assert found.notes == [f"{similar.PUBLISHED}: {NAME}, {NAME}"]


def test_a_short_answer_is_not_noted() -> None:
    (found,) = similar.flagged([result("ann", solution("fold"), "fold")])
    assert found.notes == []


def test_similar_answers_of_two_learners_are_listed(tmp_path: Path) -> None:
    results = [result("ann", OWN), result("bob", OWN.replace("powers", "e"))]
    results += [result("cal", PUBLISHED), result("ann", OWN)]
    found = pairs(results, tmp_path / "similar.csv")
    learners = {(row["learner"], row["other_learner"]) for row in found}
    assert learners <= {("ann", "bob"), ("bob", "ann")}
    assert found[0]["exercise"] == NAME
    assert found[0]["similarity"] == "1.00"


def test_no_similar_pair_is_missed(tmp_path: Path) -> None:
    """The filter leaves out only pairs that are not similar enough."""
    changed = [OWN.replace("rate *", f"rate * {number} *") for number in range(12)]
    results = [result(f"l{i}", answer) for i, answer in enumerate(changed)]
    runs = [answer.runs for answer in similar._answers(NAME, results)]
    wanted = sum(
        len(a & b) / len(a | b) >= similar.MIN_SIMILARITY
        for i, a in enumerate(runs)
        for b in runs[:i]
    )
    assert len(pairs(results, tmp_path / "similar.csv")) == wanted > 0
