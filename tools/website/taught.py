"""Where the lessons use the library: from a function to the pages that teach it."""

import ast
from collections import defaultdict
from pathlib import Path

from tools.notebook import code_cells, load
from tools.settings import LESSONS

LIBRARY = "course_lib"


def taught(root: Path) -> dict[str, list[str]]:
    """Map ``"course_lib.activation.select_neurons"`` to the lessons that use it.

    A lesson is named by its file's stem, such as ``"02_activation_pruning"``.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((root / LESSONS).glob("*.ipynb")):
        for name in sorted(names_used([c.source for c in code_cells(load(path))])):
            found[name].append(path.stem)
    return dict(found)


def names_used(cells: list[str]) -> set[str]:
    """Return the full names of what the cells of one notebook use of the library."""
    known: dict[str, str] = {}
    used: set[str] = set()
    for source in cells:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a magic
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                LIBRARY
            ):
                for alias in node.names:
                    known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in known:
                used.add(known[node.id])
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in known
            ):
                used.add(f"{known[node.value.id]}.{node.attr}")
    return used
