"""Find what an answer uses of the course's library, which graders do not provide."""

import dis
import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

COURSE = __name__.partition(".")[0]
# graders have a ``check`` with nothing but ``variation``
ALLOWED = {
    f"{COURSE}.check{name}" for name in ("", ".variation", ".exercise.variation")
}


def borrowed(function: Callable[..., Any]) -> str:
    """Return a name of the library that ``function`` uses, or an empty string.

    The search follows the learner's own functions and classes, but not lists.
    """
    inner: Any = function
    while isinstance(inner, partial):
        inner = inner.func
    home = getattr(inner, "__module__", "")
    found: list[Any] = [function]
    seen: dict[int, Any] = {}  # kept, so that no other value gets the same id
    while found:
        value = found.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        if _is_of_course(name := _origin(value)):
            return name
        if isinstance(value, partial):
            found += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, MethodType):
            found += [value.__func__, value.__self__]
        elif getattr(value, "__module__", None) == home:
            if isinstance(value, FunctionType):
                for name in _imported(value.__code__):
                    if _is_of_course(name):
                        return name
                found += _reached(value)
            else:
                found += vars(
                    value if isinstance(value, type) else type(value)
                ).values()
    return ""


def _is_of_course(name: str) -> bool:
    return name.startswith(f"{COURSE}.") and name not in ALLOWED


def _origin(value: Any) -> str:
    """Return the module of a class, a function, or an object, and its name if any."""
    if isinstance(value, ModuleType):
        return value.__name__
    module = getattr(value, "__module__", None)
    name = getattr(value, "__name__", type(value).__name__)
    return f"{module}.{name}" if isinstance(module, str) else ""


def _reached(function: FunctionType) -> Iterator[Any]:
    """Yield the values of the names that a function uses."""
    codes = list(_codes(function.__code__))
    for name in {name for code in codes for name in code.co_names}:
        value = function.__globals__.get(name)
        if isinstance(value, ModuleType) and value.__name__ == COURSE:
            parts = {f"{COURSE}.{part}" for code in codes for part in code.co_names}
            yield from (sys.modules[part] for part in parts & sys.modules.keys())
        else:
            yield value
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not bound yet
            continue
    yield from function.__defaults__ or ()


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of a function and of the functions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _imported(code: CodeType) -> Iterator[str]:
    """Yield the modules that a function imports."""
    for each in _codes(code):
        module = ""
        for line in dis.get_instructions(each):
            if line.opname == "IMPORT_NAME":
                module = line.argval
                yield module
            elif line.opname == "IMPORT_FROM":
                yield f"{module}.{line.argval}"
