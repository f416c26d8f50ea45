"""Chapter 03's 784-300-100-10: dense, and pruned by each schedule for three seeds.

python -m recipes.mlp300      (about 20 minutes on one core)

Writes the dense network of seed 0 as ``mlp300-0`` and the predictions of all three as
``predictions/mlp300``. Everything else is kept as predictions in
``predictions/mlp300-schedules``: ``one-shot-3-test-0`` is seed 0, pruned at once and
tuned for 3 epochs. Those that the page trains, too, are in float64, by the same steps,
and have validation answers for seed 0; the others are in float32. Besides the
schedules, these are

- ``restarted``: iterative, with a new optimizer and a new learning rate each round;
- ``dense``: the whole network, tuned as long;
- ``twelfth``: gradual, to one weight in twelve;
- ``ticket``, ``ticket-new-start``: the mask of one-shot on the network's own initial
  weights, and on others;
- ``small``: dense networks with no more parameters than the pruned ones have left,
  trained as long. Their shape and learning rate are those with the fewest errors on
  validation, seed 0.

``studies/mlp300.csv`` has a row for every ``draw`` of random masks for the network of a
``seed``, with its ``trained`` or its ``initial`` weights (``start``), tuned for 3
epochs: how many of the 10 000 test images it then got wrong (``test_wrong``).
"""

import copy
from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from course_lib import magnitude
from course_lib.data import Split, load_mnist
from course_lib.models import MLP
from course_lib.training import accuracy, fit, predictions, seed_everything
from recipes.common import FOLDER, answers_of, write, write_answers
from recipes.sparse_mlp import DistillationData, Layer, Loss, SparseMLP

COMMAND = "python -m recipes.mlp300"
WIDTHS = (784, 300, 100, 10)
SETTINGS = {"epochs": 12, "batch_size": 128, "learning_rate": 1e-3}
SPARSITY, SHORT, LONG = 0.98, 3, 12  # epochs: on the page, and a longer training
DRAWS = 10  # of random masks, for each of three seeds
SCHEDULES = {
    "one-shot": magnitude.prune_one_shot,
    "iterative": magnitude.prune_iteratively,
    "gradual": magnitude.prune_gradually,
}
ON_THE_PAGE = {f"{name}-{SHORT}" for name in (*SCHEDULES, "ticket")}
# hidden widths by the side of the pixels that are averaged; at most 5 734 parameters
SHAPES = {1: [(7,)], 2: [(26,), (24, 18)], 4: [(95,), (60, 38)]}
RATES = (1e-3, 3e-3, 1e-2)


def prune_restarted(
    model: MLP, sparsity: float, train: Split, *, epochs: int, seed: int
) -> None:
    """Prune in three rounds, each with a new optimizer and a new learning rate."""
    for done in (1, 2, 3):
        target = sparsity if done == 3 else 1 - (1 - sparsity) ** (done / 3)
        magnitude.prune_one_shot(
            model, target, train, epochs=epochs // 3, seed=seed + done
        )


def variants(
    dense: MLP, start: MLP, seed: int, train: Split
) -> Iterator[tuple[str, MLP]]:
    """Yield the networks that the page trains, too, and their like, by name."""
    for epochs in (SHORT, LONG):
        for name, prune in {**SCHEDULES, "restarted": prune_restarted}.items():
            pruned = copy.deepcopy(dense)
            prune(pruned, SPARSITY, train, epochs=epochs, seed=seed)
            yield f"{name}-{epochs}", pruned
    masks = magnitude.global_magnitude_masks(dense, SPARSITY)
    seed_everything(1000 + seed)
    other_start = MLP(WIDTHS, dtype=torch.float64)
    for name, network, kept in (
        ("ticket", start, masks),
        ("ticket-new-start", other_start, masks),
    ):
        pruned = copy.deepcopy(network)
        magnitude.tune_masked(pruned, kept, train, epochs=SHORT, seed=seed)
        yield f"{name}-{SHORT}", pruned


def controls(dense: MLP, seed: int, train: Split) -> Iterator[tuple[str, MLP]]:
    """Yield the networks that only the recipe trains, in float32, by name."""
    for epochs in (SHORT, LONG):
        tuned = copy.deepcopy(dense).float()
        fit(tuned, train, None, epochs=epochs, seed=seed, learning_rate=3e-3)
        yield f"dense-{epochs}", tuned
    pruned = copy.deepcopy(dense).float()
    magnitude.prune_gradually(pruned, 1 - 1 / 12, train, epochs=LONG, seed=seed)
    yield f"twelfth-{LONG}", pruned


def random_rows(
    networks: dict[str, MLP], seed: int, train: Split, test: Split
) -> Iterator[dict[str, int | str]]:
    """Yield the study's rows of one seed: random masks, tuned in float32.

    They keep as many weights per layer as the ones that prune the ``trained`` network.
    """
    masks = magnitude.global_magnitude_masks(networks["trained"], SPARSITY)
    for start, network in networks.items():
        for draw in range(DRAWS):
            chance = torch.Generator().manual_seed(100 * seed + draw)
            pruned = copy.deepcopy(network).float()
            tune_nonzeros(pruned, magnitude.random_masks(masks, chance), train, seed)
            wrong = int((predictions(pruned, test) != test.labels).sum())
            yield {"seed": seed, "start": start, "draw": draw, "test_wrong": wrong}


@torch.no_grad()
def tune_nonzeros(model: MLP, masks: magnitude.Masks, train: Split, seed: int) -> None:
    """Train like ``magnitude.tune_masked``, by computing with the nonzeros only."""
    layers, places = [], [torch.as_tensor(mask).numpy() for mask in masks.values()]
    for name, place in zip(masks, places, strict=True):
        weight = model.get_parameter(name).numpy() * place
        bias = model.get_parameter(name.replace("weight", "bias")).numpy()
        layers.append(Layer(weight, bias.copy(), place.copy()))
    network = SparseMLP(layers, Loss(1.0, 1.0), np.random.default_rng(seed))
    images = (255 * train.images.flatten(1)).round().byte().numpy()
    labels = train.labels.numpy()
    no_teacher = np.zeros((len(labels), WIDTHS[-1]), np.float32)
    data = DistillationData(images, labels, no_teacher)
    steps = len(labels) // SETTINGS["batch_size"]
    for epoch in range(SHORT):
        progress = (epoch + np.arange(steps) / steps) / SHORT
        rate = 3e-3 * (1 + np.cos(np.pi * progress)) / 2
        network.epoch(data, rate.astype(np.float32), SETTINGS["batch_size"])
    for name, layer in zip(masks, network.layers, strict=True):
        model.get_parameter(name).copy_(torch.from_numpy(layer.weight))
        bias = model.get_parameter(name.replace("weight", "bias"))
        bias.copy_(torch.from_numpy(layer.bias))


def coarse(split: Split, side: int) -> Split:
    """Return the images with the means of ``side`` × ``side`` pixels."""
    return Split(avg_pool2d(split.images, side), split.labels)


def small_dense(side: int, hidden: tuple[int, ...], rate: float, seed: int) -> MLP:
    """Return a small dense network, trained as long as dense and pruned together."""
    seed_everything(seed)
    model = MLP(((28 // side) ** 2, *hidden, 10), dtype=torch.float64)
    train = coarse(load_mnist("train"), side)
    epochs = SETTINGS["epochs"] + LONG
    fit(model, train, None, epochs=epochs, seed=seed, learning_rate=rate)
    return model


def best_small_answers() -> dict[str, Tensor]:
    """Choose shape and learning rate on validation; return predictions on test."""
    validation, test = load_mnist("validation"), load_mnist("test")
    found = {}
    for side, shapes in SHAPES.items():
        for hidden in shapes:
            for rate in RATES:
                model = small_dense(side, hidden, rate, seed=0)
                right = accuracy(model, coarse(validation, side))
                found[side, hidden, rate] = right
                print(f"small: {model.widths}, {rate}: {right:.4f}", flush=True)
    side, hidden, rate = max(found, key=lambda key: found[key])
    print("chosen:", side, hidden, rate)
    return {
        f"small-test-{seed}": predictions(
            small_dense(side, hidden, rate, seed), coarse(test, side)
        )
        for seed in (0, 1, 2)
    }


def main() -> None:
    """Train three dense networks and all that derive from them; write predictions."""
    train, validation = map(load_mnist, ("train", "validation"))
    short = {s: load_mnist(s, torch.float32) for s in ("train", "test")}
    dense_answers, answers, rows = {}, best_small_answers(), []
    for seed in (0, 1, 2):
        seed_everything(seed)
        model = MLP(WIDTHS, dtype=torch.float64)
        start = copy.deepcopy(model)
        history = fit(model, train, validation, seed=seed, **SETTINGS)
        if seed == 0:
            write("mlp300-0", model, history, COMMAND, seed=seed, **SETTINGS)
        model.float().double()  # as loaded from a checkpoint
        dense_answers |= answers_of(model, seed)
        made = variants(model, start, seed, train)
        for name, pruned in chain(made, controls(model, seed, short["train"])):
            found = answers_of(pruned, seed, f"{name}-")
            if seed or name not in ON_THE_PAGE:
                del found[f"{name}-validation-{seed}"]
            answers |= found
        networks = {"trained": model, "initial": start}
        rows += random_rows(networks, seed, short["train"], short["test"])
    write_answers("mlp300", dense_answers, COMMAND)
    write_answers("mlp300-schedules", answers, COMMAND)
    pd.DataFrame(rows).to_csv(FOLDER / "studies" / "mlp300.csv", index=False)


if __name__ == "__main__":
    main()
