"""Penalties follow their formula and schedule, and silence neurons."""

import pytest
import torch
from torch import nn

from course_lib import activation_regularization as regularization
from course_lib.activation import activation_statistics
from course_lib.training import fit
from tests.small import small_model as _model
from tests.small import small_split as _split


@pytest.mark.parametrize("scale", [None, 0.05])
@pytest.mark.parametrize(
    ("progress", "factor"), [(0.0, 0), (0.1, 0.5), (0.3, 1), (0.75, 0.5), (1.0, 0)]
)
def test_penalty_follows_its_schedule_and_its_formula(progress, factor, scale):
    model, split = _model("tanh"), _split(8)
    penalty = regularization.activation_penalty(
        [2.0, 3.0], scale=scale, peak=0.2, hold=0.5, end=1.0
    )
    plain = nn.functional.cross_entropy(model(split.images), split.labels)
    hidden = model(split.images, return_activations=True)[1]
    full = 0
    for weight, layer in zip((2, 3), hidden.values(), strict=True):
        size = layer.abs().mean(0)
        full += weight * (size if scale is None else (1 + size / scale).log()).sum()
    loss = regularization.penalized(penalty)
    value = loss(model, split.images, split.labels, progress)
    torch.testing.assert_close(value, plain + factor * full)


def test_penalty_counts_a_channel_once_and_penalties_add_up():
    model, split = _model("lenet5"), _split(8)
    penalty = regularization.activation_penalty([1.0] * 3, peak=0, hold=0.5, end=0.5)
    plain = nn.functional.cross_entropy(model(split.images), split.labels)
    hidden = model(split.images, return_activations=True)[1]
    full = sum(h.abs().mean() * h.shape[1] for h in hidden.values())
    twice = regularization.penalized(penalty, penalty)
    value = twice(model, split.images, split.labels, 0.1)
    torch.testing.assert_close(value, plain + 2 * full)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": [1], "peak": 0.5, "hold": 0.2, "end": 1}, "peak must .* got 0.5"),
        ({"weights": [1, -1], "peak": 0, "hold": 0, "end": 1}, "weights must .* -1"),
        ({"weights": [1], "scale": 0, "peak": 0, "hold": 0, "end": 1}, "scale must be"),
    ],
)
def test_impossible_penalty_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        regularization.activation_penalty(**arguments)


def test_training_with_a_penalty_silences_more_neurons_than_without():
    silent = []
    for weight in (0.0, 0.5):
        model, split = _model("relu"), _split(200)
        penalty = regularization.activation_penalty([weight] * 2, peak=0, hold=1, end=1)
        loss = regularization.penalized(penalty)
        fit(model, split, None, epochs=60, seed=0, loss=loss, batch_size=50)
        statistics = activation_statistics(model, split)
        silent.append(sum(int((s.std == 0).sum()) for s in statistics.values()))
    assert silent[0] + 5 <= silent[1]
