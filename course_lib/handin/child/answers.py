"""Running the slice of an answer, and calling the function that it defines."""

from __future__ import annotations

import ast
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

from .notebook import Cell
from .slices import Statement, needed, statements

MAX_PROBLEMS = 20


class MissingError(Exception):
    """No cell defines the function."""


class Answers:
    """The answers of one notebook, each run in a namespace of its own."""

    def __init__(self, cells: list[Cell]) -> None:
        self.program, self.problems = statements(cells)
        self._functions: dict[str, Callable[..., Any]] = {}
        for number, cell in enumerate(cells, start=1):
            name, lines = f"cell {number}", cell.text.splitlines(keepends=True)
            # so that an error shows the learner's own line
            linecache.cache[name] = (sum(map(len, lines)), None, lines, name)

    def load(self, name: str) -> list[str]:
        """Run what ``name`` needs and return the problems. Raises MissingError."""
        chosen = needed(self.program, name)
        scope: dict[str, Any] = {"__name__": "__main__", "display": _nothing}
        problems: list[str] = []
        found: Callable[..., Any] | None = None
        failed: list[Statement] = []
        # a cell can precede the one it depends on, so failures are retried
        for attempt in (chosen, failed):
            for statement in list(attempt):
                problem = _run(statement, scope)
                if problem and attempt is chosen:
                    failed.append(statement)
                elif problem:
                    problems.append(problem)
                if name in statement.binds and callable(scope.get(name)):
                    found = scope[name]
        if found is None:
            raise MissingError("; ".join((problems + self.problems)[:MAX_PROBLEMS]))
        scope[name] = found
        self._functions[name] = found
        return problems[:MAX_PROBLEMS]

    def __getitem__(self, name: str) -> Callable[..., Any]:
        return self._functions[name]


def _run(statement: Statement, scope: dict[str, Any]) -> str:
    """Execute one statement; return the problem, or an empty string."""
    tree = ast.Module([statement.node], [])
    try:
        exec(compile(tree, f"cell {statement.cell}", "exec", 0, True), scope)
    except BaseException as error:  # a submission may raise anything, SystemExit too
        problem = f"cell {statement.cell}: {describe(error)}"
        if isinstance(error, ImportError) and "course_lib" in problem:
            problem += " (answers run without the course's functions)"
        return problem
    return ""


def describe(error: BaseException) -> str:
    """Return type and text of an error whose own code may fail."""
    try:
        text = str(error)[:500]
    except BaseException:
        text = "(its text could not be read)"
    return f"{type(error).__name__[:60]}: {text}"


def stub_course(variations: dict[str, dict[str, Any]]) -> None:
    """Install a stub ``course_lib`` that has only a ``check`` without effect.

    What a learner has to write must not be available as a function of the course. Only
    ``check.variation`` works as on the page, because a function may call it.
    """

    class NoCheck(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return _nothing

    course = types.ModuleType("course_lib", "Only a check that checks nothing.")
    course.__path__ = []  # so that `import course_lib.data` reports what is missing
    check = NoCheck("course_lib.check")
    check.variation = lambda name, *_: dict(variations[name])  # type: ignore[attr-defined]
    course.check = check  # type: ignore[attr-defined]
    for name in [n for n in sys.modules if n.split(".")[0] == "course_lib"]:
        del sys.modules[name]
    sys.modules |= {"course_lib": course, "course_lib.check": check}


def _nothing(*_: Any, **__: Any) -> dict[str, Any]:
    return {}
