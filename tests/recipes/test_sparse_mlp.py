"""Training only the nonzeros is training a masked network."""

import numpy as np
import pytest
import torch

from course_lib.magnitude import KeepMasks
from course_lib.training import State
from recipes.sparse_mlp import DistillationData, Layer, Loss, SparseMLP

SHAPES = ((12, 20), (9, 12), (5, 9))
BATCH = 16


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    layers = []
    for shape in SHAPES:
        mask = rng.random(shape) < 0.4
        weight = (rng.normal(size=shape) * mask).astype(np.float32)
        bias = rng.normal(size=shape[0]).astype(np.float32)
        layers.append(Layer(weight, bias, mask))
    return SparseMLP(layers, Loss(1.5, 0.1), rng)


@pytest.fixture
def data():
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (BATCH, SHAPES[0][1])).astype(np.uint8)
    labels = rng.integers(0, SHAPES[-1][0], BATCH)
    logits = rng.normal(size=(BATCH, SHAPES[-1][0])).astype(np.float32)
    return DistillationData(images, labels, logits)


def as_torch(network):
    linears = []
    for layer in network.layers:
        linear = torch.nn.Linear(*layer.weight.shape[::-1], dtype=torch.float64)
        linear.weight.data.copy_(torch.from_numpy(layer.weight))
        linear.bias.data.copy_(torch.from_numpy(layer.bias))
        linears += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*linears[:-1])


def loss_of(model, data, temperature=1.5, label_weight=0.1):
    functional = torch.nn.functional
    logits = model(torch.from_numpy(data.images).double() / 255)
    teacher = torch.softmax(torch.from_numpy(data.logits).double() / temperature, 1)
    output = torch.log_softmax(logits / temperature, 1)
    soft = temperature**2 * functional.kl_div(output, teacher, reduction="batchmean")
    hard = functional.cross_entropy(logits, torch.from_numpy(data.labels))
    return label_weight * hard + (1 - label_weight) * soft


def test_dense_gradients_are_those_of_autograd(network, data):
    model = as_torch(network)
    loss_of(model, data).backward()
    expected = [layer.weight.grad for layer in model if hasattr(layer, "weight")]
    for found, gradient in zip(network._dense_gradients(data), expected, strict=True):
        np.testing.assert_allclose(found, gradient.numpy(), rtol=1e-4, atol=1e-6)


def test_steps_are_those_of_adam_on_a_masked_network(network, data):
    model = as_torch(network)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    masks = {f"{2 * i}.weight": torch.from_numpy(layer.mask)
             for i, layer in enumerate(network.layers)}  # fmt: skip
    hold = KeepMasks(masks)
    for _ in range(3):
        adam.zero_grad()
        loss_of(model, data).backward()
        adam.step()
        hold.after_step(State(model, adam))
        network.epoch(data, np.array([1e-3], np.float32), BATCH)
    for i, layer in enumerate(network.layers):
        expected = model[2 * i]
        for own in ("weight", "bias"):
            wanted = expected.get_parameter(own).detach().numpy()
            np.testing.assert_allclose(getattr(layer, own), wanted, atol=2e-5)


def test_pruning_keeps_the_largest_of_each_layer(network):
    sizes = [np.sort(np.abs(x.weight[x.mask])) for x in network.layers]
    goal = [30, 20, 10]
    network.prune(goal)
    assert network.counts() == goal
    for layer, before, count in zip(network.layers, sizes, goal, strict=True):
        left = np.sort(np.abs(layer.weight[layer.mask]))
        np.testing.assert_array_equal(left, before[-count:])
        assert not layer.weight[~layer.mask].any()


def test_regrowing_moves_weights_to_the_largest_gradients(network, data):
    before = [layer.mask.copy() for layer in network.layers]
    slopes = network._dense_gradients(data)
    counts = network.counts()
    network.regrow(0.2, data, counts)
    assert network.counts() == counts
    each = zip(network.layers, before, slopes, counts, strict=True)
    for layer, old, slope, count in each:
        born = layer.mask & ~old
        assert born.sum() == int(0.2 * count)
        grown, absent = np.abs(slope[born]), np.abs(slope[~old])
        np.testing.assert_array_equal(np.sort(grown), np.sort(absent)[-born.sum() :])


def test_regrowing_fills_a_layer_that_has_too_few(network, data):
    goal = [count + 3 for count in network.counts()]
    network.regrow(0.2, data, goal)
    assert network.counts() == goal
