"""A vocabulary without the tokens that no document uses."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="used_tokens",
    chapter="06",
    section=5,
    title="A smaller vocabulary",
    points=2,
    difficulty=2,
    minutes=7,
    misconception="not-renumbered",
    room="Code",
    returns=("the smaller table", "the renumbered documents"),
    expected="the rows of the table that are needed, in their old order, and documents "
    "that read the same rows under new numbers",
    hint="List the old numbers of the rows that stay, in increasing order. The new "
    "number of a token is its position in this list.",
)

ORDER = (
    "The rows are all there, but not in the order of their old numbers. (A program "
    "that knows your order would still find them; this one expects the old order.)"
)
SPECIAL = (
    "Special tokens stay even if no document contains them: the encoder adds them to "
    "every text itself."
)


def _needed(documents, special):
    return np.unique(np.concatenate([special, *documents.values()]).astype(int))


def _numbered(documents, kept):
    """Each token's position among those that are kept."""
    place = {token: i for i, token in enumerate(map(int, kept))}
    return {
        name: np.array([place[token] for token in map(int, tokens)], dtype=int)
        for name, tokens in documents.items()
    }


@exercise.solution
def solution(documents, table, special):
    kept = _needed(documents, special)
    return table[kept], _numbered(documents, kept)


@exercise.drawn("documents of different length")
def different(rng: Rng) -> Calls:
    for tokens, width, lengths in ((14, 3, (5, 4)), (40, 6, (9, 3, 12))):
        yield _arguments(rng, tokens, width, lengths)


@exercise.drawn(
    "special tokens that documents contain, and empty documents",
    name="special",
    hint="A special token may also occur in documents, and a document may be empty. "
    "Each row is kept once.",
)
def special(rng: Rng) -> Calls:
    drawn = _arguments(rng, 20, 4, (6, 0, 8))
    drawn["documents"]["text 0"][[1, 4]] = drawn["special"][:2]
    yield drawn
    yield _arguments(rng, 12, 4, (0,))
    yield _arguments(rng, 12, 2, (5,)) | {"special": np.arange(0)}


@exercise.drawn(
    "every token is used, only one is, or hundreds are",
    name="sizes",
    hint="All tokens may be in use, or a single one, or so many that their numbers "
    "need more than one byte.",
)
def sizes(rng: Rng) -> Calls:
    drawn = _arguments(rng, 9, 3, (1, 1))
    yield drawn | {"documents": {"all": rng.permutation(np.arange(9))}}
    only = {"a": np.full(3, 7), "b": np.full(1, 7)}
    yield drawn | {"documents": only, "special": np.array([7])}
    yield _arguments(rng, 1000, 2, (500, 300))


def _arguments(
    rng: Rng, tokens: int, width: int, lengths: tuple[int, ...]
) -> Arguments:
    """Three special tokens, not the first ones; some others are in no document."""
    order = rng.permutation(np.arange(1, tokens))
    used = order[3 : 3 + max(2, tokens // 2)]
    return {
        "documents": {
            f"text {i}": rng.choice(used, size=length)
            for i, length in enumerate(lengths)
        },
        "table": rng.normal(size=(tokens, width)),
        "special": order[:3],
    }


@exercise.mistake("special-dropped", SPECIAL)
def special_dropped(documents, table, special):
    """A token that no document contains is not needed."""
    return solution(documents, table, np.arange(0))


@exercise.mistake(
    "not-renumbered",
    "The documents still have the old numbers. In the smaller table, those rows are "
    "other tokens, or none.",
)
def old_numbers(documents, table, special):
    """A token keeps its number."""
    return table[_needed(documents, special)], {**documents}


def _by_frequency(documents, kept):
    everything = np.concatenate([np.arange(0), *documents.values()])
    counts = np.bincount(everything, minlength=kept.max() + 1)
    return kept[np.argsort(-counts[kept], kind="stable")]


@exercise.mistake("another-order", ORDER)
def most_frequent_first(documents, table, special):
    """Rows are sorted by how often they are used."""
    kept = _by_frequency(documents, _needed(documents, special))
    return table[kept], _numbered(documents, kept)


@exercise.mistake("another-order", ORDER)
def special_first(documents, table, special):
    """Special tokens come first, then the others."""
    kept = list(dict.fromkeys([*special, *_needed(documents, special)]))
    return table[kept], _numbered(documents, kept)


@exercise.mistake("another-order", ORDER)
def as_they_appear(documents, table, special):
    """Tokens are numbered in the order in which they appear."""
    tokens = np.concatenate([np.arange(0), *documents.values(), special])
    kept = list(dict.fromkeys(tokens.astype(int)))
    return table[kept], _numbered(documents, kept)


@exercise.mistake(
    "order-mismatch",
    "Table and documents are numbered by different rules: the documents by how often a "
    "token occurs, the rows by their old numbers.",
)
def numbered_by_frequency(documents, table, special):
    """The most frequent token gets the number 0."""
    kept = _needed(documents, special)
    return table[kept], _numbered(documents, _by_frequency(documents, kept))


@exercise.mistake(
    "unused-kept",
    "The table only lost its end: rows before the last token in use stayed, although "
    "no document reads them.",
)
def cut_at_the_largest(documents, table, special):
    """A vocabulary is cut after its last token."""
    return table[: _needed(documents, special).max() + 1], {**documents}


@exercise.mistake(
    "M1",
    "The unused rows are zeros now, but they are still there, and the table takes as "
    "many bytes as before.",
)
def zeros_instead(documents, table, special):
    """Zeros make a table smaller."""
    small = np.zeros_like(table)
    kept = _needed(documents, special)
    small[kept] = table[kept]
    return small, {**documents}


@exercise.mistake(
    "each-by-itself",
    "Each document was numbered by itself, so that one number means different tokens "
    "in different documents. There is one table for all.",
)
def each_document_by_itself(documents, table, special):
    """The tokens of a document are numbered from 0."""
    numbered = {
        name: np.unique(tokens, return_inverse=True)[1]
        for name, tokens in documents.items()
    }
    return table[_needed(documents, special)], numbered


@exercise.mistake(
    "row-twice",
    "A row is in the table twice: a token of documents and special tokens was counted "
    "in both.",
)
def special_twice(documents, table, special):
    """Special tokens and those of documents are different."""
    kept = _needed(documents, special)
    own = _needed(documents, np.arange(0))
    both = np.sort(np.concatenate([own, special]).astype(int))
    return table[both], _numbered(documents, kept)


@exercise.mistake(
    "first-only",
    "Only the tokens of the first document are counted. The table serves all of them.",
)
def first_document_only(documents, table, special):
    """The first document shows which tokens are in use."""
    first = dict(list(documents.items())[:1])
    kept = _needed(first, special)
    place = {token: i for i, token in enumerate(kept)}
    return table[kept], {
        name: np.array([place.get(t, 0) for t in tokens], dtype=int)
        for name, tokens in documents.items()
    }


@exercise.mistake(
    "from-one", "The new numbers start at 1. Rows of a table are counted from 0."
)
def numbered_from_one(documents, table, special):
    """The first token has the number 1."""
    small, numbered = solution(documents, table, special)
    return small, {name: tokens + 1 for name, tokens in numbered.items()}


@exercise.mistake(
    "small-integers",
    "Numbers from 256 on came back as small ones. A byte holds only 256 of them.",
)
def one_byte_numbers(documents, table, special):
    """A byte is enough for the number of a token."""
    small, numbered = solution(documents, table, special)
    return small, {n: tokens.astype(np.uint8) for n, tokens in numbered.items()}
