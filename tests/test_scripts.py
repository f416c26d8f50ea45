"""Scripts that no test runs still call what the library has.

Benchmarks and recipes take from minutes to hours, so a name that the library has
renamed would otherwise be noticed by whoever runs them next.
"""

import ast
import importlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT / "benchmarks", ROOT / "recipes"]
SCRIPTS = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))


def found(module: ModuleType, name: str) -> object:
    """Return a module's attribute, or its module of that name, or None."""
    if not hasattr(module, name):
        with suppress(ModuleNotFoundError):
            importlib.import_module(f"{module.__name__}.{name}")
    return getattr(module, name, None)


def missing_names(source: str) -> Iterator[str]:
    """Yield what a script takes from ``course_lib`` that is not there."""
    tree, modules = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(
            "course_lib."
        ):
            module = importlib.import_module(node.module)
            for alias in node.names:
                value = found(module, alias.name)
                if value is None:
                    yield f"{node.module}.{alias.name}"
                if isinstance(value, ModuleType):
                    modules[alias.asname or alias.name] = value
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None and found(module, node.attr) is None:
                yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script_uses_names_that_the_library_has(path):
    assert not list(missing_names(path.read_text(encoding="utf-8")))


def test_missing_names_are_found():
    source = (
        "from course_lib import measure, no_such_module\n"
        "from course_lib.page import storyboard\n"
        "measure.mac_count(1), measure.speed(2), storyboard.names()\n"
    )
    assert list(missing_names(source)) == [
        "course_lib.no_such_module",
        "measure.speed",
        "storyboard.names",
    ]
