"""The helpers on a notebook whose behaviour is known: they see what is there."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

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
def notebook(lab_folder, lab):
    """Write a notebook with long prose, the demo and, on request, one more cell."""

    def write(last: str) -> None:
        cells = [
            new_markdown_cell("# Tiny\n\n" + "A line.\n\n" * 120),
            new_code_cell(DEMO, metadata={"tags": ["demo"]}),
            new_markdown_cell("A line.\n\n" * 120),
            new_code_cell(last),
        ]
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
        metadata = {"kernelspec": kernel}
        path = lab_folder / "tiny.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
        lab.open("tiny.ipynb")
        lab.run_all()

    return write


def test_keys_move_a_slider_and_its_readout(lab, notebook):
    notebook("print('done')")
    assert lab.errors() == []
    area = lab.show_cell("demo")
    before = lab.readout_text(area)
    assert before == "kept 10"
    lab.focus_slider(area)
    lab.press("ArrowRight", 2)
    assert lab.changed_readout(area, before) == "kept 30"
    assert lab.screenshot("tiny").stat().st_size > 10_000


def test_errors_and_cells_that_did_not_run_are_seen(lab, notebook):
    notebook("raise KeyError('planted')")
    assert lab.errors() == ["KeyError: 'planted'"]


def test_unknown_tag_is_an_error(lab, notebook):
    notebook("print('done')")
    with pytest.raises(ValueError, match="nowhere"):
        lab.show_cell("nowhere")
