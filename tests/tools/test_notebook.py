"""Properties of tools.notebook: what is stored is reproducible and whole."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.notebook import WIDGET_VIEW, clean, dumps, merge_streams, write_atomic


def stream(name, text):
    return new_output("stream", name=name, text=text)


def test_consecutive_outputs_of_one_stream_become_one():
    outputs = [stream("stdout", "a"), stream("stdout", "b"), stream("stderr", "c")]
    merged = merge_streams([*outputs, stream("stdout", "d")])
    assert [(o.name, o.text) for o in merged] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_cleaning_leaves_the_picture_and_the_text_of_a_widget():
    data = {WIDGET_VIEW: {"model_id": "1"}, "image/png": "x", "text/plain": "alt"}
    cell = new_code_cell("demo", outputs=[new_output("display_data", data)])
    cell.metadata["execution"] = {"iopub.status.busy": "2026"}
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}})
    clean(notebook)
    assert set(cell.outputs[0].data) == {"image/png", "text/plain"}
    assert "execution" not in cell.metadata
    assert notebook.metadata == {"language_info": {"name": "python"}}


def test_file_is_utf8_with_indent_one_and_a_final_newline():
    text = dumps(new_notebook(cells=[new_code_cell("x = '≥'", id="a")]))
    assert text.startswith('{\n "cells"')
    assert text.endswith("}\n")
    assert "≥" in text


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.ipynb"
    write_atomic(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(path, "new \ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.ipynb"]
