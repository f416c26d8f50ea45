"""Chapter 04's smaller networks, and the controls that such a comparison needs.

python -m recipes.shrunk lenet5         (about 15 minutes on one core)
python -m recipes.shrunk resnet         (about 6 minutes)
python -m recipes.shrunk transformer    (about 8 minutes)

Units are removed by importance or at random, and the smaller network is fine-tuned on
the large one's soft labels. For LeNet-5, the same shape is also trained from scratch
for as long as both phases together (Liu et al. 2019), and the large one for as long as
the fine-tuning. Each is fine-tuned with three seeds. The first variant of a job, seed
0, ships as a checkpoint: ``lenet5-shrunk-0``, ``resnet-shrunk-0``,
``transformer-shrunk-0``; the predictions of all ship as ``predictions/NAME-shrunk``.
For the residual network ``resnet-blocks-0`` lost entire blocks instead of units.
"""

import argparse
import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib import structured, surgery
from course_lib.augmentation import random_affine
from course_lib.data import Split, load_mnist
from course_lib.models import Network, build_model, load_checkpoint
from course_lib.training import fit, seed_everything, soft_labels
from recipes import lenet5, resnet, transformer
from recipes.common import answers_of, write, write_answers

TUNING = {"epochs": 8, "batch_size": 128, "learning_rate": 2e-3}
Importance = Callable[[Network, Split, int], dict[str, Tensor]]
# by name in the shipped answers: from network, training split, and seed
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
    """What is removed from which network, and how long that was trained."""

    base: str
    ratios: float | dict[str, float]  # the fraction of units to remove, by group
    kinds: tuple[str, ...]
    controls: tuple[str, ...] = ()  # of "scratch", "blocks" and "dense"
    pretrained: int = 0  # epochs of the base, also used for "scratch"
    changes: dict[str, float] | None = None  # as in the base's recipe


JOBS = {
    "lenet5": Job(
        "lenet5-0",
        {"conv1": 0.8, "conv2": 0.68, "fc1": 0.872},  # leaves 4, 16 and 64
        ("l1", "random"),
        ("scratch", "dense"),
        lenet5.SETTINGS["epochs"],
    ),
    "resnet": Job(
        "resnet-0",
        0.5,
        ("l1", "random"),
        ("blocks",),
        changes=resnet.CHANGES,
    ),
    "transformer": Job(
        "transformer-0",
        0.5,
        ("taylor", "random"),
        changes=transformer.CHANGES,
    ),
}


def shrink(base: Network, job: Job, kind: str, seed: int, train: Split) -> Network:
    """Return the network without the units that are least important by ``kind``."""
    importance = IMPORTANCES[kind](base, train, seed)
    keep = structured.select_units(importance, job.ratios)
    return structured.remove_units(base, keep)


def variants(base: Network, job: Job, seed: int, train: Split):
    """Yield name, untrained or cut network, and epochs of each variant."""
    epochs = TUNING["epochs"]
    for kind in job.kinds:
        yield kind, shrink(base, job, kind, seed, train), epochs
    if "scratch" in job.controls:
        shape = shrink(base, job, job.kinds[0], seed, train).describe()
        seed_everything(1000 + seed)
        yield "scratch", build_model(shape), epochs + job.pretrained
    if "blocks" in job.controls:
        yield "blocks", surgery.remove_blocks(base, BLOCKS), epochs
    if "dense" in job.controls:
        yield "dense", copy.deepcopy(base), epochs


def main() -> None:
    """Make every variant of a job with three seeds; write predictions, checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=sorted(JOBS))
    name = parser.parse_args().job
    job, command = JOBS[name], f"python -m recipes.shrunk {name}"
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    change = random_affine(**job.changes) if job.changes else None
    base = load_checkpoint(job.base, torch.float32)
    soft, answers = soft_labels(base, train), {}
    shipped = {job.kinds[0]: f"{name}-shrunk-0", "blocks": f"{name}-blocks-0"}
    for seed in (0, 1, 2):
        seed_everything(seed)
        for kind, model, epochs in variants(base, job, seed, train):
            settings = {**TUNING, "epochs": epochs}
            history = fit(
                model,
                soft,
                validation,
                seed=seed,
                augment=change,
                **settings,
            )
            if seed == 0 and kind in shipped:
                how = {"seed": 0, "by": kind, "augment": job.changes, **settings}
                write(shipped[kind], model, history, command, **how)
            answers |= answers_of(model, seed, f"{kind}-")
            right = history.rows[-1]["validation_accuracy"]
            print(f"{kind}, seed {seed}: {right:.4f}", flush=True)
    write_answers(f"{name}-shrunk", answers, command)


if __name__ == "__main__":
    main()
