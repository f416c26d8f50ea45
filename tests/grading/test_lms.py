"""Downloads of Canvas and Moodle are read as they come, and they get what they take.

What they take is checked as their own code does it; see grading/lms_names.py.
"""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from grading.collect import collect, identified
from grading.outputs import write_all
from grading.roster import read_roster
from grading.rules import Rules, read_rules
from tests.grading.csv_cells import rows
from tests.grading.make_class import CANVAS_BOOK, MOODLE_SHEET, packed, put
from tests.grading.make_results import result

CANVAS = {
    "doejane_101_9001_03.ipynb": "{}",
    "oneilada_LATE_102_9003_my_own_03-1.ipynb": "{}",
    "zöebo_103_9002_work.zip": packed({"03.ipynb": "{}"}),
}
MOODLE = {
    "Jane Doe_201_assignsubmission_file/03.ipynb": "{}",
    "Ada O'Neil_202_assignsubmission_file_/deep/03.ipynb": "{}",
    "Bo Zöe_203_assignsubmission_file_03.ipynb": "{}",
    "Bo Zöe_203_assignsubmission_onlinetext/onlinetext.html": "hello",
}


def graded(folder: Path, roster: str, files: dict, **points) -> Path:
    """Everybody's notebook graded, all right but for a learner's ``passed``."""
    put(folder / "in", files)
    (folder / "roster.csv").write_text(roster, "utf-8")
    out = folder / "out"
    rules = read_rules(out, None, folder / "roster.csv")
    found = identified(collect(folder / "in"), rules.roster)
    made = [
        result(one.learner, notebook=one.notebook, passed=points.get(one.user, (1, 2)))
        for one in found
        if not one.ignored
    ]
    write_all(made, out, found, rules)
    return out


@pytest.mark.parametrize("packed_up", [False, True])
def test_the_names_of_canvas_say_who_handed_in_when(tmp_path, packed_up) -> None:
    put(tmp_path / "in", CANVAS)
    if packed_up:
        (tmp_path / "in.zip").write_bytes(packed(CANVAS))
    found = list(collect(tmp_path / ("in.zip" if packed_up else "in")))
    assert [(one.learner, one.user, one.order, one.is_late) for one in found] == [
        ("doejane_101", "101", 9001, False),
        ("oneilada_102", "102", 9003, True),
        ("zöebo_103", "103", 9002, False),
    ]


def test_the_names_of_moodle_say_who_handed_in(tmp_path) -> None:
    found = list(collect(put(tmp_path, MOODLE)))
    assert {one.learner: one.user for one in found} == {
        "Jane Doe_201": "201",
        "Ada O'Neil_202": "202",
        "Bo Zöe_203": "203",
    }
    assert [one.ignored for one in found if one.ignored] == [
        ("Bo Zöe_203_assignsubmission_onlinetext/onlinetext.html",)
    ]


def test_people_of_a_roster_are_found_by_their_numbers(tmp_path) -> None:
    texts = {"canvas": (CANVAS_BOOK, CANVAS), "moodle": (MOODLE_SHEET, MOODLE)}
    for name, (text, files) in texts.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, "utf-8")
        roster = read_roster(path)
        assert roster.kind == name
        found = identified(collect(put(tmp_path / name, files)), roster)
        assert {one.learner for one in found} == set(roster.people)
        assert not any(one.notes for one in found)


def test_a_group_of_moodle_is_not_taken_for_a_participant(tmp_path) -> None:
    """Its folder has the number of the group, which may be that of a learner, too."""
    files = {"Team 7_201_assignsubmission_file/03.ipynb": "{}"}
    (tmp_path / "roster.csv").write_text(MOODLE_SHEET, "utf-8")
    roster = read_roster(tmp_path / "roster.csv")
    (one,) = identified(collect(put(tmp_path / "in", files)), roster)
    assert (one.learner, one.notes) == ("Team 7_201", ("not on the roster",))


def test_canvas_imports_a_column_for_each_chapter_and_no_other_grade(tmp_path) -> None:
    made = rows(graded(tmp_path, CANVAS_BOOK, CANVAS, **{"101": (1,)}) / "canvas.csv")
    assert list(made[0]) == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        "03 Magnitude masks (12)",
    ]
    grades = {row["ID"]: row["03 Magnitude masks (12)"] for row in made}
    # scaled to the 26 points that the assignment has there
    assert grades == {"": "26", "101": "13", "102": "26", "103": "26"}
    assert made[0]["Student"] == "Points Possible"
    assert made[1]["Student"] == "Doe, Jane"


def test_canvas_makes_an_assignment_where_it_has_none(tmp_path) -> None:
    book = CANVAS_BOOK.replace("03 Magnitude masks (12)", "Essay (12)")
    made = rows(graded(tmp_path, book, CANVAS) / "canvas.csv")
    assert [row["03 Magnitude masks"] for row in made] == ["13"] * 4
    assert "Essay (12)" not in made[0]


def test_who_handed_in_nothing_keeps_what_canvas_has(tmp_path) -> None:
    some = {name: data for name, data in CANVAS.items() if "doejane" in name}
    out = graded(tmp_path, CANVAS_BOOK, some)
    grades = [row["03 Magnitude masks (12)"] for row in rows(out / "canvas.csv")]
    assert grades == ["26", "26", "", ""]


def test_moodle_imports_its_worksheet_with_the_grades(tmp_path) -> None:
    out = graded(tmp_path, MOODLE_SHEET, MOODLE, **{"202": (1,)})
    made = rows(out / "moodle.csv")
    before = list(csv.DictReader(io.StringIO(MOODLE_SHEET)))
    assert [row.pop("Grade") for row in made] == ["50", "25", "50"]
    for row in before:
        del row["Grade"]
    assert made == before


def test_canvas_takes_the_feedback_back_by_the_numbers_in_its_names(tmp_path) -> None:
    out = graded(tmp_path, CANVAS_BOOK, CANVAS)
    sent = {("101", "9001"), ("102", "9003"), ("103", "9002")}
    with zipfile.ZipFile(out / "feedback.zip") as archive:
        for name in archive.namelist():
            # infer_comment_context_from_filename: the first two parts that are numbers
            user, hand_in = [p for p in name.split("_") if re.fullmatch(r"\d+", p)][:2]
            assert (user, hand_in) in sent
            assert b"Feedback" in archive.read(name)
        assert sorted(archive.namelist()) == [
            "doejane_101_9001_03.html",
            "oneilada_LATE_102_9003_my_own_03-1.html",
            "zöebo_103_9002_work-03.html",
        ]


def test_moodle_takes_the_feedback_back_by_the_participant(tmp_path) -> None:
    out = graded(tmp_path, MOODLE_SHEET, MOODLE)
    with zipfile.ZipFile(out / "feedback.zip") as archive:
        names = archive.namelist()
    for name in names:
        # is_valid_filename_for_import: name, participant, plugin, and its name
        info = name.partition("/")[0].split("_", 4)
        assert info[1] in ("201", "202", "203")
        assert info[2:4] == ["assignsubmission", "file"]
    assert sorted(names) == [
        "Ada O'Neil_202_assignsubmission_file_/feedback-deep-03.html",
        "Bo Zöe_203_assignsubmission_file_03.html",
        "Jane Doe_201_assignsubmission_file/feedback-03.html",
    ]


def test_the_feedback_zip_is_the_same_twice_and_goes_with_its_class(tmp_path) -> None:
    out = graded(tmp_path, CANVAS_BOOK, CANVAS)
    before = (out / "feedback.zip").read_bytes()
    graded(tmp_path, CANVAS_BOOK, CANVAS)
    assert (out / "feedback.zip").read_bytes() == before
    write_all([result("ada")], out, [], Rules())
    assert not (out / "feedback.zip").exists()
