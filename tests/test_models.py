"""The networks have the documented shapes and come back from their files."""

import json

import pytest
import torch
from torch import nn

from course_lib import models
from course_lib.measure import parameter_count
from course_lib.surgery import unit_counts


def test_lenet5_has_the_parameters_that_the_papers_count():
    assert parameter_count(models.LeNet5()) == 431_080


NETWORKS = [
    models.MLP((784, 7, 5, 10), "gelu"),
    models.LeNet5((3, 4), 6, "tanh"),
    models.TinyResNet((3, 4), ((2, 5), (6, 7))).eval(),
    models.TinyResNet((3, 4), ((0, 0), (6, 0))).eval(),
    models.TinyTransformer(6, (2, 3), (5, 4), head_width=3, patch=14),
]


@pytest.mark.parametrize("model", NETWORKS)
def test_activations_are_keyed_as_the_unit_groups_and_the_logits_stay_the_same(model):
    x = torch.rand(2, 1, 28, 28)
    logits, activations = model(x, return_activations=True)
    assert logits.shape == (2, 10)
    assert torch.equal(logits, model(x))
    assert set(activations) == set(model.unit_groups)
    for name, units in unit_counts(model).items():
        assert activations[name].shape[:2] == (2, units)


def test_activations_are_those_after_the_nonlinearity():
    model = models.MLP((4, 3, 2))
    x = torch.randn(5, 4)
    hidden = model(x, return_activations=True)[1]["fc1"]
    assert torch.equal(hidden, torch.relu(model.fc1(x)))


@pytest.mark.parametrize(
    "model",
    [*NETWORKS, models.MLP((3, 2)), models.TinyResNet(), models.TinyTransformer()],
)
def test_description_rebuilds_the_same_shapes(model):
    twin = models.build_model(json.loads(json.dumps(model.describe())))
    twin.load_state_dict(model.state_dict())
    assert twin.describe() == model.describe()


@pytest.mark.parametrize(
    "make",
    [
        lambda d: models.MLP((4, 3, 2), dtype=d),
        lambda d: models.LeNet5((2, 2), 3, dtype=d),
        lambda d: models.TinyResNet((2, 3), ((1, 1), (1, 1)), dtype=d),
        lambda d: models.TinyTransformer(4, (1,), (3,), head_width=2, dtype=d),
    ],
)
def test_weights_can_be_drawn_in_float64(make):
    torch.manual_seed(0)
    model = make(torch.float64)
    assert {value.dtype for value in model.parameters()} == {torch.float64}
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert not torch.equal(weights, weights.float().double())


def test_residual_stages_run_at_7_and_at_4_positions():
    x = torch.rand(2, 1, 28, 28)
    activations = models.TinyResNet()(x, return_activations=True)[1]
    assert {name: tuple(values.shape) for name, values in activations.items()} == {
        "stage1_block1": (2, 16, 7, 7), "stage1_block2": (2, 16, 7, 7),
        "stage2_block1": (2, 32, 4, 4), "stage2_block2": (2, 32, 4, 4),
        "stream1": (2, 16, 7, 7), "stream2": (2, 32, 4, 4),
    }  # fmt: skip


def test_residual_block_adds_its_input():
    model = models.TinyResNet((3, 4), ((2, 2), (2, 2))).eval()
    block, x = model.stage1_block1, torch.rand(2, 3, 7, 7)
    nn.init.zeros_(block.norm2.weight)
    torch.testing.assert_close(block(x)[0], x)
    assert model.removable_blocks == ("stage1_block1", "stage1_block2", "stage2_block2")


def test_transformer_sees_16_patches_of_7_by_7():
    model = models.TinyTransformer().double()
    x = torch.rand(2, 1, 28, 28, dtype=torch.float64)
    activations = model(x, return_activations=True)[1]
    assert activations["block3.heads"].shape == (2, 4, 16)
    assert activations["block3.fc1"].shape == (2, 128, 16)
    seen = []
    model.embed.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    model(x)
    for row in range(4):
        for column in range(4):
            patch = x[:, 0, 7 * row : 7 * row + 7, 7 * column : 7 * column + 7]
            assert torch.equal(seen[0][:, 4 * row + column], patch.flatten(1))


def test_heads_attend_as_pytorch_s_own_attention_does():
    torch.manual_seed(0)
    model = models.TinyTransformer(6, (3,), (4,), head_width=2, dtype=torch.float64)
    block, x = model.block1, torch.randn(2, 5, 6, dtype=torch.float64)
    with torch.no_grad():
        block.fc2.weight.zero_()  # leaves only the attention
        block.fc2.bias.zero_()
    layers = (block.query, block.key, block.value)
    y = block.norm1(x)
    expected = x + nn.functional.multi_head_attention_forward(
        *3 * (y.transpose(0, 1),), 6, 3,
        torch.cat([layer.weight for layer in layers]),
        torch.cat([layer.bias for layer in layers]),
        None, None, False, 0.0, block.out.weight, block.out.bias, need_weights=False,
    )[0].transpose(0, 1)  # fmt: skip
    torch.testing.assert_close(block(x)[0], expected)


def test_norms_of_heads_are_computed_only_where_they_are_asked_for(monkeypatch):
    model = models.TinyTransformer(8, (2,), (4,), head_width=2)
    calls, norm = [], torch.Tensor.norm

    def watch(self, *args, **options):
        calls.append(tuple(self.shape))
        return norm(self, *args, **options)

    monkeypatch.setattr(torch.Tensor, "norm", watch)
    images = torch.rand(3, 1, 28, 28)
    plain = model(images)
    assert calls == []
    logits, activations = model(images, return_activations=True)
    assert calls == [(3, 2, 16, 2)]
    assert torch.equal(plain, logits)
    assert list(activations) == ["block1.heads", "block1.fc1"]


def test_description_that_would_not_give_the_model_back_is_refused():
    added, wrapped = models.MLP((4, 3, 2)), models.MLP((4, 3, 2))
    added.extra = nn.Linear(2, 2)
    nn.utils.parametrizations.weight_norm(wrapped.fc1)
    plain = nn.Sequential(nn.Linear(2, 2))
    for model, message in (
        (added, r"tensors of MLP, got \[\('extra.bias'"),
        (wrapped, "plain parameters, got MLP"),
        (plain, "plain parameters, got Sequential"),
    ):
        with pytest.raises(ValueError, match=message):
            models.description_of(model)


@pytest.mark.parametrize("name", models.MODELS)
def test_describing_a_network_draws_no_random_number(name):
    model = models.MLP((4, 3)) if name == "MLP" else models.MODELS[name]()
    before = torch.get_rng_state()
    assert models.description_of(model)["name"] == name
    assert torch.equal(torch.get_rng_state(), before)


RESIDUAL = r"streams must be two .* inner two .* got"
TRANSFORMER = r"width, .* must be ≥ 1, .* patch must .* got"


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (models.MLP, {"widths": ()}, "widths must"),
        (models.MLP, {"widths": (784,)}, "widths must"),
        (models.MLP, {"widths": (784, 0, 10)}, "widths must"),
        (models.MLP, {"widths": (784, 3.7, 10)}, "widths must be a whole number ≥ 1"),
        (models.MLP, {"widths": "784"}, "widths must be a whole number ≥ 1"),
        (models.MLP, {"widths": (784, True, 10)}, "widths must be a whole number ≥ 1"),
        (models.MLP, {"widths": (3, 2), "activation": "swish"},
         r"must be one of .*gelu.*relu.*tanh.*, got 'swish'"),
        (models.build_model, {"description": {"name": "VGG", "arguments": {}}},
         r"must be one of .*LeNet5.*MLP.*, got 'VGG'"),
        (models.LeNet5, {"channels": (20,)}, "channels must"),
        (models.TinyResNet, {"streams": (3,)}, RESIDUAL),
        (models.TinyResNet, {"streams": (0, 3)}, RESIDUAL),
        (models.TinyResNet, {"inner": ((2, 2), (0, 2))}, RESIDUAL),
        (models.TinyResNet, {"inner": ((2, -1), (2, 2))}, RESIDUAL),
        (models.TinyResNet, {"inner": ((2, 2),)}, RESIDUAL),
        (models.TinyResNet, {"inner": ((2, 2, 2), (2, 2))}, RESIDUAL),
        (models.TinyTransformer, {"width": 0}, TRANSFORMER),
        (models.TinyTransformer, {"heads": (), "hidden": ()}, TRANSFORMER),
        (models.TinyTransformer, {"heads": (2, 2)}, TRANSFORMER),
        (models.TinyTransformer, {"heads": (2, 0, 2)}, TRANSFORMER),
        (models.TinyTransformer, {"hidden": (8, 8, 0)}, TRANSFORMER),
        (models.TinyTransformer, {"head_width": 0}, TRANSFORMER),
        (models.TinyTransformer, {"patch": 5}, TRANSFORMER),
    ],
)  # fmt: skip
def test_odd_arguments_are_refused(kind, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        kind(**arguments)
