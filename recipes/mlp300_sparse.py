"""Chapter 03's 784-300-100-10 with one weight in eighty; makes six checkpoints.

python -m recipes.mlp300_sparse augmented    (about 25 minutes on one core)
python -m recipes.mlp300_sparse plain        (about 20 minutes)

Three seeds each: ``mlp300-sparse-augmented-SEED`` and ``mlp300-sparse-plain-SEED``.
A dense network is trained first; it teaches the pruned one (distillation), and its
answers ship as ``predictions/mlp300-teachers-augmented`` and ``-plain``.

1. Gradual pruning by magnitude, all layers together, with ``fit``: one weight in
   twenty is left.
2. Only the nonzeros are trained from here on (``recipes.sparse_mlp``). The total
   falls to its goal over ``falling`` epochs; every epoch the smallest weights are
   dropped and as many grown by gradient, a share that falls as a cosine.
3. The mask settles and the learning rate falls.

With ``augmented`` the teacher sees changed images, and so does the student, whose
changes are smaller: with one weight in eighty it cannot learn more. CONTRIBUTING.md
says what else was tried.
"""

import argparse
import math

import numpy as np
import torch

from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.magnitude import GradualSchedule, prunable_weights
from course_lib.models import MLP
from course_lib.training import (
    History,
    accuracy,
    distillation,
    fit,
    seed_everything,
)
from recipes.common import answers_of, write, write_answers
from recipes.mlp300 import WIDTHS
from recipes.sparse_mlp import Layer, Lessons, Loss, SparseMLP

SETTINGS = {
    "weights": (2300, 727, 300),  # of each layer; 3 327 is 266 200 / 80, rounded down
    "first": {"sparsity": 0.95, "epochs": 15, "learning_rate": 2e-3},
    "falling": 300,
    "settling": 700,
    "learning_rate": 1e-2,
    "temperature": 1.5,
    "label_share": 0.1,
    "regrown": 0.25,
    "regrown_until": 0.7,  # of all epochs of the second phase
    "batch_size": 128,
}
CHANGES = {
    "augmented": {
        "teacher": {"degrees": 10.0, "scale": 0.1, "shift": 0.08},
        "student": {"degrees": 5.0, "scale": 0.05, "shift": 0.04},
    },
    "plain": {},
}
TEACHING = {"augmented": {"epochs": 40}, "plain": {"epochs": 12}}
COPIES = 16  # of the training set, each changed once and asked about once


def trained_teacher(kind: str, seed: int, train: Split) -> MLP:
    """The dense network, in float32."""
    seed_everything(seed)
    model = MLP(WIDTHS)
    changes = CHANGES[kind].get("teacher")
    change = random_affine(**changes) if changes else None
    fit(model, train, None, seed=seed, augment=change, **TEACHING[kind])
    return model


@torch.no_grad()
def changed_copies(kind: str, seed: int, train: Split, teacher: MLP) -> list[Lessons]:
    """The training images, as they are or changed, with the teacher's logits."""
    changes, generator = CHANGES[kind].get("student"), torch.Generator()
    generator.manual_seed(seed)
    copies, labels = [], train.labels.numpy()
    for _ in range(COPIES if changes else 1):
        images, logits = [], []
        for batch in train.images.split(1000):
            if changes:
                batch = random_affine(**changes)(batch, generator)
            images.append((255 * batch.flatten(1)).round().byte().numpy())
            logits.append(teacher(batch).numpy())
        copies.append(Lessons(np.concatenate(images), labels, np.concatenate(logits)))
    return copies


def prune_first(kind: str, seed: int, train: Split, teacher: MLP) -> list[Layer]:
    """The first phase: from the teacher's own weights to one in twenty."""
    model = MLP(WIDTHS)
    model.load_state_dict(teacher.state_dict())
    how = dict(SETTINGS["first"])
    schedule = GradualSchedule(how.pop("sparsity"), end=0.9)
    changes = CHANGES[kind].get("student")
    fit(
        model,
        train,
        None,
        seed=seed,
        loss=distillation(teacher, temperature=4.0),
        augment=random_affine(**changes) if changes else None,
        callbacks=[schedule],
        **how,
    )
    return [
        Layer(
            weight.detach().numpy().copy(),
            model.get_parameter(name.replace("weight", "bias")).detach().numpy().copy(),
            schedule.masks[name].numpy().copy(),
        )
        for name, weight in prunable_weights(model).items()
    ]


def prune_further(layers: list[Layer], copies: list[Lessons], seed: int) -> SparseMLP:
    """The second and third phase."""
    generator = np.random.default_rng(seed)
    loss = Loss(SETTINGS["temperature"], SETTINGS["label_share"])
    network = SparseMLP(layers, loss, generator)
    falling, batch = SETTINGS["falling"], SETTINGS["batch_size"]
    epochs, first = falling + SETTINGS["settling"], network.counts()
    steps = len(copies[0].images) // batch
    for epoch in range(epochs):
        left = 1 - min(epoch / falling, 1)
        pairs = zip(first, SETTINGS["weights"], strict=True)
        network.prune([round(n * (goal / n) ** (1 - left**1.5)) for n, goal in pairs])
        progress = epoch / (SETTINGS["regrown_until"] * epochs)
        if progress < 1:
            lessons = copies[generator.integers(len(copies))]
            some = np.sort(generator.integers(0, len(lessons.images), 6000))
            share = SETTINGS["regrown"] * (1 + math.cos(math.pi * progress))
            network.regrow(share, lessons.part(some))
        settled = (epoch + np.arange(steps) / steps - falling) / SETTINGS["settling"]
        fall = 0.5 + 0.5 * np.cos(np.pi * np.maximum(settled, 0))
        rate = (SETTINGS["learning_rate"] * fall).astype(np.float32)
        network.epoch(copies[generator.integers(len(copies))], rate, batch)
    return network


def as_model(network: SparseMLP) -> MLP:
    """The same weights as a module of the course."""
    model = MLP(WIDTHS)
    tensors = {}
    for i, layer in enumerate(network.layers, 1):
        tensors[f"fc{i}.weight"] = torch.from_numpy(layer.weight)
        tensors[f"fc{i}.bias"] = torch.from_numpy(layer.bias)
    model.load_state_dict(tensors)
    return model.eval()


def main() -> None:
    """Train teachers and sparse networks of one kind; write what ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(CHANGES))
    kind = parser.parse_args().kind
    command = f"python -m recipes.mlp300_sparse {kind}"
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    answers = {}
    for seed in (0, 1, 2):
        teacher = trained_teacher(kind, seed, train)
        copies = changed_copies(kind, seed, train, teacher)
        layers = prune_first(kind, seed, train, teacher)
        model = as_model(prune_further(layers, copies, seed))
        row = {"validation_accuracy": accuracy(model, validation)}
        how = {"seed": seed, "changes": CHANGES[kind], **SETTINGS}
        name = f"mlp300-sparse-{kind}-{seed}"
        write(name, model, History([row]), command, **how)
        answers |= answers_of(teacher, seed)
    write_answers(f"mlp300-teachers-{kind}", answers, command)


if __name__ == "__main__":
    main()
