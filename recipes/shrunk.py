"""Chapter 04's smaller networks, and the controls that such a comparison needs.

python -m recipes.shrunk lenet5         (about 50 minutes on one core)
python -m recipes.shrunk resnet         (about 80 minutes)
python -m recipes.shrunk transformer    (about 90 minutes)

Units are removed by importance or at random, and the smaller network is fine-tuned on
the large one's soft labels. Controls: the large network, trained on for as long as the
fine-tuning (``dense``), and the small shape from scratch, on the same soft labels, for
as many epochs as both phases together (``scratch``, Liu et al. 2019). The residual
network also loses entire blocks instead of units.

Each of three seeds has a large network of its own, trained as in that network's
recipe; seed 0's is the shipped one. Random units are drawn seven times for each. The
test predictions ship as ``predictions/NAME-shrunk``, keyed ``WAY-test-SEED``: those of
the large network are ``unpruned``, and those of the draws ``random``, ``random-1``, and
so on. The first variant of seed 0 ships as a checkpoint: ``lenet5-shrunk-0``,
``resnet-shrunk-0``, ``transformer-shrunk-0``; for the residual network
``resnet-blocks-0``, too.
"""

import argparse
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib import structured, surgery
from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.models import (
    LeNet5,
    Network,
    TinyResNet,
    TinyTransformer,
    build_model,
    load_checkpoint,
)
from course_lib.training import fit, seed_everything, soft_labels
from recipes import lenet5, resnet, transformer
from recipes.common import answers_of, train_network, write, write_answers

SEEDS = (0, 1, 2)
TUNING = {"epochs": 8, "batch_size": 128, "learning_rate": 2e-3}
Importance = Callable[[Network, Split, int], dict[str, Tensor]]
# by name in the shipped answers: from network, training split, and seed of the draw
IMPORTANCES: dict[str, Importance] = {
    "l1": lambda base, train, seed: structured.weight_norms(base, p=1),
    "taylor": lambda base, train, seed: structured.taylor_scores(
        base, train.first(5000)
    ),
    "random": lambda base, train, seed: structured.random_scores(
        base, torch.Generator().manual_seed(seed)
    ),
}
BLOCKS = ("stage1_block1", "stage1_block2", "stage2_block2")


@dataclass(frozen=True)
class Job:
    """Which network loses what by which importance.

    ``ratios`` are fractions of units to remove, for all groups or by group;
    ``settings`` and ``changes`` those of the large network's recipe; ``draws`` is how
    often random units are drawn for each seed.
    """

    make: Callable[[], Network]
    settings: dict[str, Any]
    ratios: float | dict[str, float]
    kind: str
    changes: dict[str, float] | None = None
    draws: int = 7
    blocks: bool = False


JOBS = {
    "lenet5": Job(
        LeNet5,
        lenet5.SETTINGS,
        {"conv1": 0.8, "conv2": 0.68, "fc1": 0.872},  # leaves 4, 16 and 64
        "l1",
    ),
    "resnet": Job(TinyResNet, resnet.SETTINGS, 0.5, "l1", resnet.CHANGES, blocks=True),
    "transformer": Job(
        TinyTransformer, transformer.SETTINGS, 0.5, "taylor", transformer.CHANGES
    ),
}


def base_of(name: str, job: Job, seed: int) -> Network:
    """Return the large network that a seed starts from."""
    if seed == 0:
        return load_checkpoint(f"{name}-0", torch.float32)
    return train_network(job.make, seed, job.settings, job.changes)[0]


def shrink(base: Network, job: Job, kind: str, seed: int, train: Split) -> Network:
    """Return the network without the units that are least important by ``kind``."""
    importance = IMPORTANCES[kind](base, train, seed)
    keep = structured.select_units(importance, job.ratios)
    return structured.remove_units(base, keep)


def variants(
    base: Network, job: Job, seed: int, train: Split
) -> Iterator[tuple[str, Network, int]]:
    """Yield way, untrained or cut network, and epochs of each variant."""
    epochs = int(TUNING["epochs"])
    yield job.kind, shrink(base, job, job.kind, seed, train), epochs
    for draw in range(job.draws):
        way = f"random-{draw}" if draw else "random"
        drawn = seed + len(SEEDS) * draw
        yield way, shrink(base, job, "random", drawn, train), epochs
    shape = shrink(base, job, job.kind, seed, train).describe()
    seed_everything(1000 + seed)
    yield "scratch", build_model(shape), epochs + job.settings["epochs"]
    if job.blocks:
        yield "blocks", surgery.remove_blocks(base, BLOCKS), epochs
    yield "dense", copy.deepcopy(base), epochs


def main() -> None:
    """Make every variant of a job with three seeds; write predictions, checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=sorted(JOBS))
    name = parser.parse_args().job
    job, command = JOBS[name], f"python -m recipes.shrunk {name}"
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    change = random_affine(**job.changes) if job.changes else None
    shipped = {job.kind: f"{name}-shrunk-0", "blocks": f"{name}-blocks-0"}
    answers: dict[str, Tensor] = {}
    for seed in SEEDS:
        base = base_of(name, job, seed)
        answers |= answers_of(base, seed, "unpruned-", ("test",))
        soft = soft_labels(base, train)
        for way, model, epochs in variants(base, job, seed, train):
            settings = {**TUNING, "epochs": epochs}
            history = fit(
                model, soft, validation, seed=seed, augment=change, **settings
            )
            if seed == 0 and way in shipped:
                how = {"seed": 0, "by": way, "augment": job.changes, **settings}
                write(shipped[way], model, history, command, **how)
            answers |= answers_of(model, seed, f"{way}-", ("test",))
            right = history.rows[-1]["validation_accuracy"]
            print(f"{way}, seed {seed}: {right:.4f}", flush=True)
    write_answers(f"{name}-shrunk", answers, command)


if __name__ == "__main__":
    main()
