"""Every declared mistake, an answer to each exercise packed into a notebook."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from types import ModuleType
from typing import Any

from course_lib.check import EXERCISES, Exercise, Mistake, open_task
from grading.policy import CHAPTERS

from .corpus import Entry
from .notebooks import bare, names


@dataclass(frozen=True)
class Wrong:
    """A mistake as an answer to its exercise, in the published class."""

    exercise: str
    mistake: Mistake

    @property
    def function(self) -> Callable[..., Any]:
        """The mistake as a learner's function, called with arguments in their order."""
        return partial(self.mistake.function, **EXERCISES[self.exercise].rules(0))

    @property
    def source(self) -> str:
        """A cell that defines the answer, without the library."""
        exercise = EXERCISES[self.exercise]
        return (
            f"from functools import partial\n\n"
            f"def _wrong():\n{textwrap.indent(functions(exercise), '    ')}\n"
            f"    return {_expression(self.mistake.function)}\n\n"
            f"{self.exercise} = partial(_wrong(), **{exercise.rules(0)!r})"
        )


def _expression(function: Callable[..., Any]) -> str:
    """How a function is called in its module, or the call that made it there."""
    maker, made, _ = function.__code__.co_qualname.partition(".<locals>.")
    if not made:
        return function.__name__
    given = inspect.getclosurevars(function).nonlocals.items()
    said = (f"{n}={_expression(v) if callable(v) else repr(v)}" for n, v in given)
    return f"{maker}({', '.join(said)})"


def functions(exercise: Exercise) -> str:
    """The functions of an exercise's module, and what they need of it."""
    module = inspect.getmodule(exercise.solved)
    shared = _plain(open_task) if hasattr(module, "smallest_within") else []
    return "\n\n".join(map(ast.unparse, shared + _plain(module)))


def _plain(module: ModuleType | None) -> list[ast.stmt]:
    """The statements of a module that need nothing of the course."""
    assert module is not None
    kept: list[ast.stmt] = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef):
            if _decorators(node) & {"drawn", "judged"}:
                continue
            node.decorator_list, node.returns = [], None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None
        elif isinstance(node, ast.ImportFrom):
            if node.module is None or node.module.startswith(("__", "course_lib")):
                continue
        elif isinstance(node, ast.Assign) and re.match(
            r"exercise\.solution\(", ast.unparse(node.value)
        ):
            (node.value,) = node.value.args
        elif isinstance(node, ast.ClassDef | ast.Expr) or re.search(
            r"Exercise\(|exercise\.mistake\(|Callable\[", ast.unparse(node)
        ):
            continue
        kept.append(node)
    return kept


def _decorators(node: ast.FunctionDef) -> set[str]:
    calls = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return {call.attr for call in calls if isinstance(call, ast.Attribute)}


def listed(chapter: str) -> list[Wrong]:
    """All declared mistakes of a chapter, in the published class."""
    return [
        Wrong(name, mistake)
        for name in names(chapter)
        for mistake in EXERCISES[name].mistakes
    ]


def packed(chapter: str) -> list[list[Wrong]]:
    """Lists of wrong answers with at most one to an exercise, all of them once."""
    columns = [[w for w in listed(chapter) if w.exercise == n] for n in names(chapter)]
    return [[w for w in row if w] for row in zip_longest(*columns)]


WRONG: dict[str, list[Wrong]] = {
    f"wrong-{chapter}-{number:02}.ipynb": answers
    for chapter in CHAPTERS
    for number, answers in enumerate(packed(chapter))
}
# what they deserve is what the same checks say to the functions themselves
ENTRIES = [
    Entry(
        name,
        lambda _, answers=answers: bare(*(wrong.source for wrong in answers)),
        chapter=name[6:8],
    )
    for name, answers in WRONG.items()
]
