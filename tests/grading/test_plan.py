"""Points are for what nobody can know beforehand, and they add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from course_lib import check
from course_lib.check import EXERCISES, CheckFailed, variation
from course_lib.handin.examine import Planned
from course_lib.handin.remote import Reading
from grading.plan import ROUNDS, HiddenPlan, Secret

from .notebooks import solution

NOTHING = Reading(frozenset(), [], [])


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


def published(exercise: str) -> Callable[..., Any]:
    """The function of a published solution."""
    scope: dict[str, Any] = {"np": np}
    exec(solution(exercise), scope)
    return scope[exercise]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_shares_add_up_and_the_visible_check_has_none(exercise: str) -> None:
    checks = planned(exercise, HiddenPlan(Secret("a")))
    assert sum(one.share for one in checks) == pytest.approx(1)
    assert [one.share for one in checks if one.visible] == [0]
    assert checks[1].share == 0.5
    assert len({one.title for one in checks}) == len(checks) >= 3


def test_seeds_differ_by_secret_and_purpose_and_repeat() -> None:
    seeds = {
        Secret(text).seed(name, turn)
        for text in ("a", "b")
        for name in EXERCISES
        for turn in range(ROUNDS)
    }
    assert len(seeds) == 2 * len(EXERCISES) * ROUNDS
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert Secret("a").seed("x", 1) == Secret("a").seed("x", 1)


def asked(exercise: str, secret: str) -> list[str]:
    """What the checks with other inputs give to the published solution."""
    seen: list[str] = []
    function = published(exercise)

    def recorded(*arguments: Any) -> Any:
        seen.append(repr(arguments))
        return function(*arguments)

    planned(exercise, HiddenPlan(Secret(secret)))[1].examine(recorded)
    return seen


@pytest.mark.parametrize("exercise", ["split_indices", "mlp_costs", "compound"])
def test_another_secret_gives_other_inputs(exercise: str) -> None:
    assert asked(exercise, "a") == asked(exercise, "a")
    assert asked(exercise, "a") != asked(exercise, "b")


def table_of_visible_answers(exercise: str) -> Callable[..., Any]:
    """A function that knows what the visible check asks, and nothing else."""
    function, known = published(exercise), {}

    def recorded(*arguments: Any) -> Any:
        known[repr(arguments)] = function(*arguments)
        return known[repr(arguments)]

    getattr(check, exercise).examine(recorded)
    return lambda *arguments: known.get(repr(arguments))


@pytest.mark.parametrize("exercise", ["split_indices", "mlp_costs", "checkpoint_bytes"])
def test_a_table_of_the_visible_answers_gets_nothing(exercise: str) -> None:
    table, plan = table_of_visible_answers(exercise), HiddenPlan(Secret("a"))
    planned(exercise, plan)[0].examine(table)  # it does pass the visible check
    assert earned(table, exercise, plan) == 0


def test_the_published_solution_is_not_the_answer_of_another_class() -> None:
    function = published("checkpoint_bytes")
    shares = [
        earned(function, "checkpoint_bytes", HiddenPlan(Secret("a"), class_seed))
        for class_seed in range(4)
    ]
    assert shares[0] == 1
    assert max(shares[1:]) <= 0.5


def test_an_answer_for_the_class_gets_all_points_there() -> None:
    widths = {"float16": 2, "float32": 4, "float64": 8}
    for class_seed in range(4):
        types = variation("checkpoint_bytes", class_seed)

        def size(
            shapes: dict, header_length: int, types: dict[str, str] = types
        ) -> int:
            total = 8 + header_length + -header_length % 8
            for name, shape in shapes.items():
                kind = "biases" if name.endswith("bias") else "weights"
                total += widths[types[kind]] * int(np.prod(shape))
            return total

        plan = HiddenPlan(Secret("a"), class_seed)
        assert earned(size, "checkpoint_bytes", plan) == 1
