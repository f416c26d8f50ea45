"""SparseGPT's solve equals one that inverts a Hessian for every weight."""

from functools import partial

import pytest
import torch
from torch import nn

from course_lib.magnitude import (
    input_products,
    magnitude_mask,
    masked,
    n_m_mask,
    prune_sparse_gpt,
    sparse_gpt,
)
from tests.small import random_network, small_split

HALF = partial(magnitude_mask, sparsity=0.5)


def problem(outputs=3, inputs=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = {"dtype": torch.float64, "generator": generator}
    x = torch.randn(40, inputs, **shape) @ torch.randn(inputs, inputs, **shape)
    return torch.randn(outputs, inputs, **shape), x


def brute_force(weight, hessian, choose, block):
    """Left to right, each row alone, with the Hessian of the inputs that are left."""
    weight, size = weight.clone(), weight.shape[1]
    first = [torch.linalg.inv(hessian[j:, j:])[0, 0].sqrt() for j in range(size)]
    mask = torch.ones_like(weight, dtype=torch.bool)
    for start in range(0, size, block):
        own = range(start, min(start + block, size))
        scores = torch.stack([weight[:, j].abs() / first[j] for j in own], dim=1)
        mask[:, own.start : own.stop] = choose(scores)
        for row in range(len(weight)):
            for j in own:
                if not mask[row, j]:
                    inverse = torch.linalg.inv(hessian[j:, j:])
                    change = weight[row, j] / inverse[0, 0] * inverse[0]
                    weight[row, j:] -= change
    return weight, mask


@pytest.mark.parametrize(
    ("choose", "block"),
    [(HALF, 8), (HALF, 3), (partial(n_m_mask, n=2, m=4), 4)],
    ids=["one block", "three blocks", "2:4"],
)
def test_solve_equals_brute_force(choose, block):
    weight, x = problem()
    products = x.T @ x / len(x)
    damped = products + 0.01 * products.diagonal().mean() * torch.eye(8)
    expected, mask = brute_force(weight, damped, choose, block)
    found, chosen = sparse_gpt(weight, products, choose, block=block)
    assert torch.equal(chosen, mask)
    torch.testing.assert_close(found, expected)
    assert found[~mask].eq(0).all()


def test_last_pruned_input_is_taken_over_by_nobody_and_the_first_by_least_squares():
    weight, x = problem(1, 4)
    kept = torch.tensor([[False, True, True, True]])
    found, _ = sparse_gpt(weight, x.T @ x, lambda scores: kept, damping=0)
    expected = torch.linalg.lstsq(x[:, 1:], x @ weight[0]).solution
    torch.testing.assert_close(found[0, 1:], expected)
    last = kept.flip(1)
    found, _ = sparse_gpt(weight, x.T @ x, lambda scores: last, damping=0)
    torch.testing.assert_close(found[0, :3], weight[0, :3])


def test_outputs_are_closer_than_with_the_same_mask_alone():
    weight, x = problem(20, 30)
    found, mask = sparse_gpt(weight, x.T @ x, HALF)
    errors = [(x @ (w - weight).T).norm() for w in (found, weight * mask)]
    assert errors[0] < errors[1]


def test_silent_inputs_lose_their_weights_and_disturb_nothing():
    weight, x = problem()
    x[:, 2] = 0
    found, _ = sparse_gpt(weight, x.T @ x, HALF)
    assert found.isfinite().all()
    assert found[:, 2].eq(0).all()


def test_products_are_those_of_all_inputs_and_scores_those_of_input_scores():
    model, split = random_network("mlp", 4), small_split(30)
    products = input_products(model, split.images.split(7))
    x = split.images.flatten(1)
    torch.testing.assert_close(products["fc1.weight"], x.T @ x / 30)
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_network_is_pruned_in_a_copy_and_is_closer_than_masked():
    model, split = random_network("mlp", 4), small_split(60)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    pruned, masks = prune_sparse_gpt(model, input_products(model, [split.images]), HALF)
    assert {name for name, _ in model.named_parameters() if "weight" in name} == {
        *masks
    }
    errors = [
        (net(split.images) - model(split.images)).norm().item()
        for net in (pruned, masked(model, masks))
    ]
    assert errors[0] < errors[1]
    assert all(torch.equal(before[n], v) for n, v in model.state_dict().items())


def test_errors_name_the_argument():
    weight, x = problem()
    with pytest.raises(ValueError, match=r"products must have shape \(8, 8\)"):
        sparse_gpt(weight, x[:3, :3], HALF)
    with pytest.raises(ValueError, match=r"call the layer of '0.weight'"):
        input_products(nn.Sequential(nn.Linear(3, 3)), [])
    nan = [torch.full((2, 3), torch.nan)]
    with pytest.raises(ValueError, match=r"inputs of '0.weight' must be finite"):
        input_products(nn.Sequential(nn.Linear(3, 3)), nan)
