"""Every lesson, opened and run in JupyterLab; every widget, worked by keyboard."""

import re

import pytest

from course_lib.demos.gallery import DEMOS

from . import demos, parts
from .chromium import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {*parts.PARTS, "demo"}


def kind(cell):
    """Return the one tag that tells how a widget cell is worked."""
    (tag,) = TAGS.intersection(cell.tags)
    return tag


def demo_name(cell):
    """Return which demo a cell shows, by the module that its code names."""
    (name,) = (name for name in DEMOS if re.search(rf"\b{name}\.", cell.source))
    return name


def is_gated(cell):
    """Tell whether a demo waits for the chapter's prediction."""
    return "reveal(" in cell.source


def widget_cells(lab):
    """List the cells with widgets; those with a tag of one must have one."""
    cells = lab.cells()
    found = [cell for cell in cells if cell.has_widget]
    without = [c for c in cells if TAGS.intersection(c.tags) and not c.has_widget]
    assert found
    assert without == []
    return found


def work(lab, cell):
    """Work a cell's widget as its tag says."""
    area = lab.show(cell)
    if kind(cell) == "demo":
        demos.work(lab, area, demo_name(cell))
    else:
        parts.work(lab, area, kind(cell))


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_every_widget_of_a_lesson_answers_the_keyboard(lab, path):
    lab.open(path.name)
    lab.run_all()
    assert lab.errors() == []
    cells = widget_cells(lab)
    for cell in cells:
        if kind(cell) == "demo" and is_gated(cell):
            # locked: before the guess, only the question's own line is to be seen
            assert lab.readouts(lab.show(cell)) == ["0 guesses kept"]
    count = 0
    for cell in cells:
        work(lab, cell)
        assert lab.dead_widgets() == []
        lab.screenshot(f"{path.stem}-{count:02}-{kind(cell)}")
        count += 1
    assert count == len(cells)
    assert lab.complaints() == []
