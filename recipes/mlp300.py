"""Chapter 03's 784-300-100-10: dense, and pruned by each schedule for three seeds.

python -m recipes.mlp300      (about 10 minutes on one core)

Writes the dense network of seed 0 as ``mlp300-0`` and its predictions, with those of
seeds 1 and 2, as ``predictions/mlp300``; then, as ``predictions/mlp300-schedules``, the
predictions after pruning by each schedule, after random pruning, and of lottery tickets
with their controls. In float64, the same steps as on the page for seed 0.
"""

import copy

import torch

from course_lib import magnitude
from course_lib.data import load_mnist
from course_lib.models import MLP
from course_lib.training import fit, seed_everything
from recipes.common import answers_of, write, write_answers

COMMAND = "python -m recipes.mlp300"
WIDTHS = (784, 300, 100, 10)
SETTINGS = {"epochs": 12, "batch_size": 128, "learning_rate": 1e-3}
SPARSITY, SHORT, LONG = 0.98, 3, 12  # epochs: on the page, and a longer training
SCHEDULES = {
    "one-shot": magnitude.prune_one_shot,
    "iterative": magnitude.prune_iteratively,
    "gradual": magnitude.prune_gradually,
}


def variants(dense, start, seed, train):
    """Return each method's networks from a dense network and its initial weights."""
    for epochs in (SHORT, LONG):
        for name, prune in SCHEDULES.items():
            pruned = copy.deepcopy(dense)
            prune(pruned, SPARSITY, train, epochs=epochs, seed=seed)
            yield f"{name}-{epochs}", pruned
    masks = magnitude.global_magnitude_masks(dense, SPARSITY)
    shuffled = magnitude.random_masks(masks, torch.Generator().manual_seed(seed))
    seed_everything(1000 + seed)
    other_start = MLP(WIDTHS, dtype=torch.float64)
    for name, network, kept in (
        ("random", dense, shuffled),
        ("ticket", start, masks),
        ("ticket-new-start", other_start, masks),
        ("ticket-random-mask", start, shuffled),
    ):
        pruned = copy.deepcopy(network)
        magnitude.tune_masked(pruned, kept, train, epochs=SHORT, seed=seed)
        yield f"{name}-{SHORT}", pruned


def main() -> None:
    """Train three dense networks and all that derive from them; write predictions."""
    train, validation = (load_mnist(s) for s in ("train", "validation"))
    dense_answers, answers = {}, {}
    for seed in (0, 1, 2):
        seed_everything(seed)
        model = MLP(WIDTHS, dtype=torch.float64)
        start = copy.deepcopy(model)
        history = fit(model, train, validation, seed=seed, **SETTINGS)
        if seed == 0:
            write("mlp300-0", model, history, COMMAND, seed=seed, **SETTINGS)
        model.float().double()  # as loaded from a checkpoint
        dense_answers |= answers_of(model, seed)
        for name, pruned in variants(model, start, seed, train):
            answers |= answers_of(pruned, seed, f"{name}-")
    write_answers("mlp300", dense_answers, COMMAND)
    write_answers("mlp300-schedules", answers, COMMAND)


if __name__ == "__main__":
    main()
