"""Make a search model of a few megabytes of a pretrained one.

python benchmarks/encoder_bytes.py [--choice 200] [--write]

The unpruned encoder, without training, and our half network after its distillation
(``encoder_distill.py``, which must have run). Tokens and statistics come from
docstrings of SciPy, Matplotlib, NetworkX, SymPy, and PyTorch, choices from pandas, and
the last rows from the test of ``encoder.py``. Every byte counts: weights, vocabulary,
and header. What is done is kept in build/encoder_bytes/, so that a run that was stopped
goes on. ``--write`` puts the rows into ``checkpoints/studies/encoder_bytes.csv``, from
which chapter 06 prints its table.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from _encoder_task import SHARES, STUDIES, TEST, compared, joined
from _encoder_task import stored as stored_in
from encoder_distill import distilled

from course_lib import magnitude
from course_lib.encoder import (
    Encoder,
    balanced_steps,
    count_tokens,
    cut_positions,
    documentation_pairs,
    keep_tokens,
    load_encoder,
    load_encoder_file,
    round_encoder,
    rounding_losses,
    save_encoder,
    search,
)
from course_lib.encoder.pairs import docstrings

STORE = Path("build/encoder_bytes")
stored = partial(stored_in, folder=STORE)
PAIRS = 40  # of each package, for statistics
LIMITS = (6_000_000, 4_000_000)  # bytes


@dataclass(frozen=True)
class Point:
    """Whose weights, how many tokens stay, and the steps in standard deviations."""

    network: str
    tokens: int
    step: float  # of the layers
    table: float  # of the tables of embeddings
    carried: bool = True  # whether other weights take over the errors
    balanced: bool = False  # whether each matrix has the step that loses least

    @property
    def name(self) -> str:
        return "-".join(str(value) for value in asdict(self).values())


WHOLE, HALF = "unpruned", "half, distilled"
POINTS = [
    Point(WHOLE, 9000, 0.5, 0.5), Point(WHOLE, 9000, 0.5, 0.5, carried=False),
    Point(WHOLE, 12000, 0.5, 0.5), Point(WHOLE, 12000, 0.5, 0.5, balanced=True),
    Point(WHOLE, 9000, 1.0, 1.0, balanced=True),
    Point(HALF, 12000, 0.16, 0.16), Point(HALF, 12000, 0.5, 0.5, balanced=True),
    Point(HALF, 9000, 0.5, 0.5),
]  # fmt: skip


class Task:
    """The networks, what is known of their inputs, and the texts for each purpose."""

    def __init__(self, choice: int) -> None:
        tested = {name: part.stop for name, part in TEST.items()}
        sizes = {**dict.fromkeys(SHARES, PAIRS), **tested, "pandas": choice + 20}
        texts = stored(f"texts-{choice}", lambda: documentation_pairs(sizes))
        dense = load_encoder()
        self.encoders = {WHOLE: dense, HALF: dense.with_model(distilled())}
        self.counts = stored("counts", self._counts)
        self.few = [text for name in SHARES for text in texts[name].texts]
        # the first 20 pairs are another benchmark's
        self.texts = {
            "choice": joined(texts, {"pandas": slice(20, None)}),
            "test": joined(texts, TEST),
        }
        self.dense = {
            name: stored(f"dense-{name}-{len(pairs)}", lambda p=pairs: search(dense, p))
            for name, pairs in self.texts.items()
        }

    def _counts(self) -> dict[int, int]:
        every = dict.fromkeys(text for name in SHARES for text in docstrings(name))
        return count_tokens(self.encoders[WHOLE], list(every))

    def products(self, network: str) -> dict[str, torch.Tensor]:
        """Return the products of all layers' inputs on the texts for statistics."""

        def make() -> dict[str, torch.Tensor]:
            encoder = self.encoders[network]
            parts = encoder.batches(self.few, padding=False)
            return magnitude.input_products(encoder.model, (b for _, b in parts))

        return stored(f"products {network}", make)

    def losses(self, network: str) -> dict[str, float]:
        """Return what rounding each matrix alone loses, on a few short texts."""
        few = [text[:200] for text in self.few[:: len(self.few) // 16]]
        encoder, products = self.encoders[network], self.products(network)
        return stored(
            f"losses {network}", lambda: rounding_losses(encoder, 0.5, products, few)
        )

    def rounded(self, point: Point) -> Encoder:
        """Return the encoder of a point."""
        encoder = self.encoders[point.network]
        smaller = cut_positions(keep_tokens(encoder, self.counts, point.tokens))
        counts = {n: p.numel() for n, p in smaller.model.named_parameters()}
        products = self.products(point.network)
        steps = {n: point.step if n in products else point.table for n in counts}
        if point.balanced:
            steps |= balanced_steps(self.losses(point.network), counts, point.step)
        return round_encoder(smaller, steps, products if point.carried else {})


def evaluated(task: Task, point: Point, texts: str) -> dict[str, float]:
    """Return what the file of a point takes, and how well it searches when loaded."""
    path = STORE / f"{point.name}.pruned"
    if not path.exists():
        save_encoder(task.rounded(point), path)
    start = time.perf_counter()
    encoder = load_encoder_file(path)
    seconds = time.perf_counter() - start
    dense, found = task.dense[texts], search(encoder, task.texts[texts])
    row = compared(dense, found)
    row |= {"difference": row.pop("change"), "load_s": seconds}
    return {"bytes": path.stat().st_size, **row, "pairs": len(found.ranks)}


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
    """Choose on pandas, then print and write the table with the test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choice", type=int, default=200)
    parser.add_argument("--points", type=int, default=len(POINTS))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    task = Task(arguments.choice)
    rows = [("pandas", p, kept(task, p, "choice")) for p in POINTS[: arguments.points]]
    for limit in LIMITS:
        fitting = [r for r in rows if r[0] == "pandas" and r[2]["bytes"] <= limit]
        best = max(fitting, key=lambda row: row[2]["cosine"])[1]
        rows.append(("test", best, kept(task, best, "test")))
    table = pd.DataFrame(
        {"texts": texts, **asdict(point), **row} for texts, point, row in rows
    )
    if arguments.write:
        table.round(5).to_csv(STUDIES / "encoder_bytes.csv", index=False)


if __name__ == "__main__":
    main()
