"""Every misconception is met and measured, at places that are really there."""

import re
import tomllib

import pytest

from course_lib.misconceptions import misconceptions
from tools.blocks import block
from tools.misconceptions import PAGE, measured, places, problems, table, update
from tools.settings import ROOT, source_files
from tools.source import read_cells

ALL = misconceptions()
CELLS = [cell for entry in ALL.values() for cell in entry.cells]


def test_there_are_sixteen_each_with_what_corrects_it():
    assert list(ALL) == [f"M{number}" for number in range(1, 17)]
    assert all(entry.belief and entry.corrects for entry in ALL.values())


def test_file_holds_nothing_else():
    data = tomllib.loads((ROOT / "course_lib/misconceptions.toml").read_text("utf-8"))
    keys = {key for entry in data.values() for key in entry}
    assert keys == {"belief", "corrects", "cells"}


def test_places_are_about_misconceptions_that_there_are():
    names = {name for name, kind, _ in places() if kind != "exercise"}
    assert names == set(ALL)
    of_exercises = {name for name, kind, _ in places() if kind == "exercise"}
    assert {name for name in of_exercises if re.fullmatch(r"M\d+", name)} <= set(ALL)


@pytest.mark.parametrize("cell", CELLS)
def test_cell_that_measures_one_is_there(cell):
    chapter, _, words = cell.partition(":")
    lesson, *_ = source_files(ROOT, chapter)
    code = [cell.text for cell in read_cells(lesson) if cell.kind == "code"]
    assert words.strip()
    assert sum(words in text for text in code) == 1


@pytest.mark.parametrize("entry", ALL.values(), ids=lambda entry: entry.name)
def test_each_is_met_by_a_prediction_a_hint_or_a_practice_question(entry):
    kinds = {kind for name, kind, _ in places() if name == entry.name}
    assert kinds & {"prediction of", "once more after", "practice", "exercise"}
    assert measured(entry)
    assert len(set(measured(entry))) == len(measured(entry))


def test_table_in_docs_is_what_is_declared():
    assert problems(ROOT) == []


def test_page_that_differs_is_found_and_stamped(tmp_path):
    page = tmp_path / PAGE
    assert (update(tmp_path), problems(tmp_path)) == ("not needed", [])
    page.parent.mkdir()
    page.write_text("# X\n<!-- misconceptions -->\nold\n<!-- /misconceptions -->\n")
    assert "not what is declared; run make build" in problems(tmp_path)[0]
    assert update(tmp_path) == "written"
    text = page.read_text(encoding="utf-8")
    assert block(text, "misconceptions", "page").strip() == table()
    assert (update(tmp_path), problems(tmp_path)) == ("unchanged", [])


def test_table_has_a_row_for_each_and_names_kind_and_place():
    rows = table().split("\n")
    assert len(rows) == 18
    assert rows[2].startswith("| M1 | zeros make the file smaller | prediction of 00, ")
    assert "claim `plain-page-lighter-and-faster`" in rows[2]
    assert "cell of 05 with `break_even.measured_speedups()`" in rows[3]
    assert all(row.count(" | ") == 3 for row in rows[2:])
    met = [row.split(" | ")[2].split(", ") for row in rows[2:]]
    assert all(len(set(listed)) == len(listed) for listed in met)
