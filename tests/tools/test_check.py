"""Properties of `python -m tools.check`: what must not be committed is found."""

import pytest

from tools import limits
from tools.check import main

SOURCE, LESSON = "source/01_counting.py", "notebooks/01_counting.ipynb"
EXERCISES = "exercises/01_counting_exercises.ipynb"
SOLUTIONS = "solutions/01_counting_solutions.ipynb"


@pytest.fixture
def problems(built, capsys):
    """Return a function that lists the problems of the built small course."""

    def run() -> str:
        status = main(["--root", str(built)])
        printed = capsys.readouterr().err
        assert (status == 0) == (printed == "")
        return printed

    return run


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (SOURCE, "that counts", "that is new", "cell 0 has another"),
        (LESSON, "3 + 4", "5 + 4", "'total = 5 + 4' instead"),
        (LESSON, '"id": "01_', '"id": "02_', "another id"),
        (LESSON, '\n "nb', '\n\n "nb', "not written by the"),
        (LESSON, "blob/v1/notebooks", "blob/v1/x", "badge"),
        (EXERCISES, "Add it", "Sum it", "cell 4 has another"),
        (LESSON, 'n_count": 2', 'n_count": null', "never executed"),
        (SOURCE, "87.5% of", "88.5% of", "88.5% is in no stored"),
    ],
)
def test_difference_from_the_source_is_found(problems, edit, file, old, new, expected):
    edit(file, old, new)
    if "88.5" in new:  # the number is wrong on both sides
        edit(LESSON, old, new)
    assert expected in problems()


def test_missing_and_orphaned_notebooks_are_found(problems, project):
    path = project / SOLUTIONS
    path.rename(path.with_name("07_old.ipynb"))
    found = problems()
    assert f"{SOLUTIONS}: missing" in found
    assert "solutions/07_old.ipynb: no source" in found


def test_stored_outputs_are_not_part_of_the_comparison(problems, edit):
    edit(SOLUTIONS, "double: passed\\n", "something else\\n")
    assert problems() == ""


@pytest.mark.parametrize(
    ("leaked", "expected"),
    [
        ("# BEGIN SOLUTION", "the marker"),
        ("    twice_as_much = number + number", "a line of the solution"),
        ("The sum is exact for every whole number.", "a line of the solution"),
    ],
)
def test_leaked_solution_is_found(problems, edit, leaked, expected):
    edit(EXERCISES, "Write it.", leaked)
    assert expected in problems()


def test_outputs_in_an_exercise_are_found(problems, edit):
    stored = '"outputs": [{"name": "stdout", "output_type": "stream", "text": ["4"]}]'
    edit(EXERCISES, '"outputs": []', stored)
    assert "must not have outputs" in problems()


def test_stored_error_is_found(problems, edit):
    error = (
        '"outputs": [{"ename": "E", "evalue": "", "output_type": "error",'
        ' "traceback": []}]'
    )
    edit(SOLUTIONS, '"outputs": []', error)
    assert "an error is stored" in problems()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Hint 2", "Clue 2", "has 1 hints; needs 2"),
        ("**Points** 2", "**Points** two", "label **Points**"),
        ("**Minutes** 5", "**Minutes** 61", "takes 61 minutes; 60 allowed"),
        (" · **Misconception** M1", "", "label **Misconception**"),
        ("    # BEGIN SOLUTION\n", "", "END SOLUTION without"),
        ("check.double(double)", "check.double(double)\nprint()", "one line"),
        ("number + number", "number" + " + number" * 10, "columns; 79 allowed"),
        ("    twice", "    1\n" * 30 + "    twice", "25 allowed"),
    ],
)
def test_incomplete_exercise_is_found(problems, edit, old, new, expected):
    edit("source/01_counting_exercises.py", old, new)
    assert expected in problems()


def test_lesson_cell_of_too_many_lines_is_found(problems, edit):
    edit(SOURCE, "total = 3 + 4\n", "total = 7\n" * 15)
    assert "16 lines; 15 allowed" in problems()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("print(1), print(2)", "a tuple of calls"),
        ("a, b, c = 1, 2, 3", "one assignment for one or two names"),
        ('a, b, c = map(str, ("x", "y", "z"))', "one assignment for one or two names"),
    ],
)
def test_line_that_does_several_things_is_found(problems, edit, line, expected):
    edit(SOURCE, "total = 3 + 4\n", f"total = 7\n{line}\n")
    assert expected in problems()


@pytest.mark.parametrize("line", ["a, b = 1, 2", "a, b, c = f()", "(1, 2)[0]"])
def test_line_that_does_one_thing_is_not(line):
    assert limits.crowded_lines(line) == []


def test_reading_time_counts_words_and_code_lines_but_no_annex(problems, edit):
    title = "# %% [markdown]\n# The share"
    words = "# %% [markdown]\n# " + "word " * 9200
    edit(SOURCE, title, f"{words}\n\n{title}")
    assert "minutes; 45 allowed" in problems()
    edit(SOURCE, "# word word", "# ## Annex: words\n#\n# word word")
    assert "minutes; 45 allowed" not in problems()
