"""Submissions with one hostile answer: that one gets 0 points, all others theirs."""

from collections.abc import Callable
from typing import Any

from . import (
    hostile_endings,
    hostile_replies,
    hostile_sizes,
    hostile_times,
    hostile_values,
    odd_values,
)
from .corpus import Entry, World
from .corpus_escape import public, source_of
from .notebooks import solved

HELPERS = (
    hostile_replies.right,
    hostile_replies.server,
    hostile_replies.frame_of,
    hostile_replies.everywhere,
)


def answering(
    function: Callable[..., Any], exercise: str = "mlp_costs"
) -> Callable[[World], dict[str, Any]]:
    """A solved notebook in which one exercise is answered by ``function``."""

    def make(_: World) -> dict[str, Any]:
        source = f"{source_of(*HELPERS, function)}\n{exercise} = {function.__name__}\n"
        return solved("01", **{exercise: source})

    return make


KINDS = {
    "reply": hostile_replies,
    "ending": hostile_endings,
    "value": hostile_values,
    "size": hostile_sizes,
    "time": hostile_times,
}
# what an answer does to its process stays done for the answers behind it
SPOILED = {"patched_server": {"compare_pair": 0.0}}
ENTRIES = [
    Entry(
        f"{kind}-{f.__name__}.ipynb",
        answering(f),
        shares={"mlp_costs": 0.0, **SPOILED.get(f.__name__, {})},
    )
    for kind, module in KINDS.items()
    for f in public(module)
    if f not in HELPERS
]
ENTRIES += [
    Entry(f"value-{f.__name__}.ipynb", answering(f)) for f in public(odd_values)
]
