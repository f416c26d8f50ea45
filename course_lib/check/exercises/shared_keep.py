"""One mask for all layers whose outputs are added."""

import numpy as np

from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

# joins the scores of a channel, one row per layer, into one number
RULES = {
    "sum": lambda table: table.sum(axis=0),
    "max": lambda table: table.max(axis=0),
    "squares": lambda table: (table**2).sum(axis=0),
    "first": lambda table: table[0],
    "min": lambda table: table.min(axis=0),
    "last": lambda table: table[-1],
}
LOWER, HIGHER = "lower positions stay", "higher positions stay"

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
    "your class: {join}; of equals, {equals}",
    hint="Join the scores of a channel over all layers first, by the rule of your "
    "class. Then keep the k channels with the highest joined scores.",
    variations=tuple(
        {"join": join, "equals": equals} for equals in (LOWER, HIGHER) for join in RULES
    ),
    types={"the mask": BOOL},
)

ANOTHER_RULE = (
    "You joined the scores by a rule of another class. The rule of your class is "
    "{join!r}: look it up in the table of the exercise."
)
WHICH_STAYS = (
    "Some channels are equally important. In your class, {equals} then, so that "
    "everybody gets the same network."
)
THRESHOLD = (
    "Some channels are equally important, and a threshold cannot separate them. "
    "Exactly k channels stay."
)
# nine channels in three layers. Every rule keeps the first channel, none the second;
# of the others each rule, and the product, keeps another three.
LAYERS = (
    (20, 1, 9, 16, 3, 14, 10, 13, 16),
    (19, 2, 11, 11, 16, 12, 6, 15, 5),
    (20, 1, 9, 5, 12, 12, 13, 5, 3),
)
# two layers: equals between a strong pair and a weak one
STRONG, EQUAL, WEAK = (9, 8), (5, 4), (2, 3)


@exercise.solution
def solution(scores, k, *, join, equals):
    return _strongest(_joined(scores, join), k, equals)


def _joined(scores, join):
    return RULES[join](np.stack(scores))


def _strongest(joined, k, equals):
    if equals == HIGHER:
        return _strongest(joined[::-1], k, LOWER)[::-1]
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(-joined, kind="stable")[:k]] = True
    return keep


@exercise.drawn("channels of which every rule keeps others")
def partners(rng: Rng) -> Calls:
    for _ in range(2):
        yield _arguments(rng, rng.permutation(np.transpose(LAYERS)), 4)


@exercise.drawn("equally important channels", name="tie", hint=WHICH_STAYS)
def equals(rng: Rng) -> Calls:
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
def few(rng: Rng) -> Calls:
    for channels, k in ((5, 5), (20, 0), *[(20, 1)] * 4):
        layers = int(rng.integers(2, 4))
        yield _arguments(rng, _distinct(rng, channels, layers), k)


@exercise.drawn(
    "a layer without partners",
    name="no-partner",
    hint="The list holds a single layer. Its own scores decide, and of equal scores, "
    "{equals}.",
)
def alone(rng: Rng) -> Calls:
    distinct = rng.permutation(40)[:9]
    for column in (distinct, np.full(7, 6), distinct // 4):
        yield _arguments(rng, column[:, None], 4)
    # long enough for a sort that swaps equals to swap some
    column = rng.permutation([9] * 2 + [5] * 400 + [2] * 2)
    yield _arguments(rng, column[:, None], 202)


@exercise.drawn(
    "many partners, many channels, equals among them",
    name="many-partners",
    hint="With more layers and channels, your choice does not follow the rule of your "
    "class. Join first, then choose; of equal scores, {equals}.",
)
def many(rng: Rng) -> Calls:
    for layers, channels in ((5, 64), (2, 40)):
        rows = rng.integers(0, 20, size=(channels, layers))
        k = int(rng.integers(channels // 4, channels // 2))
        yield _arguments(rng, rows, k)
    yield _arguments(rng, *_tied(rng, 1000, 4))


def _distinct(rng: Rng, channels: int, layers: int) -> np.ndarray:
    """Rows that no rule joins to equal numbers."""
    while True:
        rows = rng.integers(1, 300, size=(channels, layers))
        joined = [rule(rows.T) for rule in RULES.values()]
        if all(len(np.unique(numbers)) == channels for numbers in joined):
            return rows


def _tied(rng: Rng, channels: int, layers: int) -> tuple[np.ndarray, int]:
    """Rows, and a k at which some of many equals stay, by any rule."""
    rows = rng.integers(0, 4, size=(channels, layers))
    joined = [np.sort(rule(rows.T))[::-1] for rule in RULES.values()]
    while True:
        k = int(rng.integers(channels // 4, channels // 2))
        if all(numbers[k - 8] == numbers[k + 8] for numbers in joined):
            return rows, k


def _arguments(rng: Rng, rows: np.ndarray, k: int) -> Arguments:
    """``rows`` are small whole numbers: scores of a channel, one per layer."""
    # times a power of two, so that equals stay equal, in single precision as well
    factor = float(2.0 ** rng.integers(-3, 3))
    return {"scores": [column * factor for column in rows.T], "k": k}


@exercise.mistake(
    "separate-masks",
    "This is a mask for each layer. But the outputs of the layers are added, channel "
    "by channel: a channel that stays in any layer stays in the sum.",
)
def a_mask_for_each_layer(scores, k, *, join, equals):
    """Every layer chooses its own channels."""
    return [_strongest(layer, k, equals) for layer in scores]


@exercise.mistake(
    "separate-masks",
    "These are more than k channels. That happens if you choose in each layer and "
    "join the choices: join the scores, then choose once.",
)
def wanted_by_any(scores, k, *, join, equals):
    """A channel stays if any of the layers wants it."""
    return np.any([_strongest(layer, k, equals) for layer in scores], axis=0)


@exercise.mistake(
    "separate-masks",
    "These are fewer than k channels. That happens if you choose in each layer and "
    "join the choices: join the scores, then choose once.",
)
def wanted_by_all(scores, k, *, join, equals):
    """A channel stays if all of the layers want it."""
    return np.all([_strongest(layer, k, equals) for layer in scores], axis=0)


def _by_the_rule_of_another_class(steps):
    def another(scores, k, *, join, equals):
        """Another rule of the table leads to the same channels."""
        names = list(RULES)
        other = names[(names.index(join) + steps) % len(names)]
        return solution(scores, k, join=other, equals=equals)

    return another


for _steps in range(1, len(RULES)):
    exercise.mistake("wrong-join", ANOTHER_RULE)(_by_the_rule_of_another_class(_steps))


@exercise.mistake(
    "wrong-join",
    "You multiplied the scores of the layers. The rule of your class is {join!r}.",
)
def product_of_scores(scores, k, *, join, equals):
    """Scores of several layers are multiplied."""
    return _strongest(np.prod(scores, axis=0), k, equals)


@exercise.mistake("tie", THRESHOLD)
def at_the_threshold(scores, k, *, join, equals):
    """What reaches the score of the k-th channel stays."""
    joined = _joined(scores, join)
    return joined >= np.sort(joined)[::-1][k - 1]


@exercise.mistake("tie", THRESHOLD)
def above_the_next(scores, k, *, join, equals):
    """What is above the score of the next channel stays."""
    joined = _joined(scores, join)
    return joined > np.append(np.sort(joined)[::-1], -1)[k]


@exercise.mistake("tie", WHICH_STAYS)
def other_end_of_equals(scores, k, *, join, equals):
    """Among equals it does not matter which one stays."""
    other = LOWER if equals == HIGHER else HIGHER
    return solution(scores, k, join=join, equals=other)


@exercise.mistake("tie", WHICH_STAYS)
def unstable_sort(scores, k, *, join, equals):
    """Sorting leaves equals in the order they had."""
    joined = _joined(scores, join)[:: -1 if equals == HIGHER else 1]
    keep = np.zeros(len(joined), dtype=bool)
    keep[np.argsort(-joined)[:k]] = True
    return keep[:: -1 if equals == HIGHER else 1]


@exercise.mistake(
    "keeps-weakest",
    "You kept the least important channels, the ones with the low scores.",
)
def keeps_the_weakest(scores, k, *, join, equals):
    """Sorting puts the most important first."""
    return _strongest(-_joined(scores, join), k, equals)


@exercise.mistake("removes-k", "k is how many channels stay, not how many go.")
def k_is_what_goes(scores, k, *, join, equals):
    """k channels are removed."""
    return solution(scores, len(scores[0]) - k, join=join, equals=equals)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the channel stays."
)
def true_is_removed(scores, k, *, join, equals):
    """True means removed."""
    return ~solution(scores, k, join=join, equals=equals)


@exercise.mistake(
    "indices",
    "Those are positions. Return a mask instead: True or False for each channel.",
)
def positions_of_channels(scores, k, *, join, equals):
    """A list of positions is as good as a mask."""
    return np.flatnonzero(solution(scores, k, join=join, equals=equals))


@exercise.mistake(
    "numbers-not-bools",
    "Those are numbers. A mask is made of True and False: as an index, 1 and 0 would "
    "fetch channels 1 and 0 over and over.",
)
def ones_and_zeros(scores, k, *, join, equals):
    """Ones and zeros are as good as True and False."""
    return solution(scores, k, join=join, equals=equals).astype(int)


@exercise.mistake(
    "nobody-goes",
    "Here all channels stay, so none should go. A slice that counts from the end of a "
    "list takes everything when it should take nothing.",
)
def slice_from_the_end(scores, k, *, join, equals):
    """The channels that go are the last ones of the sorted list."""
    order = np.argsort(-_joined(scores, join), kind="stable")
    keep = np.ones(len(order), dtype=bool)
    keep[order[-(len(order) - k) :]] = False
    return keep


@exercise.mistake("few-stay", "k may be 0: then no channel stays.")
def never_none(scores, k, *, join, equals):
    """At least one channel has to stay."""
    return solution(scores, max(k, 1), join=join, equals=equals)


@exercise.mistake(
    "no-partner",
    "A layer without partners loses channels too: its own scores decide which.",
)
def alone_keeps_all(scores, k, *, join, equals):
    """A layer without partners has no one to share a mask with."""
    kept = k if len(scores) > 1 else len(scores[0])
    return solution(scores, kept, join=join, equals=equals)


@exercise.mistake(
    "many-partners",
    "There may be more than three partners. Join the scores of all of them, by the "
    "rule of your class: {join!r}.",
)
def three_partners(scores, k, *, join, equals):
    """No more than three layers are ever added."""
    some = scores[:3] if join == "last" else scores[-3:]
    return solution(some, k, join=join, equals=equals)
