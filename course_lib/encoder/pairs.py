"""Questions and answers from the documentation of installed packages.

The first paragraph of a docstring is a query, the rest the document that it must find.
Files are parsed, never imported, so that nothing runs. The packages are pinned, so that
their texts are the same everywhere.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from course_lib.arguments import integer

# calibration, choice, and test: how many pairs of which package
SIZES = {"scipy": 600, "pandas": 300, "numpy": 500}
QUERY_WORDS, DOCUMENT_WORDS = 4, 30  # at least
READ = 300  # characters of a document that no other may begin with
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# tests, other people's code, and what NumPy ships only for older Pythons
SKIPPED = {"tests", "testing", "_testing", "_vendor", "vendored", "distutils"}


@dataclass(frozen=True)
class Pairs:
    """Queries and the document that each must find, in the same order."""

    queries: tuple[str, ...]
    documents: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.queries)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return all queries, then all documents."""
        return self.queries + self.documents


def documentation_pairs(sizes: Mapping[str, int] = SIZES) -> dict[str, Pairs]:
    """Return pairs of query and document from each package, at most ``sizes`` of them.

    A text that occurs twice, in one package or in two, is in no pair, so that the
    packages share no text and every query has one answer. Which pairs are taken, and
    their order, depends on a hash of their texts alone. Raises ValueError for a package
    that is not installed.
    """
    found = {package: list(_pairs(package)) for package in sizes}
    every = [pair for pairs in found.values() for pair in pairs]
    counts = Counter(key for pair in every for key in _keys(*pair))
    taken = {}
    for package, pairs in found.items():
        once = [p for p in pairs if all(counts[key] == 1 for key in _keys(*p))]
        once.sort(key=lambda pair: hashlib.sha256(pair[0].encode()).digest())
        size = integer(f"sizes[{package!r}]", sizes[package], 1)
        queries, documents = zip(*once[:size], strict=True)
        taken[package] = Pairs(queries, documents)
    return taken


def docstrings(package: str) -> Iterator[str]:
    """Yield the docstrings of an installed package, without those of its tests.

    Files in the order of their names, docstrings in that of the file. Raises ValueError
    for a package that is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"sizes must name installed packages, got {package!r}")
    folder = Path(spec.submodule_search_locations[0])
    for path in sorted(folder.rglob("*.py"), key=lambda p: p.as_posix()):
        if SKIPPED.isdisjoint(path.relative_to(folder).parts):
            with tokenize.open(path) as file:  # which may declare its encoding
                yield from _docstrings(file.read())


def split_docstring(docstring: str) -> tuple[str, str] | None:
    """Return the first paragraph and the rest, each on one line, or None.

    None if either is too short to say anything, or if the rest repeats the first.
    """
    first, _, rest = inspect.cleandoc(docstring).partition("\n\n")
    query, document = " ".join(first.split()), " ".join(rest.split())
    long_enough = (
        len(query.split()) >= QUERY_WORDS and len(document.split()) >= DOCUMENT_WORDS
    )
    if not long_enough or query.rstrip(".").casefold() in document.casefold():
        return None
    return query, document


def _pairs(package: str) -> Iterator[tuple[str, str]]:
    # a docstring that is inherited word for word counts once
    for docstring in dict.fromkeys(docstrings(package)):
        pair = split_docstring(docstring)
        if pair is not None:
            yield pair


def _docstrings(source: str) -> Iterator[str]:
    if '"""' not in source:  # parsing takes seconds for a whole package
        return
    waiting: list[ast.stmt | ast.Module] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, DOCUMENTED):
            text = ast.get_docstring(node)
            if text:
                yield text
            waiting += reversed(node.body)


def _keys(query: str, document: str) -> tuple[str, str]:
    return query.casefold(), document[:READ].casefold()
