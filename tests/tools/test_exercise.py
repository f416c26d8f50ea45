"""Properties of tools.exercise and tools.source."""

import pytest

from tools.exercise import (
    find_exercises,
    solved_cells,
    strip_markers,
    strip_solution,
    student_cells,
)
from tools.source import Cell, parse_cells, read_cells

ANSWER = """\
def f(x):
    if x:
        # BEGIN SOLUTION
        secret = 1
        # END SOLUTION
    return x"""


def test_stub_raises_in_place_of_the_solution_at_its_indentation():
    stub = strip_solution(ANSWER, "f")
    assert stub.split("\n")[2] == '        raise NotImplementedError("write f")'
    assert "secret" not in stub
    namespace: dict = {}
    exec(stub, namespace)
    with pytest.raises(NotImplementedError, match="write f"):
        namespace["f"](1)


def test_solution_keeps_every_line_but_the_markers():
    assert strip_markers(ANSWER).split("\n") == [
        "def f(x):",
        "    if x:",
        "        secret = 1",
        "    return x",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# BEGIN SOLUTION",
        "# END SOLUTION",
        "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION",
    ],
)
def test_unbalanced_markers_are_an_error(text):
    with pytest.raises(ValueError, match="SOLUTION"):
        strip_solution(text, "f")


def test_labels_hints_and_name_are_read_from_the_source(project):
    cells = read_cells(project / "source" / "01_counting_exercises.py")
    (exercise,) = find_exercises(cells)
    assert (exercise.number, exercise.title) == (1, "Double a number")
    assert (exercise.integer("Points"), exercise.integer("Minutes")) == (2, 5)
    assert exercise.labels["Difficulty"] == "●○○"
    assert exercise.labels["Misconception"] == "M1"
    assert (exercise.name, exercise.hints) == ("double", 2)


def test_solution_cells_are_only_in_the_solution(project):
    cells = read_cells(project / "source" / "01_counting_exercises.py")
    assert len(solved_cells(cells)) == len(student_cells(cells)) + 1


@pytest.mark.parametrize(
    "after", [Cell("code", "check.g(g)", ("check",)), Cell("markdown", "text")]
)
def test_answer_without_its_own_check_is_an_error(after):
    with pytest.raises(ValueError, match="answer"):
        student_cells([Cell("code", ANSWER, ("answer",)), after])


def test_a_source_must_open_with_a_title(tmp_path):
    path = tmp_path / "01_x.py"
    path.write_text("# %%\nx = 1\n")
    with pytest.raises(ValueError, match="title"):
        read_cells(path)


def test_empty_cells_are_dropped_and_tags_kept():
    cells = parse_cells('# %% tags=["a", "b"]\nx = 1\n\n# %%\n\n# %% [markdown]\n# t\n')
    assert [(c.kind, c.tags) for c in cells] == [("code", ("a", "b")), ("markdown", ())]
