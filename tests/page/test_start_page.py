"""The page that `lab` opens says what is next, links to it, and spoils nothing."""

import base64
import json
import re

import nbformat
import pytest

from course_lib import check, claims, journal, notes, workspace
from course_lib.page import start_page
from course_lib.page.learning_map import CHAPTERS
from course_lib.page.questions import questions


@pytest.fixture
def copies(work):
    """Return the work folder with an empty file for each page that there is."""
    for kind in workspace.KINDS:
        for source in (workspace.course_root() / kind).glob("*.ipynb"):
            (work / kind).mkdir(parents=True, exist_ok=True)
            (work / kind / source.name).touch()
    return work


def finish(chapter, *, exercises=True):
    """Answer, judge, note and pass all that a chapter asks."""
    asked = questions(chapter)
    names = [asked.predict.name]
    names += [f"{chapter}-{question.name}" for question in asked.practice]
    names += [
        f"claim-{c.name}" for c in claims.load_claims().values()
        if chapter in c.chapters
    ]  # fmt: skip
    if exercises:
        names += [
            check.passed_name(exercise.name) for exercise in check.EXERCISES.values()
            if exercise.chapter == chapter
        ]  # fmt: skip
    for name in names:
        journal.keep(name, "so")
    notes.write(notes.Note(chapter, "x", "y", note="z"))


def told(work):
    first, _, last = start_page.bundle(work)["text/plain"].partition("| chapter |")
    return first, last


def test_new_learner_is_sent_to_the_first_lesson(copies):
    first, last = told(copies)
    assert "**Begin here:** open the [lesson](notebooks/00_" in first
    assert last.count("not started") == len(CHAPTERS)


def test_learner_is_sent_on_from_the_furthest_chapter_that_is_begun(copies):
    journal.keep("00-predict", "A", 50)
    journal.keep("02-predict", "A", 50)
    first, last = told(copies)
    assert "**Continue here:** open the [lesson](notebooks/02_" in first
    assert "prediction 1 of 1, practice 0 of 3" in last


def test_exercises_come_when_nothing_else_of_the_chapter_is_left(copies):
    finish("02", exercises=False)
    assert "open the [exercises](exercises/02_" in told(copies)[0]


def test_chapter_after_a_finished_one_is_next_and_the_last_one_ends_it(copies):
    finish("02")
    assert "**Begin here:** open the [lesson](notebooks/03_" in told(copies)[0]
    finish("06")
    assert "All done" in told(copies)[0]


def test_every_page_is_linked_where_its_copy_stands(copies):
    _, last = told(copies)
    pages = {path for kind in workspace.KINDS for path in (copies / kind).iterdir()}
    links = [f"]({path.relative_to(copies).as_posix()})" for path in pages]
    assert [link for link in links if last.count(link) != 1] == []


def test_page_without_a_copy_is_named_but_not_linked(work):
    first, last = told(work)
    assert "open the lesson for 00" in first
    assert "](" not in last


def test_map_is_drawn_and_told_in_words(copies):
    shown = start_page.bundle(copies)
    (picture,) = re.findall(
        r"!\[(.+)\]\(data:image/png;base64,(.+)\)", shown["text/markdown"]
    )
    assert "You are at 00 Pruning in plain language" in picture[0]
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    assert "base64" not in shown["text/plain"]


def test_damaged_answer_is_named(work):
    (work / "journal").mkdir(parents=True)
    (work / "journal" / "1-q-0.json").write_text("{")
    assert "1-q-0.json" in told(work)[1]


def test_written_notebook_is_valid_and_holds_what_its_cell_displays(work):
    path, current = start_page.write(work)
    assert current
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    page, cell = notebook.cells
    # no output, which a run would empty
    assert page.cell_type == "markdown"
    assert page.source == start_page.bundle(work)["text/markdown"]
    assert (cell.source, cell.outputs) == (start_page.CODE, [])


MINE = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "mine"}


def test_page_of_an_earlier_version_gets_its_cell_and_keeps_what_was_added(work):
    path, _ = start_page.write(work)
    notebook = json.loads(path.read_text("utf-8"))
    old = notebook["cells"][1] | {"outputs": [{"output_type": "display_data"}]}
    notebook["cells"] = [MINE, old]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert start_page.write(work) == (path, True)
    first, page, again = json.loads(path.read_text("utf-8"))["cells"]
    assert (first, again["outputs"]) == (MINE, [])
    assert "for 00 Pruning in plain language" in page["source"]


def test_cell_of_the_notebook_displays_the_same(work, monkeypatch):
    displayed = []
    monkeypatch.setattr(start_page, "display", lambda data, **_: displayed.append(data))
    exec(start_page.CODE, {})
    assert displayed == [start_page.bundle(work)]


def test_second_writing_reads_the_progress_and_keeps_what_was_added(work):
    path, _ = start_page.write(work)
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"].insert(0, MINE)
    notebook["cells"][1]["source"] = notebook["cells"][1]["source"].splitlines(True)
    notebook["cells"][2] |= {"source": "mine = 1", "execution_count": 1}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    journal.keep("01-predict", "A", 50)
    assert start_page.write(work) == (path, True)
    first, page, last = json.loads(path.read_text("utf-8"))["cells"]
    assert (first, last) == (MINE, notebook["cells"][2])
    assert "for 01 Training" in page["source"]
    assert not list(work.rglob("*.partial"))


def change(path):
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][0]["source"] += "\nmine = 1"
    path.write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        change,
        lambda path: path.write_text('{"cells": []}'),
        lambda path: path.write_text('{"cells": [1]}'),
        lambda path: path.write_text("[]"),
        lambda path: path.write_text("my own text"),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
    ],
    ids=["cell changed", "no cell", "bad cell", "a list", "no JSON", "no text"],
)
def test_file_that_is_not_our_page_is_left_as_it_is(work, spoil):
    path, _ = start_page.write(work)
    spoil(path)
    before = path.read_bytes()
    assert start_page.write(work) == (path, False)
    assert path.read_bytes() == before
