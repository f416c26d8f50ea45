"""A chapter's exercise set, handed out and handed in, as other graders want it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode

from tools.settings import ROOT

KEPT = ("import check", "CLASS_SEED = ")  # what answers and checks need


def page(folder: str, chapter: str) -> NotebookNode:
    """Read a chapter's notebook in ``exercises`` or ``solutions``."""
    (path,) = (ROOT / folder).glob(f"{chapter}_*.ipynb")
    return nbformat.read(path, as_version=4)


def grade_id(cell: NotebookNode) -> str:
    """What nbgrader calls a cell; an empty text for a cell that it passes over."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def without_real_data(notebook: NotebookNode) -> NotebookNode:
    """A copy with the text, the answers and their checks, and nothing that trains."""
    made = copy.deepcopy(notebook)
    made.cells = [
        cell
        for cell in made.cells
        if cell.cell_type == "markdown"
        or grade_id(cell)
        or any(words in cell.source for words in KEPT)
    ]
    return made


def right_answers(chapter: str) -> dict[str, str]:
    """The sources of the published solutions; keys are the functions' names."""
    cells = page("solutions", chapter).cells
    answers = (cell for cell in cells if "answer" in cell.metadata.get("tags", []))
    return {grade_id(cell): cell.source for cell in answers}


def answered(notebook: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy in which the cells named in ``answers`` hold these sources."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return made
