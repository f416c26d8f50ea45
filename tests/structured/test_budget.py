"""The choice within a budget is the best of all choices, and losses those of cuts."""

import itertools
import random

import pytest
import torch

from course_lib.structured import fit_budget, group_losses, prune_layer_by_layer
from tests.structured.test_folding import batches, mlp, traced


def tables(seed, groups=4, levels=4):
    rng = random.Random(seed)

    def table(most):
        return {
            f"g{i}": {n: most * rng.random() for n in range(levels)}
            for i in range(groups)
        }

    return table(1), table(10)


@pytest.mark.parametrize("seed", range(20))
def test_choice_is_the_best_of_all(seed):
    losses, costs = tables(seed)
    budget = random.Random(seed).uniform(12, 25)

    def total(table, choice):
        return sum(table[name][n] for name, n in choice.items())

    every = [
        dict(zip(losses, choice, strict=True))
        for choice in itertools.product(*losses.values())
    ]
    within = [choice for choice in every if total(costs, choice) <= budget]
    found = fit_budget(losses, costs, budget, steps=100_000)
    assert total(costs, found) <= budget
    best = min(total(losses, choice) for choice in within)
    assert total(losses, found) == pytest.approx(best)
    # few bins cost little and never exceed the budget
    rough = fit_budget(losses, costs, budget, steps=200)
    assert total(costs, rough) <= budget
    assert total(losses, rough) <= best + 0.2


def test_a_budget_that_nothing_fits_and_tables_that_differ_are_named():
    losses, costs = tables(0)
    with pytest.raises(ValueError, match="budget must be at least"):
        fit_budget(losses, costs, 1e-3)
    with pytest.raises(ValueError, match=r"costs\['g0'\] must have the unit counts"):
        fit_budget(losses, {**costs, "g0": {7: 1.0}}, 20)


def test_losses_are_those_of_cutting_one_group_alone():
    data = batches(100)
    model = traced(mlp(6, 12, 10, 4), data[0])

    def loss(network):
        return (network(data[0]) - model(data[0])).norm().item()

    found = group_losses(model, {"0": [3, 9], "2": [5]}, data, loss)
    for name, own in found.items():
        for units, value in own.items():
            alone = prune_layer_by_layer(model, {name: units}, data)
            with torch.no_grad():
                assert loss(alone) == pytest.approx(value)
    assert found["0"][9] < found["0"][3]
