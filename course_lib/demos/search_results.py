"""What two encoders find for one query, what each costs, and a summary in words.

The names of the parts are those of BERT in ``transformers``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import torch
from torch import Tensor, nn

from course_lib.encoder import Encoder, encode
from course_lib.encoder.model import MAX_TOKENS
from course_lib.measure import interleaved_latency

BEST = 5
EMBEDDINGS, *LAYERS = PARTS = ("word embeddings", "attention", "feed-forward")
ATTENTION, FEED_FORWARD = LAYERS
SHOWN = 90  # characters of a document
Parts = Mapping[str, int]


@dataclass(frozen=True)
class Outcome:
    """One query, searched by two encoders; every pair is (unpruned, pruned).

    ``ranks`` has the rank of each document, from 1; ``cosine`` compares the two
    embeddings of the query, which has this many ``tokens``, of them ``unknown`` ones;
    ``cut`` if it has more. ``parameters`` and ``macs``, for this query, are counts by
    part.
    """

    ranks: tuple[list[int], list[int]]
    cosine: float
    tokens: int
    unknown: int
    cut: bool
    parameters: tuple[Parts, Parts]
    macs: tuple[Parts, Parts]

    @property
    def best(self) -> tuple[list[int], list[int]]:
        """The top documents of each encoder, the best one first."""
        before, after = (
            sorted(range(len(ranks)), key=ranks.__getitem__)[:BEST]
            for ranks in self.ranks
        )
        return before, after

    def sentence(self) -> str:
        """Return the numbers as text, as the readout displays them."""
        best, after = self.best
        shared = len({*best} & {*after})
        same = sum(one == other for one, other in zip(best, after, strict=True))
        layers, whole = (
            sum(self.parameters[0][p] for p in of) for of in (LAYERS, PARTS)
        )
        macs = sum(self.macs[0].values())
        gone = whole - sum(self.parameters[1].values())
        fewer = macs - sum(self.macs[1].values())
        return (
            f"{self.note()}{shared} of the {len(best)} best documents are the same, "
            f"{same} of them in the same place · cosine of the two embeddings of the "
            f"query: {self.cosine:.3f} · {gone:,} parameters are gone: "
            f"{100 * gone / layers:.1f}% of the {layers:,} in the encoder’s layers, "
            f"{100 * gone / whole:.1f}% of the {whole:,} in the whole model · "
            f"{fewer:,} MACs are gone: {100 * fewer / macs:.1f}% of the {macs:,} for "
            f"the {self.tokens} tokens of the query"
        )

    def note(self) -> str:
        """Return what is odd about the query, if anything is, as a full sentence."""
        remarks = []
        if self.cut:
            remarks.append(f"Only the first {MAX_TOKENS} tokens of the query are read.")
        if self.unknown:
            nothing = self.unknown == self.tokens - 2  # all but [CLS] and [SEP]
            remarks.append(
                f"Unknown to both encoders: {self.unknown} of the {self.tokens} tokens "
                f"of the query{', so these places mean nothing' if nothing else ''}."
            )
        return "".join(f"{remark} " for remark in remarks)

    def listed(self, documents: Sequence[str]) -> str:
        """Return both lists of the best documents as text."""
        return " ".join(
            f"Best of the {name} encoder: "
            + "; ".join(f"{i}. {_short(documents[d])}" for i, d in enumerate(best, 1))
            + "."
            for name, best in zip(("unpruned", "pruned"), self.best, strict=True)
        )

    def table(self, documents: Sequence[str]) -> str:
        """Return both lists side by side as HTML, with how each document moved."""
        before, after = self.ranks
        rows = "".join(
            f'<tr><th scope="row">{place}</th>'
            f"<td>{_cell(documents[left], _gone(after[left]))}</td>"
            f"<td>{_cell(documents[right], _move(before[right], place))}</td></tr>"
            for place, (left, right) in enumerate(zip(*self.best, strict=True), 1)
        )
        return (
            '<table class="course-found"><thead><tr><th scope="col">place</th>'
            '<th scope="col">unpruned encoder</th><th scope="col">pruned encoder</th>'
            f"</tr></thead><tbody>{rows}</tbody></table>"
        )


def compare(
    encoders: tuple[Encoder, Encoder], embedded: tuple[Tensor, Tensor], query: str
) -> Outcome:
    """Search for ``query`` with the unpruned and with the pruned encoder.

    ``embedded`` are the embeddings of the same documents by each, (N, width).
    """
    tokenizer = encoders[0].tokenizer
    read = tokenizer.encode(query)
    found = [encode(encoder, [query])[0] for encoder in encoders]
    first, second = (
        _ranks(documents @ vector)
        for documents, vector in zip(embedded, found, strict=True)
    )
    before, after = (encoder.model for encoder in encoders)
    return Outcome(
        (first, second),
        float(found[0] @ found[1]),
        len(read.ids),
        read.ids.count(tokenizer.token_to_id("[UNK]")),
        bool(read.overflowing),
        (parameters_by_part(before), parameters_by_part(after)),
        (macs_by_part(before, len(read.ids)), macs_by_part(after, len(read.ids))),
    )


def parameters_by_part(model: nn.Module) -> dict[str, int]:
    """Count the parameters of the word embeddings and of both parts of the layers."""
    counts = dict.fromkeys(PARTS, 0)
    for name, parameter in model.named_parameters():
        counts[_part(name)] += parameter.numel()
    return counts


def macs_by_part(model: nn.Module, tokens: int) -> dict[str, int]:
    """Count the multiply–accumulates for one text, the attention's products included.

    Word embeddings are looked up, so they need none.
    """
    counts = dict.fromkeys(PARTS, 0)
    for name, weight in model.named_parameters():
        if weight.dim() == 2 and _part(name) in LAYERS:
            counts[_part(name)] += tokens * weight.numel()
        if name.endswith(".query.weight"):  # queries by keys, and then by values
            counts[ATTENTION] += 2 * tokens**2 * len(weight)
    return counts


def times(encoders: tuple[Encoder, Encoder], query: str, rounds: int = 3) -> str:
    """Measure both encoders on the query, in turn, and return the medians as text."""
    names = ("unpruned", "pruned")
    calls = {
        name: partial(encode, encoder, [query])
        for name, encoder in zip(names, encoders, strict=True)
    }
    found = interleaved_latency(calls, rounds=rounds, min_round_time=1e-6)
    before, after = (1e3 * found[name].median for name in names)
    threads = torch.get_num_threads()
    return (
        f"Time for this query, on this machine, now: **{before:.1f} ms** unpruned, "
        f"**{after:.1f} ms** pruned (medians of {rounds} runs in turn, "
        f"{threads} thread{'' if threads == 1 else 's'})."
    )


def _part(parameter: str) -> str:
    if not parameter.startswith("encoder."):
        return EMBEDDINGS
    return ATTENTION if ".attention." in parameter else FEED_FORWARD


def _ranks(scores: Tensor) -> list[int]:
    """Return the place of each document, from 1; of equals, the first comes first."""
    order = scores.argsort(descending=True, stable=True)
    places = torch.empty_like(order)
    places[order] = torch.arange(1, len(order) + 1)
    return places.tolist()


def _short(document: str) -> str:
    return textwrap.shorten(document, SHOWN, placeholder=" …")


def _cell(document: str, mark: str) -> str:
    return f"{escape(_short(document))}{f' <strong>{mark}</strong>' if mark else ''}"


def _move(before: int, after: int) -> str:
    """Return how a document came to its place, if it moved."""
    if before == after:
        return ""
    up = before > after
    arrow = f'<span aria-hidden="true">{"▲" if up else "▼"}</span>'
    return f"{arrow} {'up' if up else 'down'} from {before}"


def _gone(after: int) -> str:
    """Return where a document is now, if it is no longer among the best."""
    return "" if after <= BEST else f'<span aria-hidden="true">▼</span> now {after}'
