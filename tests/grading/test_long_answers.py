"""The table of long answers: a re-run keeps a human's work, or touches nothing."""

import csv
from dataclasses import replace

import pytest

from course_lib.handin.results import LongAnswer
from grading import long_answers
from grading.long_answers import CHANGED, VANISHED, update
from grading.marked_table import read, write
from tests.grading.csv_cells import fill_in, formulas, rows
from tests.grading.make_results import HOSTILE, result

QUESTION = "03-own-words"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "long_answers.csv"


def row_of(path, learner: str) -> dict[str, str]:
    return next(row for row in rows(path) if row["learner"] == learner)


def test_every_text_has_a_row_with_empty_places_for_a_human(path):
    update([result("ada", written="One."), result("bob", written="")], path)
    ada, bob = rows(path)
    found = ada["learner"], ada["question"], ada["written"]
    assert found == ("ada", QUESTION, "One.")
    assert bob["written"] == ada["mark"] == ada["comment"] == ada["note"] == ""
    assert ada["asked"] == "> What would **you** ask?"


def test_marks_and_comments_survive_a_re_run_and_are_returned(path):
    made = [result("ada", written="One."), result("bob", written="Two.")]
    assert update(made, path) == {}
    fill_in(path, "ada", mark="3", comment="Which spread?\n=1+1")
    before = path.read_bytes()
    marks = update(made, path)
    assert marks == {"ada": {QUESTION: ("3", "Which spread?\n=1+1")}}
    assert path.read_bytes() == before


def test_marks_stay_with_the_learner_when_the_notebook_has_another_name(path):
    update([result("ada", written="One.")], path)
    fill_in(path, "ada", mark="3")
    renamed = result("ada", written="One.", notebook="ada/again.ipynb")
    assert update([renamed], path) == {"ada": {QUESTION: ("3", "")}}
    assert row_of(path, "ada")["note"] == ""


def test_a_text_that_changed_after_it_was_marked_is_flagged_until_a_human_agrees(path):
    update([result("ada", written="One.")], path)
    fill_in(path, "ada", mark="3")
    changed = [result("ada", written="One!")]
    for _ in range(2):
        assert update(changed, path) == {}
        row = row_of(path, "ada")
        assert (row["mark"], row["written"], row["note"]) == ("3", "One!", CHANGED)
    fill_in(path, "ada", note="")
    assert update(changed, path) == {"ada": {QUESTION: ("3", "")}}


LONG = "word " * 200_000


@pytest.mark.parametrize(
    ("filled_in", "before", "after", "note"),
    [
        ({}, "One.", "Two.", ""),  # changed before it was marked
        ({"mark": "3", "note": "ask her"}, "One.", "Two.", f"{CHANGED} ask her"),
        ({"mark": "1"}, LONG, LONG + "more", CHANGED),
    ],
)
def test_flag_stands_where_a_marked_text_changed(path, filled_in, before, after, note):
    update([result("ada", written=before)], path)
    assert len(row_of(path, "ada")["written"]) < 32_767  # fits a spreadsheet
    fill_in(path, "ada", **filled_in)
    update([result("ada", written=after)], path)
    assert row_of(path, "ada")["note"] == note


def test_a_mark_that_was_taken_back_takes_the_flag_with_it(path):
    update([result("ada", written="One.")], path)
    fill_in(path, "ada", mark="3")
    update([result("ada", written="Two.")], path)
    fill_in(path, "ada", mark="")
    update([result("ada", written="Two.")], path)
    assert row_of(path, "ada")["note"] == ""


def test_marks_of_a_learner_who_vanished_stay_and_come_back(path):
    made = [result("ada", written="One."), result("bob", written="Two.")]
    update(made, path)
    fill_in(path, "ada", mark="3", comment="Good.")
    for _ in range(2):
        assert update(made[1:], path) == {}
        row = row_of(path, "ada")
        assert (row["mark"], row["comment"], row["note"]) == ("3", "Good.", VANISHED)
    assert update(made, path) == {"ada": {QUESTION: ("3", "Good.")}}
    assert row_of(path, "ada")["note"] == ""


def test_a_vanished_row_that_nobody_filled_in_goes(path):
    update([result("ada", written="One.")], path)
    update([], path)
    assert rows(path) == []


def test_a_column_that_a_human_added_is_kept(path):
    update([result("ada", written="One."), result("bob", written="Two.")], path)
    fill_in(path, "ada", second_marker="3")
    update([result("bob", written="Two.")], path)
    assert [row["second_marker"] for row in rows(path)] == ["3", ""]


def test_of_two_notebooks_the_text_of_the_better_one_counts(path):
    worse = result("ada", written="Old.", notebook="ada/old.ipynb", passed=())
    better = result("ada", written="New.", notebook="ada/new.ipynb")
    for order in ([worse, better], [better, worse]):
        update(order, path)
        (row,) = rows(path)
        assert (row["written"], row["notebook"]) == ("New.", "ada/new.ipynb")


def test_a_text_counts_before_an_empty_one(path):
    text = result("ada", written="Text.", notebook="ada/old.ipynb", passed=())
    update([text, result("ada", written="", notebook="ada/new.ipynb")], path)
    assert row_of(path, "ada")["written"] == "Text."


def test_two_questions_of_a_learner_are_two_rows_with_marks_of_their_own(path):
    first = result("ada", written="One.")
    second = replace(
        result("ada", chapter="04"), long_answers=[LongAnswer("4", "?", "x")]
    )
    update([first, second], path)
    table = read(path, long_answers.COLUMNS)
    for row in table.rows.values():
        row["mark"] = f"mark for {row['question']}"
    write(path, table)
    assert update([second, first], path) == {
        "ada": {QUESTION: (f"mark for {QUESTION}", ""), "4": ("mark for 4", "")}
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_marks_find_their_row_whatever_a_submission_holds(path, text):
    made = [result(text, written=f"{text}\u2028\n{text}"), result("bob", written=text)]
    update(made, path)
    assert formulas(path) == []
    fill_in(path, mark="3")
    before = path.read_bytes()
    marks = update(made, path)
    assert {m for own in marks.values() for m in own.values()} == {("3", "")}
    assert len(marks) == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheet_may_save_the_table_with_another_separator(path, separator):
    made = [result("ada", written='a, b; "c"\td\n- e')]
    update(made, path)
    table = read(path, long_answers.COLUMNS)
    next(iter(table.rows.values()))["mark"] = "3"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(row.values() for row in table.rows.values())
        writer.writerow([""] * len(table.columns))
    assert update(made, path) == {"ada": {QUESTION: ("3", "")}}
    header = path.read_text("utf-8-sig").split("\n")[0]
    assert header == separator.join(long_answers.COLUMNS)


def test_order_of_the_results_does_not_matter(path, tmp_path):
    made = [result(name, written=name) for name in "cab"]
    update(made, path)
    update(reversed(made), tmp_path / "other.csv")
    assert path.read_bytes() == (tmp_path / "other.csv").read_bytes()
