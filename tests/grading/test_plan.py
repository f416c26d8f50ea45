"""Points are for what nobody can know beforehand, and they add up."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from course_lib.check import EXERCISES, CheckFailed, Mistake
from course_lib.handin.examine import Planned
from course_lib.handin.remote import Reading
from grading.plan import ROUNDS, HiddenPlan, Secret
from tests.check.styles import CORRECT
from tests.check.verdicts import verdicts
from tests.sampling import count, sample

NOTHING = Reading()
VARIED = [name for name, exercise in EXERCISES.items() if exercise.variations]


def planned(exercise: str, plan: HiddenPlan) -> list[Planned]:
    """The checks of an exercise."""
    return plan(EXERCISES[exercise], NOTHING)


def earned(function: Callable[..., Any], exercise: str, plan: HiddenPlan) -> float:
    """The share of an exercise's points that a function gets here, without a child."""
    share = 0.0
    for one in planned(exercise, plan):
        try:
            one.examine(function)
        except CheckFailed:
            continue
        share += one.share
    return round(share, 9)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_shares_add_up_and_the_visible_check_has_none(exercise: str) -> None:
    checks = planned(exercise, HiddenPlan(Secret("a")))
    assert sum(one.share for one in checks) == pytest.approx(1)
    assert [one.share for one in checks if one.visible] == [0]
    kinds = [kind.title for kind in EXERCISES[exercise].inputs]
    assert [one.title for one in checks if not one.visible] == kinds
    assert len({one.share for one in checks}) == 2


def test_seeds_differ_by_secret_and_purpose_and_repeat() -> None:
    seeds = {
        Secret(text).seed(name, turn)
        for text in ("a", "b")
        for name in EXERCISES
        for turn in range(ROUNDS)
    }
    assert len(seeds) == 2 * len(EXERCISES) * ROUNDS
    assert 2**250 < max(seeds) < 2**256  # all bits of the digest
    assert Secret("a").seed("x", 1) == Secret("a").seed("x", 1)


def asked(exercise: str, secret: str) -> list[str]:
    """What the check with the first kind of input gives to a correct solution."""
    seen: list[str] = []
    function = CORRECT[exercise][0]

    def recorded(*arguments: Any) -> Any:
        seen.append(repr(arguments))
        return function(*arguments)

    planned(exercise, HiddenPlan(Secret(secret)))[1].examine(recorded)
    return seen


@pytest.mark.parametrize("exercise", ["split_indices", "mlp_costs", "sparsest_masks"])
def test_another_secret_gives_other_inputs(exercise: str) -> None:
    assert asked(exercise, "a") == asked(exercise, "a")
    assert asked(exercise, "a") != asked(exercise, "b")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_kind_of_input_is_drawn_once_for_all_the_checks_that_it_is_part_of(
    exercise: str,
) -> None:
    """The first kind is part of every check, and an open task of every level."""
    calls: list[str] = []
    function = CORRECT[exercise][0]

    def counted(*arguments: Any) -> Any:
        calls.append("")
        return function(*arguments)

    def calls_of(examine: Callable[[Callable[..., Any]], Any]) -> int:
        calls.clear()
        examine(counted)
        return len(calls)

    checks = planned(exercise, HiddenPlan(Secret("a")))
    once = calls_of(EXERCISES[exercise].examine)
    assert sum(calls_of(check.examine) for check in checks[1:]) == ROUNDS * once


def table_of_visible_answers(exercise: str) -> Callable[..., Any]:
    """A function that knows what the visible check asks, and nothing else."""
    function, known = answer_of(EXERCISES[exercise].solved, exercise, 0), {}

    def recorded(*arguments: Any) -> Any:
        known[repr(arguments)] = function(*arguments)
        return known[repr(arguments)]

    EXERCISES[exercise].examine(recorded)
    return lambda *arguments: known.get(repr(arguments))


@pytest.mark.parametrize("exercise", sample(EXERCISES, 0.3))
def test_a_table_of_the_visible_answers_gets_nothing(exercise: str) -> None:
    table, plan = table_of_visible_answers(exercise), HiddenPlan(Secret("a"))
    planned(exercise, plan)[0].examine(table)  # it does pass the visible check
    assert earned(table, exercise, plan) == 0


def answer_of(function: Callable[..., Any], exercise: str, class_seed: int) -> Any:
    """A declared function as an answer in a class."""
    return partial(function, **EXERCISES[exercise].rules(class_seed))


@pytest.mark.parametrize("exercise", VARIED)
def test_a_solution_gets_all_points_in_its_class_and_not_in_others(
    exercise: str,
) -> None:
    solution = EXERCISES[exercise].solved
    # some classes of this one differ at the edges of its limits, which are one kind
    most = 0.75 if exercise == "prune_within" else 0
    for class_seed in range(4):
        plan = HiddenPlan(Secret("a"), class_seed)
        assert earned(answer_of(solution, exercise, class_seed), exercise, plan) == 1
        if class_seed:
            assert earned(answer_of(solution, exercise, 0), exercise, plan) <= most


MISTAKES = [
    pytest.param(name, mistake, id=f"{name}-{mistake.function.__name__}")
    for name, exercise in EXERCISES.items()
    for mistake in exercise.mistakes
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("exercise", "mistake"), sample(MISTAKES, 0.3, kind=lambda param: param.values[0])
)
def test_a_mistake_earns_the_kinds_of_inputs_that_it_leaves_right(
    exercise: str, mistake: Mistake
) -> None:
    for class_seed in range(len(EXERCISES[exercise].variations) or 1):
        wrong = answer_of(mistake.function, exercise, class_seed)
        share = earned(wrong, exercise, HiddenPlan(Secret("a"), class_seed))
        passed = verdicts(EXERCISES[exercise], wrong, 0, class_seed)
        assert share == pytest.approx(np.mean(passed))
        assert share < 1


@pytest.mark.parametrize("exercise", EXERCISES)
def test_hidden_and_visible_checks_agree_on_what_is_right(exercise: str) -> None:
    """Whoever passes the visible check passes every hidden one, in any style."""
    for function in CORRECT[exercise]:
        for number in range(count(1, 50)):
            assert earned(function, exercise, HiddenPlan(Secret(str(number)))) == 1
