"""Training a network: one small loop, everything else hooks in."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from course_lib.data import Split

# loss(model, images, labels, progress) -> scalar; progress runs from 0 to 1
Loss = Callable[[nn.Module, Tensor, Tensor, float], Tensor]
Augment = Callable[[Tensor, torch.Generator], Tensor]


def seed_everything(seed: int) -> torch.Generator:
    """Seed torch, NumPy and random, pin the threads, return a CPU generator.

    Torch runs on one thread, or on as many as the environment variable
    ``COURSE_THREADS`` says: the stored outputs were made with one, and on a busy
    machine two were slower.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed is {seed!r}; allowed are whole numbers from 0")
    torch.set_num_threads(int(os.environ.get("COURSE_THREADS", "1")))
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def device_of(model: nn.Module) -> torch.device:
    """Where the model computes: the device of its parameters, the CPU without any.

    The one switch of the course: after ``model.to("cuda")``, what is trained and
    measured with this model runs there, each batch being brought to it. Nothing else
    ever chooses a device, so that a machine with a GPU prints what any other does.
    """
    first = next(model.parameters(), None)
    return torch.device("cpu") if first is None else first.device


def cross_entropy(
    model: nn.Module, images: Tensor, labels: Tensor, progress: float
) -> Tensor:
    """The mean cross-entropy of a batch, in nats; labels may be probabilities."""
    return nn.functional.cross_entropy(model(images), labels)


@torch.no_grad()
def soft_labels(
    teacher: nn.Module,
    split: Split,
    *,
    temperature: float = 2.0,
    share: float = 0.8,
    batch_size: int = 250,
) -> Split:
    """The split with labels that also say what a teacher thinks of each image.

    Labels become probabilities of shape (N, classes): ``share`` of the teacher's,
    softened by ``temperature``, and the rest on the right class. Training on them
    with the cross-entropy is distillation (Hinton, Vinyals & Dean 2015) with the
    teacher asked once instead of in every epoch.
    """
    if not 0 <= share <= 1 or temperature <= 0:
        raise ValueError(
            f"share is {share!r} and temperature {temperature!r}; "
            "allowed are a share in [0, 1] and a temperature above 0"
        )
    teacher.eval()
    device, home = device_of(teacher), split.labels.device
    batches = split.images.split(batch_size)
    logits = torch.cat([teacher(x.to(device)).to(home) for x in batches])
    right = nn.functional.one_hot(split.labels, logits.shape[1]).to(logits)
    soft = torch.softmax(logits / temperature, dim=1)
    return Split(split.images, (1 - share) * right + share * soft)


def distillation(teacher: nn.Module, temperature: float = 2.0) -> Loss:
    """A loss that asks the teacher about every batch, also about changed images.

    T² · KL(teacher ‖ student), both softened by the temperature T, in nats (Hinton,
    Vinyals & Dean 2015); the labels are not used. Where the images stay as they are,
    ``soft_labels`` asks once and costs less.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature!r}; allowed are numbers > 0")
    teacher.eval()

    def loss(
        model: nn.Module, images: Tensor, labels: Tensor, progress: float
    ) -> Tensor:
        with torch.no_grad():
            wanted = torch.log_softmax(teacher(images) / temperature, dim=1)
        said = torch.log_softmax(model(images) / temperature, dim=1)
        divergence = nn.functional.kl_div(
            said, wanted, reduction="batchmean", log_target=True
        )
        return temperature**2 * divergence

    return loss


@dataclass
class State:
    """What a callback sees and may change: the model and its optimizer."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    step: int = 0
    steps: int = 0
    epoch: int = 0


class Callback:
    """Hooks into ``fit``; override what you need."""

    def after_step(self, state: State) -> None:
        """Called after every optimizer step."""

    def after_epoch(self, state: State) -> None:
        """Called after every epoch, before it is evaluated."""


@dataclass
class History:
    """One row an epoch: mean training loss and, if evaluated, validation accuracy."""

    rows: list[dict[str, float]] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame with the epoch as its index, counted from 1."""
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
    learning_rate: float = 1e-3,
    batch_size: int = 128,
    progress: bool = True,
) -> History:
    """Train ``model`` in place with Adam and a learning rate that falls as a cosine.

    The learning rate starts at ``learning_rate`` and ends at 0, which is also what
    keeps float64 results equal across machines. ``seed`` decides the order of the
    images and nothing else. ``augment(images, generator)`` returns changed images.
    With ``validation=None`` nothing is evaluated between epochs. The loss of an
    epoch is the running one, in nats: each batch counts before its own step.
    ``optimizer``, which must hold parameters of ``model`` and no others, goes on
    instead of a new Adam; its learning rate follows the same cosine. It all runs
    where the model is (see ``device_of``); order and augmentation stay the CPU's.
    """
    if epochs < 1 or batch_size < 1:
        raise ValueError(
            f"epochs is {epochs!r} and batch_size {batch_size!r}; allowed are ≥ 1"
        )
    generator = torch.Generator().manual_seed(seed)
    if optimizer is None:
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    _check_optimizer(optimizer, model)
    device, state = device_of(model), State(model, optimizer)
    state.steps = epochs * math.ceil(len(train.labels) / batch_size)
    history = History()
    # disable=None: silent where standard error is no terminal (logs, tests)
    silent = None if progress else True
    with tqdm(total=epochs, desc="training", leave=False, disable=silent) as bar:
        for state.epoch in range(1, epochs + 1):
            model.train()
            losses = 0.0
            order = torch.randperm(len(train.labels), generator=generator)
            for index in order.split(batch_size):
                fraction = state.step / state.steps
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate * (1 + math.cos(math.pi * fraction)) / 2
                images, labels = train.images[index], train.labels[index]
                if augment is not None:
                    images = augment(images, generator)
                value = loss(model, images.to(device), labels.to(device), fraction)
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
                losses += value.item() * len(index)
                state.step += 1
                _notify(callbacks, "after_step", state)
            _notify(callbacks, "after_epoch", state)
            row = {"loss": losses / len(order)}
            if validation is not None:
                row["validation_accuracy"] = accuracy(model, validation)
            history.rows.append(row)
            bar.update()
    model.eval()
    return history


def _check_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module) -> None:
    own = {id(parameter) for parameter in model.parameters()}
    held = [p for group in optimizer.param_groups for p in group["params"]]
    strangers = sum(id(parameter) not in own for parameter in held)
    if strangers:
        raise ValueError(
            f"optimizer holds {strangers} parameters that are not the model's; "
            "allowed are its own (see course_lib.surgery.carry_optimizer)"
        )


def _notify(callbacks: Iterable[Callback], event: str, state: State) -> None:
    for callback in callbacks:
        getattr(callback, event)(state)


@torch.no_grad()
def predictions(model: nn.Module, split: Split, batch_size: int = 250) -> Tensor:
    """The class with the largest logit for every image, shape (N,), int64.

    The model computes where it is; the classes stand where the split does.
    """
    model.eval()
    device, home = device_of(model), split.labels.device
    batches = split.images.split(batch_size)
    found = [model(images.to(device)).argmax(dim=1) for images in batches]
    return torch.cat(found).to(home)


def accuracy(model: nn.Module, split: Split, batch_size: int = 250) -> float:
    """The fraction of images that the model classifies correctly, from 0 to 1."""
    if len(split.labels) == 0:
        raise ValueError("split is empty; allowed are splits with at least one image")
    correct = predictions(model, split, batch_size) == split.labels
    return correct.sum().item() / len(split.labels)
