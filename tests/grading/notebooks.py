"""Notebooks as learners hand them in, built from the pages that they were handed."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from course_lib.check import EXERCISES

ROOT = Path(__file__).resolve().parents[2]


@cache
def _page(kind: str, chapter: str) -> dict[str, Any]:
    (path,) = (ROOT / kind).glob(f"{chapter}_*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))


def names(chapter: str) -> list[str]:
    """The exercises of a chapter."""
    return [e.name for e in EXERCISES.values() if e.chapter == chapter]


def stub(chapter: str) -> dict[str, Any]:
    """The notebook as it is handed out."""
    return copy.deepcopy(_page("exercises", chapter))


def text(cell: dict[str, Any]) -> str:
    """The text of a cell, which a file holds in lines."""
    return "".join(cell["source"])


def answer_cell(notebook: dict[str, Any], exercise: str) -> dict[str, Any]:
    """The cell in which an exercise is answered."""
    tagged = [c for c in notebook["cells"] if "answer" in c["metadata"].get("tags", ())]
    (cell,) = [c for c in tagged if f"def {exercise}(" in text(c)]
    return cell


def solution(exercise: str) -> str:
    """The published answer to an exercise."""
    page = _page("solutions", EXERCISES[exercise].chapter)
    return text(answer_cell(page, exercise))


def solved(chapter: str, **answers: str) -> dict[str, Any]:
    """The handed-out page with every exercise solved, but for the ``answers`` given."""
    notebook = stub(chapter)
    for name in names(chapter):
        source = answers.pop(name, None)
        source = solution(name) if source is None else source
        answer_cell(notebook, name)["source"] = source.splitlines(keepends=True)
    assert not answers, f"no exercises of chapter {chapter}: {sorted(answers)}"
    return notebook


def code(source: str) -> dict[str, Any]:
    """A code cell of nbformat 4."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def bare(*sources: str) -> dict[str, Any]:
    """A notebook of code cells alone."""
    cells = [code(source) for source in sources]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}


def dump(notebook: Any) -> bytes:
    """The bytes of a file that holds this notebook."""
    return json.dumps(notebook, indent=1).encode()
