"""The loop trains, is reproducible, and calls what hooks into it."""

import math

import pytest
import torch
from torch import nn

from course_lib import training
from course_lib.data import Split
from course_lib.models import MLP


def _split(n=96, seed=0):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 3, (n,), generator=generator)
    noise = torch.randn(n, 6, generator=generator, dtype=torch.float64)
    return Split(noise + 3 * nn.functional.one_hot(labels, 6), labels)


def _model(seed=0):
    training.seed_everything(seed)
    return MLP((6, 8, 3)).double()


def _weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def _fit(model=None, train=None, validation=None, **settings):
    """Train for an epoch, if nothing else is given, a new model on the usual images."""
    model, train = model or _model(), train or _split()
    return training.fit(model, train, validation, **{"epochs": 1, "seed": 0} | settings)


def test_training_learns_and_records_every_epoch():
    model, split = _model(), _split()
    history = _fit(model, split, split, epochs=20, batch_size=16, learning_rate=0.01)
    frame = history.frame()
    assert list(frame.index) == list(range(1, 21))
    assert frame["loss"].iloc[-1] < frame["loss"].iloc[0] / 2
    assert frame["validation_accuracy"].iloc[-1] == training.accuracy(model, split)
    assert training.accuracy(model, split) > 0.9
    assert not model.training


def test_same_seed_same_weights_other_seed_other_weights():
    runs = []
    for seed in (0, 0, 1):
        model = _model()
        _fit(model, epochs=2, seed=seed, batch_size=16)
        runs.append(_weights(model))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_order_of_images_does_not_depend_on_the_global_generator():
    runs = []
    for disturbance in (1, 2):
        model = _model()
        torch.manual_seed(disturbance)
        _fit(model, batch_size=16)
        runs.append(_weights(model))
    assert torch.equal(*runs)


class _Watch(training.Callback):
    def __init__(self):
        self.rates, self.epochs, self.steps = [], [], 0

    def after_step(self, state):
        self.rates.append([group["lr"] for group in state.optimizer.param_groups])
        self.steps = state.steps

    def after_epoch(self, state):
        self.epochs.append(state.epoch)


def test_callbacks_see_every_step_and_a_rate_that_falls_as_a_cosine():
    watch = _Watch()
    _fit(epochs=2, batch_size=40, callbacks=[watch])
    assert (len(watch.rates), watch.steps, watch.epochs) == (6, 6, [1, 2])
    expected = [1e-3 * (1 + math.cos(math.pi * i / 6)) / 2 for i in range(6)]
    assert [rate for (rate,) in watch.rates] == pytest.approx(expected)


def test_augmentation_gets_the_batch_and_the_generator():
    seen = []

    def augment(images, generator):
        seen.append((images.shape, torch.rand((), generator=generator).item()))
        return images

    _fit(batch_size=48, augment=augment)
    assert [shape for shape, _ in seen] == [(48, 6), (48, 6)]
    assert seen[0][1] != seen[1][1]


def test_loss_is_told_how_far_training_is():
    progress = []

    def loss(model, images, labels, fraction):
        progress.append(fraction)
        return training.cross_entropy(model, images, labels, fraction)

    _fit(epochs=2, batch_size=48, loss=loss)
    assert progress == [0, 0.25, 0.5, 0.75]


def test_soft_labels_mix_the_teacher_with_the_truth():
    model, split = _model(), _split()
    soft = training.soft_labels(
        model, split, temperature=1.0, teacher_weight=0.25, batch_size=7
    )
    teacher = torch.softmax(model(split.images), dim=1)
    truth = nn.functional.one_hot(split.labels, 3)
    torch.testing.assert_close(soft.labels, 0.25 * teacher + 0.75 * truth)
    hard = training.soft_labels(model, split, teacher_weight=0.0)
    torch.testing.assert_close(
        training.cross_entropy(model, hard.images, hard.labels, 0.0),
        training.cross_entropy(model, split.images, split.labels, 0.0),
    )


def test_distillation_is_the_divergence_from_the_softened_teacher():
    torch.manual_seed(0)
    teacher, student = MLP((784, 6, 10)), MLP((784, 5, 10))
    images = torch.rand(8, 1, 28, 28)
    loss = training.distillation(teacher, temperature=3.0)
    found = loss(student, images, torch.zeros(8, dtype=torch.int64), 0.5)
    wanted, output = (
        torch.distributions.Categorical(logits=model(images) / 3)
        for model in (teacher, student)
    )
    divergence = torch.distributions.kl_divergence(wanted, output).mean()
    torch.testing.assert_close(found, 9 * divergence)
    found.backward()
    assert all(p.grad is None for p in teacher.parameters())
    assert all(p.grad is not None for p in student.parameters())
    nothing = loss(teacher, images, torch.zeros(8, dtype=torch.int64), 0.5)
    assert nothing.item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be a number > 0"):
        training.distillation(MLP((784, 10)), temperature)


def test_an_optimizer_of_ones_own_goes_on_where_it_was():
    runs = []
    for carry in (True, False):
        model = _model()
        adam = torch.optim.Adam(model.parameters())
        _fit(model, optimizer=adam)
        steps = {state["step"].item() for state in adam.state.values()}
        _fit(model, optimizer=adam if carry else None)
        runs.append(_weights(model))
        after = {state["step"].item() for state in adam.state.values()}
        assert (steps, after) == ({1}, {2 if carry else 1})
    assert not torch.equal(*runs)


def test_a_new_adam_is_what_fit_takes_by_itself():
    runs = []
    for given in (True, False):
        model = _model()
        adam = torch.optim.Adam(model.parameters(), lr=1e-3) if given else None
        _fit(model, epochs=2, optimizer=adam)
        runs.append(_weights(model))
    assert torch.equal(*runs)


@pytest.mark.parametrize("learning_rate", [None, 0.02])
def test_each_group_follows_the_cosine_from_its_own_rate_and_gets_it_back(
    learning_rate,
):
    model = _model()
    groups = [
        {"params": model.fc1.parameters(), "lr": 0.1},
        {"params": model.fc2.parameters(), "lr": 0.004},
    ]
    optimizer, watch = torch.optim.SGD(groups), _Watch()
    settings = {"learning_rate": learning_rate, "optimizer": optimizer}
    _fit(model, epochs=2, batch_size=48, callbacks=[watch], **settings)
    starts = [0.1, 0.004] if learning_rate is None else [learning_rate] * 2
    falling = [(1 + math.cos(math.pi * i / 4)) / 2 for i in range(4)]
    assert watch.rates == [[start * share for start in starts] for share in falling]
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.004]


def test_rates_come_back_also_when_the_training_fails():
    model, split = _model(), _split()
    split.images[50] = math.nan
    optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
    with pytest.raises(ValueError, match="loss must be finite"):
        _fit(model, split, optimizer=optimizer)
    assert optimizer.param_groups[0]["lr"] == 0.03


class _Step(training.Callback):
    """Notes the weights after every step."""

    def __init__(self):
        self.weights = []

    def after_step(self, state):
        self.weights.append(_weights(state.model))


@pytest.mark.parametrize(
    ("poison", "message"),
    [
        ("images", "look at train.images and augment, which hold nan or inf"),
        ("labels", "look at train.labels, which hold nan or inf"),
        ("weights", "look at the weights fc1.weight, which hold nan or inf"),
        ("rate", "the training diverges: try a smaller learning rate"),
    ],
)
def test_loss_that_is_not_finite_stops_before_its_step_and_says_where_to_look(
    poison, message
):
    model, split, watch = _model(), _split(), _Step()
    callbacks, settings = [watch], {"learning_rate": 0.01}

    def loss(model, images, labels, progress):
        value = training.cross_entropy(model, images, labels, progress)
        return value / 0 if poison == "rate" and progress == 0.5 else value

    if poison == "images":
        settings["augment"] = lambda images, _: (
            images * (math.nan if len(watch.weights) == 2 else 1)
        )
    elif poison == "labels":
        soft = training.soft_labels(model, split)
        order = torch.randperm(96, generator=torch.Generator().manual_seed(0))
        soft.labels[order[50]] = math.nan  # seen in the third of the batches
        split, settings["loss"] = soft, lambda *a: training.cross_entropy(*a)
    elif poison == "weights":

        class Poison(training.Callback):
            def after_step(self, state):
                if len(watch.weights) == 2:
                    state.model.fc1.weight.data[0, 0] = math.nan

        callbacks.append(Poison())
    else:
        settings["loss"] = loss
    where = r"epoch 1, step 3 of 4, at a learning rate of 0\.005; "
    message = f"loss must be finite, .* in {where}{message}"
    with pytest.raises(ValueError, match=message):
        _fit(model, split, batch_size=24, callbacks=callbacks, **settings)
    assert len(watch.weights) == 2
    if poison != "weights":
        assert torch.equal(_weights(model), watch.weights[-1])


def test_weights_that_the_last_step_ruined_are_named():
    def loss(model, images, labels, progress):
        # a root at zero: its slope is infinite, its value is not
        return model.fc1.bias.abs().sum().mul(0).sqrt()

    message = r"fc1\.bias after epoch 1 must be finite, got 8"
    with pytest.raises(ValueError, match=message):
        _fit(loss=loss)


@pytest.mark.parametrize("value", [2.5, torch.ones(3, requires_grad=True)])
def test_loss_that_is_not_one_number_is_refused(value):
    with pytest.raises(ValueError, match="loss must return a tensor with one number"):
        _fit(loss=lambda *_: value)


def test_callbacks_may_come_from_a_generator():
    watch = _Step()
    _fit(epochs=2, callbacks=(c for c in [watch]))
    assert len(watch.weights) == 2


def test_optimizer_of_another_network_is_refused():
    other = torch.optim.SGD(_model().parameters())
    with pytest.raises(ValueError, match=r"prune_optimizer\), got 4 others"):
        _fit(optimizer=other)


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_teacher_weight_out_of_range_is_refused(weight):
    with pytest.raises(ValueError, match="teacher_weight must be a number from 0 to 1"):
        training.soft_labels(_model(), _split(), teacher_weight=weight)


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_no_epochs_or_empty_batches_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number ≥ 1, got 0"):
        _fit(**{name: 0})


def test_progress_bar_writes_nothing_where_there_is_no_terminal(capfd):
    _fit()
    assert capfd.readouterr() == ("", "")


def test_accuracy_is_the_fraction_of_correct_answers_for_any_batch_size():
    model, split = _model(), _split()
    correct = (model(split.images).argmax(1) == split.labels).double().mean().item()
    for batch_size in (1, 10, 1000):
        assert training.accuracy(model, split, batch_size) == pytest.approx(correct)


def test_seeding_sets_the_threads_that_the_environment_asks_for(monkeypatch):
    monkeypatch.setenv("COURSE_THREADS", "2")
    training.seed_everything(0)
    assert torch.get_num_threads() == 2
    monkeypatch.delenv("COURSE_THREADS")
    first = training.seed_everything(5)
    assert torch.get_num_threads() == 1
    assert torch.equal(torch.rand(3), torch.rand(3, generator=first))


@pytest.mark.parametrize(
    ("seed", "error"), [(-1, ValueError), *((s, TypeError) for s in (1.5, True, "0"))]
)
def test_seed_that_is_no_whole_number_is_refused(seed, error):
    with pytest.raises(error, match="seed must be a whole number ≥ 0"):
        training.seed_everything(seed)
