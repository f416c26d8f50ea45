"""Input scores equal a computation by hand in NumPy; nothing is left hooked."""

import numpy as np
import pytest
import torch
from torch import nn

from course_lib.magnitude import input_scores, prunable_weights
from tests.small import NETWORKS, chain, random_network, small_split


def _hooks(model):
    return sum(
        len(module._forward_pre_hooks) + len(module._forward_hooks)
        for module in model.modules()
    )


def _sizes(inputs, axes):
    """√(mean of squares) over the given axes."""
    return np.sqrt((inputs**2).mean(axis=axes))


def _arrays(model):
    return {name: value.detach().numpy() for name, value in model.named_parameters()}


def _check(model, found, read, rtol=1e-12):
    """Compare scores with |weight| times the sizes of what each layer reads."""
    for name, size in read.items():
        expected = abs(_arrays(model)[f"{name}.weight"]) * size
        np.testing.assert_allclose(found[f"{name}.weight"], expected, rtol=rtol)


def test_scores_of_an_mlp_equal_numpy():
    model, split = random_network("mlp", 4), small_split(30)
    said = model(split.images, return_activations=True)[1].values()
    inputs = [split.images.reshape(30, 784), *said]
    sizes = [_sizes(x.detach().numpy(), 0) for x in inputs]
    read = {f"fc{i}": size for i, size in enumerate(sizes, 1)}
    assert len(read) == model.depth
    _check(model, input_scores(model, split, 7), read)


def test_scores_of_a_convolution_are_over_images_and_positions():
    model, split = random_network("lenet5", 5), small_split(20)
    said = model(split.images, return_activations=True)[1]

    def pooled(name):
        x = said[name].detach().numpy()
        n, c, h, w = x.shape
        return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))

    read = {
        "conv1": _sizes(split.images.numpy(), (0, 2, 3)).reshape(1, -1, 1, 1),
        "conv2": _sizes(pooled("conv1"), (0, 2, 3)).reshape(1, -1, 1, 1),
        "fc1": _sizes(pooled("conv2").reshape(20, -1), 0),
        "fc2": _sizes(said["fc1"].detach().numpy(), 0),
    }
    _check(model, input_scores(model, split, 6), read)


def test_scores_of_a_transformer_are_over_images_and_patches():
    model, split = random_network("transformer", 6), small_split(10)
    arrays, p = _arrays(model), model.patch
    # Shape [N, rows, p, columns, p] -> [patches of all images, pixels]
    images = split.images.numpy().reshape(10, 28 // p, p, 28 // p, p)
    patches = images.transpose(0, 1, 3, 2, 4).reshape(-1, p * p)
    tokens = patches @ arrays["embed.weight"].T + arrays["embed.bias"]
    tokens = tokens.reshape(10, -1, tokens.shape[1]) + arrays["positions"]
    spread = np.sqrt(tokens.var(axis=2, keepdims=True) + model.block1.norm1.eps)
    normed = (tokens - tokens.mean(axis=2, keepdims=True)) / spread
    normed = normed * arrays["block1.norm1.weight"] + arrays["block1.norm1.bias"]
    read = {"embed": _sizes(patches, 0)}
    for name in ("query", "key", "value"):
        read[f"block1.{name}"] = _sizes(normed, (0, 1))
    hidden = model(split.images, return_activations=True)[1]["block1.fc1"]
    read["block1.fc2"] = _sizes(hidden.detach().numpy(), (0, 2))
    _check(model, input_scores(model, split, 3), read, rtol=1e-10)


def test_weight_that_two_layers_share_is_scored_by_what_both_read():
    model = chain(nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5), nn.Linear(5, 2))
    model[2].weight = model[0].weight
    split = small_split(12, (5,))
    first = split.images.numpy()
    second = model[:2](split.images).detach().numpy()
    found = input_scores(model, split, 5)
    assert list(found) == ["0.weight", "3.weight"]
    expected = abs(_arrays(model)["0.weight"]) * _sizes(np.r_[first, second], 0)
    np.testing.assert_allclose(found["0.weight"], expected, rtol=1e-12)


@pytest.mark.parametrize("kind", NETWORKS)
def test_scores_have_the_weights_shapes_and_leave_the_network_alone(kind):
    model = random_network(kind, 7)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = input_scores(model, small_split(8))
    shapes = {name: w.shape for name, w in prunable_weights(model).items()}
    assert {name: score.shape for name, score in found.items()} == shapes
    assert all(torch.equal(before[n], v) for n, v in model.state_dict().items())
    assert not any(score.requires_grad for score in found.values())
    assert _hooks(model) == 0


def test_hooks_are_removed_after_an_error():
    model = random_network("mlp", 0)
    with pytest.raises(ValueError, match=r"split\.images .* cannot be multiplied"):
        input_scores(model, small_split(5, (1, 7, 7)))
    assert _hooks(model) == 0


def test_layer_that_is_never_called_is_refused():
    model = random_network("mlp", 0)
    model.spare = nn.Linear(3, 3).double()
    with pytest.raises(ValueError, match=r"must call the layer of 'spare\.weight'"):
        input_scores(model, small_split(5))
