"""Train pruned encoders for a few minutes to repeat the original's embeddings.

python benchmarks/encoder_distill.py [--jobs 2] [--write]

Every network has half of the encoder's arithmetic: ours, others of its shape, and the
encoder without three layers. All learn from the docstrings of SciPy, Matplotlib,
NetworkX, SymPy, and PyTorch, for as many steps, each with the learning rate that is
best for it on pandas (seed 0); the test is that of ``encoder.py``. Runs with another
seed read other texts in another order; random units and new weights are drawn anew,
too.

What is done is kept in build/encoder/, so that a run that was stopped goes on.
``--write`` puts one row per run into ``checkpoints/studies/encoder_distilled.csv``,
and the place at which each of the test's queries finds its document into
``encoder_distilled_ranks.csv``. A run of 250 steps takes about four minutes on one
core, all of them with two cores about an hour.
"""

import argparse
import time
from dataclasses import asdict, dataclass
from functools import partial

import pandas as pd
import torch
from _encoder_methods import ours, structured_methods, torch_pruning, without_layers
from _encoder_task import (
    SHARES,
    STUDIES,
    TEST,
    Task,
    compared,
    cut,
    encoder_macs,
    joined,
    stored,
    unit_macs,
)
from torch import nn

from course_lib import models, structured
from course_lib.encoder import (
    Encoder,
    Pairs,
    distill,
    documentation_pairs,
    encode,
    load_encoder,
    search,
)
from course_lib.jobs import run_jobs

CHOICE = 400  # pairs of pandas
STEPS, LONG = 250, 1000
RATES = (2e-4, 4e-4, 8e-4, 1.6e-3)
SEEDS = (0, 1, 2)
OURS = "ours, half"


NETWORKS = (
    OURS, "Torch-Pruning, group magnitude", "random units", "three layers dropped",
    "new weights",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Which network is trained how."""

    network: str
    rate: float
    seed: int = 0
    steps: int = STEPS

    @property
    def label(self) -> str:
        return f"{self.network}, seed {self.seed}, {self.steps} steps"


def half() -> dict[str, int]:
    """Return the shape that ``encoder.py`` found for half of the arithmetic."""
    table = models.load_study("encoder_losses")
    losses: dict[str, dict[int, float]] = {}
    macs: dict[str, dict[int, float]] = {}
    for name, rows in table.groupby("group", sort=False):
        units = 12 if "query" in str(name) else 1536
        losses[name] = dict(zip(rows["kept"], rows["loss"], strict=True))
        macs[name] = {kept: kept * unit_macs(units) for kept in losses[name]}
    return structured.fit_budget(
        losses, macs, sum(m[max(m)] for m in macs.values()) / 2
    )


@torch.no_grad()
def network(name: str, seed: int) -> nn.Module:
    """Return an untrained network; all but the deterministic ones follow the seed."""
    task, shape = Task(500, 40), half()
    if name == OURS:
        return ours(task, shape)
    if name == "three layers dropped":
        return without_layers(task, 3)
    if name == "random units":
        return structured_methods(task, shape)[f"random units {seed}"]()
    if name == "new weights":
        model = cut(task, shape)
        torch.manual_seed(seed)
        for part in model.encoder.modules():
            if isinstance(part, nn.Linear):  # as a BERT begins
                nn.init.normal_(part.weight, std=0.02)
                nn.init.zeros_(part.bias)
            elif isinstance(part, nn.LayerNorm):
                part.reset_parameters()
        return model
    return torch_pruning(task, shape)


def start(name: str, seed: int) -> nn.Module:
    drawn = seed if name in ("random units", "new weights") else 0
    label = "half" if name == OURS else f"{name} {drawn}"
    found: nn.Module = stored(label, lambda: network(name, drawn))
    return found


def texts() -> dict[str, Pairs]:
    """Return all pairs of the training packages; those of the test are in none."""
    tested = {name: part.stop for name, part in TEST.items()}
    sizes = {**dict.fromkeys(SHARES, 10**6), **tested, "pandas": CHOICE}
    found: dict[str, Pairs] = stored("all texts", lambda: documentation_pairs(sizes))
    return found


class Lessons:
    """The texts, and what the unpruned encoder makes of them."""

    def __init__(self) -> None:
        self.dense: Encoder = load_encoder()
        found = texts()
        self.train = joined(found, dict.fromkeys(SHARES, slice(None))).texts
        self.pairs = {"choice": found["pandas"], "test": joined(found, TEST)}
        self.targets = stored("targets", lambda: encode(self.dense, self.train))
        self.before = {
            name: stored(f"dense {name}", lambda p=pairs: search(self.dense, p))
            for name, pairs in self.pairs.items()
        }

    def trained(self, run: Run) -> dict[str, object]:
        clock = time.process_time()
        student, losses = distill(
            self.dense.with_model(start(run.network, run.seed)), self.train,
            self.targets, steps=run.steps, learning_rate=run.rate, seed=run.seed,
        )  # fmt: skip
        seconds = time.process_time() - clock
        return {
            "model": student.model, "cpu_s": seconds,
            "first": sum(losses[:20]) / 20, "last": sum(losses[-20:]) / 20,
            "pandas": self.measured(student.model, "choice")["cosine"],
        }  # fmt: skip

    def measured(self, model: nn.Module, name: str) -> dict[str, object]:
        before = self.before[name]
        found = search(self.dense.with_model(model), self.pairs[name])
        return compared(before, found) | {"ranks": found.ranks.tolist()}


def student(run: Run) -> dict[str, object]:
    """Return a trained network, and its cosine on pandas; it is made once."""
    torch.set_num_threads(1)
    label = f"distilled {run.label}, rate {run.rate}"
    found: dict[str, object] = stored(label, lambda: Lessons().trained(run))
    print(f"{label}: {found['pandas']:.4f}, {found['cpu_s']:.0f} s", flush=True)
    return found


def tested(run: Run) -> dict[str, object]:
    """Return the row of a run."""
    torch.set_num_threads(1)
    found = student(run)
    model = found.pop("model")
    row = asdict(run) | found | {"macs": encoder_macs(model)}
    return row | Lessons().measured(model, "test")


def distilled() -> nn.Module:
    """Return our half network after the long run, with the rate of the written one."""
    table = models.load_study("encoder_distilled").set_index(["network", "steps"])
    found: nn.Module = student(Run(OURS, table.loc[(OURS, LONG), "rate"], steps=LONG))[
        "model"
    ]
    return found


def prepared() -> None:
    """Make once what all processes read."""
    Lessons()
    for name in NETWORKS:
        for seed in SEEDS:
            start(name, seed)


def main() -> None:
    """Choose rates on pandas, then train every run and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    prepared()
    every = partial(run_jobs, jobs=arguments.jobs)
    tries = [Run(name, rate) for name in NETWORKS for rate in RATES]
    best: dict[str, tuple[float, float]] = {}
    for run, found in zip(tries, every(student, [(r,) for r in tries]), strict=True):
        best[run.network] = max(
            best.get(run.network, (-1.0, 0.0)), (found["pandas"], run.rate)
        )
    runs = [Run(OURS, best[OURS][1], steps=LONG)]
    runs += [Run(name, best[name][1], seed) for name in NETWORKS for seed in SEEDS]
    rows = every(tested, [(run,) for run in runs])
    if not arguments.write:
        return
    named = {run.label: row for run, row in zip(runs, rows, strict=True)}
    ranks = pd.DataFrame({name: row["ranks"] for name, row in named.items()})
    ranks.to_csv(STUDIES / "encoder_distilled_ranks.csv", index=False)
    table = pd.DataFrame.from_dict(named, orient="index").drop(columns="ranks")
    table.rename_axis("run").round(5).to_csv(STUDIES / "encoder_distilled.csv")


if __name__ == "__main__":
    main()
