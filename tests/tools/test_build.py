"""Properties of `python -m tools.build`, with a real kernel."""

import os
import sys

import pytest

from tools.build import main
from tools.generate import FOLDERS
from tools.notebook import code_cells, load

LESSON = "notebooks/01_counting.ipynb"
SOURCE = "source/01_counting.py"


@pytest.fixture
def build(project):
    return lambda *options: main(["--root", str(project), *options])


def contents(project):
    files = [p for folder in FOLDERS for p in (project / folder).glob("*")]
    return {path.name + path.parent.name: path.read_bytes() for path in files}


def test_building_twice_gives_the_same_bytes(built, build):
    first = contents(built)
    assert build("--force") == 0
    assert contents(built) == first
    assert len(first) == 3


def test_built_notebooks_hold_what_their_code_prints(built):
    solution = load(built / "solutions/01_counting_solutions.ipynb")
    assert code_cells(load(built / LESSON))[1].outputs[0].text == "share 87.5%\n"
    assert code_cells(solution)[-2].outputs[0].text == "double: passed\n"
    handed_out = load(built / "exercises/01_counting_exercises.ipynb")
    assert all(not cell.outputs for cell in code_cells(handed_out))


def test_changed_prose_keeps_the_stored_outputs(built, build, edit):
    edit(LESSON, "share 87.5%", "share from before")  # only a rerun would undo it
    edit(SOURCE, "that counts.", "that still counts.\n#\n# %% [markdown]\n# More.")
    assert build("--no-execute") == 0
    lesson = load(built / LESSON)
    assert "still counts" in lesson.cells[0].source
    assert code_cells(lesson)[1].outputs[0].text == "share from before\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("3 + 4", "2 + 4"), ('tags=["headline"]', 'tags=["headline", "reveal"]')],
)
def test_changed_code_or_tag_runs_the_whole_notebook(built, build, edit, old, new):
    edit(LESSON, "headline: 87.5%\\n", "from before\\n")
    edit(SOURCE, old, new)
    build()
    assert code_cells(load(built / LESSON))[-2].outputs[0].text == ("headline: 87.5%\n")


def test_failing_cell_is_named_and_leaves_the_old_file(built, build, edit, capsys):
    before = contents(built)
    edit(SOURCE, 'print("headline: 87.5%")', 'raise KeyError("planted")')
    assert build() == 1
    message = capsys.readouterr().err
    assert f"{LESSON}, cell 4" in message
    assert "KeyError" in message
    assert "planted" in message
    assert contents(built) == before


def test_without_running_a_changed_lesson_is_left_as_it_is(built, build, edit):
    before = contents(built)
    edit(SOURCE, "3 + 4", "2 + 4")
    assert build("--no-execute") == 0
    assert contents(built) == before


def test_kernel_sees_one_thread_and_an_empty_folder(project, build, edit, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(project))
    monkeypatch.setenv("COURSE_THREADS", "7")
    edit(
        SOURCE,
        "total = 3 + 4",
        "import os, sys\nwork = os.environ['COURSE_WORK']\n"
        "print(os.environ['COURSE_THREADS'], os.listdir(work), sys.executable)\n"
        "total = 7",
    )
    assert build("--chapter", "01") == 0
    printed = code_cells(load(project / LESSON))[1].outputs[0].text.split("\n")[0]
    assert printed.startswith("1 [] ")
    assert os.path.realpath(printed.split()[-1]) == os.path.realpath(sys.executable)
