"""Shared weights have few values, zeros stay zeros, and centroids can be tuned."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from course_lib import magnitude
from course_lib.storage.clustering import cluster
from course_lib.storage.weight_sharing import CODEBOOKS, share_weights, tied
from course_lib.training import cross_entropy, fit
from tests.small import NETWORKS, chain, random_network, small_model, small_split


def pruned(kind="relu", sparsity=0.7, seed=0):
    model = small_model(kind, seed)
    return magnitude.masked(model, magnitude.global_magnitude_masks(model, sparsity))


def distinct(weight):
    return len(weight[weight != 0].unique())


def same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("codebook", CODEBOOKS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_few_values_zeros_stay_and_nothing_else_changes(kind, codebook, dtype):
    model = random_network(kind, 3).to(dtype)
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, 0.4))
    before = copy.deepcopy(model)
    shared = share_weights(model, 2, codebook=codebook)
    assert same(model, before)
    weights = magnitude.prunable_weights(model)
    for name, value in shared.state_dict().items():
        old = before.state_dict()[name]
        assert value.dtype == old.dtype
        if name in weights:
            assert torch.equal(value == 0, old == 0)
            assert distinct(value) <= 4
            stored = value.to(torch.float16 if codebook == "float16" else torch.float32)
            assert torch.equal(stored.to(dtype), value)
        else:
            assert torch.equal(value, old)
    assert same(share_weights(shared, 2, codebook=codebook), shared)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_weights_become_the_centroids_of_their_clusters(dtype):
    model = pruned().to(dtype)
    shared = share_weights(model, 3)
    for name, weight in magnitude.prunable_weights(model).items():
        values = weight[weight != 0].detach().numpy()
        centroids, codes = cluster(values, 3)
        found = shared.get_parameter(name).detach()[weight != 0]
        expected = centroids[codes].astype(np.float32)
        assert torch.equal(found, torch.from_numpy(expected).to(dtype))


@pytest.mark.parametrize("size", [1e-6, 0.3, 30.0])
def test_int8_centroids_are_steps_of_a_scale_that_can_be_read_off_them(size):
    model = chain(nn.Linear(40, 30))
    with torch.no_grad():
        model[0].weight.mul_(size)
    shared = share_weights(model.float(), 6, codebook="int8")
    centroids = shared[0].weight.detach().unique().numpy()
    # in float32, as a file's reader computes
    scale = np.abs(centroids).max() / np.float32(127)
    steps = np.round(centroids / scale).astype(np.int8)
    assert len(centroids) > 32
    assert np.array_equal(scale * steps.astype(np.float32), centroids)
    errors = (shared[0].weight - share_weights(model, 6)[0].weight).abs()
    assert errors.max() <= 0.501 * scale


def test_nothing_is_rounded_to_zero():
    model = chain(nn.Linear(4, 1, bias=False))
    small = torch.tensor([[1.0, -1e-12, 1e-12, 0.0]])
    for codebook in CODEBOOKS:
        with torch.no_grad():
            model[0].weight.copy_(small)
        shared = share_weights(model, 2, codebook=codebook)[0].weight
        assert torch.equal(shared.sign(), small.sign())


def test_a_mapping_names_tensors_also_biases_and_leaves_the_rest():
    model = pruned()
    shared = share_weights(model, {"fc2.weight": 3, "fc1.bias": 1})
    assert distinct(shared.get_parameter("fc2.weight")) <= 8
    assert distinct(shared.get_parameter("fc1.bias")) == 2
    for name, value in model.named_parameters():
        if name not in {"fc2.weight", "fc1.bias"}:
            assert torch.equal(shared.get_parameter(name), value)


def test_a_layer_without_weights_is_shared_and_tuned_as_it_is():
    model = pruned(sparsity=1.0)
    shared = share_weights(model, 4)
    assert same(model, shared)
    with tied(shared):
        fit(shared, small_split(), None, epochs=1, seed=0, progress=False)
    assert magnitude.nonzero_weights(shared) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bits": 0}, "fc1.weight: bits must be .*, got 0"),
        (
            {"bits": {"fc9.weight": 3}},
            r"bits must contain only .*, got \['fc9.weight'\]",
        ),
        ({"bits": 3, "codebook": "int4"}, "codebook must be .*, got 'int4'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        share_weights(pruned(), **arguments)


@pytest.mark.parametrize(
    ("worst", "codebook", "message"),
    [
        (float("nan"), "float32", "weight: .*1 that are not finite"),
        (1e5, "float16", "weight: weights must be at most 6.55.*, got 1e.05"),
        (1e39, "int8", "weight: weights must be at most 3.40.*, got 1e.39"),
    ],
)
def test_weights_that_no_codebook_holds_are_refused(worst, codebook, message):
    model = chain(nn.Linear(2, 1))
    with torch.no_grad():
        model[0].weight[0, 0] = worst
    with pytest.raises(ValueError, match=message):
        share_weights(model, 2, codebook=codebook)


@pytest.mark.parametrize("kind", NETWORKS)
def test_gradient_of_a_centroid_is_the_sum_of_its_weights_gradients(kind):
    model = random_network(kind, 5)
    magnitude.apply_masks(model, magnitude.global_magnitude_masks(model, 0.3))
    shared, split = share_weights(model, 2), small_split(20)
    cross_entropy(shared, split.images, split.labels, 0.0).backward()
    gradients = {n: p.grad for n, p in magnitude.prunable_weights(shared).items()}
    weights = {n: p.detach().clone() for n, p in shared.named_parameters()}
    with tied(shared):
        shared.zero_grad()
        cross_entropy(shared, split.images, split.labels, 0.0).backward()
        for name, gradient in gradients.items():
            layer, _, own_name = name.rpartition(".")
            parametrized = shared.get_submodule(layer).parametrizations[own_name]
            centroids = parametrized.original
            expected = [
                gradient[weights[name] == value].sum().item() for value in centroids
            ]
            assert len(expected) == distinct(weights[name])
            assert centroids.grad.tolist() == pytest.approx(expected, abs=1e-12)


def trained():
    """A network that knows its images, pruned; and the images."""
    split = small_split(60)
    for image, label in zip(split.images, split.labels, strict=True):
        image[:, 2 * label : 2 * label + 2] += 1  # bright rows say the class
    model = small_model("relu")
    fit(model, split, None, epochs=60, seed=0, learning_rate=0.01, progress=False)
    masks = magnitude.global_magnitude_masks(model, 0.5)
    return magnitude.masked(model, masks), split


def test_tuned_centroids_win_back_what_sharing_lost():
    model, split = trained()
    shared = share_weights(model, 2)
    tuned = copy.deepcopy(shared)
    with tied(tuned):
        fit(tuned, split, None, epochs=40, seed=0, learning_rate=3e-3, progress=False)
    before, lost, after = (
        cross_entropy(network, split.images, split.labels, 0.0).item()
        for network in (model, shared, tuned)
    )
    assert before < after < lost
    assert lost - after > 0.5 * (lost - before)


def test_tied_training_keeps_together_what_plain_training_parts():
    plain = share_weights(pruned(), 3)
    tuned, start = copy.deepcopy(plain), copy.deepcopy(plain)
    with tied(tuned):
        fit(tuned, small_split(60), None, epochs=3, seed=0, progress=False)
    fit(plain, small_split(60), None, epochs=1, seed=0, progress=False)
    names = [name for name, _ in start.named_parameters()]
    assert names == [name for name, _ in tuned.named_parameters()]
    assert type(tuned.fc1) is nn.Linear
    for name, before in magnitude.prunable_weights(start).items():
        after = tuned.get_parameter(name)
        assert torch.equal(after == 0, before == 0)
        assert not torch.equal(after, before)
        assert distinct(after) == distinct(before) <= 8
        for value in before[before != 0].unique():  # still one value for each code
            assert distinct(after[before == value]) == 1
        assert distinct(plain.get_parameter(name)) > 8


def test_named_biases_are_tied_too_and_others_are_not():
    bits = {"fc1.weight": 3, "fc1.bias": 1}
    model = share_weights(pruned(), bits)
    start = copy.deepcopy(model)
    with tied(model, bits):  # its keys are the names
        fit(model, small_split(), None, epochs=1, seed=0, progress=False)
    for name, before in start.named_parameters():
        after = model.get_parameter(name)
        assert not torch.equal(after, before)
        if name in bits:
            assert distinct(after) == distinct(before) <= 2 ** bits[name]
    assert distinct(model.get_parameter("fc2.bias")) == 9


def test_ties_end_where_training_is_interrupted():
    model = share_weights(pruned(), 2)
    before = copy.deepcopy(model)
    with pytest.raises(KeyboardInterrupt), tied(model):
        raise KeyboardInterrupt
    assert same(model, before)
    assert type(model.fc1) is nn.Linear


def test_only_tensors_of_one_layer_can_be_tied():
    model = pruned()
    with (
        pytest.raises(
            ValueError, match=r"names must contain only .*, got \['fc9.weight'\]"
        ),
        tied(model, ["fc9.weight"]),
    ):
        pass
    with (
        pytest.raises(ValueError, match="must have a plain parameter"),
        tied(model),
        tied(model),
    ):
        pass
    twins = chain(nn.Linear(3, 3), nn.Linear(3, 3))
    twins[1].weight = twins[0].weight
    with pytest.raises(ValueError, match=r"has the names .*1\.weight"), tied(twins):
        pass


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-12)]
)
def test_tuning_agrees_over_thread_counts(dtype, tolerance):
    torch.manual_seed(0)
    wide = chain(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 10))
    wide, split = share_weights(wide.to(dtype), 4), small_split(100)
    split = type(split)(split.images.to(dtype), split.labels)
    found, threads = [], torch.get_num_threads()
    try:
        for count in (1, 2, 1):
            torch.set_num_threads(count)
            model = copy.deepcopy(wide)
            with tied(model):
                fit(model, split, None, epochs=2, seed=0, progress=False)
            found.append(model[1].weight.detach())
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(found[0], found[2])
    assert (found[0] - found[1]).abs().max() <= tolerance
