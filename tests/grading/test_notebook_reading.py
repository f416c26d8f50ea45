"""Cells are read as Jupyter would run them, with what is no Python taken away."""

import ast
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from course_lib.handin.child.notebook import Cell, NotANotebookError, parsed, read_cells

MAGICS = [
    "%matplotlib inline",
    "%timeit f(1)",
    "  %cd ..",
    "!pip install x --quiet",
    "!ls | grep 'it''s (odd'",
    "files = !ls",
    "a, b = %magic",
    'table["files"] = !ls',
    "np.mean?",
    "np.mean??",
    "?np.mean",
    "%alias?",
    "!!ls",
]
CALLS = ["/f 1", ",f a b", ";f a b"]  # IPython calls f; a lesson has no use for it
PYTHON = [
    "x = 1",
    "y = (7\n  % 4)",
    's = """\n%d\n!no\nwhat?\n"""',
    "# %comment?",
    "def f(a):\n    return a != 1",
    "z = x  # why?",
    "",
]


def statements(text: str) -> list[str]:
    """The statements that are left, without those that do nothing."""
    nodes = parsed(text).body
    return [ast.unparse(node) for node in nodes if not isinstance(node, ast.Pass)]


def by_ipython(text: str) -> list[str]:
    """The statements in which IPython sees no magic."""
    nodes = ast.parse(TransformerManager().transform_cell(text)).body
    return [ast.unparse(n) for n in nodes if "get_ipython()" not in ast.unparse(n)]


def without_assigned(found: list[str]) -> list[str]:
    """Without what stands for the result of a magic."""
    return [line for line in found if not line.endswith("= None")]


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(st.lists(st.sampled_from(MAGICS[:2] + MAGICS[3:] + PYTHON), max_size=8))
def test_what_is_no_magic_for_ipython_stays(lines: list[str]) -> None:
    text = "\n".join(lines)
    if text.lstrip("\n").startswith(("!!", "%%")):
        text = "start = 0\n" + text
    assert without_assigned(statements(text)) == by_ipython(text)


@pytest.mark.parametrize("magic", MAGICS + CALLS)
def test_a_magic_does_nothing_and_lines_keep_their_numbers(magic: str) -> None:
    tree = parsed(f"first = 1\nif first:\n    {magic.strip()}\nlast = 2\n")
    assert [node.lineno for node in tree.body] == [1, 2, 4]


@pytest.mark.parametrize(
    "magic", ["%%time", "%%timeit -n 1", "%%capture out", "%%prun"]
)
def test_a_cell_under_a_magic_that_runs_python_is_python(magic: str) -> None:
    assert statements(f"\n{magic}\nx = 1") == ["x = 1"]


@pytest.mark.parametrize(
    "magic", ["%%bash", "%%html", "%%writefile a.py", "%%script x"]
)
def test_a_cell_under_another_magic_is_empty(magic: str) -> None:
    assert statements(f"{magic}\nx = 1") == []


def test_a_timed_statement_is_run() -> None:
    assert statements("%time x = f(1)\ny = 2") == ["x = f(1)", "y = 2"]


def test_an_indented_cell_is_read_as_ipython_does() -> None:
    text = "    x = 1\n    if x:\n        y = 2\n"
    assert statements(text) == by_ipython(text)


def test_a_shell_line_that_goes_on_goes_as_a_whole() -> None:
    text = "!pip install \\\n   a \\\n   b\nx = 1"
    assert statements(text) == by_ipython(text) == ["x = 1"]


@pytest.mark.parametrize("text", ["def (:", "x = = !ls", "(", "%time )\n)", "if x:\n"])
def test_what_jupyter_does_not_run_is_an_error(text: str) -> None:
    with pytest.raises(SyntaxError):
        parsed(text)


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_a_syntax_error(text: str) -> None:
    try:
        found: Any = parsed(text)
    except (SyntaxError, ValueError):  # ValueError for a null character
        return
    assert isinstance(found, ast.Module)


def test_cells_are_read_from_every_format() -> None:
    code = {"cell_type": "code", "source": ["x = 1\n", "y = 2"]}
    old = {"cell_type": "code", "input": "x = 1\ny = 2"}
    texts = [
        {"cells": [code]},
        {"worksheets": [{"cells": [old]}, {"metadata": {}}]},
        {"cells": [None, code, {"cell_type": "raw", "source": "no"}, {"source": "no"}]},
    ]
    for notebook in texts:
        assert read_cells(json.dumps(notebook).encode()) == [
            Cell("code", "x = 1\ny = 2")
        ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_cells_are_read_in_every_encoding(encoding: str) -> None:
    notebook = {"cells": [{"cell_type": "markdown", "source": "größer\r\nals \ud83d"}]}
    data = json.dumps(notebook).encode(encoding)
    assert read_cells(data) == [Cell("markdown", "größer\nals ?")]


@given(st.binary(max_size=100) | st.recursive(st.integers(), st.lists).map(json.dumps))
def test_anything_else_is_said_to_be_no_notebook(data: bytes | str) -> None:
    with pytest.raises(NotANotebookError):
        read_cells(data if isinstance(data, bytes) else data.encode())
