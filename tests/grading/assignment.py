"""A chapter's exercise set, handed out and answered, as other graders want it."""

import copy
from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode

from tests.grading.notebooks import dump, names, solution, stub

KEPT = ("import check", "CLASS_SEED = ")  # what answers and checks need


def page(chapter: str) -> NotebookNode:
    """The exercise set as it is handed out."""
    return nbformat.reads(dump(stub(chapter)).decode(), as_version=4)


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
    return {name: solution(name) for name in names(chapter)}


def answered(notebook: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy in which the cells named in ``answers`` hold these sources."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return made
