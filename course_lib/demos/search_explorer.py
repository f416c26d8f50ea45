"""Demo of chapter 06: type a query, and see what the pruned encoder still finds.

Refutes M16 (neurons = parameters = bytes): half of the feed-forward units of every
layer is a third of the parameters of the layers, and less than a sixth of those of the
whole model, whose word embeddings no cut of units makes smaller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import ipywidgets as widgets
from matplotlib.figure import Figure
from torch import Tensor

from course_lib import controls
from course_lib.demos.search_results import Outcome, Parts, compare, times
from course_lib.encoder import Encoder, encode
from course_lib.figures import PartsLeft
from course_lib.page.positions import Positions

Key = tuple[str, float]  # a method, and the share of the feed-forward units kept
UNPRUNED: Key = ("unpruned", 1.0)
QUERY = "reshape a table from wide to long"
START = 0.75
QUANTITIES = ("parameters", "MACs")
WAIT = "Reading the {} documents with the {} encoder, once. It can take half a minute."
EMPTY = "There is nothing to search for yet: type a few words, then press Enter."


def compute(
    encoders: Mapping[Key, Encoder],
    embedded: Mapping[Key, Tensor],
    query: str,
    key: Key,
) -> Outcome:
    """Search with the unpruned encoder and with the one of ``key``.

    ``embedded`` has the embeddings of the documents by both, (N, width). Raises
    ValueError for a query of white space.
    """
    if not query.strip():
        raise ValueError(f"query must have at least one word, got {query!r}")
    both = encoders[UNPRUNED], encoders[key]
    return compare(both, (embedded[UNPRUNED], embedded[key]), query)


def draw(outcome: Outcome) -> Figure:
    """Draw which parts of the encoder are left, of parameters and of arithmetic."""
    scene = PartsLeft(QUANTITIES)
    scene.update(*_bars(outcome))
    return scene.figure


def build(
    encoders: Mapping[Key, Encoder],
    documents: Sequence[str],
    embedded: Mapping[Key, Tensor] | None = None,
    query: str = QUERY,
    start: float = START,
) -> tuple[widgets.VBox, bytes, str]:
    """Return the widget, the picture of its first state, and its text.

    ``encoders`` has ``UNPRUNED``, and every method with every share of units. It is
    asked for an encoder when one is first needed, so it may make them then. By some of
    them, ``embedded`` has the embeddings of the documents, (N, width); the others read
    the documents when they are first needed. Opens with the first method.
    """
    methods, shares = _grid(encoders)
    known, scene = dict(embedded or {}), PartsLeft(QUANTITIES)
    text = controls.text_line("query", query)
    kept = [(f"{100 * value:g}%", value) for value in (*shares, 1.0)]
    share = controls.slider("feed-forward units kept", kept, start)
    method = controls.choice("method", [(name, name) for name in methods], methods[0])
    line, image = controls.readout(), controls.Picture()
    table, clock = controls.prose(""), controls.prose("")

    def search() -> Outcome:
        key = _key(method.value, share.value)
        for one in (UNPRUNED, key):
            if one not in known:
                line.value = WAIT.format(len(documents), _name(one))
                known[one] = encode(encoders[one], documents)
        return compute(encoders, known, text.value, key)

    def refresh(change: object = None) -> None:
        if not text.value.strip():
            image.png, table.value, clock.value, line.value = b"", "", "", EMPTY
            return
        outcome = search()
        scene.update(*_bars(outcome))
        # update the picture first, so that it is never older than the numbers
        image.png, table.value = scene.picture(), outcome.table(documents)
        line.value = outcome.sentence()
        both = encoders[UNPRUNED], encoders[_key(method.value, share.value)]
        clock.value = controls.html(times(both, text.value))

    moved = {"query": text, "units": share, "method": method}
    for control in moved.values():
        control.observe(refresh, names="value")
    refresh()
    alt = (
        f"Demo, a query: “{query}”; a slider: {100 * start:g}% of the feed-forward "
        f"units kept; a choice: {methods[0]}. {line.value}. "
        f"{search().listed(documents)}"
    )
    png, kept_at = image.png, Positions("search-explorer", moved)
    controls_first = [text, share, method, kept_at.reset_button(), kept_at.saving]
    return widgets.VBox([*controls_first, line, table, clock, image]), png, alt


def _grid(encoders: Mapping[Key, Encoder]) -> tuple[list[str], list[float]]:
    """Return the methods in their order, and the shares from the smallest."""
    pruned = [key for key in encoders if key != UNPRUNED]
    methods = list(dict.fromkeys(name for name, _ in pruned))
    shares = sorted({share for _, share in pruned})
    missing = {UNPRUNED, *product(methods, shares)} - {*encoders}
    if missing or not pruned:
        raise ValueError(
            f"encoders must have {UNPRUNED} and every method with every share, got "
            f"none for {sorted(missing)}"
        )
    return methods, shares


def _key(method: str, share: float) -> Key:
    return UNPRUNED if share == UNPRUNED[1] else (method, share)


def _name(key: Key) -> str:
    return "unpruned" if key == UNPRUNED else f"pruned ({key[0]}, {100 * key[1]:g}%)"


def _bars(outcome: Outcome) -> tuple[dict[str, Parts], dict[str, Parts]]:
    """Return the parts of each quantity, unpruned and pruned, for ``PartsLeft``."""
    pairs = zip(outcome.parameters, outcome.macs, strict=True)
    before, after = (dict(zip(QUANTITIES, pair, strict=True)) for pair in pairs)
    return before, after
