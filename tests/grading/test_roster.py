"""The class as its school lists it: everybody has a row, and a wrong file is named."""

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from grading.collect import collect, identified
from grading.roster import Roster, read_roster
from tests.grading.make_class import CANVAS_BOOK, MOODLE_SHEET, put


def roster(folder: Path, text: str | bytes) -> Roster:
    path = folder / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_roster(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_plain_roster_names_learners_and_their_times(tmp_path, separator) -> None:
    text = "group,learner,deadline,submitted\n1,ada,2027-03-01T12:00,\n\n2,bob,,\n"
    people = roster(tmp_path, "\ufeff" + text.replace(",", separator)).people
    assert list(people) == ["ada", "bob"]
    assert people["ada"].deadline == datetime(2027, 3, 1, 12).astimezone()
    assert people["ada"].submitted is None


@pytest.mark.parametrize("sheet", [CANVAS_BOOK, MOODLE_SHEET])
def test_columns_with_times_may_be_added_to_any_list(tmp_path, sheet) -> None:
    header, *lines = sheet.splitlines()
    lines = [f"{line},{'2027-03-01T12:00' * ('Jane' in line)}" for line in lines]
    text = "\n".join([f"{header},submitted", *lines])
    people = list(roster(tmp_path, text).people.values())
    assert people[0].submitted == datetime(2027, 3, 1, 12).astimezone()
    assert people[1].submitted is None


@pytest.mark.parametrize(
    "text", ["Monday, 1 March 2027, 10:05 PM", "Monday, March 1, 2027, 10:05\u202fPM"]
)
def test_moodle_s_worksheet_says_when_each_learner_handed_in(tmp_path, text) -> None:
    sheet = MOODLE_SHEET.replace("Submitted,,50.00,Yes,-", f'S,,50,Yes,"{text}"', 1)
    jane, ada, _ = roster(tmp_path, sheet).people.values()
    assert jane.submitted == datetime(2027, 3, 1, 22, 5).astimezone()
    assert ada.submitted is None


def test_the_people_of_canvas_and_moodle_are_those_that_can_hand_in(tmp_path) -> None:
    canvas = ["doejane_101", "oneilada_102", "zöebo_103"]
    assert list(roster(tmp_path, CANVAS_BOOK).people) == canvas
    moodle = ["Jane Doe_201", "Ada O'Neil_202", "Bo Zöe_203"]
    assert list(roster(tmp_path, MOODLE_SHEET).people) == moodle


WRONG = {
    "name\nada\n": "must have a column named learner",
    "": "must have a column named learner",
    "learner\nada\nada\n": "name each learner once, got 'ada' in lines 2 and 3",
    "learner,deadline\nada\n": "must have 2 cells in line 2, got 1",
    "learner,deadline\nada,soon\n": "line 2: deadline must be a date and time",
    "learner,x\n,1\n": "line 2: the row must name a learner",
    b"learner\n\xe9\n": "must be UTF-8 text",
    CANVAS_BOOK.replace("102", "x"): "line 4: the row must name a learner and their",
    MOODLE_SHEET.replace("202", ""): "line 3: the row must name a learner and their",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: WRONG[text][:40])
def test_a_wrong_roster_is_refused_with_its_line(tmp_path, text) -> None:
    with pytest.raises(ValueError, match=WRONG[text]) as caught:
        roster(tmp_path, text)
    assert "roster.csv" in str(caught.value)


def test_a_name_is_the_same_however_its_system_writes_it(tmp_path) -> None:
    """macOS writes é as two characters; a roster has one."""
    name = unicodedata.normalize("NFD", "José")
    (one,) = collect(put(tmp_path / "in", {f"{name}/a.ipynb": "{}"}))
    assert one.learner == "José"
    assert identified([one], roster(tmp_path, "learner\nJosé\n"))[0].notes == ()


def test_a_name_in_another_case_is_found_only_if_it_fits_one_person(tmp_path) -> None:
    people = roster(tmp_path, "learner\nAnn\nBo\nBO\n")
    assert people.find("ann").learner == "Ann"
    assert people.find("BO").learner == "BO"
    assert people.find("bo") is None


def test_who_is_not_in_the_roster_is_graded_and_noted(tmp_path) -> None:
    found = collect(put(tmp_path / "in", {"ada.ipynb": "{}", "eve.ipynb": "{}"}))
    ada, eve = identified(found, roster(tmp_path, "learner\nada\n"))
    assert (ada.notes, eve.notes) == ((), ("not on the roster",))


def test_names_that_differ_in_case_alone_are_kept_apart_and_noted(tmp_path) -> None:
    files = {"Ann/a.ipynb": "{}", "ann/a.ipynb": "{}", "bo/a.ipynb": "{}"}
    found = identified(collect(put(tmp_path, files)), Roster())
    assert [one.learner for one in found] == ["Ann", "ann", "bo"]
    noted = ["only in case" in " ".join(one.notes) for one in found]
    assert noted == [True, True, False]
