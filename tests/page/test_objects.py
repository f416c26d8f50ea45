"""Every object that a note can name is really on the page, under its number."""

import itertools
import re
import tomllib
from importlib import metadata
from types import SimpleNamespace

import pytest

from course_lib import files
from course_lib.claims import load_claims
from course_lib.files import beside_library
from course_lib.page.objects import PageObject, objects
from tools.notebook import code_cells, load
from tools.settings import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=LESSONS, ids=[path.stem for path in LESSONS])
def lesson(request):
    """Return a lesson's chapter and its committed notebook."""
    return request.param.name[:2], load(request.param)


@pytest.fixture
def no_checkout(tmp_path, monkeypatch):
    """Let the library find no lesson beside it, as on Colab."""
    monkeypatch.setattr(files, "CHECKOUT", tmp_path)
    objects.cache_clear()
    yield
    objects.cache_clear()


def of_kind(chapter, kind):
    return [one for one in objects(chapter) if one.kind == kind]


def prose(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def test_headings_are_all_there_in_their_order(lesson):
    chapter, notebook = lesson
    headings = re.findall(r"(?m)^###? (.+)$", "\n".join(prose(notebook)))
    assert [one.label for one in of_kind(chapter, "concept")] == headings


def test_equations_bear_the_numbers_that_the_page_shows(lesson):
    chapter, notebook = lesson
    tags = re.findall(r"\\tag\{(.+?)\}", "\n".join(prose(notebook)))
    numbers = [one.number for one in of_kind(chapter, "equation")]
    assert numbers == [f"({tag})" for tag in tags]


def test_equation_is_named_by_its_heading_and_nothing_shows_latex(lesson):
    chapter, _ = lesson
    headings = {f"in “{one.label}”" for one in of_kind(chapter, "concept")}
    assert {one.label for one in of_kind(chapter, "equation")} <= headings
    assert [one for one in objects(chapter) if set("$\\") & set(one.label)] == []


def test_code_cells_bear_the_number_of_a_run_from_the_top(lesson):
    chapter, notebook = lesson
    cells = {f"In [{cell.execution_count}]": cell for cell in code_cells(notebook)}
    found = of_kind(chapter, "code")
    assert found or chapter == "00"
    for one in found:
        source = " ".join(cells[one.number].source.split())
        assert one.label.removesuffix("…") in source
        assert not one.label.startswith(("import ", "from ", "page."))
    for one in of_kind(chapter, "demo"):
        place = one.label.removeprefix("its first state, ")
        assert "demo" in cells[place].metadata.tags


def test_numbers_are_unique_on_a_page(lesson):
    chapter, _ = lesson
    names = [one.number for one in objects(chapter)]
    assert len(set(names)) == len(names)


def test_each_lesson_has_every_kind_of_object_that_its_page_shows(lesson):
    chapter, notebook = lesson
    kinds = {"concept", "code", "demo", "claim", "equation"}
    kinds -= set() if any("$$" in text for text in prose(notebook)) else {"equation"}
    kinds -= {"code"} if chapter == "00" else set()
    assert {one.kind for one in objects(chapter)} == kinds


def test_claims_are_those_of_the_page(lesson):
    chapter, notebook = lesson
    claims = load_claims()
    code = "\n".join(cell.source for cell in code_cells(notebook))
    labels = [one.claim for one in of_kind(chapter, "claim")]
    assert labels
    assert all(name in claims and f'"{name}"' in code for name in labels)


def test_installed_library_brings_its_lessons(no_checkout, monkeypatch):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = []
    for target, sources in project["tool"]["setuptools"]["data-files"].items():
        for path in itertools.chain(*map(ROOT.glob, sources)):
            entry = metadata.PackagePath("..", "..", "..", target, path.name)
            entry.dist = SimpleNamespace(locate_file=lambda _, path=path: path)
            listed.append(entry)
    known = {project["project"]["name"]: listed}
    monkeypatch.setattr(metadata, "files", known.__getitem__)
    assert len(beside_library("notebooks/*.ipynb")) == len(LESSONS)
    assert beside_library("pyproject.toml") == [ROOT / "pyproject.toml"]
    assert PageObject("02-c1", "concept", "Map") in objects("02")


def test_library_without_its_lessons_still_offers_the_claims(no_checkout, monkeypatch):
    monkeypatch.setattr(metadata, "files", lambda name: None)
    assert {one.kind for one in objects("02")} == {"claim"}
