"""The shape of an answer: its syntax without names, comments, and annotations.

A shape is one line of text that a grader can compare without reading any Python: the
number of nodes, a digest of the whole, and hashes of short runs of nodes.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Collection, Iterator

from .slices import Statement, needed

RUN = 12  # nodes in a run
MAX_RUNS = 128  # of a longer answer, those with the smallest hashes
DIGITS = 8  # hexadecimal, of a run's hash
MAX_NODES = 20_000


def shape_of(program: list[Statement], name: str, others: Collection[str]) -> str:
    """Return the shape of the function ``name`` and of the functions that it needs.

    ``others`` are functions that do not count. Empty if there is no such function, or
    if it is too large.
    """
    wanted = [
        statement.node
        for statement in needed(program, name)
        if isinstance(statement.node, ast.FunctionDef)
        and (statement.node.name == name or statement.node.name not in others)
    ]
    if name not in {node.name for node in wanted}:
        return ""
    try:
        nodes = _nodes(wanted)
    except RecursionError:  # a very long sum
        return ""
    if len(nodes) > MAX_NODES:
        return ""
    runs = {
        _hash(nodes[i : i + RUN], DIGITS) for i in range(max(1, len(nodes) - RUN + 1))
    }
    return f"{len(nodes)} {_hash(nodes, 16)} {''.join(sorted(runs)[:MAX_RUNS])}"


def _hash(nodes: list[str], digits: int) -> str:
    text = "\n".join(nodes).encode("utf-8", "replace")
    return hashlib.sha256(text).hexdigest()[:digits]


def _nodes(functions: list[ast.FunctionDef]) -> list[str]:
    """Return one word per node, with ends of branches, in the order of the text."""
    own = {name for function in functions for name in _bound(function)}
    numbers: dict[str, str] = {}

    def renamed(name: str) -> str:
        return numbers.setdefault(name, f"_{len(numbers)}") if name in own else name

    found: list[str] = []
    for function in functions:
        found += _walk(function, renamed)
    return found


def _bound(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the names that a function, or one in it, gives to anything."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id


def _walk(node: ast.AST, renamed: Callable[[str], str]) -> Iterator[str]:
    yield type(node).__name__
    for field, value in ast.iter_fields(node):
        if field in ("ctx", "annotation", "returns", "type_comment", "kind"):
            continue
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, ast.AST):
                if not _is_text(part):
                    yield from _walk(part, renamed)
            elif isinstance(part, str) and field in ("id", "arg", "name"):
                yield renamed(part)
            elif part is not None:
                yield repr(part)
    yield "."


def _is_text(node: ast.AST) -> bool:
    """Return whether a statement is only a text, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
