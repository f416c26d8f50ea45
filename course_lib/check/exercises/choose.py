"""Choosing a row of a table: the cheapest one that loses few enough points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments

COSTS = ("parameters", "macs", "bytes", "neurons")

exercise = Exercise(
    name="choose",
    chapter="02",
    section=5,
    title="Choose without looking at the test",
    points=2,
    difficulty=2,
    minutes=8,
    misconception="M10",
    room="Measure",
    returns=("the position of the row",),
    expected="the position of the allowed row with the fewest {cost}",
    hint="Another allowed row is cheaper, or this one loses too many points. max_drop "
    "may be any number, even zero.",
    variations=({"cost": "parameters"}, {"cost": "macs"}, {"cost": "bytes"}),
)


def _drop(rows, row, column="validation"):
    return 100 * (rows[0][column] - row[column])


def _cheapest(rows, allowed, cost):
    return min(allowed, key=lambda i: (rows[i][cost], -rows[i]["validation"]))


@exercise.solution
def solution(rows, max_drop, *, cost):
    allowed = [i for i, row in enumerate(rows) if _drop(rows, row) <= max_drop]
    return _cheapest(rows, allowed, cost)


# role → (correct of 10 000 on validation, on test, cost in thousands): what a row is
# there for. "best" costs a lot, "lucky" shines on the test set only.
TABLE = {
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
SECOND_TABLE = {
    "unpruned": (9800, 9790, 1000),
    "mild": (9790, 9785, 500),
    "right": (9830, 9801, 250),
    "ruined": (9310, 9300, 50),
}
# a quarter of a percentage point is a fraction that binary numbers hold exactly
EXACT = {
    "unpruned": (0.75, 0.74, 1000),
    "right": (0.75 - 2**-9, 0.74, 300),
    "mild": (0.75 - 2**-10, 0.74, 600),
    "ruined": (0.75 - 2**-8, 0.73, 50),
}


@exercise.drawn("tables in which every wrong rule leads to a row of its own")
def tables(rng: np.random.Generator) -> Iterator[Arguments]:
    # in all columns but one, the row "other cost" is the cheapest
    for table, counted in (*((TABLE, cost) for cost in COSTS[:3]), (SECOND_TABLE, "")):
        pruned = [role for role in table if role != "unpruned"]
        order = [pruned[i] for i in rng.permutation(len(pruned))]
        # both ways round: either of two equal rows may come first
        for roles in (order, order[::-1]):
            rows = [_row(role, table, counted, 10_000) for role in ["unpruned", *roles]]
            yield {"rows": rows, "max_drop": 0.2}


@exercise.drawn("rows that lose exactly the limit")
def at_the_limit(rng: np.random.Generator) -> Iterator[Arguments]:
    for order in (["right", "mild", "ruined"], ["ruined", "mild", "right"]):
        rows = [_row(role, EXACT, "", 1) for role in ["unpruned", *order]]
        yield {"rows": rows, "max_drop": 100 * 2**-9}


@exercise.drawn("other limits, and rows that have no test column")
def other_limits(rng: np.random.Generator) -> Iterator[Arguments]:
    for limit in (0.0, 0.05, float(rng.uniform(0.5, 1.5)), 20.0):
        allowed = rng.uniform(-0.5, 0.9 * limit - 0.01, size=5)
        refused = rng.uniform(1.1 * limit + 0.01, 2 * limit + 5, size=4)
        # relative to an accuracy below 1 the drop is larger: too large, if close
        allowed[0] = 0.95 * limit - 0.001
        costs = rng.integers(200, 9_000, size=(9, len(COSTS)))
        costs[0], costs[5:] = 100, rng.integers(10, 99, size=(4, len(COSTS)))
        order = rng.permutation(9)
        yield _without_test(
            rng, np.concatenate([allowed, refused])[order], costs[order], limit
        )


@exercise.drawn(
    "no pruned network keeps to the limit, or only one",
    hint="Every pruned network loses too much, or all but one do. The unpruned one is "
    "always allowed: it loses nothing.",
)
def few_allowed(rng: np.random.Generator) -> Iterator[Arguments]:
    limit = float(rng.uniform(0.2, 0.8))
    for pruned in (6, 1, 0):
        drops = rng.uniform(1.1 * limit, 3, size=pruned)
        costs = rng.integers(10, 9_000, size=(pruned, len(COSTS)))
        yield _without_test(rng, drops, costs, limit)
    drops = rng.uniform(1.1 * limit, 3, size=6)
    drops[rng.integers(6)] = limit / 2
    costs = rng.integers(10, 9_000, size=(6, len(COSTS)))
    yield _without_test(rng, drops, costs, limit)


@exercise.drawn(
    "every row costs the same",
    name="tie",
    hint="All rows cost the same. Then the one with the highest validation accuracy is "
    "the best choice, wherever it is in the list.",
)
def equal_costs(rng: np.random.Generator) -> Iterator[Arguments]:
    for best in (-0.3, 0.05):  # better than the unpruned network, or worse
        drops = rng.permutation(np.append(rng.uniform(0.1, 0.9, size=5), best))
        for order in (drops, drops[::-1]):
            yield _without_test(rng, order, np.full((6, len(COSTS)), 10_000), 0.5)


def _row(
    role: str, table: dict[str, tuple], counted: str, images: int
) -> dict[str, float]:
    validation, test, spent = table[role]
    row = {"validation": validation / images, "test": test / images}
    for column in COSTS:
        cheap = role == "other cost" and column != counted
        row[column] = 250 * (220 if cheap else spent)
    return row


def _without_test(
    rng: np.random.Generator, drops: np.ndarray, costs: np.ndarray, limit: float
) -> Arguments:
    """An unpruned row, then one for each drop in points and costs, (rows, COSTS)."""
    base = float(rng.uniform(0.75, 0.8))
    rows: list[dict[str, float]] = [{"validation": base, **dict.fromkeys(COSTS, 10_000)}]
    for drop, spent in zip(drops, costs.tolist(), strict=True):
        row = dict(zip(COSTS, spent, strict=True))
        rows.append({"validation": float(base - drop / 100), **row})
    return {"rows": rows, "max_drop": limit}


CHOSEN_BY_TEST = (
    "This row looks good on the test set and loses too much on validation. Whoever "
    "chooses by test has no unseen data left to report: decide on validation and read "
    "test once, for the row that was chosen."
)


@exercise.mistake(
    "M10",
    CHOSEN_BY_TEST,
)
def judged_by_test(rows, max_drop, *, cost):
    """The test score is the honest one, so it should decide."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r, "test") <= max_drop]
    return _cheapest(rows, allowed, cost)


@exercise.mistake(
    "M10",
    CHOSEN_BY_TEST,
)
def best_test_score(rows, max_drop, *, cost):
    """The best test score wins."""
    return max(range(len(rows)), key=lambda i: rows[i]["test"])


@exercise.mistake(
    "points-as-fraction",
    "This network lost far too much. max_drop counts percentage points, and "
    "accuracies are fractions: multiply their difference by one hundred.",
)
def drop_as_fraction(rows, max_drop, *, cost):
    """A difference of two accuracies is a drop in points."""
    first = rows[0]["validation"]
    allowed = [i for i, r in enumerate(rows) if first - r["validation"] <= max_drop]
    return _cheapest(rows, allowed, cost)


@exercise.mistake(
    "largest",
    "You chose the most expensive of the allowed rows. We want the cheapest: the "
    "unpruned network is only what the others are compared with.",
)
def takes_the_largest(rows, max_drop, *, cost):
    """The best allowed network has the most of everything."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return max(allowed, key=lambda i: rows[i][cost])


@exercise.mistake(
    "best-score",
    "You chose the highest validation accuracy. But the question is how little "
    "we can spend without losing more than max_drop?",
)
def best_validation_score(rows, max_drop, *, cost):
    """The best validation score wins."""
    return max(range(len(rows)), key=lambda i: rows[i]["validation"])


@exercise.mistake(
    "moving-baseline",
    "You counted the drop from the best row. Count it from the unpruned network, "
    "which is rows[0].",
)
def drop_from_the_best(rows, max_drop, *, cost):
    """The drop is counted from the best row."""
    best = max(row["validation"] for row in rows)
    allowed = [
        i for i, r in enumerate(rows) if 100 * (best - r["validation"]) <= max_drop
    ]
    return _cheapest(rows, allowed, cost)


@exercise.mistake(
    "absolute-drop",
    "The row that was better than the unpruned network was turned down. An "
    "improvement is not a drop, however large it is.",
)
def any_change_is_a_drop(rows, max_drop, *, cost):
    """Any change larger than the limit is too much."""
    allowed = [i for i, r in enumerate(rows) if abs(_drop(rows, r)) <= max_drop]
    return _cheapest(rows, allowed, cost)


@exercise.mistake(
    "M16",
    "This row is the cheapest in another column. Neurons, parameters, MACs and bytes "
    "do not shrink together: use the one your class counts, {cost}.",
)
def fewest_neurons(rows, max_drop, *, cost):
    """The network with the fewest neurons is the smallest."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return _cheapest(rows, allowed, "neurons")


@exercise.mistake(
    "tie",
    "Two allowed rows are equally cheap. Take the one with the higher validation "
    "accuracy.",
)
def first_of_equals(rows, max_drop, *, cost):
    """Between two equally small networks there is nothing to choose."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return min(allowed, key=lambda i: rows[i][cost])


@exercise.mistake(
    "returns-row",
    "You returned the row itself. Return its position in rows, so that rows[position] "
    "is the row.",
)
def the_row_itself(rows, max_drop, *, cost):
    """The chosen row itself is the answer."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) <= max_drop]
    return rows[_cheapest(rows, allowed, cost)]


@exercise.mistake(
    "tie",
    "More than two rows may cost the same. Then the one with the highest validation "
    "accuracy is the best choice, wherever it is in the list.",
)
def ties_of_two(rows, max_drop, *, cost):
    """At most two rows cost the same."""
    worst = rows[0]["validation"] - max_drop / 100
    allowed = [i for i, row in enumerate(rows) if row["validation"] >= worst]
    allowed.sort(key=lambda i: rows[i][cost])
    first = allowed[:2]
    if len({rows[i][cost] for i in first}) == 1:
        return max(first, key=lambda i: rows[i]["validation"])
    return first[0]


@exercise.mistake(
    "relative-drop",
    "You divided the drop by the accuracy. A percentage point is a difference of two "
    "accuracies, not a share of one of them.",
)
def relative_percent(rows, max_drop, *, cost):
    """A drop in percent is relative to what there was."""
    first = rows[0]["validation"]
    drops = [100 * (first - row["validation"]) / first for row in rows]
    return _cheapest(rows, [i for i, d in enumerate(drops) if d <= max_drop], cost)


@exercise.mistake(
    "strict",
    "A row that loses exactly max_drop is allowed: at most that much, the page says.",
)
def strictly_less(rows, max_drop, *, cost):
    """A drop must be smaller than the limit."""
    allowed = [i for i, r in enumerate(rows) if _drop(rows, r) < max_drop]
    return _cheapest(rows, allowed or [0], cost)
