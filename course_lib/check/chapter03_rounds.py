"""Checks of chapter 03, fourth part: what rounds of pruning add up to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise
from course_lib.check.failure import show


@exercise(
    chapter="03",
    section=4,
    title="Half, and half again",
    points=2,
    difficulty=1,
    minutes=6,
    misconception="amounts-add",
    room="Math",
)
def compound(answer: Answer, rng: np.random.Generator) -> None:
    """Rounds that were counted weight by weight, then turned into amounts."""
    drawn = sorted(rng.choice(np.arange(50, 900), size=3, replace=False), reverse=True)
    for left in (
        [1000, 800, 400],
        [1000, 500, 250],
        [1000, *(int(count) for count in drawn)],
        [1000, 1000, 400, 0],
        [1000],
    ):
        _check_rounds(answer, left)


def _check_rounds(answer: Answer, left: list[int]) -> None:
    """``left`` counts the weights before the first round and after each one."""
    amounts = [(before - after) / before for before, after in pairwise(left)]
    came = answer.numbers(answer(amounts=amounts), "the list of shares")
    _name_lengths(answer, came, len(amounts))
    answer.expect(
        came,
        [1 - count / left[0] for count in left[1:]],
        _round_slips(np.array(amounts)),
        expected="after each round, the pruned share of the original weights",
        hint="Take 1000 weights and count on paper: how many go in the first round, "
        "how many are left, how many of those go in the second?",
    )


def _name_lengths(answer: Answer, came: np.ndarray, rounds: int) -> None:
    if came.shape == (rounds,):
        return
    expected = f"{rounds} shares, one after each round"
    if came.size == 1 and rounds != 1:
        answer.fail(
            "only-last",
            "One number came back. Give the share after every round, in a list as "
            "long as amounts.",
            came=show(came),
            expected=expected,
        )
    if came.shape == (rounds + 1,):
        answer.fail(
            "starts-at-zero",
            "One too many: the state before the first round does not belong to the "
            "list.",
            came=show(came),
            expected=expected,
        )
    answer.wrong_shape(came, "the list of shares", (rounds,))


def _round_slips(amounts: np.ndarray) -> list[Slip]:
    total = np.cumsum(amounts)
    left = np.cumprod(1 - amounts)
    earlier = np.concatenate([[0], amounts[:-1]])
    new = amounts * np.concatenate([[1], left[:-1]])
    added = "The amounts were added up. But the second round takes its share of what "
    added += "the first one left, and that is less than the whole."
    target = "Here an amount is the target of its round. But amounts are shares of "
    target += "what is left: an amount of 0.5 prunes half of the survivors each time."
    slips = [Slip("amounts-add", s, added) for s in (total, np.minimum(total, 1))]
    slips += [
        Slip("amount-is-sparsity", s, target)
        for s in (amounts, np.maximum.accumulate(amounts))
    ]
    return [
        *slips,
        Slip(
            "left-not-pruned",
            left,
            "That is what is left after each round. The question is what is pruned.",
        ),
        Slip(
            "product",
            np.cumprod(amounts),
            "The product of the amounts shrinks from round to round, as if pruned "
            "weights came back. It is the shares that are left which multiply.",
        ),
        Slip(
            "increments",
            new,
            "That is what this round alone takes, as a share of the original. What "
            "earlier rounds took is pruned as well.",
        ),
        Slip(
            "previous-round",
            np.cumsum(amounts - earlier * amounts),
            "Right for two rounds, wrong from the third on: it has to do with "
            "everything that went before, not with the last round alone.",
        ),
        Slip(
            "percent",
            100 * (1 - left),
            "Right, but in percent. Amounts are fractions; give fractions back.",
        ),
    ]
