"""An answer gets the statements that it needs: those, in their order, and no others."""

import random
import time

import pytest

from course_lib.handin.child.answers import Answers, MissingError
from course_lib.handin.child.notebook import Cell
from course_lib.handin.child.slices import class_seed, defined, needed, statements


def cells(*sources: str) -> list[Cell]:
    """Code cells."""
    return [Cell("code", source) for source in sources]


def slice_of(name: str, *sources: str) -> list[int]:
    """The numbers of the cells that ``name`` needs."""
    program, problems = statements(cells(*sources))
    assert problems == []
    return [statement.cell for statement in needed(program, name)]


def value_of(name: str, *sources: str) -> object:
    """What ``name()`` returns when it is loaded as an answer."""
    answers = Answers(cells(*sources))
    answers.load(name)
    return answers[name]()


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("def f(): return a", ["a = 1"]),
        ("f = lambda: a", ["a = 1"]),
        ("def f(x=a): return x", ["a = 1"]),
        ("@a\ndef f(): pass; return 1", ["def a(f): return f"]),
        ("class C:\n    def __call__(self): return a\nf = C()", ["a = 1"]),
        ("def f():\n    def g(): return a\n    return g()", ["a = 1"]),
        ("def f(): return [a for _ in (1,)]", ["a = 1"]),
        ("def f():\n    import a\n    return a", []),
        ("def f(): return a.b", ["import a"]),
        ("def f(): return a", ["from x import a"]),
        ("def f(): return a", ["a = []", "a.append(1)"]),
        ("def f(): return a", ["a = {}", "a['k'] = 1", "a['k'] += 1"]),
        ("def f(): return a", ["a: int = 1", "a += 1"]),
        ("def f(): return a", ["for a in (1, 2):\n    pass"]),
        ("def f(): return a", ["try:\n    import a\nexcept ImportError:\n    a = 1"]),
        ("def f(): return a", ["if (a := 1):\n    pass"]),
        ("def f(): return a", ["with open('x') as a:\n    pass"]),
        ("def f(): return a", ["b, (a, *c) = 1, (2, 3)"]),
        ("def f(): return a()", ["def a(): return b", "b = 1"]),
    ],
)
def test_an_answer_needs_what_it_reads(source: str, needs: list[str]) -> None:
    noise = ["z = 1", "print(z)", "import unused", "def unused_too(): return f"]
    found = slice_of("f", *noise, *needs, source)
    first = len(noise) + 1
    assert set(found) == set(range(first, first + len(needs) + 1))


def test_slices_do_not_depend_on_the_order_of_the_cells() -> None:
    sources = ["def f(): return g() + A", "def g(): return B * 2", "B = 3", "A = B + 1"]
    for seed in range(24):
        mixed = random.Random(seed).sample(sources, len(sources))
        assert value_of("f", *mixed) == 10


def test_the_last_of_several_answers_counts() -> None:
    assert value_of("f", "def f(): return 1", "def f(): return 2") == 2


STUBS = [
    'def f():\n    """Docs."""\n    raise NotImplementedError("write f")',
    "def f():\n    raise NotImplementedError",
    "def f(): pass",
    "def f():\n    ...",
    'def f():\n    "Docs."',
]


@pytest.mark.parametrize("stub", STUBS)
def test_a_stub_gives_way_to_any_answer(stub: str) -> None:
    answer = "def f(): return 1"
    assert value_of("f", answer, stub) == value_of("f", stub, answer) == 1


@pytest.mark.parametrize("stub", STUBS[:2])
def test_a_stub_alone_is_still_found(stub: str) -> None:
    with pytest.raises(NotImplementedError):
        value_of("f", stub)


def test_an_answer_that_failed_does_not_take_the_one_above_it_away() -> None:
    assert value_of("f", "def f(): return 1", "f = no_such_name") == 1


def test_a_cell_that_fails_spoils_no_other() -> None:
    assert value_of("f", "import no_such_module, math", "def f(): return math.inf") > 0
    assert value_of("f", "def (:", "def f(): return 1") == 1


def test_types_in_signatures_are_never_needed() -> None:
    source = "def f(a: Missing[3] = 1, *b: Gone, **c: Gone) -> Absent: return a"
    assert value_of("f", "from missing import Missing", source) == 1


def test_a_setting_of_a_module_is_kept_and_its_use_is_not() -> None:
    seed, use = "np.random.seed(0)", "np.testing.assert_equal(x, 1)"
    found = slice_of("f", "import numpy as np", seed, use, "def f(): return np.pi")
    assert found == [1, 2, 4]


def test_every_name_that_a_statement_binds_is_defined() -> None:
    program, _ = statements(cells("a = b.c = 1", "import d.e as g, h.i", "del j"))
    assert {"a", "g", "h"} <= defined(program)
    assert "c" not in defined(program)


def test_nothing_to_find_is_missing() -> None:
    for sources in (["g = 1"], ["f = 1"], ["f()"], ["def f(:"], []):
        with pytest.raises(MissingError):
            Answers(cells(*sources)).load("f")


def test_the_time_of_a_slice_grows_with_the_length_of_the_program() -> None:
    chain = "".join(f"a{n} = a{n + 1}\n" for n in range(3000)) + "a3000 = 1"
    program, _ = statements(cells(chain, "def f(): pass\n" * 20_000))
    started = time.process_time()
    assert len(needed(program, "a0")) == 3001
    assert len(needed(program, "f")) == 20_000
    assert time.process_time() - started < 2  # the square took tens of seconds


@pytest.mark.parametrize(
    ("source", "seed"),
    [
        ("CLASS_SEED = 3", 3),
        ("CLASS_SEED = 3  # your instructor may give you another number", 3),
        ("CLASS_SEED = 1\nCLASS_SEED = 2", 2),
        ("CLASS_SEED = int('3')", 0),
        ("CLASS_SEED = 'three'", 0),
        (f"CLASS_SEED = {10**3000}", 0),
        ("", 0),
    ],
)
def test_the_class_is_read_and_nothing_is_run_for_it(source: str, seed: int) -> None:
    program, _ = statements(cells(source))
    assert class_seed(program) == seed


def test_a_problem_names_its_cell_and_line() -> None:
    _, problems = statements([Cell("markdown", "#"), *cells("x = 1\n(", "\0")])
    assert problems[0] == "cell 2, line 2: '(' was never closed"
    assert problems[1].startswith("cell 3")
