"""Attention heads taken out of the four matrices that hold them."""

import numpy as np

from course_lib.check.compare import Parts, close
from course_lib.check.draw import draw_mask
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng


def same_attention(
    got: Parts, wanted: Parts, keep: np.ndarray, **arguments: np.ndarray
) -> bool:
    """Whether all four matrices have the same heads, in any order that they share."""
    tokens = np.random.default_rng(0).normal(size=(7, wanted[0].shape[1]))
    outputs = [attention(tokens, int(keep.sum()), *each) for each in (got, wanted)]
    return close(outputs[0], outputs[1], 1e-5)


def attention(tokens, heads, Wq, Wk, Wv, Wo):
    """Return what the layer adds to each token of one text."""
    queries, keys, values = (
        np.stack(np.split((tokens @ W.T).astype(float), heads, axis=1))
        for W in (Wq, Wk, Wv)
    )
    scores = queries @ keys.swapaxes(1, 2) / np.sqrt(queries.shape[2])
    shares = np.exp(scores - scores.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    return np.concatenate(list(shares @ values), axis=1) @ Wo.T


exercise = Exercise(
    name="cut_heads",
    chapter="06",
    section=3,
    title="Cut heads out of attention",
    points=2,
    difficulty=2,
    minutes=9,
    misconception="wrong-axis",
    room="Code",
    returns=("the new Wq", "the new Wk", "the new Wv", "the new Wo"),
    expected="four matrices that compute the same as the large ones with the removed "
    "heads switched off",
    hint="The small layer computes something else. Did you keep the same heads in all "
    "four matrices, each as a block of neighbors?",
    agree=same_attention,
)

ALL_THREE = (
    "Queries, keys, and values of a head go together: each head owns rows in all three "
    "matrices, and columns of Wo."
)
STILL_THERE = (
    "The removed heads are zeros now, but they are still there: there are as many "
    "numbers to store and multiply as before. Take them out."
)


def _rows(keep, size):
    """True for the rows of the heads that stay: each head is a block of them."""
    return np.repeat(keep, size)


@exercise.solution
def solution(Wq, Wk, Wv, Wo, keep):
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq[rows], Wk[rows], Wv[rows], Wo[:, rows]


@exercise.drawn("half of the heads, in layers as wide as all heads together")
def halves(rng: Rng) -> Calls:
    for heads, size, kept in ((4, 2, 2), (6, 3, 3), (12, 4, 6)):
        yield _arguments(rng, heads, size, heads * size, kept)


@exercise.drawn(
    "one head stays, one goes, or all stay",
    hint="With a single head left, or a single one removed, the small layer computes "
    "something else.",
)
def one(rng: Rng) -> Calls:
    for heads, size, kept in ((5, 3, 1), (5, 3, 4), (4, 4, 4), (1, 5, 1), (6, 1, 3)):
        yield _arguments(rng, heads, size, heads * size, kept)


@exercise.drawn(
    "layers that lost heads before, so that the width is another one",
    name="pruned-before",
    hint="Here, all heads together are not as wide as a token: some were removed "
    "before. The size of a head follows from the rows of Wq, not from the columns.",
)
def pruned_before(rng: Rng) -> Calls:
    for heads, size, width, kept in ((4, 3, 24, 2), (3, 8, 32, 1), (6, 4, 16, 3)):
        yield _arguments(rng, heads, size, width, kept)


def _arguments(rng: Rng, heads: int, size: int, width: int, kept: int) -> Arguments:
    keep = np.ones(heads, bool) if kept == heads else draw_mask(rng, heads, kept)
    shapes = dict.fromkeys(("Wq", "Wk", "Wv"), (heads * size, width))
    shapes["Wo"] = (width, heads * size)
    matrices = {n: 2 * rng.normal(size=s) / np.sqrt(s[1]) for n, s in shapes.items()}
    return matrices | {"keep": keep}


@exercise.mistake(
    "wrong-axis",
    "You took rows of Wo. Its rows are the outputs of the layer, and all of them stay; "
    "what a head sends is read by columns.",
)
def rows_of_wo(Wq, Wk, Wv, Wo, keep):
    """A head is a block of rows in all four matrices."""
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq[rows], Wk[rows], Wv[rows], Wo[rows]


@exercise.mistake(
    "wrong-axis",
    "You took columns of Wq, Wk, and Wv. Their columns read the token, all of it; a "
    "head is a block of rows.",
)
def columns_everywhere(Wq, Wk, Wv, Wo, keep):
    """A head is a block of columns in all four matrices."""
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq[:, rows], Wk[:, rows], Wv[:, rows], Wo[:, rows]


@exercise.mistake(
    "interleaved",
    "The rows of a head are neighbors: first all rows of head 0, then those of head 1. "
    "You took them in turns, as if row 1 belonged to head 1.",
)
def interleaved_heads(Wq, Wk, Wv, Wo, keep):
    """The rows of the heads are interleaved."""
    rows = np.tile(keep, len(Wq) // len(keep))
    return Wq[rows], Wk[rows], Wv[rows], Wo[:, rows]


@exercise.mistake("M1", STILL_THERE)
def zeros_instead(Wq, Wk, Wv, Wo, keep):
    """Zeros make a layer smaller."""
    rows = _rows(keep, len(Wq) // len(keep))[:, None]
    return Wq * rows, Wk * rows, Wv * rows, Wo * rows.T


@exercise.mistake("M1", STILL_THERE)
def zeros_in_wo(Wq, Wk, Wv, Wo, keep):
    """A head that nobody reads is gone."""
    return Wq, Wk, Wv, Wo * _rows(keep, len(Wq) // len(keep))


@exercise.mistake("not-all-three", ALL_THREE)
def values_only(Wq, Wk, Wv, Wo, keep):
    """A head is what it sends: its values."""
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq, Wk, Wv[rows], Wo[:, rows]


@exercise.mistake("not-all-three", ALL_THREE)
def queries_and_keys_only(Wq, Wk, Wv, Wo, keep):
    """A head is where it looks: its queries and keys."""
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq[rows], Wk[rows], Wv, Wo


@exercise.mistake(
    "consumer-left-whole",
    "The output matrix still reads all heads. It must lose the columns that read the "
    "removed ones.",
)
def output_unchanged(Wq, Wk, Wv, Wo, keep):
    """Only the matrices that make the heads change their shape."""
    rows = _rows(keep, len(Wq) // len(keep))
    return Wq[rows], Wk[rows], Wv[rows], Wo


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: True in keep means that the head stays.",
)
def removes_the_kept(Wq, Wk, Wv, Wo, keep):
    """The mask says which heads to take out."""
    return solution(Wq, Wk, Wv, Wo, ~keep)


@exercise.mistake(
    "first-heads",
    "You kept the first heads, as many as stay. The mask says which ones.",
)
def first_heads(Wq, Wk, Wv, Wo, keep):
    """Heads are alike, so only their number matters."""
    return solution(Wq, Wk, Wv, Wo, np.arange(len(keep)) < keep.sum())


@exercise.mistake(
    "one-row-per-head",
    "A head is more than one row: with 12 rows and 4 heads, each head has 3.",
)
def one_row_per_head(Wq, Wk, Wv, Wo, keep):
    """The mask of the heads picks the rows."""
    index = np.flatnonzero(keep)
    return Wq[index], Wk[index], Wv[index], Wo[:, index]


@exercise.mistake(
    "mask-as-index",
    "The mask became numbers, so you got heads 0 and 1 over and over. Index with the "
    "booleans themselves.",
)
def mask_as_numbers(Wq, Wk, Wv, Wo, keep):
    """True and False are 1 and 0, so they may be numbers."""
    size = len(Wq) // len(keep)
    rows = (keep.astype(int)[:, None] * size + np.arange(size)).ravel()
    return Wq[rows], Wk[rows], Wv[rows], Wo[:, rows]


@exercise.mistake(
    "pruned-before",
    "The size of a head is not the width divided by the number of heads: heads were "
    "removed before. It follows from the rows of Wq.",
)
def size_from_the_width(Wq, Wk, Wv, Wo, keep):
    """All heads together are as wide as a token."""
    size = Wq.shape[1] // len(keep)
    heads = [slice(i * size, (i + 1) * size) for i in np.flatnonzero(keep)]
    Wq, Wk, Wv = (np.concatenate([W[head] for head in heads]) for W in (Wq, Wk, Wv))
    return Wq, Wk, Wv, np.concatenate([Wo[:, head] for head in heads], axis=1)
