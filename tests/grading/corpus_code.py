"""Submissions whose code is odd: each answer by what it returns, whatever its form."""

import textwrap

from . import odd_code
from .corpus import Entry
from .notebooks import bare, code, names, solution, solved, stub


def forms() -> dict:
    """Every answer in another form, its helpers and constants in the last cell."""
    notebook = solved(
        "01",
        mlp_costs=odd_code.LAMBDA,
        gradient_step=odd_code.CALLABLE,
        accuracy_with_error=odd_code.DECORATED,
        split_indices=odd_code.HELPED,
        compare_pair=odd_code.EVALUATED,
    )
    notebook["cells"] += [code(odd_code.HELPERS_BELOW), code(odd_code.REPORT_OF)]
    return notebook


def magics() -> dict:
    """Magics, shell and help lines among the answers, and cells of other languages."""
    notebook = solved(
        "01",
        mlp_costs=odd_code.MAGICS.format(answer=solution("mlp_costs")),
        gradient_step="%%time\n" + solution("gradient_step"),
        split_indices="%%capture out\n\n" + solution("split_indices"),
        compare_pair=textwrap.indent(solution("compare_pair"), "  "),
    )
    other = ["%%bash\nls |& grep x", "%%html\n<p>", "%%writefile mlp_costs.py\nx = 1"]
    notebook["cells"] += [code(source) for source in other]
    return notebook


def renamed(source: str, name: str, new: str) -> str:
    """A published answer under another name."""
    return source.replace(f"def {name}(", f"def {new}(")


def many_functions() -> dict:
    """Ten thousand functions whose names stand before those of all exercises."""
    lines = [f"def a{n:05}(x): return a{n + 1:05}(x) + {n}" for n in range(10_000)]
    notebook = solved("01")
    notebook["cells"].insert(1, code("\n".join(lines)))
    return notebook


def deep_code() -> dict:
    """Cells that are too deep for the parser; one of them holds an answer."""
    notebook = solved("01", mlp_costs="(" * 50_000 + ")" * 50_000)
    deep = ["-" * 100_000 + "1", "x = " + "[" * 150 + "]" * 150, "a" + ".b" * 50_000]
    deep += [
        "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 200)),
        "\0",
        "é(]",
    ]
    notebook["cells"] += [code(source) for source in deep]
    return notebook


def class_seed(number: int) -> dict:
    """The exercise that varies, answered by what the page prints for a class."""
    published = solution("gradient_step").replace("decay = 0.01", "decay = DECAY")
    notebook = solved("01", gradient_step=published)
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text.replace("CLASS_SEED = 0", f"CLASS_SEED = {number}")
    return notebook


def long_chain() -> dict:
    """An answer at the end of a chain of 6,000 names."""
    links = "".join(f"a{n} = a{n + 1}\n" for n in range(6000)) + "a6000 = 1\n"
    return solved_with(links, mlp_costs=solution("mlp_costs") + "\nmlp_costs.end = a0")


def of_a_million_cells() -> dict:
    """A million cells, nearly all of them empty."""
    notebook = solved("01")
    notebook["cells"] += [{"cell_type": "markdown", "source": "#"}] * 10**6
    notebook["cells"] += [{"cell_type": "code", "source": "#"}] * 10**4
    return notebook


def solved_with(*cells: str, **answers: str) -> dict:
    """Chapter 01 solved, with cells added."""
    notebook = solved("01", **answers)
    notebook["cells"] += [code(cell) for cell in cells]
    return notebook


def keeps_inputs() -> dict:
    """Right answers, one of which looks for the inputs that another one has kept."""
    by_hand = renamed(solution("mlp_costs"), "mlp_costs", "solved_by_hand")
    return solved_with(by_hand, mlp_costs=odd_code.HIDDEN_INPUTS)


def half_characters() -> dict:
    """Halves of characters in a cell of its own and behind an answer."""
    return solved_with("# \ud83d \udc4d", mlp_costs=solution("mlp_costs") + "#\ud83d")


ONE = {"mlp_costs": 0.0}
QUIET = renamed(solution("split_indices"), "split_indices", "quiet")
SYNTAX = solution("mlp_costs").replace(":", "")
LINE = "LINE = '" + "x" * 5 * 2**20 + "'"
MADE = {
    "forms": (forms, {}),
    "magics": (magics, {}),
    "threads": (lambda: solved("01", mlp_costs=odd_code.THREADED), {}),
    "syntax-error": (lambda: solved("01", mlp_costs=SYNTAX), ONE),
    "patched-libraries": (lambda: solved("01", mlp_costs=odd_code.PATCHED), ONE),
    "patched-but-right": (
        lambda: solved("01", mlp_costs=odd_code.PATCHED_BUT_RIGHT),
        {},
    ),
    "patched-json": (lambda: solved("01", mlp_costs=odd_code.PATCHED_JSON), ONE),
    "loud": (lambda: solved_with(QUIET, split_indices=odd_code.LOUD), {}),
    "loop-that-an-answer-needs": (lambda: solved("01", mlp_costs=odd_code.LOOPED), ONE),
    "defined-out-of-sight": (
        lambda: solved("01", mlp_costs=odd_code.UNDEFINED, gradient_step=""),
        {"mlp_costs": 0.0, "gradient_step": 0.0},
    ),
    "keeps-hidden-inputs": (keeps_inputs, {}),
    "keeps-hidden-inputs-again": (keeps_inputs, {}),
    "no-function-but-a-number": (lambda: solved("01", mlp_costs="mlp_costs = 7"), ONE),
    "many-functions": (many_functions, {}),
    "long-line": (lambda: solved_with(LINE), {}),
    "deep-code": (deep_code, ONE),
    "long-chain": (long_chain, {}),
    "million-cells": (of_a_million_cells, {}),
    "half-characters": (half_characters, {}),
    "class-seed-of-the-class": (lambda: class_seed(0), {}),
    "class-seed-of-another-class": (lambda: class_seed(2), {"gradient_step": 0.0}),
    "class-seed-huge": (lambda: class_seed(10**3000), {}),
    "class-seed-negative": (lambda: class_seed(-5), {}),
}
ENTRIES = [
    Entry(f"code-{name}.ipynb", lambda _, make=make: make(), shares=shares)
    for name, (make, shares) in MADE.items()
]
ENTRIES += [
    Entry(
        "code-other-chapter-too.ipynb",
        lambda _: {"cells": solved("02")["cells"] + stub("03")["cells"][:9]},
        chapter="02",
    ),
    Entry(
        "code-no-exercise.ipynb",
        lambda _: bare("x = 1", "def f(): pass"),
        chapter="",
        note="no function for any exercise was found",
    ),
    Entry(
        "code-one-answer-only.ipynb",
        lambda _: bare("import numpy as np", solution("gradient_step")),
        shares=dict.fromkeys(set(names("01")) - {"gradient_step"}, 0.0),
    ),
]
