"""The full experiment of chapter 02: what activation pruning owes to each choice.

python -m recipes.activation_study      (hours, on two cores)

{plain, quiet} × {plain rule, score, random} × {folded or not} × {fine-tuned or not},
at several sizes and for three seeds that no recipe was chosen with. Statistics are
those of the training images; thresholds are quantiles of each network's own statistics,
and where there is a choice among them, the validation images make it. The test images
are used once for each trained network, when all that is made from it is ready.

Writes ``checkpoints/studies/activation_study.csv``, one row per network: how it was
made (``size`` is the share of the parameters to be removed, ``tuned`` what it was
fine-tuned on or for how long it was trained from scratch), its ``size_reduction`` in
percent, and for validation and test the images that its unpruned network gets right
(``before``) and those that only one of the two does (``lost``, ``gained``). Results
are kept in ``build/activation_study/``, so that an interrupted run resumes from there.
"""

import argparse
import copy
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import torch
from torch import Tensor

from course_lib.activation import (
    NeuronStatistics,
    activation_statistics,
    quantile_thresholds,
    random_keep,
    remove_neurons,
    select_neurons,
    threshold_sweep,
)
from course_lib.activation_regularization import activation_penalty, penalized
from course_lib.data import Split, load_mnist
from course_lib.experiments import keep_ratio_masks
from course_lib.files import atomic_write
from course_lib.measure import parameter_count
from course_lib.models import MLP
from course_lib.training import fit, predictions, seed_everything, soft_labels
from course_lib.uncertainty import paired_difference
from recipes.common import FOLDER
from recipes.mlp_plain import SETTINGS, WIDTHS
from recipes.mlp_quiet import PENALTIES

BUILD = Path("build") / "activation_study"
SEEDS = (3, 4, 5)
KINDS = ("plain", "quiet")
SIZES = (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.84, 0.88, 0.92, 0.96)  # parameters removed
TUNED_SIZES = (0.6, 0.8, 0.92, 0.96)
SCRATCH_SIZES = (0.92, 0.96)
TUNING: dict[str, Any] = {"epochs": 4, "learning_rate": 2e-3}
QUANTILES = 16  # per threshold
DRAWS = 20  # of random neurons, at every size
TUNED_DRAWS = 2
Statistics = dict[str, NeuronStatistics]
Keep = dict[str, Tensor]
Row = dict[str, Any]


def main() -> None:
    """Train, prune and measure; write one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="processes; 2")
    jobs = parser.parse_args().jobs
    pairs = [(kind, seed) for seed in SEEDS for kind in KINDS]
    found = joblib.Parallel(n_jobs=jobs)(joblib.delayed(study)(*pair) for pair in pairs)
    path = FOLDER / "studies" / "activation_study.csv"
    with atomic_write(path) as part:
        pd.concat(found).round(2).to_csv(part, index=False)
    print(f"{path.name}: {sum(map(len, found))} networks")


def study(kind: str, seed: int) -> pd.DataFrame:
    """Return the rows of one trained network, measured unless they were before."""
    done = BUILD / f"{kind}-{seed}.csv"
    if not done.exists():
        torch.set_num_threads(1)
        rows = pd.DataFrame(measured(kind, seed))
        with atomic_write(done) as path:
            rows.to_csv(path, index=False)
    return pd.read_csv(done)


def measured(kind: str, seed: int) -> list[Row]:
    """Return one row per network that is made from a trained one."""
    train, validation, test = (
        load_mnist(name, torch.float32) for name in ("train", "validation", "test")
    )
    base = trained(kind, seed, train)
    statistics = activation_statistics(base, train)
    lessons = soft_labels(base, train)
    made: list[tuple[Row, MLP]] = []
    for how, network in pruned(base, statistics, validation, seed):
        made.append((how | {"tuned": "no"}, network))
        if _is_tuned(how):
            tuned = copy.deepcopy(network)
            fit(tuned, lessons, None, seed=seed, progress=False, **TUNING)
            made.append((how | {"tuned": "own answers"}, tuned))
    made += controls(base, [row for row in made if row[0]["rule"] == "score"], train,
                     lessons, seed)  # fmt: skip
    known = {"validation": predictions(base, validation)}
    known["test"] = predictions(base, test)
    rows = []
    for how, network in made:
        row = {"kind": kind, "seed": seed, **how}
        left = parameter_count(network) / parameter_count(base)
        row["size_reduction"] = 100 * (1 - left)
        for name, split in (("validation", validation), ("test", test)):
            row |= _compared(name, known[name], predictions(network, split), split)
        rows.append(row)
    return rows


def _compared(name: str, before: Tensor, after: Tensor, split: Split) -> Row:
    pair = paired_difference(before, after, split.labels)
    return {
        f"{name}_before": int((before == split.labels).sum()),
        f"{name}_lost": pair.lost,
        f"{name}_gained": pair.gained,
    }


def trained(kind: str, seed: int, train: Split) -> MLP:
    """Return the network of this kind and seed, trained unless it was before."""
    path = BUILD / f"{kind}-{seed}.pt"
    seed_everything(seed)
    model = MLP(WIDTHS)
    if path.exists():
        model.load_state_dict(torch.load(path))
        return model.eval()
    settings: Row = {**SETTINGS, "progress": False}
    if kind == "quiet":
        settings["loss"] = penalized(*(activation_penalty(**p) for p in PENALTIES))
    fit(model, train, None, seed=seed, **settings)
    with atomic_write(path) as part:
        torch.save(model.state_dict(), part)
    return model


def pruned(
    base: MLP, statistics: Statistics, validation: Split, seed: int
) -> Iterator[tuple[Row, MLP]]:
    """Yield how each network was pruned, and the network."""
    for fold in (False, True):
        folded = statistics if fold else None
        by_rule = threshold_choices(base, statistics, validation, fold)
        for size in SIZES:
            by_score = keep_ratio_masks(base, statistics, size)
            for rule, keep in (("plain rule", by_rule[size]), ("score", by_score)):
                if keep is not None:
                    how = {"rule": rule, "size": size, "folded": fold, "draw": 0}
                    yield how, remove_neurons(base, keep, fold_mean_of=folded)
            for draw in range(DRAWS):
                number = 1000 * seed + draw
                keep = random_keep(by_score, torch.Generator().manual_seed(number))
                how = {"rule": "random", "size": size, "folded": fold, "draw": draw}
                yield how, remove_neurons(base, keep, fold_mean_of=folded)


def threshold_choices(
    base: MLP, statistics: Statistics, validation: Split, fold: bool
) -> dict[float, Keep | None]:
    """Return, for every size, the thresholds' masks with the smallest drop.

    The thresholds are pairs of quantiles of the network's own means and standard
    deviations. None where no pair removes that much and leaves every layer a neuron.
    """
    levels = [level / QUANTILES for level in range(1, QUANTILES + 1)]
    means, stds = zip(*quantile_thresholds(statistics, levels), strict=True)
    pairs = list(product(sorted(set(means)), sorted(set(stds))))
    rows = threshold_sweep(base, statistics, pairs, validation, fold=fold)
    choices: dict[float, Keep | None] = {}
    for size in SIZES:
        enough = rows[rows["size_reduction"] >= 100 * size]
        choices[size] = None
        if not enough.empty:
            best = enough.loc[enough["accuracy"].idxmax()]
            choices[size] = select_neurons(statistics, best["mean"], best["std"])
    return choices


def _is_tuned(how: Row) -> bool:
    draws = TUNED_DRAWS if how["folded"] else 0
    allowed = draws if how["rule"] == "random" else 1
    return how["size"] in TUNED_SIZES and how["draw"] < allowed


def controls(
    base: MLP, by_score: list[tuple[Row, MLP]], train: Split, lessons: Split, seed: int
) -> Iterator[tuple[Row, MLP]]:
    """Yield the controls of fine-tuning: the whole network, and a new small one."""
    whole = {"rule": "none", "size": 0.0, "folded": False, "draw": 0}
    for name, split in (("own answers", lessons), ("labels", train)):
        tuned = copy.deepcopy(base)
        fit(tuned, split, None, seed=seed, progress=False, **TUNING)
        yield whole | {"tuned": name}, tuned
    for how, network in by_score:
        if how["size"] in SCRATCH_SIZES and how["tuned"] == "no" and how["folded"]:
            seed_everything(seed)
            new = MLP(network.widths)
            epochs = equal_compute(base, network)
            settings: Row = {**SETTINGS, "epochs": epochs}
            fit(new, train, None, seed=seed, progress=False, **settings)
            yield how | {"rule": "from scratch", "tuned": f"{epochs} epochs"}, new


def equal_compute(base: MLP, small: MLP) -> int:
    """Return the epochs that cost the small network what training and tuning did.

    The arithmetic per image of a fully connected network is proportional to its
    parameters.
    """
    ratio = parameter_count(base) / parameter_count(small)
    return round(SETTINGS["epochs"] * ratio) + int(TUNING["epochs"])


if __name__ == "__main__":
    main()
