"""784-300-100-10 in a file of four kilobytes; makes ``stored/mlp300-SEED.pruned``.

python -m recipes.mlp300_stored    (about 20 minutes on one core, three seeds)

Like ``recipes.mlp300_sparse`` with augmented images, and three additions:

1. The first layer reads only the 320 of 784 pixels with the largest weights. With fewer
   columns, each position takes fewer bits.
2. The weights are shared incrementally (Zhou et al. 2017): those closest to a centroid
   move there and are fixed, and the others are trained to compensate.
3. All centroids are tuned together and rounded: those of the first layer's weights to
   float16, the others to integer multiples of a scale.

The predictions of the dense teachers, and of the networks before weight sharing, ship
as ``predictions/mlp300-stored``.
"""

from dataclasses import replace

import numpy as np
import torch

from course_lib import storage
from course_lib.data import Split, load_mnist
from course_lib.models import MLP
from course_lib.storage.clustering import nearest
from course_lib.training import fit, seed_everything
from recipes.common import write_answers, write_stored
from recipes.mlp300_sparse import SETTINGS as SPARSE
from recipes.mlp300_sparse import (
    as_model,
    augmented_copies,
    falling_rate,
    prune_first,
    prune_further,
    trained_teacher,
)
from recipes.sparse_mlp import DistillationData, Layer, SparseMLP

COMMAND = "python -m recipes.mlp300_stored"
SETTINGS = {**SPARSE, "weights": (2640, 660, 220), "settling": 600}
PIXELS = 320
BITS = {"fc1.weight": 5, "fc2.weight": 6, "fc3.weight": 6}
BITS |= {"fc1.bias": 4, "fc2.bias": 4, "fc3.bias": 3}
SHORT = {name: bits for name, bits in BITS.items() if name != "fc1.weight"}
SHARED = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98)  # of the weights, one after another
EPOCHS, RATE = 40, 3e-3  # after each of them
TUNING = {"epochs": 2, "learning_rate": 3e-4}


def important_pixels(first: Layer, train: Split) -> np.ndarray:
    """Return the mask of the ``PIXELS`` with the largest weights times spread."""
    spread = train.images.flatten(1).std(dim=0).numpy()
    weighed = np.abs(first.weight * first.mask).sum(axis=0) * spread
    chosen = np.zeros(len(weighed), bool)
    chosen[np.argsort(-weighed, kind="stable")[:PIXELS]] = True
    return chosen


def share_incrementally(network: SparseMLP, copies: list[DistillationData]) -> None:
    """Move more and more weights to centroids, and train the others."""
    books = []
    for i, layer in enumerate(network.layers, 1):
        kept = {"weight": layer.weight[layer.mask], "bias": layer.bias}
        books.append(
            {own: storage.cluster(kept[own], BITS[f"fc{i}.{own}"])[0] for own in kept}
        )
    steps = len(copies[0].images) // SETTINGS["batch_size"]
    for fraction in (*SHARED, 1.0):
        for layer, book in zip(network.layers, books, strict=True):
            hold(layer, "weight", layer.mask, book["weight"], fraction)
            every = np.ones(len(layer.bias), bool)
            hold(layer, "bias", every, book["bias"], fraction)
        if fraction == 1:
            return
        for epoch in range(EPOCHS):
            lessons = copies[network.generator.integers(len(copies))]
            rate = falling_rate(RATE, (epoch + np.arange(steps) / steps) / EPOCHS)
            network.epoch(lessons, rate, SETTINGS["batch_size"])


def hold(
    layer: Layer, name: str, kept: np.ndarray, book: np.ndarray, fraction: float
) -> None:
    """Move the closest free weights to centroids until this fraction is fixed."""
    values, held = getattr(layer, name), layer.held[name]
    free = np.flatnonzero(kept & ~held)
    centroids = book[nearest(values.flat[free], book)].astype(np.float32)
    away = np.abs(values.flat[free] - centroids)
    count = round(fraction * int(kept.sum())) - int(held[kept].sum())
    moved = np.argsort(away, kind="stable")[: max(count, 0)]
    values.flat[free[moved]] = centroids[moved]
    held.flat[free[moved]] = True


def tune_centroids(model: MLP, copies: list[DistillationData], seed: int) -> MLP:
    """Train only the centroids, on soft labels by the teacher; then round them."""
    temperature, labels = SETTINGS["temperature"], copies[0].labels
    images, targets = [], []
    one_hot = torch.nn.functional.one_hot(torch.from_numpy(labels)).float()
    for lessons in copies[:4]:
        soft = torch.softmax(torch.from_numpy(lessons.logits) / temperature, dim=1)
        label_weight = SETTINGS["label_share"]
        targets.append(label_weight * one_hot + (1 - label_weight) * soft)
        pixels = torch.from_numpy(lessons.images).float() / 255
        images.append(pixels.reshape(-1, 1, 28, 28))
    lessons = Split(torch.cat(images), torch.cat(targets))
    with storage.tied(model, BITS):
        fit(model, lessons, None, seed=seed, **TUNING)
    model = storage.share_weights(model, BITS, codebook="float16")
    # weights of fc1 differ too much in size for integer multiples of one scale
    return storage.share_weights(model, SHORT, codebook="int8")


def main() -> None:
    """Make three networks; write their files and the predictions of earlier steps."""
    train, answers = load_mnist("train", torch.float32), {}
    for seed in (0, 1, 2):
        teacher = trained_teacher("augmented", seed, train)
        copies = augmented_copies("augmented", seed, train, teacher)
        layers, neurons = prune_first("augmented", seed, train, teacher)
        chosen = important_pixels(layers[0], train)
        weight, mask = (
            a[:, chosen].copy("C") for a in (layers[0].weight, layers[0].mask)
        )
        layers[0] = Layer(weight, layers[0].bias, mask)
        fewer = [replace(c, images=c.images[:, chosen].copy("C")) for c in copies]
        network = prune_further(layers, fewer, seed, SETTINGS)
        pixels = torch.from_numpy(chosen)
        sparse = as_model(network, neurons, pixels)
        share_incrementally(network, fewer)
        model = tune_centroids(as_model(network, neurons, pixels), copies, seed)
        answers |= write_stored("mlp300", seed, teacher, sparse, model)
    write_answers("mlp300-stored", answers, COMMAND)


if __name__ == "__main__":
    seed_everything(0)
    main()
