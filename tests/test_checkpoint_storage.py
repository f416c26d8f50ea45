"""What is stored without its zeros comes back bit by bit, from a smaller file."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from course_lib import magnitude, models
from course_lib.measure import float32_state
from course_lib.models import checkpoints
from tests.small import NETWORKS, random_network


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_checkpoint_folder", lambda: tmp_path)
    return tmp_path


def _save(model, folder):
    path = folder / "a.safetensors"
    models.save_checkpoint(model, path, recipe="python -m recipes.x", history={"n": 1})
    return path


def _dense_size(model, folder, path):
    """Bytes of the same file with every tensor stored as it is."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    save_file(float32_state(model), folder / "dense.bin", metadata=metadata)
    return (folder / "dense.bin").stat().st_size


def _bits(tensor):
    """The stored bytes, so that 0 and -0 and kinds of nan differ."""
    return tensor.contiguous().flatten().numpy().tobytes()


def _pruned(kind, sparsity, seed=0):
    model = random_network(kind, seed).float()
    masks = magnitude.global_magnitude_masks(model, sparsity)
    magnitude.apply_masks(model, masks)
    return model


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("sparsity", [0.0, 0.4, 0.6, 0.98, 1.0])
def test_network_comes_back_bit_by_bit(kind, sparsity, folder):
    for seed in range(3):
        model = _pruned(kind, sparsity, seed)
        _save(model, folder)
        loaded = models.load_checkpoint("a", torch.float32)
        expected = model.state_dict()
        assert list(loaded.state_dict()) == list(expected)
        for name, value in loaded.state_dict().items():
            assert value.dtype == expected[name].dtype
            assert value.shape == expected[name].shape
            assert _bits(value) == _bits(expected[name])


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([torch.float32, torch.int64, torch.int32, torch.uint8, torch.bool]),
    st.integers(0, 400), st.floats(0, 1), st.integers(0, 999),
)  # fmt: skip
def test_any_tensor_comes_back_from_positions_and_values(dtype, count, share, seed):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randint(-9, 99, (count,), generator=generator).to(dtype)
    values[torch.rand(count, generator=generator) < share] = 0
    stored = checkpoints._without_zeros("w", values)
    holder = torch.nn.Module()
    holder.register_buffer("w", torch.ones_like(values))
    found = checkpoints._with_zeros(stored, holder)["w"]
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    assert _bits(found) == _bits(values)
    stored_bytes = sum(part.numel() * part.element_size() for part in stored.values())
    assert stored_bytes <= values.numel() * values.element_size()


def test_negative_zeros_nan_and_infinity_come_back_bit_by_bit(folder):
    model = models.MLP((40, 20, 3))
    with torch.no_grad():
        model.fc1.weight.zero_()
        model.fc1.weight[3, :4] = torch.tensor([-0.0, torch.nan, torch.inf, 1e-42])
    path = _save(model, folder)
    with safe_open(path, framework="pt") as file:
        assert file.get_tensor("fc1.weight.positions").tolist() == [120, 121, 122, 123]
    loaded = models.load_checkpoint("a", torch.float32)
    assert _bits(loaded.fc1.weight.detach()) == _bits(model.fc1.weight.detach())


def test_file_of_a_sparse_network_shrinks_to_eight_bytes_a_nonzero(folder):
    model = models.MLP((784, 300, 100, 10))
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, 0.9))
    path = _save(model, folder)
    weights = magnitude.prunable_weights(model)
    nonzeros = sum(int(torch.count_nonzero(w)) for w in weights.values())
    assert nonzeros == 26_620
    # at most: where more than half is left, four bytes a weight are fewer
    assert path.stat().st_size < 8 * nonzeros + 4 * 410 + 2000
    assert path.stat().st_size < 0.21 * _dense_size(model, folder, path)


def test_header_still_says_what_the_network_is(folder):
    model = _pruned("resnet", 0.98)
    path = _save(model, folder)
    assert models.checkpoint_metadata("a") == {
        "architecture": json.loads(json.dumps(model.describe())),
        "recipe": "python -m recipes.x",
        "history": {"n": 1},
    }
    assert [other.name for other in folder.iterdir()] == [path.name]


def test_unknown_checkpoint_lists_what_there_is(folder):
    _save(models.MLP((2, 1)), folder)
    with pytest.raises(ValueError, match=r"name must be one of \['a'\], got 'b'"):
        models.load_checkpoint("b")


def test_checkpoint_without_a_recipe_is_refused(folder):
    save_file({"w": torch.ones(1)}, folder / "a.safetensors", {"history": "{}"})
    with pytest.raises(ValueError, match=r"without \['architecture', 'recipe'\]"):
        models.checkpoint_metadata("a")


def test_answers_come_back_and_near_copies_take_less_than_a_bit_each(folder):
    first = torch.randint(0, 10, (1000,))
    networks = {f"test-{seed}": first.clone() for seed in range(20)}
    networks["test-7"][3] = (first[3] + 1) % 10
    path = folder / "predictions" / "a.npz"
    checkpoints.save_predictions(networks, path, recipe="python x")
    loaded = checkpoints.load_predictions("a")
    assert list(loaded) == list(networks)
    assert all(torch.equal(loaded[key], networks[key]) for key in networks)
    assert path.stat().st_size < 20 * 1000 / 8


@pytest.mark.parametrize("answers", [[0, 256], [-1, 0]])
def test_answers_that_do_not_fit_are_refused(tmp_path, answers):
    given = {"a": torch.tensor(answers)}
    with pytest.raises(ValueError, match="'a' must hold classes from 0 to 255, got"):
        checkpoints.save_predictions(given, tmp_path / "a", recipe="")
    assert list(tmp_path.iterdir()) == []
