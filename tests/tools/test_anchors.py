"""Every object that a note can name is really on the page, under its number."""

import re

import pytest

from course_lib.claims import load_claims
from course_lib.page.anchors import KINDS, anchors
from tools.anchors import problems
from tools.generate import generate
from tools.notebook import code_cells, load
from tools.settings import ROOT, Settings

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=LESSONS, ids=[path.stem for path in LESSONS])
def lesson(request):
    """Return a lesson's chapter and its committed notebook."""
    return request.param.name[:2], load(request.param)


def of_kind(chapter, kind):
    return [anchor for anchor in anchors(chapter) if anchor.kind == kind]


def test_committed_file_is_what_the_sources_generate():
    assert problems(ROOT, generate(Settings.load())) == []


def test_objects_stand_in_the_cells_they_name(lesson):
    chapter, notebook = lesson
    cells = {cell.id: cell for cell in notebook.cells}
    for anchor in anchors(chapter):
        assert anchor.kind in KINDS
        text = cells[anchor.cell].source
        if anchor.kind == "concept":
            assert re.search(rf"^#+ {re.escape(anchor.label)}$", text, re.MULTILINE)
        if anchor.kind == "equation":
            assert rf"\tag{{{anchor.anchor.strip('()')}}}" in text
        if anchor.kind == "claim":
            assert f'"{anchor.label}"' in text


def test_code_cells_bear_the_number_of_a_run_from_the_top(lesson):
    chapter, notebook = lesson
    numbers = {cell.id: cell.execution_count for cell in code_cells(notebook)}
    found = of_kind(chapter, "code")
    assert found or chapter == "00"
    for anchor in found:
        assert anchor.anchor == f"In [{numbers[anchor.cell]}]"


def test_numbers_are_unique_on_a_page(lesson):
    chapter, _ = lesson
    names = [anchor.anchor for anchor in anchors(chapter)]
    assert len(set(names)) == len(names)


def test_each_lesson_has_every_kind_of_object_that_its_page_shows(lesson):
    chapter, notebook = lesson
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    absent = set() if any("$$" in text for text in prose) else {"equation"}
    absent |= {"code"} if chapter == "00" else set()
    assert {anchor.kind for anchor in anchors(chapter)} == set(KINDS) - absent


def test_sources_are_those_of_the_claims_on_the_page(lesson):
    chapter, _ = lesson
    claims = load_claims()
    cited = {claims[anchor.label].source.name for anchor in of_kind(chapter, "claim")}
    assert {anchor.anchor for anchor in of_kind(chapter, "source")} == cited
