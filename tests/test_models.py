"""The networks have the documented shapes and come back from their files."""

import json

import pytest
import torch

from course_lib import models
from course_lib.measure import parameter_count
from course_lib.models import checkpoints


def test_lenet5_has_the_parameters_that_the_papers_count():
    assert parameter_count(models.LeNet5()) == 431_080


def test_mlp_300_100_has_the_parameters_that_the_papers_count():
    assert parameter_count(models.MLP((784, 300, 100, 10))) == 266_610


@pytest.mark.parametrize(
    "model", [models.MLP((784, 7, 5, 10)), models.LeNet5((3, 4), 6, "tanh")]
)
def test_activations_are_keyed_by_layer_and_the_logits_stay_the_same(model):
    x = torch.rand(2, 1, 28, 28)
    logits, activations = model(x, return_activations=True)
    assert torch.equal(logits, model(x))
    assert list(activations) == list(model.seams)
    for name, values in activations.items():
        assert values.shape[:2] == (2, len(model.get_submodule(name).weight))


def test_activations_are_those_after_the_nonlinearity():
    model = models.MLP((4, 3, 2))
    x = torch.randn(5, 4)
    hidden = model(x, return_activations=True)[1]["fc1"]
    assert torch.equal(hidden, torch.relu(model.fc1(x)))


@pytest.mark.parametrize(
    "model",
    [models.MLP((784, 7, 5, 10), "gelu"), models.MLP((3, 2)), models.LeNet5((3, 4), 6)],
)
def test_description_rebuilds_the_same_shapes(model):
    twin = models.build_model(json.loads(json.dumps(model.describe())))
    twin.load_state_dict(model.state_dict())
    assert twin.describe() == model.describe()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_checkpoint_folder", lambda: tmp_path)
    return tmp_path


def test_checkpoint_comes_back_as_it_was_saved(folder):
    model = models.MLP((6, 4, 3), "tanh").double()
    models.save_checkpoint(
        model, folder / "a.safetensors", recipe="python x", history={"seed": 3}
    )
    assert models.checkpoint_names() == ["a"]
    loaded = models.load_checkpoint("a")
    assert (loaded.activation, loaded.training) == ("tanh", False)
    for name, value in model.state_dict().items():
        stored = loaded.state_dict()[name]
        assert stored.dtype == torch.float64
        assert torch.equal(stored, value.float().double())
    metadata = models.checkpoint_metadata("a")
    assert (metadata["recipe"], metadata["history"]) == ("python x", {"seed": 3})
    assert [path.name for path in folder.iterdir()] == ["a.safetensors"]


def test_unknown_checkpoint_lists_what_there_is(folder):
    models.save_checkpoint(
        models.MLP((2, 1)), folder / "a.safetensors", recipe="", history={}
    )
    with pytest.raises(ValueError, match=r"checkpoint is 'b'; allowed are \['a'\]"):
        models.load_checkpoint("b")


def test_checkpoint_without_a_recipe_is_refused(folder):
    from safetensors.torch import save_file

    save_file({"w": torch.ones(1)}, folder / "a.safetensors", {"history": "{}"})
    with pytest.raises(ValueError, match=r"lacks \['architecture', 'recipe'\]"):
        models.checkpoint_metadata("a")


@pytest.mark.parametrize("widths", [(), (784,), (784, 0, 10)])
def test_impossible_widths_are_refused(widths):
    with pytest.raises(ValueError, match="widths is"):
        models.MLP(widths)


def test_impossible_channels_are_refused():
    with pytest.raises(ValueError, match="channels is"):
        models.LeNet5((20,))


def test_unknown_activation_and_model_name_what_is_allowed():
    with pytest.raises(ValueError, match=r"allowed are .*gelu.*relu.*tanh"):
        models.MLP((3, 2), "swish")
    with pytest.raises(ValueError, match=r"allowed are .*LeNet5.*MLP"):
        models.build_model({"name": "VGG", "arguments": {}})


@pytest.mark.parametrize("make", [lambda d: models.MLP((4, 3, 2), dtype=d), None])
def test_weights_can_be_drawn_in_float64(make):
    make = make or (lambda d: models.LeNet5((2, 2), 3, dtype=d))
    torch.manual_seed(0)
    model = make(torch.float64)
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    assert weights.dtype == torch.float64
    assert not torch.equal(weights, weights.float().double())
