"""How much is tried: a seeded sample of the long series, or all of them in a soak.

`make test` must stay short, so it takes a sample of a long series, the same each time;
COURSE_SAMPLE=7 draws another one. `make soak` sets COURSE_SOAK=1: nothing is left out.
"""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

SOAK = os.environ.get("COURSE_SOAK") == "1"
SEED = int(os.environ.get("COURSE_SAMPLE", "0"))


def count(usual: int, in_soak: int) -> int:
    """Return how many repetitions this run makes."""
    return in_soak if SOAK else usual


def sample(
    series: Iterable[T], share: float, kind: Callable[[T], object] = lambda case: None
) -> list[T]:
    """Return a share of the cases of each kind, at least one, in their order."""
    cases = list(series)
    if SOAK:
        return cases
    kinds = defaultdict(list)
    for place, case in enumerate(cases):
        kinds[kind(case)].append(place)
    chance, kept = random.Random(SEED), set()
    for places in kinds.values():
        kept.update(chance.sample(places, max(1, round(share * len(places)))))
    return [case for place, case in enumerate(cases) if place in kept]
