"""Every lesson, opened and run in JupyterLab; every demo, moved by keyboard."""

import pytest

from tools.notebook import load

from .lab import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def has_demo(path) -> bool:
    cells = load(path).cells
    return any("demo" in cell.metadata.get("tags", []) for cell in cells)


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
def test_lesson_runs_and_its_demo_answers_the_keyboard(lab, path):
    lab.open(path.name)
    lab.run_all()
    assert lab.errors() == []
    if not has_demo(path):
        return
    area = lab.show_cell("demo")
    before = lab.readout_text(area)
    lab.screenshot(f"{path.stem}-before")
    lab.focus_slider(area)
    lab.press("ArrowRight", 2)
    after = lab.changed_readout(area, before)
    lab.screenshot(f"{path.stem}-after")
    assert after != before
