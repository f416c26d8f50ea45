"""The statements of a notebook that a function needs; only those are run.

A notebook trains networks and draws figures between its answers. Running the slice of
one answer instead of the entire notebook makes grading fast, isolates the answers from
each other, and does not depend on the order of the cells.
"""

from __future__ import annotations

import ast
import symtable
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .notebook import Cell, parsed


@dataclass(frozen=True)
class Statement:
    """A top-level statement: its location and the names it binds, reads and changes.

    ``changes`` are names whose objects it modifies without binding them, as in
    ``table[0] = 1``, ``numbers.append(1)`` or ``torch.set_num_threads(1)``.
    """

    cell: int
    node: ast.stmt
    binds: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    is_stub: bool = False
    is_star: bool = False


def statements(cells: Iterable[Cell]) -> tuple[list[Statement], list[str]]:
    """Return every top-level statement of the code cells, and the parse errors."""
    found: list[Statement] = []
    problems: list[str] = []
    for number, cell in enumerate(cells, start=1):
        if cell.kind != "code":
            continue
        try:
            nodes = _parse(cell.text)
            found += [_statement(number, node) for node in nodes]
        except SyntaxError as error:
            where = f", line {error.lineno}" if error.lineno else ""
            problems.append(f"cell {number}{where}: {error.msg or 'not Python'}")
        except (ValueError, RecursionError, MemoryError) as error:
            problems.append(f"cell {number}: not Python ({type(error).__name__})")
    return found, problems


def needed(program: list[Statement], name: str) -> list[Statement]:
    """Return the statements, in order, that defining and running ``name`` requires.

    A definition that is still the released stub is replaced by any other one. The time
    grows with the length of the program, not with its square.
    """
    touching: dict[str, list[int]] = defaultdict(list)
    for i, statement in enumerate(program):
        for touched in statement.binds | statement.changes:
            touching[touched].append(i)
    written = {n for s in program if not s.is_stub for n in s.binds}
    modules = _modules(program)
    chosen = {i for i, statement in enumerate(program) if statement.is_star}
    waiting, known = [name], {name}
    while waiting:
        wanted = waiting.pop()
        for i in touching[wanted]:
            if i in chosen or not _is_needed(program[i], wanted, modules, written):
                continue
            chosen.add(i)
            waiting += program[i].reads - known
            known |= program[i].reads
    return [program[i] for i in sorted(chosen)]


def defined(program: list[Statement]) -> set[str]:
    """Return all names that some statement binds."""
    return set().union(*(statement.binds for statement in program))


def functions(program: list[Statement]) -> set[str]:
    """Return the names of all functions that a statement of its own defines."""
    return {s.node.name for s in program if isinstance(s.node, ast.FunctionDef)}


def class_seed(program: list[Statement]) -> int:
    """Return the integer that a notebook assigns to ``CLASS_SEED``, or 0."""
    for statement in reversed(program):
        node = statement.node
        if "CLASS_SEED" in statement.binds and isinstance(node, ast.Assign):
            value = node.value
            if isinstance(value, ast.Constant) and type(value.value) is int:
                return value.value if value.value < 2**63 else 0
    return 0


def _is_needed(
    statement: Statement, name: str, modules: set[str], written: set[str]
) -> bool:
    """Return whether a statement that binds or changes a name is needed for it.

    ``written`` are the names with definitions that are not stubs.
    """
    if name in statement.binds:
        return not (statement.is_stub and name in written)
    if statement.binds:
        return False
    # a setting such as torch.set_num_threads(1), but not np.testing of data
    if name in modules and isinstance(statement.node, ast.Expr):
        return statement.reads <= modules
    return True


def _modules(program: list[Statement]) -> set[str]:
    imports = [s for s in program if isinstance(s.node, ast.Import | ast.ImportFrom)]
    return set().union(*(s.binds for s in imports))


def _parse(text: str) -> list[ast.stmt]:
    tree = _WithoutAnnotations().visit(parsed(text))
    return [single for node in tree.body for single in _single_imports(node)]


def _single_imports(node: ast.stmt) -> list[ast.stmt]:
    """Split imports into one statement per name, so that they fail separately."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([a]), node) for a in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.module == "__future__":
            return []
        return [
            ast.copy_location(ast.ImportFrom(node.module, [a], node.level), node)
            for a in node.names
        ]
    return [node]


class _WithoutAnnotations(ast.NodeTransformer):
    """Removes annotations, whose types need not be importable in the child."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node


def _statement(cell: int, node: ast.stmt) -> Statement:
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return Statement(cell, node, is_star=True)
    table = symtable.symtable(ast.unparse(node), "cell", "exec")
    symbols = table.get_symbols()
    binds = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
    reads = {s.get_name() for s in symbols if s.is_referenced()}
    for inner in _inner(table):
        reads |= {s.get_name() for s in inner.get_symbols() if s.is_global()}
    return Statement(
        cell,
        node,
        frozenset(binds),
        frozenset(reads),
        frozenset(_changes(node)),
        _is_stub(node),
    )


def _inner(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    children = table.get_children()
    return children + [below for child in children for below in _inner(child)]


def _changes(node: ast.stmt) -> set[str]:
    """Return the root names of modified objects: ``a`` in ``a.b[0] = …``."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        targets = [node.value.func]
    found = set()
    for target in targets:
        root = target
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and root is not target:
            found.add(root.id)
    return found


def _is_stub(node: ast.stmt) -> bool:
    """Return whether a function only raises NotImplementedError or does nothing."""
    if not isinstance(node, ast.FunctionDef):
        return False
    body = list(node.body)
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if not body or (len(body) == 1 and isinstance(body[0], ast.Pass)):
        return True
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc
    if isinstance(raised, ast.Call):
        raised = raised.func
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
