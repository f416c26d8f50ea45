"""LeNet-5 in one QR code, and in half of one; makes ``stored/lenet5-qr-SEED.pruned``.

python -m recipes.smallest            (about 90 minutes on one core, three seeds)

1. A dense LeNet-5 is trained on slightly rotated, scaled and shifted images; it labels
   four changed copies of the training images (distillation).
2. Its most important filters and neurons are kept: 6 + 18 + 54 of 20 + 50 + 500 for
   ``lenet5-qr``, 5 + 12 + 36 for ``lenet5-tiny``. The small network is fine-tuned.
3. Its weights become a few multiples of a step per tensor, and the network is trained
   for the size of its file (``recipes.rate``).
4. All weights return to a LeNet-5 of 431 080 parameters, whose other units are zero.

Shapes and settings were chosen on validation images. The seed sets the order of the
images; all students have one teacher.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib import storage
from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.models import LeNet5
from course_lib.storage.file import encode
from course_lib.structured import remove_units, select_units, taylor_scores
from course_lib.training import accuracy, soft_labels
from recipes.common import FOLDER
from recipes.rate import attach, train_for_size

BATCH = 128
CHANGES = {"degrees": 10.0, "scale": 0.1, "shift": 0.08}
SMALLER = {"degrees": 7.0, "scale": 0.07, "shift": 0.056}  # for the student
COPIES = 4
LARGEST = {"conv1": 7, "conv2": 3, "fc1": 3, "fc2": 3}  # multiples of a step


@dataclass(frozen=True)
class Goal:
    """How small, from which shape, and for how many epochs."""

    units: dict[str, int]
    bytes: int  # to aim at; what training reached was a little less
    epochs: int
    tuning: int = 8  # epochs before the weights are rounded


GOALS = {
    "lenet5-qr": Goal({"conv1": 6, "conv2": 18, "fc1": 54}, 2985, 50),
    "lenet5-tiny": Goal({"conv1": 5, "conv2": 12, "fc1": 36}, 1545, 40),
}


def forward(model: LeNet5, images: Tensor) -> Tensor:
    """Return the logits; pooling before the nonlinearity is the same, and faster."""
    pool = nn.functional.max_pool2d
    x = torch.relu(pool(model.conv1(images), 2))
    x = torch.relu(pool(model.conv2(x), 2))
    return model.fc2(torch.relu(model.fc1(x.flatten(1))))


def trained_teacher(train: Split, seed: int = 0, epochs: int = 25) -> LeNet5:
    """Return a dense LeNet-5, trained on changed images."""
    torch.manual_seed(seed)
    generator, change = torch.Generator().manual_seed(seed), random_affine(**CHANGES)
    model = LeNet5().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    whole = len(train.labels) // BATCH
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * whole)
    for _ in range(epochs):
        order = torch.randperm(len(train.labels), generator=generator)
        for index in order[: whole * BATCH].split(BATCH):
            images = change(train.images[index], generator)
            loss = nn.functional.cross_entropy(
                forward(model, images), train.labels[index]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            fall.step()
    return model.eval()


def lessons_of(teacher: LeNet5, train: Split) -> list[Split]:
    """Return changed copies of the training images, with the teacher's soft labels."""
    generator, change = torch.Generator().manual_seed(0), random_affine(**SMALLER)
    copies = []
    for _ in range(COPIES):
        parts = [change(part, generator) for part in train.images.split(1000)]
        images = ((255 * torch.cat(parts)).round() / 255).contiguous()
        copies.append(soft_labels(teacher, Split(images, train.labels)))
    return copies


def batches_of(
    copies: list[Split], epochs: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield whole batches in random order, one copy an epoch."""
    for epoch in range(epochs):
        lessons = copies[epoch % len(copies)]
        order = torch.randperm(len(lessons.labels), generator=generator)
        for index in order[: len(order) // BATCH * BATCH].split(BATCH):
            yield lessons.images[index], lessons.labels[index]


def expanded(small: LeNet5) -> LeNet5:
    """Return LeNet-5 of the usual shape; the first units are those of ``small``."""
    model = LeNet5()
    with torch.no_grad():
        for name, layer in model.named_children():
            for own, value in small.get_submodule(name).named_parameters():
                whole = getattr(layer, own).zero_()
                whole[tuple(slice(side) for side in value.shape)] = value
    return model.eval()


def student(goal: Goal, teacher: LeNet5, train: Split, copies: list[Split], seed: int):
    """Return a small network whose file takes about as many bytes as the goal."""
    importance = taylor_scores(teacher, train.first(5000))
    sides = {name: layer.bias.numel() for name, layer in teacher.named_children()}
    drop = {name: 1 - units / sides[name] for name, units in goal.units.items()}
    model = remove_units(teacher, select_units(importance, drop))
    generator = torch.Generator().manual_seed(seed)
    model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    steps = goal.tuning * (len(train.labels) // BATCH)
    tuning = batches_of(copies, goal.tuning, generator)
    for i, (images, labels) in enumerate(tuning):
        rate = 3e-3 * min(1, (i + 1) / 200) * (1 - 0.7 * i / steps)
        optimizer.param_groups[0]["lr"] = rate
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    attach(model, LARGEST)
    steps = goal.epochs * (len(train.labels) // BATCH)
    batches = batches_of(copies, goal.epochs, generator)

    def size_of(small: LeNet5) -> int:
        return len(encode(expanded(small))[0])

    return expanded(train_for_size(model, batches, steps, goal.bytes, size_of))


def main() -> None:
    """Make every file with three seeds."""
    torch.set_num_threads(1)
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    teacher = trained_teacher(train)
    copies = lessons_of(teacher, train)
    for name, goal in GOALS.items():
        for seed in (0, 1, 2):
            model = student(goal, teacher, train, copies, seed)
            path = FOLDER / "stored" / f"{name}-{seed}.pruned"
            storage.save(model, path)
            right = accuracy(model, validation)
            print(f"{path.name}: {path.stat().st_size} bytes, {right:.4f}", flush=True)


if __name__ == "__main__":
    main()
