"""Training a network: one small loop that everything else hooks into."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, not_finite, number
from course_lib.data import Split
from course_lib.evaluation import (
    accuracy,
    check_labels,
    check_split,
    device_of,
    evaluating,
    logits_of,
    predictions,
    reading,
)
from course_lib.losses import Loss, cross_entropy, distillation, soft_labels
from course_lib.progress import over

__all__ = [
    "Augment",
    "Callback",
    "History",
    "Loss",
    "State",
    "accuracy",
    "cross_entropy",
    "device_of",
    "distillation",
    "evaluating",
    "fit",
    "predictions",
    "seed_everything",
    "soft_labels",
]

Augment = Callable[[Tensor, torch.Generator], Tensor]


def seed_everything(seed: int) -> torch.Generator:
    """Seed torch, NumPy, and random, pin the threads, return a CPU generator.

    Torch uses one thread, or as many as the environment variable ``COURSE_THREADS``
    sets: the stored outputs were made with one, and two were slower on a busy machine.
    """
    seed = integer("seed", seed, 0)
    torch.set_num_threads(int(os.environ.get("COURSE_THREADS", "1")))
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


@dataclass
class State:
    """What a callback can read and modify: the model and its optimizer."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    steps: int = 0
    epoch: int = 0


class Callback:
    """Hooks into ``fit``; override the ones you need."""

    def after_step(self, state: State) -> None:
        """Run after every optimizer step."""

    def after_epoch(self, state: State) -> None:
        """Run after every epoch, before it is evaluated."""


@dataclass
class History:
    """One row per epoch: mean training loss and, if evaluated, validation accuracy."""

    rows: list[dict[str, float]] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame indexed by epoch, counted from 1."""
        frame = pd.DataFrame(self.rows)
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="epoch")
        return frame


def fit(
    model: nn.Module,
    train: Split,
    validation: Split | None,
    *,
    epochs: int,
    seed: int,
    loss: Loss = cross_entropy,
    augment: Augment | None = None,
    callbacks: Sequence[Callback] = (),
    optimizer: torch.optim.Optimizer | None = None,
    learning_rate: float | None = None,
    batch_size: int = 128,
    progress: bool = True,
) -> History:
    """Train ``model`` in place with Adam and a cosine learning-rate schedule.

    The learning rate starts at ``learning_rate``, by default 1e-3, and ends at 0, which
    is also what keeps float64 results equal across machines. ``seed`` sets the order
    of the images and nothing else. ``augment(images, generator)`` returns augmented
    images. With ``validation=None`` nothing is evaluated between epochs. The loss of an
    epoch is the running mean, in nats, of each batch before its own step.

    ``optimizer``, which must hold only parameters of ``model``, replaces the new Adam:
    each of its parameter groups follows the cosine from its own rate, or all of them
    from ``learning_rate`` if that is given. Afterward its rates are restored, and the
    model is in evaluation mode. Training runs on the device of the model (see
    ``device_of``); order and augmentation are computed on the CPU.

    Images and labels that do not fit the model raise an error before the first step. A
    loss that is not finite raises ValueError before that step changes a weight.
    """
    epochs = integer("epochs", epochs, 1)
    batch_size = integer("batch_size", batch_size, 1)
    generator = torch.Generator().manual_seed(integer("seed", seed, 0))
    if learning_rate is not None:
        learning_rate = number(
            "learning_rate", learning_rate, minimum=0, below=math.inf
        )
    _check_data(model, train, validation, loss, augment)
    if optimizer is None:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    _check_optimizer(optimizer, model)
    device, state = device_of(model), State(model, optimizer)
    state.steps = epochs * math.ceil(len(train.labels) / batch_size)
    history, callbacks = History(), tuple(callbacks)
    what = f"train.images (labels: {train.labels.dtype}, {tuple(train.labels.shape)})"
    epoch_numbers = over(range(1, epochs + 1), "training", show=progress)
    with _falling_rates(optimizer, learning_rate) as set_rates:
        for state.epoch in epoch_numbers:
            model.train()
            losses = 0.0
            order = torch.randperm(len(train.labels), generator=generator)
            for index in order.split(batch_size):
                done = state.step / state.steps
                set_rates(done)
                images, labels = train.images[index], train.labels[index]
                if augment is not None:
                    images = augment(images, generator)
                images, labels = images.to(device), labels.to(device)
                with reading(what, images, model):
                    value = loss(model, images, labels, done)
                losses += _finite_loss(value, state, images, labels) * len(index)
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                state.step += 1
                _notify(callbacks, "after_step", state)
            _notify(callbacks, "after_epoch", state)
            for name, weight in model.named_parameters():
                finite(f"{name} after epoch {state.epoch}", weight.detach())
            row = {"loss": losses / len(order)}
            if validation is not None:
                row["validation_accuracy"] = accuracy(model, validation)
            history.rows.append(row)
    model.eval()
    return history


def _check_data(
    model: nn.Module,
    train: Split,
    validation: Split | None,
    loss: Loss,
    augment: Augment | None,
) -> None:
    """Raise early for data that would otherwise fail during training."""

    def classes(split: Split, name: str) -> int:
        with torch.no_grad(), evaluating(model):
            return logits_of(model, split.images[:1], f"{name}.images").shape[1]

    check_split(train, "train")
    if loss is cross_entropy:  # another loss may use the labels differently
        found = classes(train, "train") if augment is None else None
        check_labels("train.labels", train.labels, found, soft=True)
    if validation is not None:
        check_split(validation, "validation")
        found = classes(validation, "validation")
        check_labels("validation.labels", validation.labels, found)


def _check_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module) -> None:
    own = {id(parameter) for parameter in model.parameters()}
    held = [p for group in optimizer.param_groups for p in group["params"]]
    foreign = sum(id(parameter) not in own for parameter in held)
    if foreign:
        raise ValueError(
            "optimizer must hold only the model's parameters (see "
            f"course_lib.surgery.prune_optimizer), got {foreign} others"
        )


@contextmanager
def _falling_rates(
    optimizer: torch.optim.Optimizer, learning_rate: float | None
) -> Iterator[Callable[[float], None]]:
    """Yield a function that sets the learning rates for a progress from 0 to 1.

    Afterward the rates of the optimizer are restored.
    """
    before = [group["lr"] for group in optimizer.param_groups]
    starts = before if learning_rate is None else [learning_rate] * len(before)

    def set_rates(done: float) -> None:
        for group, start in zip(optimizer.param_groups, starts, strict=True):
            group["lr"] = start * (1 + math.cos(math.pi * done)) / 2

    try:
        yield set_rates
    finally:
        for group, rate in zip(optimizer.param_groups, before, strict=False):
            group["lr"] = rate


def _finite_loss(value: Tensor, state: State, images: Tensor, labels: Tensor) -> float:
    """Return the loss as a number; raise ValueError if it is NaN or infinite."""
    if not isinstance(value, Tensor) or value.numel() != 1:
        found = getattr(value, "shape", type(value).__name__)
        raise ValueError(f"loss must return a tensor with one number, got {found}")
    found = value.item()
    if math.isfinite(found):
        return found
    held = {"train.images and augment": images, "train.labels": labels}
    held |= {f"the weights {n}": value for n, value in state.model.named_parameters()}
    bad = [name for name, tensor in held.items() if not_finite(tensor)]
    advice = "the training diverges: try a smaller learning rate"
    rates = ", ".join(f"{group['lr']:.3g}" for group in state.optimizer.param_groups)
    raise ValueError(
        f"loss must be finite, got {found} in epoch {state.epoch}, step "
        f"{state.step + 1} of {state.steps}, at a learning rate of {rates}; "
        + (f"look at {bad[0]}, which hold nan or inf" if bad else advice)
    )


def _notify(callbacks: Iterable[Callback], event: str, state: State) -> None:
    for callback in callbacks:
        getattr(callback, event)(state)
