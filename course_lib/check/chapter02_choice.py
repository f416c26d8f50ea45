"""Checks of chapter 02, third part: choosing a row from a table of measurements."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.core import exercise
from course_lib.check.failure import show
from course_lib.check.variations import variation

Row = dict[str, float]
COSTS = ("parameters", "macs", "bytes", "neurons")
LIMIT = 0.2  # percentage points; no drop below lies within rounding of it

# role → (correct of 10 000 on validation, on test, cost in thousands): what a row
# is there for. "best" costs a lot, "lucky" shines on the test set only.
TABLE: dict[str, tuple[int, int, int]] = {
    "unpruned": (9800, 9790, 1000),
    "best": (9830, 9800, 800),
    "good": (9816, 9793, 700),
    "mild": (9795, 9786, 600),
    "other cost": (9790, 9784, 400),
    "twin": (9782, 9779, 300),
    "right": (9785, 9775, 300),
    "lucky": (9760, 9812, 200),
    "ruined": (9310, 9300, 50),
}
# A pruned network may be better than the unpruned one.
SECOND_TABLE: dict[str, tuple[int, int, int]] = {
    "unpruned": (9800, 9790, 1000),
    "mild": (9790, 9785, 500),
    "right": (9830, 9801, 250),
    "ruined": (9310, 9300, 50),
}
HINTS = {
    "unpruned": (
        "largest",
        "You chose the unpruned network, the most expensive of all. It is the "
        "measure, not the answer: among the allowed rows we want the cheapest.",
    ),
    "best": (
        "best-score",
        "You chose the highest validation accuracy. But the question is another one: "
        "how little can we spend without losing more than max_drop?",
    ),
    "good": (
        "moving-baseline",
        "The drop seems to be counted from the best row. It is counted from the "
        "unpruned network, which is rows[0].",
    ),
    "other cost": (
        "M16",
        "This row is the cheapest in another column. Neurons, parameters, MACs and "
        "bytes do not shrink together: use the one your class counts, {cost!r}.",
    ),
    "twin": (
        "tie",
        "Two allowed rows are equally cheap. Take the one with the higher validation "
        "accuracy.",
    ),
    "lucky": (
        "M10",
        "This row looks good on the test set and loses too much on validation. "
        "Whoever chooses by test has no unseen data left to report: decide on "
        "validation and read test once, for the row that was chosen.",
    ),
    "ruined": (
        "points-as-fraction",
        "This network lost almost five percentage points. max_drop = 0.2 means 0.2 "
        "percentage points; accuracies are fractions, so 0.2 of them is 20 points.",
    ),
}
SECOND_HINTS = HINTS | {
    "mild": (
        "absolute-drop",
        "The row that was better than the unpruned network was turned away. Getting "
        "better is no drop, however far it goes.",
    ),
}


@exercise(
    chapter="02",
    section=5,
    title="Choose without looking at the test",
    points=2,
    difficulty=2,
    minutes=8,
    misconception="M10",
    room="Measure",
)
def choose(answer: Answer, rng: np.random.Generator) -> None:
    """Tables in which every wrong rule leads to a row of its own."""
    cost = variation("choose", answer.class_seed)["cost"]
    for table, hints in ((TABLE, HINTS), (SECOND_TABLE, SECOND_HINTS)):
        pruned = [role for role in table if role != "unpruned"]
        order = [pruned[i] for i in rng.permutation(len(pruned))]
        # both ways round: of two equal rows either may come first
        for roles in (order, order[::-1]):
            _check_choice(answer, ["unpruned", *roles], table, hints, cost, rng)


def _check_choice(
    answer: Answer,
    roles: list[str],
    table: dict[str, tuple[int, int, int]],
    hints: dict[str, tuple[str, str]],
    cost: str,
    rng: np.random.Generator,
) -> None:
    rows = _rows(roles, table, cost, rng)
    came = answer(rows=rows, max_drop=LIMIT)
    if isinstance(came, dict):
        answer.fail(
            "returns-row",
            "You returned the row itself. Return its position in rows, so that "
            "rows[position] is the row.",
            came=show(came),
            expected=f"a whole number from 0 to {len(rows) - 1}",
        )
    position = answer.number(came, "the position of the row")
    if position not in range(len(rows)):
        answer.fail(
            "wrong-type",
            "That is no position in the list.",
            came=show(came),
            expected=f"a whole number from 0 to {len(rows) - 1}",
        )
    role = roles[int(position)]
    if role == "right":
        return
    hint = "This row keeps to max_drop, but an allowed row is cheaper."
    misconception, hint = hints.get(role, ("unrecognised", hint))
    answer.fail(
        misconception,
        hint.format(cost=cost),
        came=f"row {int(position)}: {show(rows[int(position)])}",
        expected=f"the allowed row with the fewest {cost}",
    )


def _rows(
    roles: list[str],
    table: dict[str, tuple[int, int, int]],
    cost: str,
    rng: np.random.Generator,
) -> list[Row]:
    scale = int(rng.integers(200, 300))
    rows = []
    for role in roles:
        validation, test, spent = table[role]
        row: Row = {"validation": validation / 10_000, "test": test / 10_000}
        for column in COSTS:
            # in every other column "other cost" is the cheapest of the allowed
            cheap = role == "other cost" and column != cost
            row[column] = scale * (220 if cheap else spent)
        rows.append(row)
    return rows
