"""Submissions that try to get out, or at something: right answers all the same.

An attempt that finds anything makes the answer raise what it found. So full points
mean that there was nothing, and the text "ESCAPED" must be in no result.
"""

import ast
import inspect
from collections.abc import Callable
from typing import Any

from . import attempts_leave, attempts_reach
from .corpus import Entry, World
from .notebooks import solution, solved

ATTEMPT = """
{world}
{attempt}
{right}

RIGHT, FOUND = {exercise}, []

def {exercise}(*arguments):
    if not FOUND:
        FOUND.append({name}(WORLD))
    if FOUND[0]:
        raise RuntimeError(f"ESCAPED {{FOUND[0]}}")
    return RIGHT(*arguments)
"""


def attempting(
    attempt: Callable[..., Any], exercise: str = "mlp_costs"
) -> Callable[[World], dict[str, Any]]:
    """A notebook with an answer that first makes an attempt."""

    def make(world: World) -> dict[str, Any]:
        source = ATTEMPT.format(
            world=world.literal(),
            attempt=source_of(attempt),
            name=attempt.__name__,
            right=solution(exercise),
            exercise=exercise,
        )
        return solved("01", **{exercise: source})

    return make


def source_of(*functions: Callable[..., Any]) -> str:
    """The sources of functions, below the imports of their modules."""
    nodes = [
        node
        for module in dict.fromkeys(map(inspect.getmodule, functions))
        for node in ast.parse(inspect.getsource(module)).body
    ]
    imports = [
        ast.unparse(node)
        for node in nodes
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and not node.level)
    ]
    return "\n".join([*imports, *map(inspect.getsource, functions)])


def public(module: Any) -> list[Callable[..., Any]]:
    """The functions that a module defines, in the order in which it does."""
    found = [f for f in vars(module).values() if inspect.isfunction(f)]
    return [f for f in found if f.__module__ == module.__name__]


ENTRIES = [
    Entry(f"escape-{function.__name__}.ipynb", attempting(function))
    for module in (attempts_reach, attempts_leave)
    for function in public(module)
] + [
    Entry("escape-passes_a_note-again.ipynb", attempting(attempts_leave.passes_a_note))
]
