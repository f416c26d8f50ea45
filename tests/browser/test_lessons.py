"""Every lesson, run once in JupyterLab: its outputs, and its widgets by keyboard."""

import re

import pytest

from course_lib.demos.gallery import DEMOS

from . import demos, parts
from .chromium import ROOT
from .stored import differences

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TAGS = {*parts.PARTS, "demo"}
CONTROLS = ".jupyter-widgets :is(select, button, textarea, input, .noUi-handle)"


def kind(cell):
    """Return the one tag that tells how a widget cell is worked."""
    (tag,) = TAGS.intersection(cell.tags)
    return tag


def demo_name(cell):
    """Return which demo a cell shows, by the module that its code names."""
    (name,) = (name for name in DEMOS if re.search(rf"\b{name}\.", cell.source))
    return name


def is_locked(cell):
    """Tell whether a demo waits for the chapter's prediction."""
    return kind(cell) == "demo" and "reveal(" in cell.source


def widget_cells(lab):
    """List the cells whose tag promises a widget; they and no others have controls.

    A bar that shows how far a training has come is a widget too, without a control.
    """
    cells = lab.cells()
    promised = [cell for cell in cells if TAGS.intersection(cell.tags)]
    assert promised
    assert [cell for cell in promised if not cell.has_widget] == []
    others = [cell for cell in cells if cell.has_widget and cell not in promised]
    assert [c for c in others if lab.show(c).locator(CONTROLS).count()] == []
    return promised


def work(lab, cell):
    """Work a cell's widget as its tag says."""
    area = lab.show(cell)
    if kind(cell) == "demo":
        demos.work(lab, area, demo_name(cell))
    else:
        parts.work(lab, area, kind(cell))


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_lesson_prints_what_is_stored_and_its_widgets_answer_the_keyboard(lab, path):
    lab.open(path.name)
    lab.run_all()
    assert lab.errors() == []
    assert differences(path, lab.outputs()) == []
    cells = widget_cells(lab)
    for cell in filter(is_locked, cells):
        # before the guess, only the question's own line is to be seen
        assert lab.readouts(lab.show(cell)) == ["0 guesses kept"]
    for place, cell in enumerate(cells):
        work(lab, cell)
        assert lab.dead_widgets() == []
        lab.screenshot(f"{path.stem}-{place:02}-{kind(cell)}")
    assert lab.complaints() == []
