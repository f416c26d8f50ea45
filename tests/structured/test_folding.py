"""Folding equals what ``torch.linalg.lstsq`` finds, and removes what can be removed."""

import copy
import itertools
from functools import partial

import pytest
import torch
from torch import nn

from course_lib.structured import (
    fold_means,
    fold_units,
    keep_weights,
    largest_contribution,
    least_change,
    least_error,
    least_squares,
    prune_layer_by_layer,
    record_moments,
    weight_norms,
)
from course_lib.structured.moments import with_bias
from course_lib.structured.passes import Passes, calling_order
from course_lib.surgery import UnitGroup, remove_units, trace_groups, unit_counts
from tests.small import random_network

exactly = partial(least_squares, ridge=0)


def mlp(*widths, seed=0):
    torch.manual_seed(seed)
    layers = []
    for size, following in itertools.pairwise(widths):
        layers += [nn.Linear(size, following), nn.GELU()]
    return nn.Sequential(*layers[:-1]).double()


def traced(model, example):
    model.unit_groups = trace_groups(model, example)
    return model


def batches(*sizes, width=6, seed=1):
    generator = torch.Generator().manual_seed(seed)
    shape = {"dtype": torch.float64, "generator": generator}
    return [torch.randn(n, width, **shape) for n in sizes]


def test_moments_are_those_of_all_batches_together():
    model, data = mlp(6, 9, 4), batches(40, 25, 7)
    found = record_moments(model, "2", Passes(data))
    x = torch.cat([model[:2](batch) for batch in data])
    rows = torch.cat([x, torch.ones(72, 1)], dim=1)
    assert found.count == 72
    torch.testing.assert_close(found.inputs, rows.T @ rows / 72)
    torch.testing.assert_close(found.targets, model[2](x).T @ rows / 72)
    torch.testing.assert_close(found.mean, x.mean(0))


def test_moments_toward_a_teacher_have_its_answers():
    model, teacher, data = mlp(6, 9, 4), mlp(6, 9, 4, seed=3), batches(40, 25)
    found = record_moments(model, "2", Passes(data), teacher)
    x = torch.cat([model[:2](batch) for batch in data])
    answers = torch.cat([teacher(batch) for batch in data])
    torch.testing.assert_close(found.targets[:, :-1], answers.T @ x / 65)


@pytest.mark.parametrize("other", [False, True])
def test_least_squares_is_that_of_lstsq(other):
    model, data = mlp(6, 9, 4), batches(50)
    teacher = mlp(6, 9, 4, seed=3) if other else None
    kept = torch.arange(9) % 3 > 0
    found = exactly(
        with_bias(model[2]), record_moments(model, "2", Passes(data), teacher), kept
    )
    x = torch.cat([model[:2](data[0])[:, kept], torch.ones(50, 1)], dim=1)
    expected = torch.linalg.lstsq(x, (teacher or model)(data[0])).solution.T
    used = torch.cat([kept, torch.tensor([True])])
    torch.testing.assert_close(found[:, used], expected)
    assert found[:, ~used].eq(0).all()


def test_ridge_equals_rows_that_pull_the_weights_to_zero():
    model, data, kept = mlp(6, 9, 4), batches(50), torch.arange(9) > 3
    found = least_squares(
        with_bias(model[2]), record_moments(model, "2", Passes(data)), kept, ridge=0.3
    )
    hidden = model[:2](data[0])
    pull = (50 * 0.3 * hidden.pow(2).mean()).sqrt() * torch.eye(5)
    x = torch.cat([hidden[:, kept], torch.ones(50, 1)], dim=1)
    x = torch.cat([x, torch.cat([pull, torch.zeros(5, 1)], dim=1)])
    y = torch.cat([model(data[0]), torch.zeros(5, 4)])
    torch.testing.assert_close(found[:, 4:], torch.linalg.lstsq(x, y).solution.T)


def test_means_are_folded_as_in_chapter_02():
    data = batches(50)
    model = traced(mlp(6, 9, 4), data[0])
    keep = {"0": torch.arange(9) % 2 == 0}
    found = fold_units(model, keep, data, refit=fold_means)
    means = {"0": model[:2](data[0]).mean(0)}
    expected = remove_units(model, keep, fold=means)
    torch.testing.assert_close(found(data[0]), expected(data[0]))


def test_without_folding_it_is_remove_units():
    data = batches(30)
    model = traced(mlp(6, 9, 8, 4), data[0])
    keep = {name: torch.arange(n) % 2 == 0 for name, n in unit_counts(model).items()}
    found = fold_units(model, keep, data, refit=keep_weights)
    torch.testing.assert_close(found(data[0]), remove_units(model, keep)(data[0]))


def test_units_that_others_predict_are_removed_without_a_loss():
    data = batches(60, 30)
    model = mlp(6, 8, 4)
    with torch.no_grad():  # the last four repeat the first four
        model[0].weight[4:] = model[0].weight[:4]
        model[0].bias[4:] = model[0].bias[:4]
    traced(model, data[0])
    found = prune_layer_by_layer(model, {"0": 4}, data)
    assert found[0].out_features == 4
    exact = fold_units(model, {"0": torch.arange(8) < 4}, data, refit=exactly)
    torch.testing.assert_close(exact(data[0]), model(data[0]))
    # one of each pair stays
    rows = {tuple(row.tolist()) for row in found[0].weight}
    assert len(rows) == 4


def test_least_error_leaves_inputs_of_no_unit_alone():
    model, data = mlp(6, 8, 4), batches(90)
    moments, matrix = record_moments(model, "2", Passes(data)), with_bias(model[2])
    some = torch.tensor([[6], [1], [3], [4]])
    found = least_error(matrix, moments, some, 2, ridge=1e-12)
    errors = {}
    for pair in itertools.combinations(range(4), 2):
        kept = torch.ones(8, dtype=torch.bool)
        kept[[int(some[u]) for u in range(4) if u not in pair]] = False
        refitted = exactly(matrix, moments, kept) - matrix
        errors[pair] = (refitted @ moments.inputs * refitted).sum().item()
    assert tuple(found.nonzero()[:, 0].tolist()) in sorted(errors, key=errors.get)[:2]


@pytest.mark.parametrize("k", [1, 2])
def test_least_error_removes_what_a_search_over_all_units_removes(k):
    model, data = mlp(6, 8, 4), batches(90)
    moments, matrix = record_moments(model, "2", Passes(data)), with_bias(model[2])
    entries = torch.arange(8).reshape(-1, k)
    found = least_error(
        matrix, moments, entries, len(entries) - 2, ridge=1e-12, at_once=1
    )
    left = list(range(len(entries)))
    x = model[:2](data[0])
    for _ in range(2):
        errors = {}
        for unit in left:
            others = entries[[u for u in left if u != unit]].flatten()
            rows = torch.cat([x[:, others], torch.ones(90, 1)], dim=1)
            y = model(data[0])
            answer = rows @ torch.linalg.lstsq(rows, y).solution
            errors[unit] = (answer - y).norm().item()
        left.remove(min(errors, key=errors.get))
    assert found.nonzero()[:, 0].tolist() == left


def test_contribution_of_a_unit_equals_a_loop():
    model, data = mlp(6, 8, 4), batches(50)
    moments, matrix = record_moments(model, "2", Passes(data)), with_bias(model[2])
    x = model[:2](data[0])
    sizes = [
        sum((model[2].weight[:, j] * x[:, j : j + 1]).norm() ** 2 for j in pair).item()
        for pair in torch.arange(8).reshape(4, 2)
    ]
    found = largest_contribution(matrix, moments, torch.arange(8).reshape(4, 2), 2)
    assert set(found.nonzero()[:, 0].tolist()) == set(
        sorted(range(4), key=sizes.__getitem__)[2:]
    )


def test_later_layers_are_folded_with_what_the_earlier_became():
    data = batches(200)
    model = traced(mlp(6, 12, 10, 4), data[0])
    number = {"0": 6, "2": 5}
    found = prune_layer_by_layer(model, number, data, refit=exactly)
    first = prune_layer_by_layer(model, {"0": 6}, data, refit=exactly)
    again = prune_layer_by_layer(first, {"2": 5}, data, refit=exactly)
    torch.testing.assert_close(found(data[0]), again(data[0]))
    assert unit_counts(found) == number


def test_a_teacher_makes_the_answers_better_than_folding_each_layer_alone():
    data = batches(400)
    model = traced(mlp(6, 16, 16, 4), data[0])
    number = {"0": 8, "2": 8}
    alone = prune_layer_by_layer(model, number, data, refit=exactly)
    taught = prune_layer_by_layer(model, number, data, refit=exactly, teacher=model)
    errors = [(n(data[0]) - model(data[0])).norm().item() for n in (alone, taught)]
    assert errors[1] < errors[0]


def test_folding_is_better_than_keeping_weights_in_every_network_of_the_course():
    model = random_network("transformer", 3)
    generator = torch.Generator().manual_seed(0)
    shape = (64, 1, 28, 28)
    data = [torch.rand(shape, generator=generator, dtype=torch.float64)]
    number = {
        name: max(1, units // 2)
        for name, units in unit_counts(model).items()
        if len(model.unit_groups[name].consumers) == 1
    }
    before = copy.deepcopy(model.state_dict())
    errors = [
        (prune_layer_by_layer(model, number, data, refit=refit)(data[0])
         - model(data[0])).pow(2).mean()
        for refit in (least_squares, keep_weights)
    ]  # fmt: skip
    assert errors[0] <= errors[1]
    assert all(torch.equal(before[name], v) for name, v in model.state_dict().items())


def test_layers_that_lose_nothing_are_brought_closer_to_the_teacher():
    data = batches(400)
    model = traced(mlp(6, 16, 5, 16, 4), data[0])
    nets = [
        prune_layer_by_layer(model, {"0": 4}, data, teacher=model, others=others)
        for others in ((), ("0", "4"))
    ]
    errors = [(n[:5](data[0]) - model[:5](data[0])).norm().item() for n in nets]
    assert errors[1] < errors[0]
    # the first layer reads what the teacher reads
    torch.testing.assert_close(nets[1][0].weight, nets[0][0].weight)


@pytest.mark.parametrize("number", [{}, {"2": 5}])
@pytest.mark.parametrize("others", [(), ("0",)])
def test_network_that_is_pruned_stays_as_it_was(number, others):
    data = batches(60)
    model = traced(mlp(6, 9, 8, 4), data[0])
    before = copy.deepcopy(model.state_dict())
    found = prune_layer_by_layer(model, number, data, teacher=model, others=others)
    for value in found.parameters():
        value.data.fill_(1)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])


def test_least_change_lies_between_what_is_there_and_least_squares():
    model, teacher, data = mlp(6, 9, 4), mlp(6, 9, 4, seed=3), batches(50)
    moments = record_moments(model, "2", Passes(data), teacher)
    matrix, every = with_bias(model[2]), torch.ones(9, dtype=torch.bool)
    best = exactly(matrix, moments, every)
    for ridge, expected in ((1e-9, best), (1e12, matrix)):
        found = least_change(matrix, moments, every, ridge=ridge)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(6, 9), nn.Linear(9, 6)

    def forward(self, x):
        return x + self.outer(torch.tanh(self.inner(x)))


class Normed(nn.Module):
    """A residual block with a module that reads the sum, as in BERT."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(6, 9), nn.Linear(9, 6)
        self.norm = nn.LayerNorm(6)

    def forward(self, x):
        return self.norm(x + self.outer(torch.tanh(self.inner(x))))


def normed(seed):
    torch.manual_seed(seed)
    return nn.Sequential(*(Normed() for _ in range(3))).double()


def test_targets_of_a_sum_make_up_for_what_the_rest_of_it_lost():
    model, teacher, data = normed(0), normed(1), batches(40, 25)
    found = record_moments(model, "1.outer", Passes(data), teacher, read_by="1.norm")
    x = torch.cat(data)
    before, wished = model[:1](x), teacher[:1](x)
    hidden = torch.tanh(model[1].inner(before))
    goal = wished + teacher[1].outer(torch.tanh(teacher[1].inner(wished)))
    expected = (goal - before).T @ hidden / 65
    torch.testing.assert_close(found.targets[:, :-1], expected)


def test_correcting_the_sum_comes_closer_than_imitating_the_layer():
    model, data = normed(0), batches(300)
    traced(model, data[0])
    number = {f"{i}.inner": 4 for i in range(3)}
    sums = {f"{i}.outer": f"{i}.norm" for i in range(3)}
    errors = []
    for given in ({}, sums):
        found = prune_layer_by_layer(
            model, number, data, teacher=model, sums=given, blocks=("0", "1", "2")
        )
        errors.append((found(data[0]) - model(data[0])).norm().item())
    assert errors[1] < errors[0]


@pytest.mark.parametrize("layer", ["1.outer", "1.typo"])
def test_sums_are_of_layers_that_a_teacher_corrects(layer):
    model, data = normed(0), batches(9)
    traced(model, data[0])
    teacher = model if layer == "1.typo" else None
    with pytest.raises(ValueError, match=f"sums must contain only .*{layer}"):
        prune_layer_by_layer(
            model, {"1.inner": 4}, data, teacher=teacher, sums={layer: "1.norm"}
        )


def test_a_sum_needs_a_teacher_and_the_width_of_the_layer():
    model, data = normed(0), batches(9)
    with pytest.raises(ValueError, match="read_by must be empty without a teacher"):
        record_moments(model, "1.outer", Passes(data), read_by="1.norm")
    with pytest.raises(ValueError, match=r"that reads 9 values, got '1\.norm', .* 6"):
        record_moments(model, "1.inner", Passes(data), model, read_by="1.norm")
    model[1].spare = nn.LayerNorm(6)
    with pytest.raises(ValueError, match=r"must call layer '1\.spare', got no call"):
        record_moments(model, "1.outer", Passes(data), model, read_by="1.spare")


@pytest.mark.parametrize("taught", [False, True])
def test_blocks_save_passes_and_change_nothing(taught):
    torch.manual_seed(2)
    model = nn.Sequential(*(Residual() for _ in range(4)), nn.Linear(6, 3)).double()
    data = batches(30, 20)
    traced(model, data[0])
    number, calls = {f"{i}.inner": 5 for i in range(4)}, []
    teacher = copy.deepcopy(model) if taught else None
    model[0].outer.register_forward_hook(lambda *_: calls.append(1))
    found, counted = [], []
    for blocks in ((), ("0", "1", "2", "3")):
        calls.clear()
        smaller = prune_layer_by_layer(
            model, number, data, teacher=teacher, blocks=blocks
        )
        counted.append(len(calls))
        found.append(smaller(data[0]))
    torch.testing.assert_close(found[1], found[0])
    assert counted[1] < counted[0]
    assert not any("forward" in vars(module) for module in model.modules())


def test_a_layer_without_a_bias_gets_one():
    data = batches(50)
    model = mlp(6, 9, 4)
    model[2] = nn.Linear(9, 4, bias=False).double()
    found = prune_layer_by_layer(traced(model, data[0]), {"0": 3}, data)
    assert found[2].bias.shape == (4,)


def test_hooks_are_gone_and_the_order_is_that_of_the_calls():
    model, data = mlp(6, 9, 8, 4), batches(5, 3)
    assert calling_order(model, ["4", "2"], data[0]) == ["2", "4"]
    assert [len(rows) for rows in Passes(data).layer_inputs(model, "4")] == [5, 3]
    assert not any(module._forward_pre_hooks for module in model.modules())


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.spare = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        return self.inner(self.inner(x))


def test_errors_name_the_layer_and_the_group():
    x = [torch.randn(2, 3)]
    with pytest.raises(ValueError, match="'inner' must be called once per pass, got 2"):
        calling_order(Twice(), ["inner"], x[0])
    with pytest.raises(ValueError, match="'spare' must be called once per pass, got 0"):
        calling_order(Twice(), ["spare"], x[0])
    with pytest.raises(ValueError, match="at least one batch"):
        Passes([])
    model = traced(mlp(6, 9, 4), batches(2)[0])
    with pytest.raises(ValueError, match=r"groups must be some of \['0'\], got 'x'"):
        prune_layer_by_layer(model, {"x": 3}, batches(9))
    with pytest.raises(ValueError, match="number must be"):
        prune_layer_by_layer(model, {"0": 10}, batches(9))
    with pytest.raises(ValueError, match="inputs of layer '2' must be finite"):
        prune_layer_by_layer(model, {"0": 3}, [torch.full((2, 6), torch.nan).double()])


def test_a_convolution_that_reads_is_named():
    model = nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU(), nn.Conv2d(4, 2, 1))
    model.unit_groups = {"0": UnitGroup(["0"], ["2"])}
    with pytest.raises(TypeError, match="'2' must be Linear, got Conv2d"):
        prune_layer_by_layer(model, {"0": 2}, [torch.randn(2, 1, 4, 4)])


def test_a_group_that_two_layers_read_is_named():
    model = mlp(6, 9, 9, 4)
    model.unit_groups = {"0": UnitGroup(["0"], ["2", "4"])}
    with pytest.raises(ValueError, match="exactly one layer"):
        fold_units(model, {"0": torch.arange(9) > 3}, batches(9))


def test_scores_of_other_modules_can_be_folded():
    data = batches(50)
    model = traced(mlp(6, 9, 4), data[0])
    order = weight_norms(model, 2)["0"].argsort(descending=True)
    keep = {"0": torch.isin(torch.arange(9), order[:4])}
    found = fold_units(model, keep, data)
    torch.testing.assert_close(found[0].weight, model[0].weight[keep["0"]])


def test_mask_of_another_length_is_named():
    model = mlp(6, 5, 2)
    groups = traced(model, batches(4)[0]).unit_groups
    (name,) = groups
    with pytest.raises(ValueError, match=r"\(5,\)"):
        fold_units(model, {name: torch.ones(3, dtype=torch.bool)}, batches(4))
