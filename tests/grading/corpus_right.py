"""Right answers, however the file came to be: full points."""

import importlib
import inspect
import json
import random
from collections.abc import Callable
from typing import Any

import nbformat

from grading.policy import CHAPTERS

from .corpus import Entry
from .notebooks import bare, code, dump, solved, stub, text

Notebook = dict[str, Any]


def style(chapter: str, number: int) -> Notebook:
    """All exercises in one of the five styles of the tests of the checks."""
    module = importlib.import_module(f"tests.check.correct_styles_{chapter}")
    source = inspect.getsource(module).replace("from __future__", "# from __future__")
    answers = [
        f"{name} = {module.CORRECT[name][number].__name__}" for name in module.CORRECT
    ]
    return bare(source, *answers)


def with_cells(change: Callable[[list[Any]], list[Any]]) -> Notebook:
    """Chapter 03 solved, with its cells changed."""
    notebook = solved("03")
    notebook["cells"] = change(notebook["cells"])
    return notebook


def shuffled(cells: list[Any]) -> list[Any]:
    """The cells in another order."""
    return random.Random(1).sample(cells, len(cells))


def stubs_below(cells: list[Any]) -> list[Any]:
    """The handed-out cells once more, below the answers."""
    return cells + stub("03")["cells"]


def stubs_above(cells: list[Any]) -> list[Any]:
    """The handed-out cells once more, above the answers."""
    return stub("03")["cells"] + cells


def answers_only(cells: list[Any]) -> list[Any]:
    """The answers and the imports, and nothing else."""
    return [c for c in cells if "def " in text(c) or "import numpy" in text(c)]


def noise(cells: list[Any]) -> list[Any]:
    """A cell that fails, hangs or makes no sense before and after each of the cells."""
    junk = ["1 / 0", "while True:\n    pass", "import no_such_module", "def (:", ""]
    junk += ["raise SystemExit", "W = mask = weights = None", "input('name? ')"]
    mixed = []
    for number, cell in enumerate(cells):
        mixed += [code(junk[number % len(junk)]), cell]
    return [*mixed, {"cell_type": "raw", "metadata": {}, "source": "raw"}, None, 7, {}]


def split_in_two(cells: list[Any]) -> list[Any]:
    """The last lines of every answer in the middle of the notebook, in any order."""
    return cells[len(cells) // 2 :] + cells[: len(cells) // 2]


def stripped(cells: list[Any]) -> list[Any]:
    """Nothing but kind and text, as Drive and some editors leave it."""
    return [{"cell_type": c["cell_type"], "source": text(c)} for c in cells]


def of_format(minor: int) -> bytes:
    """As a program writes it that knows nbformat 4.``minor``."""
    notebook = solved("03")
    notebook["nbformat_minor"] = minor
    for cell in notebook["cells"] if minor < 5 else ():
        del cell["id"]
    checked = nbformat.from_dict(notebook)
    nbformat.validate(checked)
    return nbformat.writes(checked).encode()


def of_format_3() -> bytes:
    """As IPython 2 wrote it: worksheets, and ``input`` in place of ``source``."""
    notebook = nbformat.reads(dump(solved("03")).decode(), as_version=4)
    return nbformat.writes(notebook, version=3).encode()


def from_colab(as_lists: bool) -> bytes:
    """As Colab saves a notebook that was opened and run there."""
    notebook = solved("03")
    notebook |= {"nbformat": 4, "nbformat_minor": 0}
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "include_colab_link": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
    }
    for number, cell in enumerate(notebook["cells"]):
        cell.pop("id", None)
        link = {"id": f"a{number}B_c-{number}"}
        source = text(cell)
        cell["source"] = source.splitlines(keepends=True) if as_lists else source
        if cell["cell_type"] == "code":
            link |= {"colab": {"base_uri": "https://localhost:8080/", "height": 35}}
            link |= {"outputId": "0d0f2f6e-3c8b-4f0e-8d0c"}
            output = {"output_type": "stream", "name": "stdout", "text": ["correct\n"]}
            cell |= {"outputs": [output], "execution_count": number}
        cell["metadata"] = link
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    link = {"cell_type": "markdown", "metadata": {"id": "view-in-github"}}
    notebook["cells"].insert(0, link | {"source": f"[![Open In Colab]({badge})]"})
    return json.dumps(notebook, ensure_ascii=False, indent=2).encode()


def crlf() -> bytes:
    """With the line ends of Windows, in the file and in the texts."""
    notebook = solved("03")
    for cell in notebook["cells"]:
        cell["source"] = text(cell).replace("\n", "\r\n")
    return dump(notebook).replace(b"\n", b"\r\n")


def right(name: str, made: Callable[[], bytes | Notebook], chapter: str) -> Entry:
    """An entry with full points."""
    return Entry(f"right-{name}.ipynb", lambda _: made(), chapter)


CELLS = {
    "reversed": lambda cells: cells[::-1],
    "each-cell-twice": lambda cells: [c for c in cells for _ in range(2)],
    "all-cells-twice": lambda cells: cells * 2,
}
CELLS |= {
    f.__name__: f
    for f in (shuffled, stubs_below, stubs_above, answers_only, noise, split_in_two,
              stripped)
}  # fmt: skip
ENTRIES = [right(f"chapter-{c}", lambda c=c: solved(c), c) for c in CHAPTERS]
ENTRIES += [
    right(f"style-{c}-{n}", lambda c=c, n=n: style(c, n), c)
    for c in CHAPTERS
    for n in range(5)
]
ENTRIES += [
    right(f"cells-{name}", lambda f=f: with_cells(f), "03") for name, f in CELLS.items()
]
ENTRIES += [
    right(f"nbformat-4.{minor}", lambda m=minor: of_format(m), "03")
    for minor in range(6)
]
ENTRIES += [
    right("nbformat-3", of_format_3, "03"),
    right("colab", lambda: from_colab(as_lists=True), "03"),
    right("colab-strings", lambda: from_colab(as_lists=False), "03"),
    right("line-ends-of-windows", crlf, "03"),
    right("byte-order-mark", lambda: b"\xef\xbb\xbf" + dump(solved("03")), "03"),
    right("utf-16", lambda: dump(solved("03")).decode().encode("utf-16"), "03"),
]
ENTRIES += [
    Entry(f"stub-{c}.ipynb", lambda _, c=c: stub(c), c, share=0.0) for c in CHAPTERS
]
# the same plain submission between all others: what those do, it must not feel
ENTRIES += [
    Entry(f"{place}-neighbour-{n}.ipynb", lambda _: solved("01"))
    for place in ("ending", "escape", "file", "reply", "size", "value")
    for n in ("a", "k", "p")
]
