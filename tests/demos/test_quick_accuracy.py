"""The quick accuracy is the slow one, image by image."""

import pytest
import torch
from torch import nn

from course_lib.data import Split, load_mnist
from course_lib.demos import quick_accuracy as quick
from course_lib.demos.quick_accuracy import entry_of, quick_accuracy, remembered_inputs
from course_lib.models import load_checkpoint
from course_lib.structured import remove_units, select_units, weight_norms
from course_lib.training import accuracy, predictions
from tests.sampling import count
from tests.small import NETWORKS, random_keep, random_network, small_model, small_split

SPLIT = small_split(n=230)  # three batches, the last of which is not full


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("seed", range(count(3, 10)))
def test_it_is_the_accuracy_of_the_cut_network(kind, seed):
    model = random_network(kind, seed)
    keep = random_keep(model, seed)
    smaller, known = remove_units(model, keep), remembered_inputs(model, SPLIT)
    assert bool(known) == (kind in ("mlp", "lenet5"))
    entry = entry_of(model, keep, known)
    assert (entry is None) == (not known)
    answers = quick._answers(smaller, SPLIT, entry)
    assert torch.equal(answers, predictions(smaller, SPLIT))
    assert quick_accuracy(smaller, SPLIT, entry) == accuracy(smaller, SPLIT)
    assert quick_accuracy(smaller, SPLIT) == accuracy(smaller, SPLIT)


@pytest.mark.parametrize(
    ("cut", "layer", "inputs"),
    [
        ({"conv1": 2}, "conv2", (230, 2, 12, 12)),
        ({"conv2": 5}, "fc1", (230, 5 * 16)),
        ({"conv1": 4, "fc1": 3}, "fc2", (230, 3)),  # all of conv1 stay
        ({"conv2": 5, "fc1": 3}, "fc1", (230, 5 * 16)),
        ({}, "fc2", (230, 9)),
    ],
)
def test_it_begins_at_the_first_layer_that_reads_less(cut, layer, inputs):
    model, counts = small_model("lenet5"), {"conv1": 4, "conv2": 6, "fc1": 9}
    keep = {name: torch.arange(counts[name]) < left for name, left in cut.items()}
    entry = entry_of(model, keep, remembered_inputs(model, SPLIT))
    assert entry.layer == layer
    assert entry.inputs.shape == inputs


@torch.no_grad()
def constant(logits):
    """A network that answers the same, whatever it is shown."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, len(logits))).double()
    model[1].weight.zero_()
    model[1].bias[:] = torch.tensor(logits, dtype=torch.float64)
    return model


@pytest.mark.parametrize(
    "logits",
    [
        [0.0, 1.0, 1.0 + 1e-12],  # one number in float32
        [1.0, 1.0 + 1e-12, 0.0],
        [0.0, 0.0, 0.0],
        [-1e300, 1e300, 2e300],  # infinite in float32
    ],
)
def test_what_float32_cannot_tell_is_told_in_float64(logits):
    model = constant(logits)
    answers = quick._answers(model, SPLIT, None)
    assert torch.equal(answers, predictions(model, SPLIT))


def test_network_that_answers_nan_is_refused():
    with pytest.raises(
        ValueError, match="model must return numbers as logits, got nan"
    ):
        quick_accuracy(constant([0.0, float("nan"), 1.0]), SPLIT)


def test_only_what_is_close_is_asked_twice(monkeypatch):
    asked = []

    def predict(model, split):
        asked.append(len(split.labels))
        return predictions(model, split)

    monkeypatch.setattr(quick, "predictions", predict)
    quick_accuracy(constant([0.0, 1.0]), SPLIT)
    assert asked == []
    quick_accuracy(constant([1.0, 1.0 + quick.SURE / 2]), SPLIT)
    assert asked == [230]


@pytest.mark.parametrize("left", [0.1, 0.5])
@pytest.mark.parametrize("name", ["lenet5-0", "mlp-quiet-0", "mlp300-0"])
@torch.no_grad()
def test_float32_errs_a_hundred_times_less_than_what_is_called_sure(name, left):
    model, split = load_checkpoint(name), load_mnist("validation").first(300)
    keep = select_units(weight_norms(model, p=1), 1 - left)
    smaller = remove_units(model, keep)
    entry = entry_of(model, keep, remembered_inputs(model, split))
    logits, exact = quick._quick_logits(smaller, split, entry), smaller(split.images)
    error = (logits - exact).abs().amax(dim=1) / exact.abs().amax(dim=1)
    assert 0 < error.max() < quick.SURE / 100


def test_network_stays_as_it_was():
    model = random_network("lenet5", 3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    known = remembered_inputs(model, SPLIT)
    quick_accuracy(model, SPLIT, entry_of(model, {}, known))
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(value.dtype == before[name].dtype for name, value in after.items())
    assert not any(module._forward_pre_hooks for module in model.modules())


def test_network_in_float32_is_asked_too():
    model, images = small_model("relu").float(), SPLIT.images.float()
    split = Split(images, SPLIT.labels)
    assert quick_accuracy(model, split) == accuracy(model, split)


def test_empty_split_is_refused():
    with pytest.raises(ValueError, match="split must have at least one example"):
        quick_accuracy(constant([0.0, 1.0]), SPLIT.first(0))
