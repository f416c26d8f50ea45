"""Units of any module are found by tracing, and each cut is proven or refused."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils._pytree import tree_leaves

from course_lib import structured, surgery
from course_lib.magnitude import apply_masks
from course_lib.measure import parameter_count
from course_lib.surgery import remove_units, rules, trace_groups, units_of
from tests.small import NETWORKS, random_network
from tests.surgery import foreign
from tests.surgery.random_modules import RandomImages, RandomTokens

EXACT = {"rtol": 0, "atol": 1e-10}
PINNED = {
    "llama": {"embed": "looks them up by index; mean in 'norm1'", "down": "'norm1'"},
    "gpt2": {"c_proj": "layer_norm in 'ln_1' normalizes over them"},
    "vit": {"head": "the model returns them", "patch": "layer_norm in 'norm'"},
    "multihead": {"mha.in_proj_weight": "MultiheadAttention 'mha' needs as many"},
    "resnet18": {"14": "the model returns them"},
}


def entries(model, groups):
    """What each unit has, as sets: neither names nor orders matter."""
    return {
        frozenset(
            (t, dim, frozenset(own[unit].tolist())) for t, dim, own, _ in coupled.slices
        )
        for group in groups.values()
        for coupled in [units_of(model, group)]
        for unit in range(coupled.units)
    }


def traced(name):
    """A foreign module in float64 that declares what was traced, and its inputs."""
    make, inputs, _ = foreign.MODULES[name]
    torch.manual_seed(0)
    model = make().double().eval()
    for value in model.parameters():
        value.data += 0.1 * torch.randn_like(value)
    inputs = tuple(x.double() if x.is_floating_point() else x for x in inputs)
    model.unit_groups = trace_groups(model, *inputs)
    return model, inputs


def some(groups, seed=0):
    generator = torch.Generator().manual_seed(seed)
    scores = {n: torch.rand(g.units, generator=generator) for n, g in groups.items()}
    return {name: score >= score.median() for name, score in scores.items()}


def outputs(model, inputs):
    with torch.no_grad():
        return tree_leaves(model(*inputs))


@pytest.mark.parametrize("kind", NETWORKS)
def test_tracing_finds_what_the_networks_of_the_course_declare(kind):
    model = random_network(kind, 8)
    found = trace_groups(model, torch.rand(2, 1, 28, 28))
    declared = {
        name: group
        for name, group in model.unit_groups.items()
        if units_of(model, group).units > 1
    }
    assert entries(model, found) == entries(model, declared)


@pytest.mark.parametrize("name", foreign.MODULES)
def test_foreign_module_is_cut_and_computes_what_the_masked_one_does(name):
    model, inputs = traced(name)
    groups = model.unit_groups
    assert len(groups) == foreign.MODULES[name][2]
    for layer, reason in PINNED.get(name, {}).items():
        assert reason in groups.pinned[layer]
    keep = some(groups)
    smaller = remove_units(model, keep, verify=inputs)
    masked = copy.deepcopy(model)
    apply_masks(masked, structured.as_masks(model, keep))
    for new, old in zip(outputs(smaller, inputs), outputs(masked, inputs), strict=True):
        torch.testing.assert_close(new, old, **EXACT)
    assert parameter_count(smaller) < parameter_count(model)


@pytest.mark.parametrize("name", ["resnet18", "densenet", "llama", "gpt2"])
def test_groups_of_the_smaller_network_are_those_that_tracing_finds_in_it(name):
    model, inputs = traced(name)
    keep = some(model.unit_groups)
    smaller = remove_units(model, keep)
    again = trace_groups(smaller, *inputs)
    left = {n: g for n, g in smaller.unit_groups.items() if g.units > 1}
    assert entries(smaller, left) == entries(smaller, again)


def test_importance_and_selection_take_traced_groups():
    model, inputs = traced("mobilenet")
    importance = structured.weight_norms(model, p=1)
    split = surgery.unit_counts(model)
    assert {name: len(score) for name, score in importance.items()} == split
    keep = structured.select_units(importance, 0.5)
    smaller = remove_units(model, keep, verify=inputs)
    assert smaller[2].body[3].groups == smaller[2].body[3].out_channels == 5


def test_heads_that_share_keys_go_together_with_their_attributes():
    model, _ = traced("llama")
    smaller = remove_units(model, {"q_proj": torch.tensor([False, True])})
    sizes = smaller.num_heads, smaller.num_key_value_heads, smaller.num_groups
    assert sizes == (2, 1, 2)
    assert smaller.head.weight is smaller.embed.weight


def test_optimizer_of_a_foreign_module_is_pruned_with_it():
    model, (ids,) = traced("llama")
    optimizer = torch.optim.Adam(model.parameters())
    model(ids)["logits"].sum().backward()
    optimizer.step()
    keep = some(model.unit_groups)
    smaller = remove_units(model, keep)
    pruned = surgery.prune_optimizer(optimizer, model, smaller, keep)
    for value in smaller.parameters():
        assert pruned.state[value]["exp_avg"].shape == value.shape


def test_size_that_only_the_code_states_is_pinned_with_the_module_that_fails():
    groups = trace_groups(foreign.HardCoded(), foreign.IMAGES)
    assert not groups
    assert "shape '[-1, 144]' is invalid" in groups.pinned["conv"]


def test_operation_without_a_rule_is_named():
    class Sorted(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(4, 6), nn.Linear(6, 2)

        def forward(self, x):
            return self.fc2(torch.linalg.qr(self.fc1(x)).R)

    groups = trace_groups(nn.Sequential(Sorted()), torch.rand(6, 4))
    assert groups.pinned["0.fc1"] == "linalg_qr in '0' has no rule"


def test_weights_inside_an_opaque_operation_are_named():
    groups = trace_groups(nn.Sequential(nn.LSTM(3, 2)), torch.rand(4, 1, 3))
    assert groups.pinned["0.weight_ih_l0"] == "lstm in '0' has no rule"


def test_trial_cut_finds_what_a_wrong_rule_lets_through(monkeypatch):
    model = nn.Sequential(nn.Linear(4, 6), nn.Softmax(-1), nn.Linear(6, 3))
    x = torch.rand(5, 4)
    assert "softmax in '1' combines them" in trace_groups(model, x).pinned["0"]
    monkeypatch.setitem(rules.RULES, "softmax", rules.elementwise)
    groups = trace_groups(model, x)
    assert not groups
    assert "a trial cut fails: outputs that differ by" in groups.pinned["0"]


def test_verification_names_the_group_that_was_declared_wrongly():
    model = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 2))
    model.unit_groups = {"hidden": surgery.UnitGroup(["0"], ["2"])}
    keep = {"hidden": torch.arange(6) > 1}
    with pytest.raises(ValueError, match=r"verify: .* group 'hidden' .* got .*shape"):
        remove_units(model, keep, verify=torch.rand(3, 4))


def test_verification_finds_a_small_difference():
    class Scaled(nn.Sequential):
        def forward(self, x):
            return self[1](self[0](x)) + 1e-4 * self[0](x).pow(2).mean()

    torch.manual_seed(0)
    model = Scaled(nn.Linear(4, 6), nn.Linear(6, 2))
    model.unit_groups = {"hidden": surgery.UnitGroup(["0"], ["1"])}
    keep = {"hidden": torch.arange(6) > 1}
    with pytest.raises(ValueError, match=r"group 'hidden' .* outputs that differ by"):
        remove_units(model, keep, verify=(torch.rand(3, 4),))
    assert trace_groups(model, torch.rand(3, 4)).pinned["0"].startswith("mean in")


def test_means_are_not_folded_where_several_layers_read_a_traced_unit():
    model, _ = traced("twice")
    keep = {"first": torch.arange(7) > 0}
    with pytest.raises(ValueError, match="fold must name groups with one"):
        remove_units(model, keep, fold={"first": torch.ones(7)})


def test_module_whose_code_states_its_precision_keeps_it():
    class Single(nn.Sequential):
        def forward(self, x):
            return super().forward(x.float())

    model = Single(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))
    model.unit_groups = trace_groups(model, torch.rand(3, 4))
    keep = {"0": torch.arange(6) > 2}
    assert remove_units(model, keep, verify=torch.rand(3, 4))[0].out_features == 3


def test_example_that_the_model_cannot_read_is_refused():
    with pytest.raises(ValueError, match="the example must be what Twice can read"):
        trace_groups(foreign.Twice(), torch.rand(2, 6))


def test_model_that_cannot_be_exported_is_refused():
    class Branching(nn.Module):
        def forward(self, x):
            return x + 1 if x.sum() > 0 else x

    with pytest.raises(ValueError, match=r"torch\.export can trace, got Branching"):
        trace_groups(Branching(), torch.rand(3))


def test_tracing_leaves_the_model_as_it_was():
    model = foreign.resnet18(2, 5).train()
    before = copy.deepcopy(model.state_dict())
    trace_groups(model, torch.rand(2, 3, 32, 32))
    assert model.training
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


@pytest.mark.parametrize(
    ("kind", "shape"), [(RandomImages, (2, 3, 8, 8)), (RandomTokens, (2, 5, 4))]
)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_cut_of_a_random_network_is_exact(kind, shape, seed):
    model, x = kind(seed).double().eval(), torch.rand(shape, dtype=torch.float64)
    groups = trace_groups(model, x)
    wrong = {n: why for n, why in groups.pinned.items() if "a trial cut fails" in why}
    assert not wrong  # the rules alone were right
    model.unit_groups = groups
    keep = some(groups, seed)
    masked = copy.deepcopy(model)
    apply_masks(masked, structured.as_masks(model, keep))
    smaller = remove_units(model, keep)
    torch.testing.assert_close(smaller(x), masked(x), **EXACT)


def _constant(model, name, unit, value):
    """Let a layer compute a constant unit."""
    layer = model.get_submodule(name)
    rows = layer.weight.T if hasattr(layer, "nf") else layer.weight
    with torch.no_grad():
        rows[unit], layer.bias[unit] = 0, value


@pytest.mark.parametrize("square", [True, False])
def test_constant_unit_that_a_transposed_weight_reads_is_folded_exactly(square):
    torch.manual_seed(0)
    hidden = 6 if square else 9
    layers = foreign.Conv1D(hidden, 4), nn.Tanh(), foreign.Conv1D(6, hidden)
    model = nn.Sequential(*layers, nn.Linear(6, 2)).double()
    _constant(model, "0", 1, 0.5)
    x = torch.rand(3, 5, 4, dtype=torch.float64)
    model.unit_groups = trace_groups(model, x)
    keep = {"0": torch.arange(hidden) != 1, "2": torch.arange(6) != 6}
    values = torch.full((hidden,), 0.5, dtype=torch.float64).tanh()
    smaller = remove_units(model, keep, fold={"0": values})
    torch.testing.assert_close(smaller(x), model(x), **EXACT)


def test_constant_units_of_both_parts_of_a_concatenation_are_folded():
    class Joined(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.out = nn.Linear(4, 3), nn.Linear(4, 5), nn.Linear(8, 2)

        def forward(self, x):
            return self.out(torch.cat([self.a(x), self.b(x)], -1))

    torch.manual_seed(0)
    model, x = Joined().double(), torch.rand(3, 4, dtype=torch.float64)
    _constant(model, "a", 1, 0.5)
    _constant(model, "b", 2, -2.0)
    model.unit_groups = trace_groups(model, x)
    keep = {"a": torch.arange(3) != 1, "b": torch.arange(5) != 2}
    fold = {"a": torch.full((3,), 0.5), "b": torch.full((5,), -2.0)}
    smaller = remove_units(model, keep, fold=fold)
    torch.testing.assert_close(smaller(x), model(x), **EXACT)


def test_heads_of_one_fused_layer_are_not_folded():
    model, _ = traced("gpt2")
    heads = {"c_attn": torch.tensor([False, True, True])}
    assert remove_units(model, heads, fold={}).num_heads == 2
    with pytest.raises(ValueError, match=r"one number each, got 'c_attn', heads of"):
        remove_units(model, heads, fold={"c_attn": torch.ones(3)})


def test_means_are_not_folded_into_a_transposed_convolution():
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.ConvTranspose2d(4, 2, 3, 2))
    model.unit_groups = trace_groups(model, foreign.IMAGES)
    keep = {"0": torch.arange(4) > 0}
    with pytest.raises(ValueError, match=r"fold must .* read by ConvTranspose2d '2'"):
        remove_units(model, keep, fold={"0": torch.ones(4)})
