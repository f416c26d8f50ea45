"""Chapter 03's 784-300-100-10 with one weight in eighty; makes seven checkpoints.

python -m recipes.mlp300_sparse augmented    (about 30 minutes on one core)
python -m recipes.mlp300_sparse plain        (about 15 minutes)

Makes ``mlp300-sparse-augmented-SEED`` and ``mlp300-sparse-plain-SEED``.
A dense network is trained first; it is the teacher of the pruned one (distillation),
and its predictions ship as ``predictions/mlp300-teachers-augmented`` and ``-plain``.
Seed 0 shaped the recipe, with its test errors in view. What chapter 03 shows of the
augmented networks are seeds 3 to 5, which were run once, afterwards.

1. Neurons first: the most important 100 of 300 and 50 of 100 are kept. Then gradual
   magnitude pruning, all layers together, with ``fit``.
2. Only the nonzeros are trained from here on (``recipes.sparse_mlp``). The total
   falls to its final value over ``falling`` epochs; in every epoch the smallest weights
   of each layer are dropped and as many are grown by gradient, a fraction that decays
   as a cosine.
3. The masks are fixed and the learning rate decays. At the end the neurons return to
   their positions in 784-300-100-10, among others whose weights are all zero.

With ``augmented``, teacher and student see augmented images. Those of the student are
changed less, because with one weight in eighty it cannot learn more.
docs/experiments.md lists what else was tried.
"""

import argparse
import math
from typing import Any

import numpy as np
import torch

from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.magnitude import GradualSchedule, prunable_weights
from course_lib.models import MLP
from course_lib.structured import remove_units, select_units, taylor_scores
from course_lib.training import History, accuracy, distillation, fit, seed_everything
from recipes.common import answers_of, write, write_answers
from recipes.mlp300 import WIDTHS
from recipes.sparse_mlp import DistillationData, Layer, Loss, SparseMLP

SETTINGS = {
    "weights": (2480, 640, 207),  # of each layer; 3 327 is 266 200 / 80, rounded down
    "neurons": {"fc1": 2 / 3, "fc2": 1 / 2},  # the fractions dropped
    "first": {"sparsity": 0.89, "epochs": 14, "learning_rate": 3e-3},
    "falling": 150,
    "settling": 450,
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
SEEDS = {"augmented": (0, 3, 4, 5), "plain": (0, 1, 2)}
TEACHING = {"augmented": {"epochs": 40}, "plain": {"epochs": 12}}
COPIES = 16  # of the training set, each augmented once and labeled by the teacher once


def trained_teacher(kind: str, seed: int, train: Split) -> MLP:
    """Return the trained dense network, in float32."""
    seed_everything(seed)
    model = MLP(WIDTHS)
    changes = CHANGES[kind].get("teacher")
    change = random_affine(**changes) if changes else None
    fit(model, train, None, seed=seed, augment=change, **TEACHING[kind])
    return model


@torch.no_grad()
def augmented_copies(
    kind: str, seed: int, train: Split, teacher: MLP
) -> list[DistillationData]:
    """Return the training images, original or augmented, with the teacher's logits."""
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
        copies.append(
            DistillationData(np.concatenate(images), labels, np.concatenate(logits))
        )
    return copies


def prune_first(
    kind: str, seed: int, train: Split, teacher: MLP
) -> tuple[list[Layer], dict[str, torch.Tensor]]:
    """Run the first phase: layers without most of their neurons and weights.

    Also return which of the teacher's neurons remain, as bool tensors by layer.
    """
    importance = taylor_scores(teacher, train.first(5000))
    neurons = select_units(importance, SETTINGS["neurons"])
    model = remove_units(teacher, neurons)
    how = dict(SETTINGS["first"])
    schedule = GradualSchedule(how.pop("sparsity"), start=0.3, end=0.9)
    changes = CHANGES[kind].get("student")
    how["augment"] = random_affine(**changes) if changes else None
    how["loss"] = distillation(teacher, temperature=4.0)
    fit(model, train, None, seed=seed, callbacks=[schedule], **how)
    layers = []
    for name, weight in prunable_weights(model).items():
        bias = model.get_parameter(name.replace("weight", "bias"))
        arrays = [tensor.detach().numpy().copy() for tensor in (weight, bias)]
        layers.append(Layer(*arrays, schedule.masks[name].numpy().copy()))
    return layers, neurons


def prune_further(
    layers: list[Layer],
    copies: list[DistillationData],
    seed: int,
    settings: dict[str, Any] = SETTINGS,
) -> SparseMLP:
    """Run the second and third phases."""
    generator = np.random.default_rng(seed)
    loss = Loss(settings["temperature"], settings["label_share"])
    network = SparseMLP(layers, loss, generator)
    falling, batch = settings["falling"], settings["batch_size"]
    epochs, first = falling + settings["settling"], network.counts()
    steps = len(copies[0].images) // batch
    for epoch in range(epochs):
        left = 1 - min(epoch / falling, 1)
        pairs = zip(first, settings["weights"], strict=True)
        counts = [round(n * (final / n) ** (1 - left**1.5)) for n, final in pairs]
        network.prune(counts)
        progress = epoch / (settings["regrown_until"] * epochs)
        if progress < 1:
            lessons = copies[generator.integers(len(copies))]
            some = np.sort(generator.integers(0, len(lessons.images), 6000))
            fraction = settings["regrown"] * (1 + math.cos(math.pi * progress))
            network.regrow(fraction, lessons.part(some), counts)
        settled = (epoch + np.arange(steps) / steps - falling) / settings["settling"]
        rate = falling_rate(settings["learning_rate"], settled)
        network.epoch(copies[generator.integers(len(copies))], rate, batch)
    return network


def falling_rate(first: float, progress: np.ndarray) -> np.ndarray:
    """Return the learning rate of each step, float32: a half cosine over progress."""
    fall = 0.5 + 0.5 * np.cos(np.pi * np.maximum(progress, 0))
    return (first * fall).astype(np.float32)


def as_model(
    network: SparseMLP,
    neurons: dict[str, torch.Tensor],
    pixels: torch.Tensor | None = None,
) -> MLP:
    """Return the same weights in their positions among all pixels and neurons."""
    model = MLP(WIDTHS)
    every = [torch.ones(n, dtype=torch.bool) for n in (WIDTHS[0], WIDTHS[-1])]
    sides = [every[0] if pixels is None else pixels, *neurons.values(), every[1]]
    with torch.no_grad():
        for i, layer in enumerate(network.layers, 1):
            linear = model.get_submodule(f"fc{i}")
            places = torch.outer(sides[i], sides[i - 1])
            linear.weight.zero_()[places] = torch.from_numpy(layer.weight).flatten()
            linear.bias.zero_()[sides[i]] = torch.from_numpy(layer.bias)
    return model.eval()


def main() -> None:
    """Train teachers and sparse networks of one kind; write what ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(CHANGES))
    kind = parser.parse_args().kind
    command = f"python -m recipes.mlp300_sparse {kind}"
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    answers = {}
    for seed in SEEDS[kind]:
        teacher = trained_teacher(kind, seed, train)
        copies = augmented_copies(kind, seed, train, teacher)
        layers, neurons = prune_first(kind, seed, train, teacher)
        model = as_model(prune_further(layers, copies, seed), neurons)
        row = {"validation_accuracy": accuracy(model, validation)}
        how = {"seed": seed, "changes": CHANGES[kind], **SETTINGS}
        name = f"mlp300-sparse-{kind}-{seed}"
        write(name, model, History([row]), command, **how)
        answers |= answers_of(teacher, seed, splits=("test",))
    write_answers(f"mlp300-teachers-{kind}", answers, command)


if __name__ == "__main__":
    main()
