"""The parts of a page, found by the calls that show them in a notebook."""

import ast
from typing import Any

from tools.website.parts import PARTS

MAPS = "city_maps"  # a figure in the notebook, a part on the website


def part_call(source: str) -> tuple[str, list[Any]] | None:
    """Return the part that a cell shows and its arguments, or None if it shows none.

    ``predict.reveal("02", *threshold_explorer.build(…))`` is ``("predict.reveal",
    ["02", "threshold_explorer"])``, also if what was built has a name in this cell.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, which no part is
        return None
    built = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if (name := _last_two(node.func)) == MAPS:
                return MAPS, []
            if name in PARTS:
                return name, [_argument(value, built) for value in node.args]
    return None


def _last_two(function: ast.expr) -> str:
    return ".".join(ast.unparse(function).split(".")[-2:])


def _argument(value: ast.expr, built: dict[str, ast.expr]) -> Any:
    if not isinstance(value, ast.Starred):
        return ast.literal_eval(value)
    made = value.value
    made = built.get(made.id, made) if isinstance(made, ast.Name) else made
    name = _last_two(made.func) if isinstance(made, ast.Call) else ""
    if not name.endswith(".build"):
        raise ValueError(f"a demo must be made by build(), got {ast.unparse(value)}")
    return name.removesuffix(".build")
