"""Prune a pretrained sentence encoder, without training, beside other methods.

python benchmarks/encoder.py [--pairs 500] [--choice 40] [--write]

Statistics come from docstrings of SciPy, Matplotlib, NetworkX, SymPy and PyTorch,
choices from pandas, and the table from NumPy, Dask, and IPython: texts that nothing
before it reads. What is done is kept in build/encoder/, so that a run that was stopped
goes on; remove the folder to start over. Times are those of one thread without what
other programs take.
``--write`` puts the table into ``checkpoints/studies/encoder.csv``, one row per
network, and the place at which each of the test's queries finds its document into
``encoder_ranks.csv``, one column per network; ``encoder_losses.csv`` has what each
group of units lost alone, and its time. Needs the extra ``encoder``, the model's
package, and for one column gensim.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import torch
from _encoder_methods import (
    BLOCKS,
    kwon,
    ours,
    structured_methods,
    unstructured_methods,
    without_layers,
)
from _encoder_task import (
    STORE,
    STUDIES,
    Task,
    compared,
    cut,
    encoder_macs,
    keep,
    measured,
    stored,
    unit_macs,
)
from torch import Tensor, nn

from course_lib import structured
from course_lib.encoder import (
    agreement,
    encode,
    lee_corpus,
    neighbor_overlap,
    search,
)
from course_lib.measure import nonzero_count, parameter_count

# heads, and feed-forward units
LEVELS = {12: [12, 10, 8, 6, 4], 1536: [1536, 1152, 768, 576, 384, 192]}
Row = dict[str, object]
Shape = dict[str, int]


def costs(task: Task, per_unit: Callable[[int], float]) -> dict[str, dict[int, float]]:
    """Return what each group costs with each number of units."""
    return {
        name: {left: left * per_unit(units) for left in LEVELS[units]}
        for name, units in task.counts.items()
    }


def millisecond_costs(task: Task) -> dict[str, dict[int, float]]:
    """Measure a layer of each number of heads and of each width, in ms."""
    found = {}
    for units, levels in LEVELS.items():
        shapes = {
            str(left): cut(task, {n: left for n, own in task.counts.items()
                                  if own == units})
            for left in levels
        }  # fmt: skip
        times = measured(task, shapes)
        middle = {left: sorted(times[str(left)])[5] / 6 for left in levels}
        least = min(middle.values())
        found[units] = {left: ms - least for left, ms in middle.items()}
    return {name: found[units] for name, units in task.counts.items()}


def choose_shapes(task: Task) -> dict[str, Shape]:
    """Return shapes with a half, two thirds, and four fifths of the arithmetic."""
    start = time.process_time()

    def similarities(model: nn.Module) -> Tensor:
        """Return how near each query is to each document, beside its mean."""
        found = search(task.pruned(model), task.few)
        near = found.queries @ found.documents.T
        return near - near.mean(1, keepdim=True)

    target = similarities(task.model)

    def loss(model: nn.Module) -> float:
        change = (similarities(model) - target).square().mean()
        return float(change / target.square().mean())

    levels = {n: LEVELS[units][1:] for n, units in task.counts.items()}
    losses = structured.group_losses(
        task.model, levels, task.batches[::3], loss, blocks=BLOCKS
    )
    for name, own in losses.items():
        own[task.counts[name]] = 0.0
    macs = costs(task, unit_macs)
    whole = sum(unit_macs(u) * u for u in task.counts.values())
    half = structured.fit_budget(losses, macs, whole / 2)
    ms = millisecond_costs(task)
    spent = sum(ms[name][left] for name, left in half.items())
    shapes = {
        "half": half,
        "half, uniform": {n: 6 if u == 12 else 768 for n, u in task.counts.items()},
        "half, by ms": structured.fit_budget(losses, ms, spent),
        "two thirds": structured.fit_budget(losses, macs, whole * 2 / 3),
        "four fifths": structured.fit_budget(losses, macs, whole * 4 / 5),
    }
    keep("losses", {"losses": losses, "ms": ms, "shapes": shapes,
                    "cpu_s": time.process_time() - start})  # fmt: skip
    return shapes


def evaluated(task: Task, make: Callable[[], nn.Module]) -> Row:
    """Make a network, and measure it on the test."""
    start, clock = time.perf_counter(), time.process_time()
    with torch.no_grad():
        encoder = task.pruned(make())
    seconds = time.process_time() - clock, time.perf_counter() - start
    dense, found = task.dense(), search(encoder, task.test)
    try:
        news, judged = lee_corpus()
        people = agreement(encode(encoder, news), judged)
    except ValueError:
        people = float("nan")
    return {
        "macs": encoder_macs(encoder.model), "cpu_s": seconds[0], "wall_s": seconds[1],
        "parameters": parameter_count(encoder.model),
        "nonzero": nonzero_count(encoder.model),
        **compared(dense, found),
        "recall1": found.recall(1), "recall10": found.recall(10),
        "overlap": float(neighbor_overlap(dense, found).mean()), "people": people,
        "ranks": found.ranks.tolist(),
    }  # fmt: skip


def rows(task: Task, methods: Mapping[str, Callable[[], nn.Module]]) -> dict[str, Row]:
    """Evaluate every method that has not been, and print it."""
    path = STORE / "test.json"
    done: dict[str, Row] = json.loads(path.read_text()) if path.exists() else {}
    for name, make in methods.items():
        if name not in done:
            done[name] = evaluated(task, make)
            keep("test", done)
        row = done[name]
        print(
            f"{name}: MRR {row['mrr']:.2f} ({row['change']:+.2f}, {row['low']:+.2f} to "
            f"{row['high']:+.2f}), cosine {row['cosine']:.3f}, {row['cpu_s']:.0f} s",
            flush=True,
        )
    return done


def made(task: Task, label: str, shape: Shape) -> nn.Module:
    """Return our network of a shape; it is made once."""
    network: nn.Module = stored(label, lambda: timed(task, label, shape))
    return network


def timed(task: Task, label: str, shape: Shape) -> nn.Module:
    """Prune, and keep how long it took."""
    start, clock = time.perf_counter(), time.process_time()
    network = ours(task, shape)
    seconds = [time.process_time() - clock, time.perf_counter() - start]
    keep(f"seconds {label}", seconds)
    return network


def write(done: Mapping[str, Row], times: Mapping[str, list[float]]) -> None:
    """Write the three tables."""
    chosen = json.loads((STORE / "losses.json").read_text())
    rows = [
        {
            "group": name,
            "kept": int(kept),
            "loss": loss,
            "ms": chosen["ms"][name][kept],
        }
        for name, own in chosen["losses"].items()
        for kept, loss in own.items()
    ]
    pd.DataFrame(rows).round(5).to_csv(STUDIES / "encoder_losses.csv", index=False)
    ranks = pd.DataFrame({name: row["ranks"] for name, row in done.items()})
    ranks.to_csv(STUDIES / "encoder_ranks.csv", index=False)
    table = pd.DataFrame.from_dict(done, orient="index").drop(columns="ranks")
    clock = pd.DataFrame(times)
    table["ms"] = clock.median()
    # the rounds ran in turn, so that their ratios are those of one moment
    ratios = clock.rdiv(clock["unpruned"], axis=0)
    table["faster"], table["faster_low"], table["faster_high"] = (
        ratios.median(), ratios.min(), ratios.max(),
    )  # fmt: skip
    table.rename_axis("network").round(5).to_csv(STUDIES / "encoder.csv")


def main() -> None:
    """Choose on pandas, then print and write the table of the test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--choice", type=int, default=40)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = Task(arguments.pairs, arguments.choice)
    tokens = sum(batch["input_ids"].numel() for batch in task.batches)
    print(f"{tokens} tokens of statistics, {len(task.test)} queries", flush=True)
    path = STORE / "losses.json"
    shapes = json.loads(path.read_text())["shapes"] if path.exists() else None
    shapes = shapes or choose_shapes(task)
    ladder: dict[str, Callable[[], nn.Module]] = {"unpruned": lambda: task.model}
    for label, shape in shapes.items():
        ladder[f"ours, {label}"] = partial(made, task, label, shape)
    ladder["Kwon et al."] = lambda: stored("kwon", lambda: kwon(task))
    ladder["three layers dropped"] = lambda: without_layers(task, 3)
    networks = {name: ladder[name]() for name in ladder}
    ladder |= unstructured_methods(task) | structured_methods(task, shapes["half"])
    done = rows(task, ladder)
    for label in shapes:  # made before, and only loaded since
        seconds = json.loads((STORE / f"seconds {label}.json").read_text())
        done[f"ours, {label}"] |= {"cpu_s": seconds[0], "wall_s": seconds[1]}
    times = measured(task, networks)
    keep("times", times)
    if arguments.write:
        write(done, times)


if __name__ == "__main__":
    main()
