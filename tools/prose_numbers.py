"""Check that every measured number in a lesson's prose was measured by it.

The rule. In the markdown cells of a lesson, after code, LaTeX, headings,
HTML tags, link targets and dates are taken out, every number that has a
decimal point or is followed by `%` or `percent` (both ends of `62–74%` do) is
a claim. Other whole numbers are not, nor is a number after a word of LABELS
(`section 4.2`). A claim must be found, digit for digit up to trailing zeros
and whatever its sign, in one of

- a stored text output of the same notebook (stream, plain, HTML, Markdown),
- `course_lib/claims.toml`: a number, or one inside a string,
- a numeric literal of a code cell, that is an input: `0.1` for `0.1`; for
  `80%`, `0.8`.

README.md is held to the same rule by `tools.readme`; in its table of numbers, every
number counts, and may be rounded.

What the parts of `course_lib.page` display – questions, nudges, a note's start – is
prose, too: it is held to the same rule and vouches for nothing.

A percentage is not matched by a bare whole number: `5%` needs `5%`, `5 %` or
`5.0`, or every epoch count would vouch for it.
"""

import html
import io
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from tools.notebook import code_cells
from tools.stamp import PAGE_TAGS

# a storyboard's sentences name what its frames computed, like the words of a figure
WORDS = set(PAGE_TAGS) - {"storyboard", "inquiry"}
TEXT_OUTPUTS = ("text/plain", "text/html", "text/markdown")
LABELS = (
    "appendix", "BY-SA", "chapter", "eq.", "equation", "exercise", "fig.", "figure",
    "lab", "python", "section", "table", "version", "§",
)  # fmt: skip
PERCENT = r"\s?\\?(?:%|percent\b|per cent\b)"
NUMBER = re.compile(
    r"(?<![\w.])(?P<value>(?:\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+|\d+)(?:\.\d+)?"
    rf"(?:e[-+]?\d+)?)(?!\d|\.\d)(?P<percent>{PERCENT}"
    rf"|(?=\s?(?:–|-|to)\s?\d+(?:\.\d+)?{PERCENT}))?",
    re.IGNORECASE,
)
# In this order: a fence may hold anything, a span may hold a dollar sign.
NOT_PROSE = [
    re.compile(pattern, re.DOTALL | re.MULTILINE)
    for pattern in (
        r"^(```|~~~).*?^\1",  # fenced code
        r"<(style|script|code|pre)\b.*?</\1>",
        r"(`+)(?!`).+?(?<!`)\1(?!`)",  # code spans
        r"\$\$.*?\$\$",
        r"\\\[.*?\\\]",
        r"\\\(.*?\\\)",
        r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}",
        r"(?<![\\$])\$(?!\s)[^$]+?(?<![\s\\])\$",
        r"<!--.*?-->",
        r"<[a-zA-Z/][^>]*>",
        r"^#{1,6} .*?$",
        r"(?<=\])\([^)]*\)",  # link targets
        r"https?://\S+",
        r"\b\d{4}-\d{2}(?:-\d{2})?\b",  # dates
    )
]


@dataclass(frozen=True)
class Number:
    """A number as printed: its value, and whether it counts as a percentage."""

    value: Decimal
    percent: bool
    point: bool  # printed with a decimal point
    start: int = 0

    @property
    def is_claim(self) -> bool:
        """Return whether the rule requires evidence for the number."""
        return self.percent or self.point


@dataclass(frozen=True)
class Evidence:
    """The values that vouch for decimals, and those that vouch for percentages."""

    decimals: frozenset[Decimal]
    percentages: frozenset[Decimal]

    def vouches_for(self, number: Number) -> bool:
        """Return whether a number of the prose is among what was measured."""
        return number.value in self._like(number)

    def vouches_for_rounded(self, number: Number) -> bool:
        """Return whether a number is a measured one, rounded to the same digits."""
        return any(
            value.quantize(number.value) == number.value for value in self._like(number)
        )

    def _like(self, number: Number) -> frozenset[Decimal]:
        return self.percentages if number.percent else self.decimals


def numbers(text: str) -> Iterator[Number]:
    """Find the numbers in a text, without their signs."""
    for match in NUMBER.finditer(text):
        digits = re.sub(r"[,\s]", "", match["value"])
        percent = match["percent"] is not None
        yield Number(Decimal(digits), percent, "." in digits, match.start())


def prose(markdown: str) -> str:
    """Remove from a markdown text what is not prose."""
    for pattern in NOT_PROSE:
        markdown = pattern.sub(" ", markdown)
    return markdown


def claims_in(markdown: str) -> list[tuple[Number, str]]:
    """List the numbers of a markdown text that need evidence, each with its sentence.

    A sentence ends at a full stop before a space, or at an empty line.
    """
    text = prose(markdown)
    found = []
    for number in numbers(text):
        before = text[: number.start].rstrip().lower()
        if number.is_claim and not before.endswith(tuple(map(str.lower, LABELS))):
            found.append((number, _sentence(text, number.start)))
    return found


def _sentence(text: str, position: int) -> str:
    start = 0
    for match in re.finditer(r"[.?!:]\s|\n\s*\n", text):
        if match.end() > position:
            return " ".join(text[start : match.end()].split())
        start = match.end()
    return " ".join(text[start:].split())


def evidence(notebook: NotebookNode, claims: str) -> Evidence:
    """Collect what vouches for numbers: outputs, claims (as text), literals."""
    printed = [n for text in output_texts(notebook) for n in numbers(text)]
    printed += [n for text in claim_texts(claims) for n in numbers(text)]
    inputs = set(literals(notebook))
    decimals = {n.value for n in printed} | inputs
    percentages = {n.value for n in printed if n.percent or n.point}
    percentages |= {value * 100 for value in inputs if value % 1}
    return Evidence(frozenset(decimals), frozenset(percentages))


def merged(several: Iterable[Evidence]) -> Evidence:
    """Join the evidence of several notebooks."""
    listed = list(several)
    return Evidence(
        frozenset().union(*(each.decimals for each in listed)),
        frozenset().union(*(each.percentages for each in listed)),
    )


def is_page_part(cell: NotebookNode) -> bool:
    """Return whether a cell displays words of the page instead of a result."""
    return not WORDS.isdisjoint(cell.metadata.get("tags", []))


def page_texts(cell: NotebookNode) -> Iterator[str]:
    """Yield the words that a part of the page stores: its Markdown, or its text."""
    for output in cell.outputs:
        data = output.get("data", {})
        yield data.get("text/markdown") or data.get("text/plain", "")


def output_texts(notebook: NotebookNode) -> Iterator[str]:
    """Yield the text of every stored output that is a result."""
    for cell in code_cells(notebook):
        if is_page_part(cell):
            continue
        for output in cell.outputs:
            if output.output_type == "stream":
                yield output.text
            for kind in TEXT_OUTPUTS:
                text = output.get("data", {}).get(kind, "")
                if kind == "text/html":
                    text = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", text)
                    text = html.unescape(re.sub(r"<[^>]*>", " ", text))
                yield text


def claim_texts(claims: str) -> Iterator[str]:
    """Yield every string and number of a TOML text, as text."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            node = list(node.values())
        if isinstance(node, list):
            for item in node:
                yield from walk(item)
        elif isinstance(node, str | int | float) and not isinstance(node, bool):
            yield str(node)

    yield from walk(tomllib.loads(claims))


def literals(notebook: NotebookNode) -> Iterator[Decimal]:
    """Yield the numeric literals of the code cells."""
    for cell in code_cells(notebook):
        try:
            for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
                if token.type == tokenize.NUMBER:
                    yield from (n.value for n in numbers(token.string))
        except (tokenize.TokenError, SyntaxError):
            continue  # a magic; what came before it was read


def written(cell: NotebookNode) -> list[str]:
    """List the texts of a cell that are prose."""
    if cell.cell_type == "markdown":
        return [cell.source]
    return list(page_texts(cell)) if is_page_part(cell) else []


def problems(path: str, notebook: NotebookNode, claims: str) -> list[str]:
    """List the numbers of a lesson's prose that nothing vouches for."""
    known = evidence(notebook, claims)
    return [
        problem
        for index, cell in enumerate(notebook.cells)
        for text in written(cell)
        for problem in text_problems(f"{path}, cell {index}", text, known)
    ]


def text_problems(where: str, markdown: str, known: Evidence) -> list[str]:
    """List the numbers of a Markdown text that nothing vouches for."""
    return [
        _problem(where, number, sentence)
        for number, sentence in claims_in(markdown)
        if not known.vouches_for(number)
    ]


def row_problems(where: str, row: str, known: Evidence) -> list[str]:
    """List the numbers of a table's row, including integers, that nothing vouches for.

    A number may be rounded.
    """
    return [
        _problem(where, number, row)
        for number in numbers(prose(row))
        if not known.vouches_for_rounded(number)
    ]


def _problem(where: str, number: Number, context: str) -> str:
    printed = f"{number.value}{'%' if number.percent else ''}"
    return f"{where}: {printed} is in no stored output, claim or input: “{context}”"


def read_claims(root: Path) -> str:
    """Read the text of `course_lib/claims.toml`; empty when there is none."""
    path = root / "course_lib" / "claims.toml"
    return path.read_text(encoding="utf-8") if path.exists() else ""
