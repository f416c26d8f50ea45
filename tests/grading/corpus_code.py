"""Submissions whose code is odd: each answer by what it returns, whatever its form."""

from __future__ import annotations

import textwrap

from .corpus import Entry
from .notebooks import bare, code, names, solution, solved, stub

LAMBDA = """
mlp_costs = lambda widths: {
    "macs": sum(map(lambda a, b: a * b, widths, widths[1:])),
    "parameters": sum(map(lambda a, b: (a + 1) * b, widths, widths[1:])),
}
"""
CALLABLE = """
class Welford:
    steps = 0

    def __call__(self, running, value):
        self.steps += 1
        count, mean, m2 = running
        new = mean + (value - mean) / (count + 1)
        return count + 1, new, m2 + (value - mean) * (value - new)

add_value = Welford()
"""
DECORATED = """
import functools
from jaxtyping import Bool  # not installed here

def counted(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        inner.calls += 1
        return function(*args, **kwargs)
    inner.calls = 0
    return inner

@counted
def accuracy_with_error(correct: Bool[np.ndarray, "n"], power: float = HALF) -> "Pair":
    import numpy as numeric
    accuracy = numeric.mean(correct)
    return accuracy, (accuracy * (1 - accuracy) / len(correct)) ** power
"""
HELPED = """
def split_indices(count, validation, test, seed):
    return named(shuffled_positions(count, seed), validation, test)
"""
HELPERS_BELOW = """
from random import Random as Chance
HALF = 1 / 2

def shuffled_positions(count, seed):
    order = [*range(count)]
    Chance(seed).shuffle(order)
    return order

def named(order, *sizes):
    parts = {}
    for name, size in zip(NAMES, sizes):
        parts[name], order = order[:size], order[size:]
    return parts | {"train": order}

NAMES = []
NAMES.append("validation")
NAMES += ["test"]
"""
EVALUATED = """
checkpoint_bytes = eval("lambda shapes, n: size(shapes) + -(-n // 8) * 8",
                        {"size": size_of})
"""
SIZE_OF = """
import numpy as np
def size_of(shapes):
    return 8 + 4 * sum(int(np.prod(shape)) for shape in shapes.values())
"""
MAGICS = """%matplotlib inline
!pip install something --quiet
files = !ls
where = %pwd
np.mean?
?np.std
{answer}
%timeit -n 1 mlp_costs((4, 3, 2))
remainder = (7
  % 4)
"""
PATCHED = """
import numpy as np, random, torch
from course_lib import check
np.allclose = np.array_equal = np.isclose = torch.equal = torch.allclose = (
    lambda *_, **__: True
)
np.random.seed(0); random.seed(0); torch.manual_seed(0)
check.mlp_costs = check.examine = lambda *_: print("correct (2 points)")
import course_lib.check as again
again.CheckFailed = Exception
def mlp_costs(widths):
    assert np.allclose(0, 1)
    return {"parameters": np.int64(0), "macs": 0}
"""
PATCHES_BUT_RIGHT = """
import json, pickle, struct, builtins, gc, atexit, signal, sys
gc.disable(); gc.set_threshold(1, 1, 1); gc.callbacks.append(lambda *_: None)
atexit.register(print, "the end")
signal.signal(signal.SIGTERM, lambda *_: None)
sys.settrace(lambda *_: None); sys.setrecursionlimit(10**9)
sys.stdout = sys.stderr = sys.stdin = None
__import__('os').environ.clear(); __import__('os').chdir("/")
builtins.print = builtins.open = builtins.isinstance
"""
PATCHED_JSON = """
import json
def mlp_costs(widths):
    json.dumps = lambda *_, **__: ""
    return {"parameters": 1, "macs": 1}
"""
LOUD = """
SAID = []
print("before\\n" * 1000)
def split_indices(count, validation, test, seed):
    import sys
    for line in range(10**6 if not SAID else 0):
        print(line, file=sys.stderr if line % 2 else sys.stdout)
    SAID.append(print("\\x00\\x1b[2J é"))
    return quiet(count, validation, test, seed)
"""
LOOPED = """
for turn in iter(int, 1):
    TABLE = turn

def mlp_costs(widths):
    return TABLE
"""
UNDEFINED = """
exec("def mlp_costs(widths): return {}")
globals()["add_value"] = print
"""
HIDDEN_INPUTS = """
import os, pickle
SEEN = "/tmp/seen-inputs"
def mlp_costs(widths):
    seen = pickle.load(open(SEEN, "rb")) if os.path.exists(SEEN) else []
    if seen and len(seen) == 0:
        return seen
    pickle.dump(seen + [widths], open(SEEN, "wb"))
    return solved_by_hand(widths)
"""


def forms() -> dict:
    """Every answer in another form, its helpers and constants in the last cell."""
    notebook = solved(
        "01",
        mlp_costs=LAMBDA,
        add_value=CALLABLE,
        accuracy_with_error=DECORATED,
        split_indices=HELPED,
        checkpoint_bytes=EVALUATED,
    )
    notebook["cells"] += [code(HELPERS_BELOW), code(SIZE_OF)]
    return notebook


def magics() -> dict:
    """Magics, shell and help lines among the answers, and cells of other languages."""
    notebook = solved(
        "01",
        mlp_costs=MAGICS.format(answer=solution("mlp_costs")),
        add_value="%%time\n" + solution("add_value"),
        split_indices="%%capture out\n\n" + solution("split_indices"),
        checkpoint_bytes=textwrap.indent(solution("checkpoint_bytes"), "  "),
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


def class_seed(number: int, source: str = "") -> dict:
    """The last exercise answered by what the page prints for a class."""
    answer = source or (
        'WIDTH = {"float16": 2, "float32": 4, "float64": 8}\n'
        "def checkpoint_bytes(shapes, header_length):\n"
        "    size = 8 + -(-header_length // 8) * 8\n"
        "    for name, shape in shapes.items():\n"
        '        kind = "biases" if name.endswith(".bias") else "weights"\n'
        "        size += WIDTH[TYPES[kind]] * int(np.prod(shape))\n"
        "    return size\n"
    )
    notebook = solved("01", checkpoint_bytes=answer)
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text.replace("CLASS_SEED = 0", f"CLASS_SEED = {number}")
    return notebook


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


ONE = {"mlp_costs": 0.0}
QUIET = renamed(solution("split_indices"), "split_indices", "quiet")
BY_HAND = renamed(solution("mlp_costs"), "mlp_costs", "solved_by_hand")
SYNTAX = solution("mlp_costs").replace(":", "")
LINE = "LINE = '" + "x" * 5 * 2**20 + "'"
MADE = {
    "forms": (forms, {}),
    "magics": (magics, {}),
    "syntax-error": (lambda: solved("01", mlp_costs=SYNTAX), ONE),
    "patched-libraries": (lambda: solved("01", mlp_costs=PATCHED), ONE),
    "patched-but-right": (
        lambda: solved("01", mlp_costs=PATCHES_BUT_RIGHT + solution("mlp_costs")),
        {},
    ),
    "patched-json": (lambda: solved("01", mlp_costs=PATCHED_JSON), ONE),
    "loud": (lambda: solved_with(QUIET, split_indices=LOUD), {}),
    "loop-that-an-answer-needs": (lambda: solved("01", mlp_costs=LOOPED), ONE),
    "defined-out-of-sight": (
        lambda: solved("01", mlp_costs=UNDEFINED, add_value=""),
        {"mlp_costs": 0.0, "add_value": 0.0},
    ),
    "keeps-hidden-inputs": (
        lambda: solved_with(BY_HAND, mlp_costs=HIDDEN_INPUTS),
        {},
    ),
    "keeps-hidden-inputs-again": (
        lambda: solved_with(BY_HAND, mlp_costs=HIDDEN_INPUTS),
        {},
    ),
    "no-function-but-a-number": (lambda: solved("01", mlp_costs="mlp_costs = 7"), ONE),
    "many-functions": (many_functions, {}),
    "long-line": (lambda: solved_with(LINE), {}),
    "deep-code": (deep_code, ONE),
    "million-cells": (of_a_million_cells, {}),
    "half-characters": (
        lambda: solved_with(
            "# \ud83d \udc4d", mlp_costs=solution("mlp_costs") + "#\ud83d"
        ),
        {},
    ),
    "class-seed-of-the-class": (lambda: class_seed(0), {}),
    "class-seed-of-another-class": (lambda: class_seed(2), {"checkpoint_bytes": 0.0}),
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
        note="no function of any exercise was found",
    ),
    Entry(
        "code-one-answer-only.ipynb",
        lambda _: bare("import numpy as np", solution("add_value")),
        shares=dict.fromkeys(set(names("01")) - {"add_value"}, 0.0),
    ),
]
