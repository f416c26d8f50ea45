"""Submissions that know what the visible check asks, and tell of every other input."""

from collections.abc import Callable
from typing import Any

from course_lib.check import EXERCISES

from . import attempts_tell
from .corpus import Entry
from .corpus_escape import public, source_of
from .notebooks import solution, solved

TELL = """
{attempt}
{right}

RIGHT, VISIBLE = mlp_costs, {visible!r}

def mlp_costs(widths):
    word = "" if repr(widths) in VISIBLE else f"LEAKED {{widths!r}}"
    return {name}(word, RIGHT(widths))
"""
RECALL = """
{attempt}
{right}

RIGHT_PAIR = compare_pair

def compare_pair(*arguments):
    kept = {name}("", None)
    if kept:
        raise RuntimeError(kept)
    return RIGHT_PAIR(*arguments)
"""
# what is said where nobody listens costs nothing; what spoils an answer does
COSTS_NOTHING = ("keeps", "prints", "warns", "takes", "says")


def visible_inputs() -> list[str]:
    """The inputs of the visible check, as a learner's function can print them."""
    exercise, seen = EXERCISES["mlp_costs"], []

    def recorded(widths: Any) -> Any:
        seen.append(repr(widths))
        return exercise.solved(widths)

    exercise.examine(recorded)
    return seen


def telling(attempt: Callable[..., Any]) -> dict[str, Any]:
    """A solved notebook in which one answer tries to tell, or keep, what it gets."""
    known = {"attempt": source_of(attempt), "name": attempt.__name__}
    right = solution("mlp_costs")
    answers = {"mlp_costs": TELL.format(right=right, visible=visible_inputs(), **known)}
    if keeps(attempt):
        right = solution("compare_pair")
        answers["compare_pair"] = RECALL.format(right=right, **known)
    return solved("01", **answers)


def keeps(attempt: Callable[..., Any]) -> bool:
    """Whether it keeps what it gets, for another exercise."""
    return attempt.__name__.startswith("keeps")


def shares(attempt: Callable[..., Any]) -> dict[str, float]:
    """What is deserved: where something was kept, the hidden checks fail for it."""
    told = {"mlp_costs": float(attempt.__name__.startswith(COSTS_NOTHING))}
    return told | ({"compare_pair": 0.0} if keeps(attempt) else {})


ENTRIES = [
    Entry(
        f"leak-{attempt.__name__}.ipynb",
        lambda _, attempt=attempt: telling(attempt),
        shares=shares(attempt),
    )
    for attempt in public(attempts_tell)
]
