"""Every catalogued wrong answer, an answer to each exercise packed into a notebook."""

from __future__ import annotations

import ast
import importlib
import inspect
from itertools import zip_longest
from types import ModuleType
from typing import Any

from tests.check.catalogue import Catalogue, WrongAnswer

from .corpus import Entry
from .notebooks import bare, names


def module_of(chapter: str) -> ModuleType:
    """The module of a chapter's wrong answers."""
    return importlib.import_module(f"tests.check.wrong_answers_{chapter}")


def source(module: ModuleType) -> str:
    """Its imports and functions, without the catalogue around them."""
    kept = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
            kept.append(node)
        elif isinstance(node, ast.Import):
            kept.append(node)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            kept += [node] if node.module != "__future__" else []
    return "\n\n".join(ast.unparse(node) for node in kept)


def packed(chapter: str) -> list[list[WrongAnswer]]:
    """Lists of wrong answers with at most one to an exercise, all of them once."""
    catalogue: Catalogue = module_of(chapter).WRONG_ANSWERS
    columns = [[w for w in catalogue if w.exercise == name] for name in names(chapter)]
    return [[w for w in row if w] for row in zip_longest(*columns)]


def notebook(chapter: str, answers: list[WrongAnswer]) -> dict[str, Any]:
    """A notebook with these answers."""
    lines = [f"{wrong.exercise} = {wrong.function.__name__}" for wrong in answers]
    return bare(source(module_of(chapter)), *lines)


WRONG: dict[str, list[WrongAnswer]] = {
    f"wrong-{chapter}-{number:02}.ipynb": answers
    for chapter in ("01", "02", "03", "04", "05")
    for number, answers in enumerate(packed(chapter))
}
# what they deserve is what the same checks say to the functions themselves
ENTRIES = [
    Entry(
        name,
        lambda _, c=name[6:8], answers=answers: notebook(c, answers),
        chapter=name[6:8],
    )
    for name, answers in WRONG.items()
]
