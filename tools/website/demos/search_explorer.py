"""Chapter 06's search on the web: prepared questions, answered by every encoder.

Free text would need the model of 23 million parameters in the browser. The times are a
committed run on the machine that the data name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from course_lib.demos import gallery, search_results
from course_lib.demos.pruned_encoders import METHODS, SHARES
from course_lib.demos.search_explorer import QUERY, START, UNPRUNED, Key, compute
from course_lib.encoder import Encoder, encode
from course_lib.measure import interleaved_latency
from tools.website.controls import percent, self_labeled
from tools.website.machine import in_words, machine

QUESTIONS = (
    QUERY,
    "change the time zone of a column",
    "how many rows are there of each category",
    "fill gaps between two timestamps",
    "running total that skips missing values",
    "put a prefix before every column name",
    "draw bars for each group",
    "rows between nine and ten in the morning",
    "overwrite values with those of another table",
    "is this column true or false",
    "turn a table into a NumPy array",
    "average that forgets old values",
    "hide the index when a table is shown",
    "read a file that Stata wrote",
    "which letter is the third column in Excel",
    "join two tables on a key",
)
NOTE = (
    "Pick one of these questions: to answer yours, this page would need the encoder’s "
    "23 million parameters. The notebook has them and takes any question."
)
SHOWN = 10  # documents with their scores
SEPARATOR = " · "
ROUNDS = 7
FIRST = ord("A")  # the letter of the first document, and so on


def data() -> dict[str, Any]:
    """Return the ranking, scores and costs of every state, and its times."""
    encoders, documents = gallery.entry("search_explorer").arguments()
    embedded = {key: encode(encoders[key], documents) for key in encoders}
    shares = percent([*SHARES, 1.0])
    measured_on = machine("torch", "transformers", "pandas")
    return {
        "questions": [
            question(encoders, embedded, text) | {"ms": times(encoders, text)}
            for text in QUESTIONS
        ],
        "documents": short(documents),
        "controls": [
            ["query", "menu", "query", self_labeled(QUESTIONS), QUERY],
            ["units", "slider", "feed-forward units kept", shares, START],
            ["method", "choice", "method", self_labeled(METHODS), METHODS[0]],
        ],
        "note": NOTE,
        "best": search_results.BEST,
        "parts": search_results.PARTS,
        "parameters": [
            _counts(search_results.parameters_by_part(encoders[_key(share)].model))
            for share in (*SHARES, 1.0)
        ],
        "machine": measured_on,
        "measured": f"medians of {ROUNDS} runs in turn, on {in_words(measured_on)}",
    }


def short(documents: Sequence[str]) -> list[str]:
    """Return documents truncated to what the demo shows."""
    return [search_results._short(text) for text in documents]


def question(
    encoders: Mapping[Key, Encoder], embedded: Mapping[Key, Tensor], query: str
) -> dict[str, Any]:
    """Return what each encoder finds for a question, in the order of ``encoders``.

    ``embedded`` has the documents by each, (N, width). ``order`` has a letter per
    document, the best first; ``scores`` of the first ten are thousandths. ``said`` is
    the sentence up to what a share of the units decides, which is in ``gone``; ``macs``
    are counts by part. Both go from the smallest share to the unpruned encoder.
    """
    found = {key: compute(encoders, embedded, query, key) for key in encoders}
    shares = [_key(share) for share in (*SHARES, 1.0)]
    return {
        "text": query,
        "order": [order(one) for one in found.values()],
        "scores": [scores(encoders[key], embedded[key], query) for key in encoders],
        "said": [SEPARATOR.join(_pieces(one)[:2]) for one in found.values()],
        "gone": [SEPARATOR.join(_pieces(found[key])[2:]) for key in shares],
        "macs": [_counts(found[key].macs[1]) for key in shares],
    }


def order(outcome: search_results.Outcome) -> str:
    """Return the documents by their places, as letters."""
    places = outcome.ranks[1]
    ranked = sorted(range(len(places)), key=places.__getitem__)
    return "".join(chr(FIRST + document) for document in ranked)


def scores(encoder: Encoder, embedded: Tensor, query: str) -> list[int]:
    """Return the cosines of the best documents and the query, in thousandths."""
    found = embedded @ encode(encoder, [query])[0]
    return [_thousandths(float(one)) for one in found.topk(SHOWN).values]


def times(encoders: Mapping[Key, Encoder], query: str) -> list[float]:
    """Measure the encoders on one question, in turn: medians in milliseconds."""
    calls = {
        str(key): partial(encode, encoder, [query]) for key, encoder in encoders.items()
    }
    found = interleaved_latency(calls, rounds=ROUNDS, min_round_time=1e-6)
    return [round(1e3 * found[str(key)].median, 2) for key in encoders]


def _key(share: float) -> Key:
    """Return an encoder with this share; its counts are those of every method."""
    return UNPRUNED if share == UNPRUNED[1] else (METHODS[0], share)


def _pieces(outcome: search_results.Outcome) -> list[str]:
    return outcome.sentence().split(SEPARATOR)


def _counts(parts: search_results.Parts) -> list[int]:
    return [parts[name] for name in search_results.PARTS]


def _thousandths(value: float) -> int:
    """Return the digits that three decimals print."""
    return int(f"{value:.3f}".replace(".", ""))
