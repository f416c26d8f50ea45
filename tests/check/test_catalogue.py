"""Every check rejects what is wrong, names why, and accepts what is right."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, product
from operator import itemgetter

import numpy as np
import pytest

from course_lib import check
from course_lib.check import CheckFailed
from course_lib.check import chapter04_partners as partners
from course_lib.storage.bits import pack
from course_lib.storage.relative_index import relative_index
from tests.sampling import count, sample

from .correct_styles_01 import CORRECT as CORRECT_01
from .correct_styles_02 import CORRECT as CORRECT_02
from .correct_styles_03 import CORRECT as CORRECT_03
from .correct_styles_04 import CORRECT as CORRECT_04
from .correct_styles_05 import CORRECT as CORRECT_05
from .correct_styles_05 import write_bytes
from .wrong_answers_01 import WRONG_ANSWERS as WRONG_01
from .wrong_answers_02 import WRONG_ANSWERS as WRONG_02
from .wrong_answers_03 import WRONG_ANSWERS as WRONG_03
from .wrong_answers_04 import WRONG_ANSWERS as WRONG_04
from .wrong_answers_05 import WRONG_ANSWERS as WRONG_05

SEEDS = (0, 1, 2, 3, 11, 17)[: count(2, 6)]
WRONG = [*WRONG_01, *WRONG_02, *WRONG_03, *WRONG_04, *WRONG_05]
CORRECT = {**CORRECT_01, **CORRECT_02, **CORRECT_03, **CORRECT_04, **CORRECT_05}
STYLES = [
    pytest.param(name, function, id=f"{name}-{function.__name__}")
    for name, functions in CORRECT.items()
    for function in functions
]


def failure_of(name, function, **options):
    with pytest.raises(CheckFailed) as caught:
        getattr(check, name).examine(function, **options)
    return caught.value


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_wrong_answer_gets_its_own_hint(wrong, seed):
    failure = failure_of(wrong.exercise, wrong.function, seed=seed)
    assert failure.misconception == wrong.misconception, str(failure)
    assert wrong.fragment in failure.hint
    assert failure.exercise == wrong.exercise


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "function"), STYLES)
def test_correct_answer_is_accepted_in_any_style(name, function, seed):
    getattr(check, name).examine(function, seed=seed)


@pytest.mark.parametrize("name", check.EXERCISES)
def test_stub_is_told_that_it_is_not_written(name):
    def stub(*arguments):
        raise NotImplementedError(f"write {name}")

    assert failure_of(name, stub).misconception == "not-written"


@pytest.mark.parametrize("name", check.EXERCISES)
def test_pass_prints_one_line_with_the_points(name, capsys):
    assert getattr(check, name)(CORRECT[name][0]) is None
    points = check.EXERCISES[name].points
    assert capsys.readouterr().out == f"{name}: correct ({points} points)\n"


def test_every_exercise_has_wrong_answers_and_three_styles(record_property):
    exercises = set(check.EXERCISES)
    wrong = Counter(entry.exercise for entry in WRONG)
    assert set(wrong) == set(CORRECT) == exercises
    assert min(wrong.values()) >= 5
    assert all(len(set(functions)) == 3 for functions in CORRECT.values())
    plausible = {entry.exercise for entry in WRONG if entry.plausible}
    assert plausible == exercises
    record_property("checks", len(exercises))
    record_property("wrong answers", len(WRONG))
    record_property("correct answers", sum(map(len, CORRECT.values())))
    print(
        f"{len(exercises)} checks reject {len(WRONG)} wrong answers with the intended "
        f"hint and accept {sum(map(len, CORRECT.values()))} correct ones"
    )


def test_catalogue_says_each_belief_once_in_a_sentence():
    assert len({entry.function for entry in WRONG}) == len(WRONG)
    for entry in WRONG:
        assert re.fullmatch(r"[A-Za-z0-9].{15,110}\.", entry.belief), entry.belief


def test_each_wrong_answer_uses_what_a_learner_can_know():
    for entry in WRONG:
        names = set(entry.function.__code__.co_names)
        assert not names & {"check", "course_lib"}, entry


def test_the_misconception_an_exercise_is_built_around_is_in_the_catalogue():
    for name, exercise in check.EXERCISES.items():
        caught = {entry.misconception for entry in WRONG if entry.exercise == name}
        assert exercise.misconception in caught


def test_no_name_in_the_package_computes_an_answer():
    """Whatever stands in the check modules, none of it passes as an answer."""
    modules = [
        module
        for name, module in vars(check).items()
        if re.match(r"chapter|core|answer|failure|variations", name)
    ]
    candidates = {
        id(value): value
        for value in chain.from_iterable(vars(module).values() for module in modules)
        if callable(value)
    }
    assert len(candidates) > 20
    pairs = product(check.EXERCISES, candidates.values())
    for name, candidate in sample(pairs, 0.3, kind=itemgetter(0)):
        failure_of(name, candidate)


@pytest.mark.parametrize("name", sorted(check.variation.__globals__["VARIATIONS"]))
def test_published_answer_is_wrong_in_every_other_class(name):
    expected = {
        "checkpoint_bytes": "wrong-type",
        "choose": "M16",
        "masked_step": "other-convention",
        "shared_keep": "wrong-join",
        "shared_bytes": "other-convention",
    }[name]
    for class_seed in range(1, 8):
        assert check.variation(name, class_seed) != check.variation(name, 0)
        for function in CORRECT[name]:
            failure = failure_of(name, function, class_seed=class_seed)
            assert failure.misconception == expected


def test_answers_written_for_a_class_are_accepted_there():
    widths = {"float16": 2, "float32": 4, "float64": 8}
    for class_seed in range(8):
        types = check.variation("checkpoint_bytes", class_seed)
        cost = check.variation("choose", class_seed)["cost"]

        def size(shapes, header_length, types=types):
            total = 8 + header_length + -header_length % 8
            for name, shape in shapes.items():
                kind = "biases" if name.endswith(".bias") else "weights"
                total += widths[types[kind]] * int(np.prod(shape))
            return total

        def pick(rows, max_drop, cost=cost):
            renamed = [row | {"parameters": row[cost]} for row in rows]
            return CORRECT["choose"][1](renamed, max_drop)

        rule = check.variation("masked_step", class_seed)

        def step(w, velocity, grad, mask, lr, momentum, rule=rule):
            names = {"w": w, "velocity": velocity, "grad": grad}
            names |= {"lr": lr, "momentum": momentum}
            for name in ("velocity", "w"):  # in the order of the page
                names[name] = np.where(mask, eval(rule[name], names), 0)
            return names["w"], names["velocity"]

        join = check.variation("shared_keep", class_seed)["join"]

        def share(scores, k, join=join):
            rules = {
                "sum": np.sum,
                "max": np.max,
                "first": lambda layers, axis: layers[0],
            }
            rules["squares"] = lambda layers, axis: np.square(layers).sum(axis)
            return CORRECT["shared_keep"][1]([rules[join](scores, axis=0)], k)

        agreed = check.variation("shared_bytes", class_seed)

        def write(codes, codebook, bits, agreed=agreed):
            order, padding = agreed["order"].split()[0], agreed["padding"]
            last = "1" if padding == "ones" else "0"
            return write_bytes(codes, codebook, bits, order, last)

        check.shared_bytes.examine(write, class_seed=class_seed)
        check.shared_keep.examine(share, class_seed=class_seed)
        check.masked_step.examine(step, class_seed=class_seed)
        check.checkpoint_bytes.examine(size, class_seed=class_seed)
        check.choose.examine(pick, class_seed=class_seed)


@pytest.mark.parametrize("class_seed", [-1, 1.5, "7", True])
def test_class_seed_must_be_a_whole_number(class_seed):
    with pytest.raises(ValueError, match="class_seed"):
        check.variation("choose", class_seed)


def test_variation_of_an_unknown_exercise_names_the_known_ones():
    with pytest.raises(ValueError, match="checkpoint_bytes"):
        check.variation("fold", 1)


def test_rules_of_joining_keep_the_channels_that_the_check_says():
    scores = np.array(list(partners.CHANNELS.values()), dtype=float).T
    joined = {
        "sum": scores.sum(axis=0),
        "max": scores.max(axis=0),
        "squares": (scores**2).sum(axis=0),
        "first": scores[0],
        "last": scores[-1],
        "min": scores.min(axis=0),
        "product": scores.prod(axis=0),
    }
    names = np.array(list(partners.CHANNELS))
    assert joined.keys() == partners.KEPT.keys()
    for rule, kept in partners.KEPT.items():
        ranked = names[np.argsort(joined[rule])]
        assert sorted(ranked[-len(kept) :]) == list(kept)
        assert len(set(joined[rule][np.argsort(joined[rule])[-5:-3]])) == 2  # no tie


def test_gaps_of_the_exercise_are_those_of_the_library():
    rng = np.random.default_rng(0)
    for bits, density in ((1, 0.4), (3, 0.1), (5, 0.02), (8, 0.0)):
        matrix = (rng.random((20, 30)) < density).astype(np.float32)
        stored = relative_index(matrix, bits)
        for answer in CORRECT["gaps"]:
            numbers, is_filler = answer(np.flatnonzero(matrix), bits)
            assert np.array_equal(numbers, stored.gaps)
            assert np.array_equal(is_filler, stored.values == 0)


def test_shared_bytes_of_class_0_are_packed_like_the_librarys():
    codes, codebook = np.array([1, 6, 7, 0, 5]), np.arange(8.0)
    for answer in CORRECT["shared_bytes"]:
        assert bytes(answer(codes, codebook, 3))[5 + 4 * 8 :] == pack(codes, 3)


def test_hints_do_not_hold_python_code_of_an_answer():
    for entry in WRONG:
        hint = failure_of(entry.exercise, entry.function).hint
        assert not re.search(r"np\.|return |\*\*|@", hint), hint
