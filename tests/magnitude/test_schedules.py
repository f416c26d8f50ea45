"""What is pruned stays pruned, after every step; the goal is met exactly."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import magnitude
from course_lib.data import Split
from course_lib.magnitude import schedules
from course_lib.models import MLP
from course_lib.training import Callback, fit

OPTIMIZERS = {
    "Adam": torch.optim.Adam,
    "AdamW": partial(torch.optim.AdamW, weight_decay=0.5),
    "SGD": partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.1),
    "RMSprop": partial(torch.optim.RMSprop, lr=0.1, momentum=0.9),
}
SCHEDULES = [
    magnitude.prune_one_shot, magnitude.prune_iteratively, magnitude.prune_gradually
]  # fmt: skip


def _split(n=96):
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(n, 6, generator=generator, dtype=torch.float64)
    return Split(images, torch.randint(0, 3, (n,), generator=generator))


def _model(widths=(6, 8, 3)):
    torch.manual_seed(0)
    return MLP(widths, dtype=torch.float64)


def _zeros(model):
    weights = magnitude.prunable_weights(model).values()
    return sum(int((weight == 0).sum()) for weight in weights)


class _Count(Callback):
    """How many weights are zero after each step."""

    def __init__(self):
        self.zeros = []

    def after_step(self, state):
        self.zeros.append(_zeros(state.model))


def _train(model, *callbacks, optimizer=None, epochs=2):
    count = _Count()
    fit(
        model, _split(), None, epochs=epochs, seed=0, learning_rate=0.1, batch_size=16,
        callbacks=[*callbacks, count], optimizer=optimizer,
    )  # fmt: skip
    return count.zeros


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_masks_hold_after_every_step(name):
    model = _model()
    optimizer = OPTIMIZERS[name](model.parameters())
    _train(model, optimizer=optimizer)  # so that there is momentum to go on
    masks = magnitude.global_magnitude_masks(model, 0.75)
    magnitude.apply_masks(model, masks)
    kept = {n: w[masks[n]].clone() for n, w in model.named_parameters() if n in masks}
    zeros = _train(model, magnitude.KeepMasks(masks), optimizer=optimizer)
    assert zeros == [54] * 12  # of 72
    for parameter, before in kept.items():
        weight = model.get_parameter(parameter)
        assert (weight[~masks[parameter]] == 0).all()
        assert (weight[masks[parameter]] != before).all()


@pytest.mark.parametrize(
    ("progress", "expected"),
    [(0, 0), (0.2, 0), (0.3, 0.8 * 37 / 64), (0.4, 0.7), (0.6, 0.8), (1, 0.8)],
)
def test_sparsity_rises_as_a_cubic(progress, expected):
    schedule = magnitude.GradualSchedule(0.8, start=0.2, end=0.6)
    assert schedule.sparsity_at(progress) == pytest.approx(expected, abs=1e-15)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 1), st.floats(0, 0.9), st.floats(0.01, 1), st.integers(1, 9),
    st.integers(1, 3),
)  # fmt: skip
def test_sparsity_is_what_the_schedule_asks_for_after_every_step(
    sparsity, start, length, every, epochs
):
    end = min(start + length, 1)
    model, steps = _model(), 6 * epochs
    schedule = magnitude.GradualSchedule(sparsity, start=start, end=end, every=every)
    zeros = _train(model, schedule, epochs=epochs)
    expected, arrived = [], False
    for step in range(1, steps + 1):
        t = min(max((step / steps - start) / (end - start), 0), 1)
        goal = sparsity * (1 - (1 - t) ** 3)
        now = step / steps >= end
        if (now and not arrived) or (not now and step % every == 0):
            expected.append(round(goal * 72))
        else:
            expected.append(expected[-1] if expected else 0)
        arrived = now
    assert zeros == expected
    assert zeros[-1] == round(sparsity * 72)
    assert magnitude.sparsity_of(schedule.masks) == zeros[-1] / 72


@pytest.mark.parametrize(
    "arguments",
    [
        {"sparsity": 1.1}, {"sparsity": float("nan")}, {"start": 0.6}, {"end": 1.5},
        {"start": -0.1}, {"every": 0},
    ],
)  # fmt: skip
def test_schedule_out_of_range_is_refused(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"{name} must be a .*, got {value}"):
        magnitude.GradualSchedule(**({"sparsity": 0.5} | arguments))


@pytest.mark.parametrize("prune", SCHEDULES)
@pytest.mark.parametrize("sparsity", [0, 0.05, 0.5, 0.9, 0.98, 1])
@pytest.mark.parametrize("epochs", [3, 6])
def test_every_way_of_pruning_arrives_exactly_at_its_goal(prune, sparsity, epochs):
    model = _model()
    prune(model, sparsity, _split(), epochs=epochs, seed=0)
    assert _zeros(model) == round(sparsity * 72)


def test_rounding_does_not_change_the_goal():
    # 1 - (1 - 0.05) is a little more than 0.05, and half a weight more is one more
    assert (round(0.05 * 10), round((1 - (1 - 0.05)) * 10)) == (0, 1)
    model, split = _model((5, 2)), _split()
    split = Split(split.images[:, :5], split.labels % 2)
    magnitude.prune_iteratively(model, 0.05, split, epochs=3, seed=0)
    assert _zeros(model) == 0


@pytest.mark.parametrize(
    ("sparsity", "epochs", "rounds", "zeros"),
    [(0.875, 6, 3, [36, 54, 63]), (0.75, 4, 2, [36, 54])],
)
def test_iterative_rounds_keep_the_same_share_of_what_is_left_in_one_training(
    monkeypatch, sparsity, epochs, rounds, zeros
):
    trainings = []

    def watch(model, *args, callbacks, **settings):
        trainings.append(_Count())
        fit(model, *args, callbacks=[*callbacks, trainings[-1]], **settings)

    monkeypatch.setattr(schedules, "fit", watch)
    settings = {"epochs": epochs, "seed": 0, "rounds": rounds}
    magnitude.prune_iteratively(_model(), sparsity, _split(256), **settings)
    (training,) = trainings
    # two steps an epoch; the optimizer and its falling rate are never restarted
    assert training.zeros == [count for count in zeros for _ in range(4)]


def test_rounds_must_divide_the_epochs():
    for rounds in (2, 0):
        settings = {"epochs": 3, "seed": 0, "rounds": rounds}
        with pytest.raises(ValueError, match=r"rounds.* got (3 for 2 rounds|0)"):
            magnitude.prune_iteratively(_model(), 0.5, _split(), **settings)


@pytest.mark.parametrize("prune", SCHEDULES)
def test_seed_and_learning_rate_decide_the_result(prune):
    runs = []
    for seed, rate in ((0, 3e-3), (0, 3e-3), (1, 3e-3), (0, 1e-2)):
        model = _model()
        prune(model, 0.5, _split(300), epochs=3, seed=seed, learning_rate=rate)
        runs.append(model.fc1.weight.detach())
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert not torch.equal(runs[0], runs[3])


@pytest.mark.parametrize(
    ("sparsity", "epochs", "message"),
    [
        (-0.1, 3, "sparsity must be .*, got -0.1"),
        (1.1, 3, "sparsity must be .*, got 1.1"),
        (0.5, 0, "epochs must be a whole number ≥ 1, got 0"),
    ],
)
@pytest.mark.parametrize("prune", SCHEDULES)
def test_goal_or_epochs_out_of_range_are_refused(prune, sparsity, epochs, message):
    with pytest.raises(ValueError, match=message):
        prune(_model(), sparsity, _split(), epochs=epochs, seed=0)
