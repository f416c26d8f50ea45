"""One mask for all layers whose outputs are added."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Arguments

# joins the scores of a channel, one row per layer, into one number
RULES = {
    "sum": lambda table: table.sum(axis=0),
    "max": lambda table: table.max(axis=0),
    "squares": lambda table: (table**2).sum(axis=0),
    "first": lambda table: table[0],
}


exercise = Exercise(
    name="shared_keep",
    chapter="04",
    section=2,
    title="Coupled layers lose the same channels",
    points=3,
    difficulty=2,
    minutes=11,
    misconception="separate-masks",
    room="Code",
    returns=("the mask",),
    expected="True for the {k} channels with the highest scores, joined by the rule of "
    "your class: {join}",
    hint="Join the scores of a channel over all layers first, by the rule of your "
    "class. Then keep the k channels with the highest joined scores.",
    variations=(
        {"join": "sum"},
        {"join": "max"},
        {"join": "squares"},
        {"join": "first"},
    ),
    types={"the mask": BOOL},
)

ANOTHER_RULE = (
    "You joined the scores by a rule of another class. The rule of your class is "
    "{join!r}: look it up in the table of the exercise."
)
LOWER_STAYS = (
    "Some channels are equally important. Of those, the ones at lower positions stay, "
    "so that everybody gets the same network."
)
THRESHOLD = (
    "Some channels are equally important, and a threshold cannot separate them. "
    "Exactly k channels stay."
)
# nine channels in three layers. Every rule keeps the first channel, none the second;
# of the others each rule keeps another three.
LAYERS = (
    (19, 2, 8, 16, 1, 9, 7, 10, 8),
    (18, 1, 10, 11, 19, 3, 15, 2, 7),
    (20, 1, 15, 4, 15, 8, 14, 18, 8),
)
# two layers: equals between a strong pair and a weak one
STRONG, EQUAL, WEAK = (9, 8), (5, 4), (2, 3)


@exercise.solution
def solution(scores, k, *, join):
    return _strongest(_joined(scores, join), k)


def _joined(scores, join):
    return RULES[join](np.stack(scores))


def _strongest(joined, k):
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(-joined, kind="stable")[:k]] = True
    return keep


@exercise.drawn("channels of which every rule keeps others")
def partners(rng: np.random.Generator) -> Iterator[Arguments]:
    for _ in range(2):
        yield _arguments(rng, rng.permutation(np.transpose(LAYERS)), 4)


@exercise.drawn("equally important channels", name="tie", hint=LOWER_STAYS)
def equals(rng: np.random.Generator) -> Iterator[Arguments]:
    # sorting does not keep the order of equals in long arrays, unless it is asked to
    for number in (2, 4, 60, 400):
        rows = rng.permutation([STRONG] * 2 + [EQUAL] * number + [WEAK] * 2)
        yield _arguments(rng, rows, 2 + number // 2)


@exercise.drawn(
    "no channel stays, all of them, or a single one",
    name="few-stay",
    hint="k may be as small as 0 and as large as the number of channels. Exactly k "
    "channels stay.",
)
def few(rng: np.random.Generator) -> Iterator[Arguments]:
    for channels, k in ((5, 5), (20, 0), *[(20, 1)] * 4):
        layers = int(rng.integers(2, 4))
        yield _arguments(rng, _distinct(rng, channels, layers), k)


@exercise.drawn(
    "a layer without partners",
    name="no-partner",
    hint="The list holds a single layer. Its own scores decide, and of equal scores, "
    "those at lower positions stay.",
)
def alone(rng: np.random.Generator) -> Iterator[Arguments]:
    distinct = rng.permutation(40)[:9]
    # the last one is long, so that a sort that swaps equals does swap some
    for column in (distinct, np.full(7, 6), distinct // 4, np.full(400, 6)):
        yield _arguments(rng, column[:, None], 4)


@exercise.drawn(
    "many partners, many channels, equals among them",
    name="many-partners",
    hint="With more layers and channels, your choice does not follow the rule of your "
    "class. Join first, then choose; of equal scores, those at lower positions stay.",
)
def many(rng: np.random.Generator) -> Iterator[Arguments]:
    for layers, channels in ((5, 64), (2, 40)):
        rows = rng.integers(0, 20, size=(channels, layers))
        k = int(rng.integers(channels // 4, channels // 2))
        yield _arguments(rng, rows, k)
    yield _arguments(rng, *_tied(rng, 1000, 4))


def _distinct(rng: np.random.Generator, channels: int, layers: int) -> np.ndarray:
    """Rows that no rule joins to equal numbers."""
    while True:
        rows = rng.integers(1, 300, size=(channels, layers))
        joined = [rule(rows.T) for rule in RULES.values()]
        if all(len(np.unique(numbers)) == channels for numbers in joined):
            return rows


def _tied(
    rng: np.random.Generator, channels: int, layers: int
) -> tuple[np.ndarray, int]:
    """Rows, and a k at which some of many equals stay, by any rule."""
    rows = rng.integers(0, 4, size=(channels, layers))
    joined = [np.sort(rule(rows.T))[::-1] for rule in RULES.values()]
    while True:
        k = int(rng.integers(channels // 4, channels // 2))
        if all(numbers[k - 8] == numbers[k + 8] for numbers in joined):
            return rows, k


def _arguments(rng: np.random.Generator, rows: np.ndarray, k: int) -> Arguments:
    """``rows`` are small whole numbers: scores of a channel, one per layer."""
    # times a power of two, so that equals stay equal, in single precision as well
    factor = float(2.0 ** rng.integers(-3, 3))
    return {"scores": [column * factor for column in rows.T], "k": k}


@exercise.mistake(
    "separate-masks",
    "This is a mask for each layer. But the outputs of the layers are added, channel "
    "by channel: a channel that stays in any layer stays in the sum.",
)
def a_mask_for_each_layer(scores, k, *, join):
    """Every layer chooses its own channels."""
    return [_strongest(layer, k) for layer in scores]


@exercise.mistake(
    "separate-masks",
    "These are more than k channels. That happens if you choose in each layer and "
    "join the choices: join the scores, then choose once.",
)
def wanted_by_any(scores, k, *, join):
    """A channel stays if any of the layers wants it."""
    return np.any([_strongest(layer, k) for layer in scores], axis=0)


@exercise.mistake(
    "separate-masks",
    "These are fewer than k channels. That happens if you choose in each layer and "
    "join the choices: join the scores, then choose once.",
)
def wanted_by_all(scores, k, *, join):
    """A channel stays if all of the layers want it."""
    return np.all([_strongest(layer, k) for layer in scores], axis=0)


def _by_another_rule(scores, k, join, steps):
    names = list(RULES)
    other = names[(names.index(join) + steps) % len(names)]
    return _strongest(_joined(scores, other), k)


@exercise.mistake("wrong-join", ANOTHER_RULE)
def by_the_next_rule(scores, k, *, join):
    """The next rule of the table leads to the same channels."""
    return _by_another_rule(scores, k, join, 1)


@exercise.mistake("wrong-join", ANOTHER_RULE)
def by_the_rule_after_next(scores, k, *, join):
    """The next rule but one leads to the same channels."""
    return _by_another_rule(scores, k, join, 2)


@exercise.mistake("wrong-join", ANOTHER_RULE)
def by_the_rule_before(scores, k, *, join):
    """The rule before it in the table leads to the same channels."""
    return _by_another_rule(scores, k, join, 3)


@exercise.mistake(
    "wrong-join",
    "You judged each channel by the weakest of its filters. A channel that one layer "
    "hardly uses may be the most important one of another. The rule of your class is "
    "{join!r}.",
)
def weakest_filter(scores, k, *, join):
    """A channel is as important as its weakest filter."""
    return _strongest(np.min(scores, axis=0), k)


@exercise.mistake(
    "wrong-join",
    "You used the last layer alone, but the others lose channels too. The rule of "
    "your class is {join!r}.",
)
def last_layer_decides(scores, k, *, join):
    """The last layer overwrites what the ones before it chose."""
    return _strongest(scores[-1], k)


@exercise.mistake(
    "wrong-join",
    "You multiplied the scores of the layers. The rule of your class is {join!r}.",
)
def product_of_scores(scores, k, *, join):
    """Scores of several layers are multiplied."""
    return _strongest(np.prod(scores, axis=0), k)


@exercise.mistake("tie", THRESHOLD)
def at_the_threshold(scores, k, *, join):
    """What reaches the score of the k-th channel stays."""
    joined = _joined(scores, join)
    return joined >= np.sort(joined)[::-1][k - 1]


@exercise.mistake("tie", THRESHOLD)
def above_the_next(scores, k, *, join):
    """What is above the score of the next channel stays."""
    joined = _joined(scores, join)
    return joined > np.append(np.sort(joined)[::-1], -1)[k]


@exercise.mistake("tie", LOWER_STAYS)
def last_of_equals(scores, k, *, join):
    """Among equals it does not matter who stays."""
    joined = _joined(scores, join)
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(joined, kind="stable")[len(joined) - k :]] = True
    return keep


@exercise.mistake("tie", LOWER_STAYS)
def unstable_sort(scores, k, *, join):
    """Sorting leaves equals in the order they had."""
    joined = _joined(scores, join)
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(-joined)[:k]] = True
    return keep


@exercise.mistake(
    "keeps-weakest",
    "You kept the least important channels, the ones with the low scores.",
)
def keeps_the_weakest(scores, k, *, join):
    """Sorting puts the most important first."""
    return _strongest(-_joined(scores, join), k)


@exercise.mistake("removes-k", "k is how many channels stay, not how many go.")
def k_is_what_goes(scores, k, *, join):
    """k channels are removed."""
    return solution(scores, len(scores[0]) - k, join=join)


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: True means that the channel stays.",
)
def true_is_removed(scores, k, *, join):
    """True means removed."""
    return ~solution(scores, k, join=join)


@exercise.mistake(
    "indices",
    "Those are positions. Return a mask instead: True or False for each channel.",
)
def positions_of_channels(scores, k, *, join):
    """A list of positions is as good as a mask."""
    return np.flatnonzero(solution(scores, k, join=join))


@exercise.mistake(
    "numbers-not-bools",
    "Those are numbers. A mask is made of True and False: as an index, 1 and 0 would "
    "fetch channels 1 and 0 over and over.",
)
def ones_and_zeros(scores, k, *, join):
    """Ones and zeros are as good as True and False."""
    return solution(scores, k, join=join).astype(int)


@exercise.mistake(
    "nobody-goes",
    "Here all channels stay, so none should go. A slice that counts from the end of a "
    "list takes everything when it should take nothing.",
)
def slice_from_the_end(scores, k, *, join):
    """The channels that go are the last ones of the sorted list."""
    order = np.argsort(-_joined(scores, join), kind="stable")
    keep = np.ones(len(order), dtype=bool)
    keep[order[-(len(order) - k) :]] = False
    return keep


@exercise.mistake("few-stay", "k may be 0: then no channel stays.")
def never_none(scores, k, *, join):
    """At least one channel has to stay."""
    return solution(scores, max(k, 1), join=join)


@exercise.mistake(
    "no-partner",
    "A layer without partners loses channels too: its own scores decide which.",
)
def alone_keeps_all(scores, k, *, join):
    """A layer without partners has nobody to share a mask with."""
    return solution(scores, k if len(scores) > 1 else len(scores[0]), join=join)


@exercise.mistake(
    "many-partners",
    "There may be more than three partners. Join the scores of all of them, by the "
    "rule of your class: {join!r}.",
)
def last_three_partners(scores, k, *, join):
    """No more than three layers are ever added."""
    return solution(scores[-3:], k, join=join)
