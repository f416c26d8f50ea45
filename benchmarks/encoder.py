"""Halve the arithmetic of a pretrained sentence encoder, without training.

python benchmarks/encoder.py [--pairs 120] [--test 300] [--write docs/encoder.md]

Statistics come from docstrings of SciPy, Matplotlib and NetworkX, choices from pandas,
and the table from NumPy, which nothing before it reads. What is done is kept in
build/encoder/, so that a run that was stopped goes on; remove the folder to start over.
Times are those of one thread without what other programs take. Needs the extra
``encoder``, the model's package, and for one column gensim.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import torch
from _encoder_methods import (
    BLOCKS,
    ours,
    structured_methods,
    unstructured_methods,
    without_layers,
)
from _encoder_task import (
    STORE,
    Task,
    cut,
    encoder_macs,
    keep,
    measured,
    stored,
    unit_macs,
)
from torch import nn

from course_lib import structured
from course_lib.encoder import (
    Encoder,
    agreement,
    cosines,
    encode,
    lee_corpus,
    neighbor_overlap,
    reciprocal_ranks,
    search,
)
from course_lib.encoder.correcting import corrected
from course_lib.measure import parameter_count
from course_lib.uncertainty import mean_interval

MARKS = ("<!-- benchmarks/encoder.py -->", "<!-- end -->")
# heads, and feed-forward units
LEVELS = {12: [12, 10, 8, 6, 4], 1536: [1536, 1152, 768, 576, 384, 192]}
Row = dict[str, object]


def costs(task: Task, key: Callable[[str], float]) -> dict[str, dict[int, float]]:
    """Return what each group costs with each number of units."""
    return {
        name: {left: left * key(name) for left in LEVELS[units]}
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


def choose_shapes(task: Task) -> dict[str, dict[str, int]]:
    """Return three shapes with half of the arithmetic: uniform, by MACs, by ms."""
    start, target = time.process_time(), encode(task.encoder, task.few)

    def loss(model: nn.Module) -> float:
        found = encode(task.pruned(model), task.few)
        return 1 - float((found * target).sum(1).mean())

    levels = {n: LEVELS[units][1:] for n, units in task.counts.items()}
    losses = structured.group_losses(
        task.model, levels, task.batches, loss, blocks=BLOCKS
    )
    for name, own in losses.items():
        own[task.counts[name]] = 0.0
    macs = costs(task, lambda name: unit_macs(task.counts[name]))
    whole = sum(unit_macs(u) * u for u in task.counts.values())
    by_macs = structured.fit_budget(losses, macs, whole / 2)
    ms = millisecond_costs(task)
    spent = sum(ms[name][left] for name, left in by_macs.items())
    shapes = {
        "uniform": {n: 9 if u == 12 else 564 for n, u in task.counts.items()},
        "by MACs": by_macs,
        "by ms": structured.fit_budget(losses, ms, spent),
    }
    keep("losses", {"losses": losses, "ms": ms, "shapes": shapes,
                    "cpu_s": time.process_time() - start})  # fmt: skip
    return shapes


def evaluated(task: Task, make: Callable[[], Encoder], texts: str) -> Row:
    """Make a network, and measure it on the choice or the test."""
    start, clock = time.perf_counter(), time.process_time()
    with torch.no_grad():
        encoder = make()
    seconds = time.process_time() - clock, time.perf_counter() - start
    dense, found = task.dense(texts), search(encoder, getattr(task, texts))
    ranks = reciprocal_ranks(found)
    low, high = mean_interval(100 * (ranks - reciprocal_ranks(dense)), seed=0)
    try:
        news, judged = lee_corpus()
        people = agreement(encode(encoder, news), judged)
    except ValueError:
        people = float("nan")
    return {
        "cpu_s": seconds[0], "wall_s": seconds[1], "macs": encoder_macs(encoder.model),
        "parameters": parameter_count(encoder.model), "mrr": 100 * float(ranks.mean()),
        "low": low, "high": high, "recall1": found.recall(1),
        "recall10": found.recall(10), "cosine": float(cosines(dense, found).mean()),
        "overlap": float(neighbor_overlap(dense, found).mean()), "people": people,
        "difference": 100 * float((ranks - reciprocal_ranks(dense)).mean()),
    }  # fmt: skip


def rows(
    task: Task, stage: str, methods: Mapping[str, Callable[[], Encoder]], texts: str
) -> dict[str, Row]:
    """Evaluate every method that has not been, and print it."""
    path = STORE / f"{stage}.json"
    done: dict[str, Row] = json.loads(path.read_text()) if path.exists() else {}
    for name, make in methods.items():
        if name not in done:
            done[name] = evaluated(task, make, texts)
            keep(stage, done)
        row = done[name]
        print(
            f"{stage}: {name}: MRR {row['mrr']:.2f} ({row['difference']:+.2f}, "
            f"{row['low']:+.2f} to {row['high']:+.2f}), cosine {row['cosine']:.3f}, "
            f"{row['cpu_s']:.0f} s",
            flush=True,
        )
    return done


HEADER = ["network", "MACs", "seconds", "MRR", "change (95 % interval)", "recall@1",
          "recall@10", "cosine", "nearest ten", "people"]  # fmt: skip


def table(done: Mapping[str, Row]) -> list[str]:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(HEADER)} |", "|---|" + "--:|" * (len(HEADER) - 1)]
    whole = next(iter(done.values()))["macs"] if done else 1
    for name, row in done.items():
        cells = [
            name, f"{row['macs'] / whole:.0%}", f"{row['cpu_s']:.0f}",
            f"{row['mrr']:.1f}",
            f"{row['difference']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})",
            f"{row['recall1']:.0f}", f"{row['recall10']:.0f}", f"{row['cosine']:.3f}",
            f"{row['overlap']:.0%}", f"{row['people']:.3f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def speeds(times: Mapping[str, list[float]]) -> list[str]:
    """Return the time for one text, and the ratio to the unpruned, in Markdown."""
    frame = pd.DataFrame(times)
    lines = [
        "| network | ms for one text | times faster | range |",
        "|---|--:|--:|--:|",
    ]
    for name in frame:
        ratio = frame["dense"] / frame[name]
        lines.append(
            f"| {name} | {frame[name].median():.1f} | {ratio.median():.2f} | "
            f"{ratio.min():.2f} to {ratio.max():.2f} |"
        )
    return lines


def write(path: Path) -> None:
    """Put the tables of build/encoder/ between the marks of a page."""
    parts = []
    for stage in ("choice", "test", "unstructured"):
        file = STORE / f"{stage}.json"
        if file.exists():
            parts += [f"**{stage}**", "", *table(json.loads(file.read_text())), ""]
    times = json.loads((STORE / "times.json").read_text())
    parts += [f"Chosen: {times['chosen']}, shape {times['shape']}.", ""]
    text, (before, after) = path.read_text(), MARKS
    head, _, rest = text.partition(before)
    tail = rest.partition(after)[2]
    lines = "\n".join([*parts, *speeds(times["times"])])
    path.write_text(f"{head}{before}\n\n{lines}\n\n{after}{tail}")


def main() -> None:
    """Choose on pandas, then print and write the table on NumPy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=120)
    parser.add_argument("--choice", type=int, default=200)
    parser.add_argument("--test", type=int, default=300)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--candidates", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = Task(arguments.pairs, arguments.choice, arguments.test)
    tokens = sum(batch["input_ids"].numel() for batch in task.batches)
    print(f"{tokens} tokens of calibration", flush=True)
    path = STORE / "losses.json"
    shapes = json.loads(path.read_text())["shapes"] if path.exists() else None
    shapes = shapes or choose_shapes(task)
    candidates = {
        f"{name}, ridge {ridge}, {'dense' if taught else 'own'} targets": (
            name, ridge, taught,
        )
        for name, ridge, taught in [
            ("by MACs", 1e-2, True), ("by MACs", 1e-2, False), ("by ms", 1e-2, True),
            ("uniform", 1e-2, True), ("by MACs", 1e-1, True),
        ]
    }  # fmt: skip

    def made(label: str) -> nn.Module:
        name, *how = candidates[label]
        return stored(label, lambda: ours(task, shapes[name], *how))

    some = list(candidates)[: arguments.candidates]
    choice = rows(
        task,
        "choice",
        {label: lambda label=label: task.pruned(made(label)) for label in some},
        "choice",
    )
    best = max(choice, key=lambda label: choice[label]["mrr"])
    name, ridge, _ = candidates[best]
    print(f"chosen: {best}", flush=True)
    shape = shapes[name]
    times = measured(task, {"dense": task.model, "pruned": cut(task, shape),
                            "three layers": without_layers(task, 3).model})  # fmt: skip
    numbers = [[shape[n] for n, own in task.counts.items() if own == units]
               for units in LEVELS]  # fmt: skip
    keep("times", {"chosen": best, "tokens": tokens, "shape": numbers,
                     "times": times})  # fmt: skip
    ladder = {"unpruned": lambda: task.encoder}
    ladder |= structured_methods(task, shape, ridge, lambda: made(best))
    ladder["three layers dropped"] = lambda: without_layers(task, 3)
    ladder["three layers dropped, with a final correction"] = lambda: corrected(
        without_layers(task, 3), task.encoder, task.calibration
    )
    found = rows(task, "test", ladder, "test")
    # made while choosing, and only loaded since
    found["ours: least error, least squares"]["cpu_s"] = choice[best]["cpu_s"]
    keep("test", found)
    rows(task, "unstructured", unstructured_methods(task), "test")
    if arguments.write:
        write(arguments.write)


if __name__ == "__main__":
    main()
