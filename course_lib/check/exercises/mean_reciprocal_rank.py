"""The mean reciprocal rank of a search engine, ties counted against it."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Calls, Rng

exercise = Exercise(
    name="mean_reciprocal_rank",
    chapter="06",
    section=1,
    title="The place of the right document",
    points=2,
    difficulty=1,
    minutes=9,
    misconception="ties",
    room="Measure",
    returns=("the mean of 1 / place",),
    expected="the mean over all queries of 1 / place, where ties count as before the "
    "right document",
    hint="Take the first query. Which score is that of the right document, and how "
    "many documents of the same row score at least as high?",
)

IN_FAVOR = (
    "A document with the same score as the right one counts as before it. Otherwise, "
    "an encoder that gives every text the same embedding would be perfect."
)
BY_ORDER = (
    "Where scores are equal, the order of the list decided. Count the documents that "
    "score at least as high as the right one: that depends on no order."
)
ONE_NUMBER = (
    "First 1 / place for each query, then the mean of those. The order matters: places "
    "1 and 3 give 2/3, but 1 / (mean place) is 1/2."
)
MORE_DOCUMENTS = (
    "There may be more documents than queries. The others are the right answer to no "
    "query, but they take places."
)


def _right(scores):
    """The score of each query's own document."""
    return np.diag(scores)[:, None]


def _places(scores):
    return (scores >= _right(scores)).sum(axis=1)


@exercise.solution
def solution(scores):
    return np.mean(1 / _places(scores))


@exercise.drawn("scores without ties")
def distinct(rng: Rng) -> Calls:
    for queries in (4, 6, 30):
        yield {"scores": _scores(rng, queries, queries)}


@exercise.drawn("equal scores", name="ties", hint=IN_FAVOR)
def equal(rng: Rng) -> Calls:
    for queries, documents in ((5, 5), (8, 8), (6, 20)):
        # eighths, so that single precision keeps what is equal
        grid = rng.integers(-4, 5, size=(queries, documents)) / 8
        grid[0, 1:4] = grid[0, 0] = 0.5
        grid[1, :2] = -0.5
        yield {"scores": grid}
    yield {"scores": np.full((4, 4), 0.25)}


@exercise.drawn(
    "more documents than queries, or a single query",
    name="more-documents",
    hint=MORE_DOCUMENTS,
)
def more_documents(rng: Rng) -> Calls:
    for queries, documents in ((3, 5), (1, 9), (20, 60), (1, 1)):
        yield {"scores": _scores(rng, queries, documents)}


@exercise.drawn(
    "the right document first everywhere, or last; any scale",
    name="extremes",
    hint="Scores may be of any size and all negative, and the right document may be "
    "the first or the last for every query.",
)
def extremes(rng: Rng) -> Calls:
    scores, diagonal = _scores(rng, 15, 15), np.eye(15, dtype=bool)
    yield {"scores": np.where(diagonal, 3.0, scores)}
    yield {"scores": np.where(diagonal, -9.0, scores)}
    yield {"scores": _single(scores - 5)}
    yield {"scores": _single(1000 * scores)}
    yield {"scores": (scores / 1000).astype(np.float32)}


def _scores(rng: Rng, queries: int, documents: int) -> np.ndarray:
    """The right one is often near the top, and once a hair above another."""
    scores = rng.normal(size=(queries, documents)) / 4
    index = np.arange(queries)
    scores[index, index] += rng.choice([0, 0.2, 0.8], size=queries)
    scores[0, -1] = 0.5 - 1e-6
    scores[0, 0] = 0.5
    return _single(scores)


def _single(scores: np.ndarray) -> np.ndarray:
    """Rounded to single precision, so that no conversion makes equals."""
    return scores.astype(np.float32).astype(np.float64)


@exercise.mistake("ties", IN_FAVOR)
def ties_in_favor(scores):
    """Only documents with a higher score come before the right one."""
    return np.mean(1 / (1 + (scores > _right(scores)).sum(axis=1)))


@exercise.mistake("ties", BY_ORDER)
def ties_by_position(scores):
    """Sorting gives every document its place, equal ones too."""
    order = np.argsort(-scores, axis=1, kind="stable")
    index = np.arange(len(scores))[:, None]
    return np.mean(1 / (1 + np.argmax(order == index, axis=1)))


@exercise.mistake("ties", BY_ORDER)
def ties_halfway(scores):
    """Equal documents share the mean of their places."""
    above = (scores > _right(scores)).sum(axis=1)
    return np.mean(2 / (1 + above + _places(scores)))


@exercise.mistake(
    "place-from-zero",
    "The best place is 1, not 0: your count leaves out the right document itself.",
)
def places_from_zero(scores):
    """The place is the number of documents that come before."""
    with np.errstate(divide="ignore"):
        return np.mean(1 / (_places(scores) - 1))


@exercise.mistake(
    "off-by-one",
    "Each place is one too large. The right document reaches its own score, so it is "
    "in the count already.",
)
def places_from_two(scores):
    """The place is one more than the number of documents that score as high."""
    return np.mean(1 / (1 + _places(scores)))


@exercise.mistake(
    "wrong-axis",
    "You compared the queries of one document. Each query searches the documents of "
    "its own row.",
)
def ranks_the_queries(scores):
    """A search engine ranks the column of the right document."""
    square = scores[:, : len(scores)]
    return np.mean(1 / (square >= np.diag(square)).sum(axis=0))


@exercise.mistake("one-over-mean", ONE_NUMBER)
def one_over_the_mean_place(scores):
    """The reciprocal of the mean is the mean of the reciprocals."""
    return 1 / np.mean(_places(scores))


@exercise.mistake(
    "mean-place",
    "This is the mean place. A reciprocal rank is 1 / place, so 1 is best, and a "
    "document far down counts as nearly nothing.",
)
def mean_of_places(scores):
    """The measure is the place itself."""
    return np.mean(_places(scores))


@exercise.mistake(
    "median",
    "This is the median. A few bad places do not change it, but they do change a mean.",
)
def median_of_reciprocals(scores):
    """The middle query speaks for all."""
    return np.median(1 / _places(scores))


@exercise.mistake(
    "first-only",
    "You counted how often the right document is first. Second place counts, too: as "
    "one half.",
)
def share_of_firsts(scores):
    """A search has found its document or it has not."""
    return np.mean(_places(scores) == 1)


@exercise.mistake(
    "lowest-first",
    "The lowest score came first. A high score means that two texts are alike.",
)
def lowest_first(scores):
    """Scores are distances: the smallest is the best."""
    return np.mean(1 / (scores <= _right(scores)).sum(axis=1))


@exercise.mistake(
    "order-not-place",
    "An argsort of a row lists which document is first, second, and so on. It is not "
    "the list of places: that needs one more step.",
)
def order_as_places(scores):
    """An argsort gives the place of each document."""
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.mean(1 / (1 + np.diag(order)))


@exercise.mistake(
    "percent", "This is a percentage. The mean of 1 / place is at most 1."
)
def in_percent(scores):
    """A measure is reported in percent."""
    return 100 * solution(scores)


@exercise.mistake(
    "cut-off",
    "Places after the tenth count as nothing in your mean. Some reports stop there; "
    "here, every place counts.",
)
def first_ten_only(scores):
    """Nobody looks further than the first ten."""
    places = _places(scores)
    return np.mean(np.where(places <= 10, 1 / places, 0))


@exercise.mistake("more-documents", MORE_DOCUMENTS)
def own_documents_only(scores):
    """There are as many documents as queries."""
    return solution(scores[:, : len(scores)])


@exercise.mistake("more-documents", MORE_DOCUMENTS)
def mean_over_documents(scores):
    """Every document is the answer to a query."""
    return np.sum(1 / _places(scores)) / scores.shape[1]
