"""What rounds of pruning add up to: shares of what is left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

exercise = Exercise(
    name="compound",
    chapter="03",
    section=4,
    title="Half, and half again",
    points=2,
    difficulty=1,
    minutes=6,
    misconception="amounts-add",
    room="Math",
    returns=("the list of shares",),
    expected="after each round, the pruned share of the original weights",
    hint="Start with some weights and count on paper: how many go in the first round, "
    "how many are left, how many of those go in the second?",
)

ADDED = (
    "The amounts were added up. But the second round takes its share of what the first "
    "one left, and that is less than everything."
)
TARGET = (
    "Here an amount is the target of its round. But amounts are shares of what is "
    "left: an amount of 0.5 prunes half of the survivors each time."
)
ROUNDED = (
    "The shares are nearly right: something was rounded on the way. A share is a "
    "fraction and need not fit a number of weights, or of digits."
)


@exercise.solution
def solution(amounts):
    left, pruned = 1.0, []
    for amount in amounts:
        left *= 1 - amount
        pruned.append(1 - left)
    return pruned


@exercise.drawn("a few rounds")
def few_rounds(rng: np.random.Generator) -> Iterator[Arguments]:
    for rounds in (3, 5, 2, 1):
        yield {"amounts": rng.uniform(0.1, 0.7, size=rounds).tolist()}
    yield {"amounts": [0.5, 0.5]}


@exercise.drawn(
    "thirty rounds",
    name="many-rounds",
    hint="Over many rounds the shares go wrong. Each round takes its part of what all "
    "earlier rounds left, and nothing is rounded on the way.",
)
def thirty_rounds(rng: np.random.Generator) -> Iterator[Arguments]:
    yield {"amounts": [0.2] * 30}
    yield {"amounts": rng.uniform(0, 0.3, size=30).tolist()}


@exercise.drawn(
    "rounds that take nothing, or everything, and no rounds at all",
    name="zero-or-all",
    hint="An amount of 0 changes nothing, even in the first round. After an amount of "
    "1 nothing is left, and all stays pruned. No rounds make an empty list.",
)
def nothing_or_everything(rng: np.random.Generator) -> Iterator[Arguments]:
    share = float(rng.integers(1, 7)) / 8
    for amounts in ([0.0, share, 0.0], [share, 1.0, share, 0.0], [1.0], [0.0, 0.0], []):
        yield {"amounts": amounts}


@exercise.mistake("amounts-add", ADDED)
def sums(amounts):
    """Twice 50 % is 100 %."""
    return np.cumsum(amounts)


@exercise.mistake("amounts-add", ADDED)
def sums_up_to_one(amounts):
    """Amounts add up until nothing is left."""
    return np.minimum(1, np.cumsum(amounts))


@exercise.mistake("amount-is-sparsity", TARGET)
def each_amount_as_it_is(amounts):
    """After pruning with amount 0.5, the sparsity is 0.5."""
    return amounts


@exercise.mistake("amount-is-sparsity", TARGET)
def largest_so_far(amounts):
    """An amount is reached now or was reached before."""
    return [max(amounts[: i + 1]) for i in range(len(amounts))]


@exercise.mistake(
    "left-not-pruned",
    "That is what is left after each round. The question is what is pruned.",
)
def shares_left(amounts):
    """What is asked for is what is left."""
    return [1 - pruned for pruned in solution(amounts)]


@exercise.mistake(
    "product",
    "The product of the amounts shrinks from round to round, as if pruned weights "
    "came back. It is the shares that are left which multiply.",
)
def products(amounts):
    """Shares of shares are multiplied."""
    return np.cumprod(amounts)


@exercise.mistake(
    "increments",
    "That is what this round alone takes, as a share of the original. What earlier "
    "rounds took is pruned as well.",
)
def of_the_original_by_round(amounts):
    """Each round's share of the original is the answer."""
    return np.diff([0.0, *solution(amounts)])


@exercise.mistake(
    "previous-round",
    "Right for two rounds, wrong from the third on: a round has to do with everything "
    "that went before, not with the last round alone.",
)
def overlaps_with_the_round_before(amounts):
    """What two rounds have in common is the product of their amounts."""
    total, before, shares = 0.0, 0.0, []
    for amount in amounts:
        total += amount - before * amount
        before = amount
        shares.append(total)
    return shares


@exercise.mistake(
    "only-last",
    "One number came back. Give the share after every round, in a list as long as "
    "amounts.",
)
def at_the_end(amounts):
    """Only the end of the schedule matters."""
    return 1 - np.prod([1 - amount for amount in amounts])


@exercise.mistake(
    "starts-at-zero",
    "One too many: the state before the first round does not belong to the list.",
)
def with_the_start(amounts):
    """A schedule starts with the unpruned network."""
    return [0.0, *solution(amounts)]


@exercise.mistake(
    "percent",
    "Right, but in percent. Amounts are fractions, and so are the shares.",
)
def percentages(amounts):
    """Amounts are percentages."""
    return [100 * pruned for pruned in solution(amounts)]


@exercise.mistake("rounded", ROUNDED)
def three_digits(amounts):
    """Three digits are enough for a share."""
    return np.round(solution(amounts), 3)


@exercise.mistake("rounded", ROUNDED)
def counts_of_a_thousand(amounts):
    """A thousand weights, counted in whole numbers, are enough to find the shares."""
    left, shares = 1000, []
    for amount in amounts:
        left -= round(left * amount)
        shares.append(1 - left / 1000)
    return shares


@exercise.mistake(
    "stops-early",
    "Some rounds are missing. When nothing is left, the remaining rounds still have a "
    "share each: everything stays pruned.",
)
def stops_at_nothing(amounts):
    """When nothing is left the rounds are over."""
    shares = solution(amounts)
    return shares[: shares.index(1) + 1] if 1 in shares else shares
