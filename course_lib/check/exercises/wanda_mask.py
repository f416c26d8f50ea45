"""Weights kept by their size times the size of their input, row by row."""

import numpy as np

from course_lib.check.answer import Function
from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

# the size of an input, one number for each column of X
NORMS = {
    "root of the sum of squares": lambda X: np.sqrt(np.sum(X**2, axis=0)),
    "sum of absolute values": lambda X: np.sum(np.abs(X), axis=0),
    "largest absolute value": lambda X: np.max(np.abs(X), axis=0),
    "fourth root of the sum of fourth powers": lambda X: np.sum(X**4, axis=0) ** 0.25,
}
# the size of a weight; no squares, which rank like a norm without its root
POWERS = {
    "absolute value": 1.0,
    "cube of the absolute value": 3.0,
    "cube root of the absolute value": 1 / 3,
}

exercise = Exercise(
    name="wanda_mask",
    chapter="06",
    section=2,
    title="A weight and what it multiplies",
    points=2,
    difficulty=2,
    minutes=9,
    misconception="M4",
    room="Math",
    returns=("the mask",),
    expected="{kept} True in each row: where the {weight} of the weight times the "
    "{norm} of its input is largest",
    hint="Compute the score of every weight in the first row by hand. Which scores are "
    "the largest, and which weights does your mask keep?",
    variations=tuple(
        {"weight": weight, "norm": norm} for weight in POWERS for norm in NORMS
    ),
    types={"the mask": BOOL},
)

WHOLE_MATRIX = (
    "The entire matrix was ranked at once. Then some neurons keep most of their inputs "
    "and others hardly any. Rank each row by itself."
)
ANOTHER_NORM = (
    "You measured the size of an input in another way than your class. Here, it is the "
    "{norm}."
)
ANOTHER_POWER = (
    "You measured the size of a weight in another way than your class. Here, it is its "
    "{weight}."
)
INDICES = "Those are positions. Return True or False for every weight, in W's shape."


def _size(W, weight):
    return np.abs(W) ** POWERS[weight]


def _largest(scores, kept):
    """True for the highest scores of each row."""
    rank = np.argsort(np.argsort(scores, axis=1, kind="stable"), axis=1)
    return rank >= scores.shape[1] - kept


@exercise.solution
def solution(W, X, kept, *, weight, norm):
    return _largest(_size(W, weight) * NORMS[norm](X), kept)


@exercise.drawn("inputs of different size and spread")
def different(rng: Rng) -> Calls:
    # as many rows as inputs, so that no axis can be guessed from the shapes
    sizes = (6, 8, 8, 4), (8, 8, 8, 3), (5, 12, 30, 5)
    while True:
        drawn = [_arguments(rng, *size) for size in sizes]
        masks, wrong = (
            set(zip(*(_of_all_classes(rule, **each) for each in drawn), strict=True))
            for rule in (solution, squares_without_root)
        )
        # no other class's rule passes, and no square of one
        if len(masks) == len(exercise.variations) and not masks & wrong:
            yield from drawn
            return


@exercise.drawn(
    "inputs that are always zero, and weights that are",
    name="silent-inputs",
    hint="An input that is always zero gives all of its weights a score of zero, "
    "however large they are. Exactly as many as asked must stay in each row.",
)
def silent(rng: Rng) -> Calls:
    for neurons, inputs, kept in ((5, 9, 4), (4, 12, 5)):
        drawn = _arguments(rng, neurons, inputs, 20, kept)
        quiet = rng.permutation(inputs)[:3]
        drawn["X"][:, quiet] = 0
        drawn["W"][:, quiet] *= 5
        drawn["W"][0, np.setdiff1d(np.arange(inputs), quiet)[-2:]] = 0
        yield drawn


@exercise.drawn(
    "everything stays, or nothing; one neuron; one row of activations",
    name="extreme",
    hint="There may be a single neuron or a single row of activations, and the number "
    "of weights to keep may be anything from zero to all.",
)
def extreme(rng: Rng) -> Calls:
    for neurons, inputs, rows, kept in (
        (4, 7, 12, 0), (4, 7, 12, 7), (1, 9, 12, 4), (5, 1, 6, 1), (5, 1, 6, 0),
        (4, 9, 1, 3),
    ):  # fmt: skip
        yield _arguments(rng, neurons, inputs, rows, kept)


@exercise.drawn(
    "very small and very large numbers, float32 too",
    name="scale",
    hint="Only the order of the scores matters, not their size. Do you round, or add a "
    "small number?",
)
def scale(rng: Rng) -> Calls:
    for size in (1e-8, 1e9):  # single precision holds their cubes
        drawn = _arguments(rng, 5, 9, 16, 4)
        yield drawn | {"W": _single(size * drawn["W"]), "X": _single(drawn["X"] * 1e-4)}
    drawn = _arguments(rng, 5, 9, 16, 4)
    yield {n: a.astype(np.float32) if n != "kept" else a for n, a in drawn.items()}


def _arguments(rng: Rng, neurons: int, inputs: int, rows: int, kept: int) -> Arguments:
    """Numbers whose scores are clearly apart, in single precision and by any norm."""
    while True:
        W = rng.normal(size=(neurons, inputs)) * rng.uniform(0.5, 2, size=(neurons, 1))
        X = rng.normal(size=(rows, inputs)) * np.exp(rng.normal(0, 1, size=inputs))
        kinds = rng.permutation(np.resize(np.arange(4), inputs))
        X[:, kinds == 1] += rng.choice([-3, 3], size=(kinds == 1).sum())  # off zero
        X[:, kinds == 2] *= rng.random((rows, (kinds == 2).sum())) < 0.4  # often zero
        X[:, kinds == 3] = np.abs(X[:, kinds == 3])
        W, X = _single(W), _single(X)
        scores = [
            np.sort(_size(W, weight) * size(X))
            for weight in POWERS
            for size in NORMS.values()
        ]
        if all((s[:, 1:] - s[:, :-1] > 1e-4 * s[:, 1:]).all() for s in scores):
            return {"W": W, "X": X, "kept": kept}


def _of_all_classes(
    mask: Function, W: np.ndarray, X: np.ndarray, kept: int
) -> list[bytes]:
    return [mask(W, X, kept, **rule).tobytes() for rule in exercise.variations]


def _single(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32).astype(np.float64)


@exercise.mistake(
    "M4",
    "The weights alone decided. A small weight on a loud input does more than a large "
    "one on an input that is nearly silent: multiply by the size of the input.",
)
def weights_alone(W, X, kept, *, weight, norm):
    """Small weights are useless."""
    return _largest(_size(W, weight), kept)


@exercise.mistake(
    "M6",
    "You used the mean of each input. Positive and negative activations cancel there, "
    "so a loud input can have a mean of zero. The size is the {norm}.",
)
def mean_of_inputs(W, X, kept, *, weight, norm):
    """An input with a mean near zero is silent."""
    return _largest(_size(W, weight) * np.abs(np.mean(X, axis=0)), kept)


@exercise.mistake(
    "spread-not-size",
    "You used the standard deviation. An input that is always 3 has none, and yet its "
    "weight adds a lot. The size is the {norm}.",
)
def spread_of_inputs(W, X, kept, *, weight, norm):
    """Only what varies counts."""
    return _largest(_size(W, weight) * np.std(X, axis=0), kept)


@exercise.mistake(
    "no-root",
    "You weighted by squares: the sum of squares without its root ranks a loud input "
    "far too high. The size is the {norm}.",
)
def squares_without_root(W, X, kept, *, weight, norm):
    """A root changes no order, so it can be left out."""
    return _largest(_size(W, weight) * np.sum(X**2, axis=0), kept)


def _other(names, name, steps):
    names = list(names)
    return names[(names.index(name) + steps) % len(names)]


def _by_another_norm(steps):
    def another(W, X, kept, *, weight, norm):
        """Sizes are sizes, however they are measured."""
        return solution(W, X, kept, weight=weight, norm=_other(NORMS, norm, steps))

    return another


def _by_another_power(steps):
    def another(W, X, kept, *, weight, norm):
        """A cube or a root changes no order."""
        return solution(W, X, kept, weight=_other(POWERS, weight, steps), norm=norm)

    return another


for _steps in range(1, len(NORMS)):
    exercise.mistake("other-norm", ANOTHER_NORM)(_by_another_norm(_steps))
for _steps in range(1, len(POWERS)):
    exercise.mistake("other-power", ANOTHER_POWER)(_by_another_power(_steps))


@exercise.mistake("whole-matrix", WHOLE_MATRIX)
def whole_matrix(W, X, kept, *, weight, norm):
    """One ranking for the matrix keeps the same number in each row."""
    scores = _size(W, weight) * NORMS[norm](X)
    return _largest(scores.reshape(1, -1), kept * len(W)).reshape(W.shape)


@exercise.mistake(
    "per-column",
    "Each column was ranked. All weights of a column have the same input, so its size "
    "changes nothing there. Rank each row: one neuron and its inputs.",
)
def each_column(W, X, kept, *, weight, norm):
    """The weights of one input compete with each other."""
    return _largest((_size(W, weight) * NORMS[norm](X)).T, min(kept, len(W))).T


@exercise.mistake(
    "wrong-axis",
    "You measured the rows of X. A row is one token; an input is a column.",
)
def sizes_of_rows(W, X, kept, *, weight, norm):
    """Each row of X is an input."""
    return _largest(_size(W, weight) * NORMS[norm](X.T), kept)


@exercise.mistake(
    "sign",
    "The signs were compared: a large negative weight lost to a small positive one. "
    "Take the absolute weight.",
)
def signed_weights(W, X, kept, *, weight, norm):
    """The largest products are the largest scores."""
    return _largest(np.sign(W) * _size(W, weight) * NORMS[norm](X), kept)


@exercise.mistake(
    "mask-flipped", "It is the other way around: True means that the weight is kept."
)
def true_is_pruned(W, X, kept, *, weight, norm):
    """The mask marks what is pruned."""
    return ~solution(W, X, kept, weight=weight, norm=norm)


@exercise.mistake("removes-kept", "kept is how many weights stay in a row, not go.")
def number_that_goes(W, X, kept, *, weight, norm):
    """The number says how many are pruned."""
    return solution(W, X, W.shape[1] - kept, weight=weight, norm=norm)


@exercise.mistake(
    "smallest-kept", "The lowest scores of each row stayed. Sorting puts them first."
)
def lowest_scores(W, X, kept, *, weight, norm):
    """Sorting puts the largest first."""
    return ~solution(W, X, W.shape[1] - kept, weight=weight, norm=norm)


@exercise.mistake(
    "weights-not-mask",
    "Those are the weights themselves. Return True or False for every weight.",
)
def weights_that_stay(W, X, kept, *, weight, norm):
    """Pruning gives weights, some of them zero."""
    return W * solution(W, X, kept, weight=weight, norm=norm)


@exercise.mistake("indices", INDICES)
def positions_that_stay(W, X, kept, *, weight, norm):
    """The positions of the kept weights are as good as a mask."""
    return np.argsort(-_size(W, weight) * NORMS[norm](X), axis=1)[:, :kept]


@exercise.mistake(
    "minus-zero",
    "With nothing to keep, everything stayed. A slice that starts at minus zero starts "
    "at zero: count from the front instead.",
)
def last_by_slice(W, X, kept, *, weight, norm):
    """The last ones of a row are row[-kept:], whatever the number is."""
    mask = np.zeros(W.shape, dtype=bool)
    order = np.argsort(_size(W, weight) * NORMS[norm](X), axis=1)
    np.put_along_axis(mask, order[:, -kept:], True, axis=1)
    return mask


@exercise.mistake(
    "threshold",
    "All weights should stay here. A comparison with the score of the next weight "
    "fails where there is no next one: rank the row and count.",
)
def above_the_next(W, X, kept, *, weight, norm):
    """There is always a next weight, and what scores above it stays."""
    scores = _size(W, weight) * NORMS[norm](X)
    lower = np.sort(scores, axis=1)[:, ::-1][:, min(kept, W.shape[1] - 1), None]
    return scores > lower
