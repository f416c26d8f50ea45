"""Rounded weights are multiples of a step, and what one loses others take over."""

import pytest
import torch

from course_lib.storage.rounding import round_weight, round_with_inputs, short_step
from tests.magnitude.test_sparse_gpt import problem

STEP = 0.25


def by_hand(weight, hessian, step):
    """Left to right, each row alone, with the Hessian of the inputs that are left."""
    weight = weight.clone()
    for row in weight:
        for j in range(len(row)):
            inverse = torch.linalg.inv(hessian[j:, j:])
            error = row[j] - step * torch.round(row[j] / step)
            row[j:] -= error / inverse[0, 0] * inverse[0]
    return weight


def test_solve_equals_one_weight_at_a_time():
    weight, x = problem()
    products = x.T @ x / len(x)
    damped = products + 0.01 * products.diagonal().mean() * torch.eye(8)
    found = round_with_inputs(weight, products, STEP)
    torch.testing.assert_close(found, by_hand(weight, damped, STEP))


def test_results_are_multiples_and_the_outputs_closer_than_by_rounding():
    weight, x = problem(20, 30)
    found = [round_with_inputs(weight, x.T @ x, STEP), round_weight(weight, STEP)]
    for rounded in found:
        assert torch.equal(rounded / STEP, (rounded / STEP).round())
    errors = [(x @ (rounded - weight).T).norm() for rounded in found]
    assert errors[0] < errors[1]
    assert (found[1] - weight).abs().max() <= STEP / 2


def test_step_is_one_of_float16():
    assert short_step(0.1) == float(torch.tensor(0.1).half())
    assert short_step(1e-12) == 2.0**-24


def test_errors_name_the_argument():
    weight, x = problem()
    with pytest.raises(ValueError, match="step must leave at most 256 different"):
        round_weight(torch.arange(1000.0), 1)
    with pytest.raises(ValueError, match="step must be a number > 0, got 0"):
        round_with_inputs(weight, x.T @ x, 0)
    with pytest.raises(ValueError, match="weight must be finite"):
        round_weight(torch.tensor([torch.nan]), 1)
