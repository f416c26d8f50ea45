"""docs/results.md has the tables and the picture of the executed lessons."""

import base64

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import results

RESULTS = "# X\n\n<!-- headline -->\nold 1\n<!-- /headline -->\nrest\n"


@pytest.fixture
def root(tmp_path):
    png = base64.b64encode(b"\x89PNG picture").decode()
    cells = [
        new_code_cell(
            "print()",
            metadata={"tags": ["headline"]},
            outputs=[new_output("stream", text="62% fewer\n")],
        ),
        new_code_cell(
            "show()",
            metadata={"tags": ["picture"]},
            outputs=[new_output("display_data", data={"image/png": png})],
        ),
    ]
    (tmp_path / "notebooks").mkdir()
    nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "01_a.ipynb")
    (tmp_path / "docs").mkdir()
    (tmp_path / results.PAGE).write_text(RESULTS)
    return tmp_path


def test_update_stamps_table_and_picture_and_then_has_nothing_to_do(root):
    assert results.problems(root) == [
        "docs/results.md: not the lessons' tables; run make build",
        "docs/trade-off.png: not the lesson's figure; run make build",
    ]
    assert results.update(root) == "written"
    text = (root / results.PAGE).read_text()
    assert "```text\n62% fewer\n```" in text
    assert "old 1" not in text
    assert text.endswith("rest\n")
    assert (root / results.PICTURE).read_bytes() == b"\x89PNG picture"
    assert results.problems(root) == []
    assert results.update(root) == "unchanged"


def test_missing_page_is_named(root):
    (root / results.PAGE).unlink()
    assert results.problems(root) == ["docs/results.md: missing"]
