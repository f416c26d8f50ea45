"""The helpers on a notebook whose behaviour is known: they see what is there."""

import pytest

from . import notebooks
from .parts import PARTS, Part, step, work

DEMO = """\
import ipywidgets as W
from IPython.display import display

slider = W.IntSlider(value=10, max=100, step=10, description="kept")
readout = W.HTML(f"kept {slider.value}")
readout.add_class("course-readout")

def update(change):
    readout.value = f"kept {change['new']}"

slider.observe(update, "value")
display(W.VBox([slider, readout]))"""


@pytest.fixture
def run(lab_folder, lab):
    """Return a function that runs a notebook of the demo and more cells."""

    def run(*more):
        cells = [("demo", DEMO), *more]
        notebooks.write(lab_folder / "tiny.ipynb", *cells, prose=notebooks.LONG)
        lab.open("tiny.ipynb")
        lab.run_all()

    return run


def test_keys_move_a_slider_and_its_readout(lab, run):
    run(("", "print('done')"))
    assert lab.errors() == []
    area = lab.show_cell("demo")
    assert lab.read_number(area, r"kept (\d+)") == 10
    lab.move_slider(area, 3)
    lab.wait_for_number(area, r"kept (\d+)", 40)
    lab.move_slider(area, -2)
    assert lab.wait_for_sentence(area, "kept 20") == "kept 20"
    assert lab.screenshot("tiny").stat().st_size > 10_000


def test_widget_cells_are_found_and_told_apart_by_tag_and_number(lab, run):
    run(("demo", DEMO.replace("value=10", "value=70")), ("map", "print('no widget')"))
    found = [(cell.tags, cell.has_widget) for cell in lab.cells()]
    assert found == [(("demo",), True), (("demo",), True), (("map",), False)]
    assert lab.readouts(lab.show_cell("demo", 1)) == ["kept 70"]
    with pytest.raises(ValueError, match="2 cells are tagged 'demo'"):
        lab.show_cell("demo", 2)
    with pytest.raises(ValueError, match="nowhere"):
        lab.show_cell("nowhere")


def test_errors_cells_that_did_not_run_and_complaints_of_the_page_are_seen(lab, run):
    run(("", "raise KeyError('planted')"), ("", "print('never')"))
    first, second = lab.errors()
    assert first == "KeyError: 'planted'"
    assert second.startswith("not run: ")
    assert lab.complaints() == []
    script = "() => { console.error('planted'); setTimeout(() => { throw 'thrown' }) }"
    lab.page.evaluate(script)
    lab.page.evaluate("fetch('http://example.invalid/style.css').catch(() => null)")
    lab.page.wait_for_timeout(500)
    texts = "\n".join(lab.complaints())
    for expected in ("planted", "thrown", "another host: http://example.invalid"):
        assert expected in texts


def test_part_whose_number_does_not_move_fails(lab, run, monkeypatch):
    monkeypatch.setattr("tests.browser.hands.ANSWER_SECONDS", 2)
    monkeypatch.setitem(PARTS, "demo", Part(step, r"kept (\d+)", starts=10))
    run()
    with pytest.raises(AssertionError, match="kept 20"):  # by ten, and not by one
        work(lab, lab.show_cell("demo"), "demo")
