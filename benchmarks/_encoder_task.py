"""The encoder that is pruned, the texts, and what a network of some shape costs."""

import json
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from course_lib.encoder import (
    Encoder,
    Pairs,
    SearchResult,
    cosines,
    documentation_pairs,
    load_encoder,
    reciprocal_ranks,
    search,
)
from course_lib.measure import interleaved_times, mac_count
from course_lib.surgery import remove_units, trace_groups, unit_counts
from course_lib.uncertainty import mean_interval

STORE = Path("build/encoder")
STUDIES = Path(__file__).parents[1] / "course_lib" / "checkpoints" / "studies"
SHARES = {"scipy": 0.2, "matplotlib": 0.2, "networkx": 0.2, "sympy": 0.2, "torch": 0.2}
# what the test reads: NumPy's first texts tested an earlier version of the method
TEST = {"numpy": slice(400, 800), "dask": slice(300), "IPython": slice(300)}
TOKENS = 64  # of the text for which arithmetic and time are counted


class Task:
    """The encoder, its groups of units, and the texts for each purpose."""

    def __init__(self, number: int, choice: int) -> None:
        calibration = {name: round(share * number) for name, share in SHARES.items()}
        tested = {name: part.stop for name, part in TEST.items()}
        texts = documentation_pairs({**calibration, **tested, "pandas": choice})
        self.encoder = load_encoder()
        self.model = self.encoder.model
        self.model.unit_groups = stored("groups", lambda: self._groups())
        self.counts = unit_counts(self.model)
        self.few = texts["pandas"]
        self.test = joined(texts, TEST)
        every = [t for name in SHARES for t in texts[name].texts]
        self.batches = [b for _, b in self.encoder.batches(every, padding=False)]
        self.matched = [
            self._matched(texts[name], start)
            for name in SHARES
            for start in range(0, len(texts[name]) - 3, 4)
        ]

    def _groups(self) -> dict[str, object]:
        ids = torch.arange(1000, 1016).reshape(2, 8)
        return trace_groups(self.model, input_ids=ids, attention_mask=ids > 0)

    def _matched(self, pairs: Pairs, start: int) -> dict[str, torch.Tensor]:
        """Return four queries and then their documents as one batch."""
        four = slice(start, start + 4)
        texts = [*pairs.queries[four], *pairs.documents[four]]
        places, inputs = next(self.encoder.batches(texts, 8))
        order = torch.tensor(places).argsort()
        return {name: value[order] for name, value in inputs.items()}

    def pruned(self, model: nn.Module) -> Encoder:
        return self.encoder.with_model(model)

    @cache  # noqa: B019  one task lives as long as the program
    def dense(self) -> SearchResult:
        return search(self.encoder, self.test)


def joined(texts: Mapping[str, Pairs], parts: Mapping[str, slice]) -> Pairs:
    """Return these parts of the packages' pairs, one package after the other."""
    pairs = [(texts[n].queries[p], texts[n].documents[p]) for n, p in parts.items()]
    queries, documents = (sum(part, ()) for part in zip(*pairs, strict=True))
    return Pairs(queries, documents)


def compared(before: SearchResult, found: SearchResult) -> dict[str, float]:
    """Return the MRR, its change in points with an interval, and the mean cosine."""
    change = 100 * (reciprocal_ranks(found) - reciprocal_ranks(before))
    low, high = mean_interval(change, seed=0)
    return {
        "mrr": found.mean_reciprocal_rank, "change": float(change.mean()), "low": low,
        "high": high, "cosine": float(cosines(before, found).mean()),
    }  # fmt: skip


def encoder_macs(model: nn.Module) -> int:
    """Count the multiplications for one text, those of the attention included."""
    with sdpa_kernel(SDPBackend.MATH):
        return mac_count(model, torch.full((1, TOKENS), 2000))


def unit_macs(units: int) -> int:
    """Count the multiplications of a head, of 12, or of a feed-forward unit."""
    head = TOKENS * 4 * 384 * 32 + 2 * TOKENS**2 * 32
    return head if units == 12 else TOKENS * 2 * 384


def measured(task: Task, shapes: Mapping[str, nn.Module]) -> dict[str, list[float]]:
    """Return ms for one text, per round, of networks that run in turn."""
    text = {"input_ids": torch.full((1, TOKENS), 2000)}
    calls = {name: partial(net, **text) for name, net in shapes.items()}
    with torch.inference_mode():
        times = interleaved_times(calls, rounds=11, clock=time.thread_time)
    return {name: (1e3 * times[name]).tolist() for name in shapes}


def cut(task: Task, numbers: Mapping[str, int]) -> nn.Module:
    """Return a network of this shape, whatever it computes."""
    keep = {n: torch.arange(task.counts[n]) < left for n, left in numbers.items()}
    return remove_units(task.model, keep)


def stored(name: str, make: Callable[[], object], folder: Path = STORE) -> object:
    """Return what is kept under a name; it is made once."""
    path = folder / f"{name}.pt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(make(), path)
    return torch.load(path, weights_only=False)


def keep(name: str, value: object) -> None:
    STORE.mkdir(parents=True, exist_ok=True)
    (STORE / f"{name}.json").write_text(json.dumps(value, indent=1))
