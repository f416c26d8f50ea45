"""Make a search model of a few megabytes of a pretrained one, without training.

python benchmarks/encoder_bytes.py [--choice 60] [--test 150] [--write]

Tokens and statistics come from docstrings of SciPy, Matplotlib, NetworkX, SymPy, and
PyTorch, choices from pandas, and the last table from NumPy, which nothing before it
reads. Every byte counts: weights, vocabulary, and header. What is done is kept in
build/encoder_bytes/, so that a run that was stopped goes on. ``--write`` puts the rows
into ``checkpoints/studies/encoder_bytes.csv``, from which chapter 06 prints its table.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from _encoder_task import SHARES, STUDIES
from _encoder_task import stored as stored_in

from course_lib import magnitude
from course_lib.encoder import (
    Encoder,
    Pairs,
    balanced_steps,
    cosines,
    count_tokens,
    cut_positions,
    documentation_pairs,
    keep_tokens,
    load_encoder,
    load_encoder_file,
    reciprocal_ranks,
    round_encoder,
    rounding_losses,
    save_encoder,
    search,
)
from course_lib.encoder.pairs import docstrings
from course_lib.uncertainty import mean_interval

STORE = Path("build/encoder_bytes")
stored = partial(stored_in, folder=STORE)
PAIRS = 40  # of each package, for statistics
LARGEST = 6_000_000  # bytes


@dataclass(frozen=True)
class Point:
    """How many tokens stay, and the steps in standard deviations of the weights."""

    tokens: int
    step: float  # of the layers
    table: float  # of the tables of embeddings
    carried: bool = True  # whether other weights take over the errors
    balanced: bool = False  # whether each matrix has the step that loses least

    @property
    def name(self) -> str:
        return "-".join(str(value) for value in asdict(self).values())


POINTS = [
    Point(9000, 0.5, 0.5), Point(9000, 0.5, 0.33), Point(9000, 0.67, 0.33),
    Point(12000, 0.5, 0.5), Point(12000, 0.5, 0.5, balanced=True),
    Point(9000, 0.5, 0.5, carried=False), Point(12000, 0.67, 0.67, balanced=True),
    Point(9000, 0.67, 0.67), Point(6000, 0.5, 0.33),
]  # fmt: skip


class Task:
    """The encoder, what is known of its inputs, and the texts for each purpose."""

    def __init__(self, choice: int, test: int) -> None:
        sizes = {**dict.fromkeys(SHARES, PAIRS), "pandas": choice + 20, "numpy": test}
        texts = stored(f"texts-{choice}-{test}", lambda: documentation_pairs(sizes))
        self.encoder = load_encoder()
        self.counts = stored("counts", self._counts)
        self.few = [text for name in SHARES for text in texts[name].texts]
        self.products = stored("products", self._products)
        pandas = texts["pandas"]  # the first 20 pairs are another benchmark's
        choices = Pairs(pandas.queries[20:], pandas.documents[20:])
        self.texts = {"choice": choices, "test": texts["numpy"]}
        self.dense = {
            name: stored(
                f"dense-{name}-{len(pairs)}", lambda p=pairs: search(self.encoder, p)
            )
            for name, pairs in self.texts.items()
        }

    def _counts(self) -> dict[int, int]:
        every = dict.fromkeys(text for name in SHARES for text in docstrings(name))
        return count_tokens(self.encoder, list(every))

    def _products(self) -> dict[str, torch.Tensor]:
        parts = self.encoder.batches(self.few, padding=False)
        return magnitude.input_products(self.encoder.model, (b for _, b in parts))

    def losses(self) -> dict[str, float]:
        """Return what rounding each matrix alone loses, on a few short texts."""
        few = [text[:200] for text in self.few[:: len(self.few) // 16]]
        return stored(
            "losses", lambda: rounding_losses(self.encoder, 0.5, self.products, few)
        )

    def rounded(self, point: Point) -> Encoder:
        """Return the encoder of a point."""
        smaller = cut_positions(keep_tokens(self.encoder, self.counts, point.tokens))
        counts = {n: p.numel() for n, p in smaller.model.named_parameters()}
        steps = {n: point.step if n in self.products else point.table for n in counts}
        if point.balanced:
            steps |= balanced_steps(self.losses(), counts, point.step)
        return round_encoder(smaller, steps, self.products if point.carried else {})


def evaluated(task: Task, point: Point, texts: str) -> dict[str, float]:
    """Return what the file of a point takes, and how well it searches when loaded."""
    path = STORE / f"{point.name}.pruned"
    if not path.exists():
        save_encoder(task.rounded(point), path)
    start = time.perf_counter()
    encoder = load_encoder_file(path)
    seconds = time.perf_counter() - start
    dense, found = task.dense[texts], search(encoder, task.texts[texts])
    ranks, before = reciprocal_ranks(found), reciprocal_ranks(dense)
    low, high = mean_interval(100 * (ranks - before), seed=0)
    return {
        "bytes": path.stat().st_size, "cosine": float(cosines(dense, found).mean()),
        "mrr": 100 * float(ranks.mean()), "low": low, "high": high,
        "difference": 100 * float((ranks - before).mean()), "load_s": seconds,
        "pairs": len(ranks),
    }  # fmt: skip


def kept(task: Task, point: Point, texts: str) -> dict[str, float]:
    """Evaluate a point unless it has been, and print it."""
    path = STORE / f"{texts}.json"
    rows = json.loads(path.read_text()) if path.exists() else {}
    if point.name not in rows:
        rows[point.name] = evaluated(task, point, texts)
        path.write_text(json.dumps(rows, indent=1))
    print(texts, point, rows[point.name], flush=True)
    return rows[point.name]


def main() -> None:
    """Choose on pandas, then print and write the table on NumPy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choice", type=int, default=60)
    parser.add_argument("--test", type=int, default=150)
    parser.add_argument("--points", type=int, default=len(POINTS))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = Task(arguments.choice, arguments.test)
    rows = [("pandas", p, kept(task, p, "choice")) for p in POINTS[: arguments.points]]
    fitting = [row for row in rows if row[2]["bytes"] <= LARGEST]
    best = max(fitting, key=lambda row: row[2]["cosine"])[1]
    rows.append(("NumPy", best, kept(task, best, "test")))
    table = pd.DataFrame(
        {"texts": texts, **asdict(point), **row} for texts, point, row in rows
    )
    if arguments.write:
        table.round(5).to_csv(STUDIES / "encoder_bytes.csv", index=False)


if __name__ == "__main__":
    main()
