"""The class's table: one row per learner, whatever they are called or handed in."""

from dataclasses import replace

import pandas as pd
import pytest

from course_lib.check import EXERCISES
from course_lib.handin.results import Result
from grading import class_table
from tests.grading.csv_cells import formulas, rows
from tests.grading.make_class import adds_up
from tests.grading.make_results import HOSTILE, result


@pytest.fixture
def path(tmp_path):
    return tmp_path / "class.csv"


def table(path, results) -> list[dict[str, str]]:
    class_table.write(results, path)
    return rows(path)


def test_a_learner_has_one_row_with_every_chapter_and_exercise(path):
    made = [result("ada", chapter="03"), result("ada", chapter="02", passed=(0, 1))]
    (row,) = table(path, made)
    assert (row["learner"], row["points"], row["out_of"]) == ("ada", "19.5", "26")
    assert (row["02_points"], row["02_out_of"]) == ("6.5", "13")
    assert (row["02_silent"], row["03_bill"]) == ("1", "2")
    assert row["03_notebook"] == "ada/03.ipynb"


def test_columns_are_those_of_the_chapters_handed_in_in_the_order_of_the_pages(path):
    table(path, [result("bob", chapter="03"), result("ada", chapter="01")])
    header = path.read_text("utf-8-sig").split("\n")[0]
    names = [f"{e.chapter}_{e.name}" for e in EXERCISES.values()]
    expected = [name for name in names if name[:2] in ("01", "03")]
    assert [c for c in header.split(",") if c in names] == expected
    assert "02_" not in header


def test_points_of_the_exercises_add_up_to_those_of_chapters_and_row(path):
    made = [
        result("ada", chapter="01", passed=(1,)),
        result("ada", chapter="05", first_passed=(2,)),
        result("bob", chapter="05", passed=()),
    ]
    assert all(map(adds_up, table(path, made)))


def test_an_open_exercise_has_a_second_column_with_its_score(path):
    made = result("ada", chapter="05")
    *others, last = made.exercises
    verdicts = [replace(v, score=800.0 + i) for i, v in enumerate(last.verdicts)]
    scored = replace(made, exercises=[*others, replace(last, verdicts=verdicts)])
    ada, bob = table(path, [scored, result("bob", chapter="05")])
    # the hidden checks', not the page's
    assert ada["05_smallest_file_score"] == "801.00"
    assert (bob["05_smallest_file"], bob["05_smallest_file_score"]) == ("3", "")


def test_a_chapter_not_handed_in_is_empty_and_counts_as_none(path):
    ada, bob = table(path, [result("ada", chapter="02"), result("bob", chapter="03")])
    assert ada["03_points"] == ada["03_bill"] == ""
    assert (ada["points"], ada["out_of"]) == ("13", "26")
    assert bob["out_of"] == "26"


def test_the_better_of_two_notebooks_counts_and_the_row_says_so(path):
    first = result("ada", notebook="ada/old.ipynb", passed=(1,))
    second = result("ada", notebook="ada/new.ipynb", passed=(1, 2))
    (row,) = table(path, [first, second])
    assert (row["points"], row["03_notebook"]) == ("13", "ada/new.ipynb")
    assert row["notes"] == (
        "chapter 03: ada/new.ipynb (13 points) counts; ada/old.ipynb (6.5 points) does "
        "not"
    )


def test_of_two_equal_notebooks_the_first_by_name_counts(path):
    made = [result("ada", notebook=f"ada/{name}.ipynb") for name in "cab"]
    (row,) = table(path, made)
    assert row["03_notebook"] == "ada/a.ipynb"


def test_what_is_no_notebook_is_noted_and_costs_nothing(path):
    photo = Result("ada", "ada/photo.png", "", notes=["it is not a notebook"])
    pdf = Result("ada", "ada/text.pdf", "", notes=["it is not a notebook, either"])
    (row,) = table(path, [photo, result("ada"), pdf])
    assert row["points"] == "13"
    assert row["notes"].split("\n") == [
        "ada/photo.png: it is not a notebook",
        "ada/text.pdf: it is not a notebook, either",
    ]


def test_who_handed_in_nothing_that_counts_has_a_row(path):
    (row,) = table(path, [Result("ada", "ada/photo.png", "", notes=["no notebook"])])
    assert (row["learner"], row["points"], row["out_of"]) == ("ada", "0", "0")


def test_many_notes_are_counted_instead_of_listed(path):
    (row,) = table(path, [result(notes=["cell"] * 1000)])
    assert row["notes"].endswith("\nand 980 more")


def test_nobody_gives_a_header_alone(path):
    assert table(path, []) == []
    assert path.read_bytes().decode("utf-8-sig") == "learner,points,out_of,notes\r\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_whatever_a_submission_holds(path, text):
    made = [replace(result(text, notes=[text, f"x;{text}\n{text}"]), notebook=text)]
    (row,) = table(path, made)
    assert formulas(path) == []
    assert row["points"] == "13"


@pytest.mark.parametrize("start", "=+-@\t\r\n＝＋－＠")
def test_a_name_that_begins_like_a_formula_gets_an_apostrophe(path, start):
    (row,) = table(path, [result(f"{start}1+1")])
    assert row["learner"][0] == "'"


def test_plain_names_stay_as_they_are(path):
    names = ["Zoë Ångström", "O'Neill, Ada", "学生", "007"]
    assert {row["learner"] for row in table(path, map(result, names))} == set(names)


def test_names_that_differ_by_the_apostrophe_alone_stay_different(path):
    assert len({r["learner"] for r in table(path, map(result, ["=x", "'=x"]))}) == 2


def test_a_data_frame_reads_numbers_as_numbers(path):
    table(path, [result("ada"), result("bob", chapter="02", passed=(1,))])
    frame = pd.read_csv(path)
    assert frame["points"].tolist() == [13.0, 6.5]
    assert frame["03_points"].isna().tolist() == [False, True]


def test_order_of_the_results_does_not_matter(path, tmp_path):
    made = [
        result(learner, chapter=chapter, notebook=f"{learner}/{chapter}-{n}.ipynb")
        for learner in ("ada", "bob") for chapter in ("01", "04") for n in (1, 2)
    ]  # fmt: skip
    class_table.write(made, path)
    class_table.write(reversed(made), tmp_path / "other.csv")
    assert path.read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_an_interrupted_write_leaves_the_table_that_was_there(path):
    class_table.write([result()], path)
    before = path.read_bytes()

    def stops():
        yield result("bob")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        class_table.write(stops(), path)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.partial")) == []
