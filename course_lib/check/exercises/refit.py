"""Folding removed units into the next layer by least squares."""

import numpy as np

from course_lib.check.compare import Parts, close
from course_lib.check.draw import draw_mask
from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

DOUBLE, SINGLE = 1e-6, 1e-4  # of the largest output, by the precision of an answer


def same_outputs(
    got: Parts, wanted: Parts, X: np.ndarray, keep: np.ndarray, **rest: np.ndarray
) -> bool:
    """Whether the outputs for X agree; with dependent units, several fits are right."""
    outputs = [X[:, keep] @ W.T + b for W, b in (got, wanted)]
    is_single = any(part.dtype.itemsize < 8 for part in got)
    return close(outputs[0], outputs[1], SINGLE if is_single else DOUBLE)


exercise = Exercise(
    name="refit",
    chapter="06",
    section=4,
    title="Fold by least squares",
    points=3,
    difficulty=3,
    minutes=12,
    misconception="mean-only",
    room="Math",
    returns=("the new W", "the new b"),
    expected="weights for the kept units and a bias, with the least squared error from "
    "X @ W.T + b",
    hint="The outputs for X are not as close to the old ones as they could be. Which "
    "numbers are fitted, to what, and is one of them a constant?",
    agree=same_outputs,
)

DEPENDENT = (
    "Here, units are always zero or equal to each other, or there are fewer rows than "
    "units. Then many fits are equally good, and any will do; a matrix that has no "
    "inverse needs a routine for least squares."
)

STILL_THERE = (
    "The removed units still have weights, zeros perhaps. The new W has one column for "
    "each unit that stays, and no other."
)


def _fit(inputs, targets):
    return np.linalg.lstsq(inputs, targets, rcond=None)[0].T


def _with_ones(inputs):
    return np.hstack([inputs, np.ones((len(inputs), 1))])


@exercise.solution
def solution(X, W, b, keep):
    fitted = _fit(_with_ones(X[:, keep]), X @ W.T + b)
    return fitted[:, :-1], fitted[:, -1]


@exercise.drawn("about half of the units go")
def half(rng: Rng) -> Calls:
    for rows, units, outputs in ((40, 6, 3), (60, 7, 7), (200, 20, 12)):
        yield _arguments(rng, rows, outputs, draw_mask(rng, units, units // 2))


@exercise.drawn(
    "one unit stays, one goes, all stay, or none",
    name="extreme",
    hint="If all units stay, the outputs stay as they are; if none does, the best "
    "constant is left, and W has no column.",
)
def extreme(rng: Rng) -> Calls:
    one = np.arange(6) == rng.integers(1, 5)
    for keep in (one, ~one, np.ones(6, bool), np.zeros(6, bool), np.ones(1, bool)):
        yield _arguments(rng, 50, 4, keep)
    yield _arguments(rng, 50, 1, one)


@exercise.drawn(
    "units that never fire, twins, and few rows", name="dependent", hint=DEPENDENT
)
def dependent(rng: Rng) -> Calls:
    for rows in (60, 5):
        keep = draw_mask(rng, 12, 7)
        drawn = _arguments(rng, rows, 4, keep)
        silent, first, twin = np.flatnonzero(keep)[:3]
        drawn["X"][:, silent] = 0
        drawn["X"][:, twin] = drawn["X"][:, first]
        yield drawn


@exercise.drawn(
    "large means, small numbers, float32 too",
    name="scale",
    hint="Activations may be far from zero or very small. Do you add a number to the "
    "matrix that you solve with? It is not small next to small activations.",
)
def scale(rng: Rng) -> Calls:
    keep = draw_mask(rng, 8, 4)
    drawn = _arguments(rng, 80, 5, keep)
    yield drawn | {"X": drawn["X"] + rng.uniform(-2, 4, size=8)}
    yield drawn | {"X": drawn["X"] * 1e-3, "W": drawn["W"] * 1e3}
    yield {n: a.astype(np.float32) if n != "keep" else a for n, a in drawn.items()}


def _arguments(rng: Rng, rows: int, outputs: int, keep: np.ndarray) -> Arguments:
    """Units after a ReLU that share what they see, so that some can be replaced."""
    units = len(keep)
    seen = rng.normal(size=(rows, 3)) @ rng.normal(size=(3, units))
    own = 0.5 * rng.normal(size=(rows, units))
    return {
        "X": np.maximum(seen + own + rng.uniform(0, 1, size=units), 0),
        "W": rng.normal(size=(outputs, units)),
        "b": rng.normal(size=outputs),
        "keep": keep,
    }


@exercise.mistake("M1", STILL_THERE)
def zeros_instead(X, W, b, keep):
    """Zeros make a layer smaller."""
    fitted, constant = solution(X, W, b, keep)
    wide = np.zeros_like(W)
    wide[:, keep] = fitted
    return wide, constant


@exercise.mistake("M1", STILL_THERE)
def old_layer(X, W, b, keep):
    """The old weights are already the best."""
    return W.copy(), b.copy()


@exercise.mistake(
    "nothing-refitted",
    "The weights of the kept units came back as they were. Let them take over what the "
    "removed units did: fit them to the old outputs.",
)
def nothing_refitted(X, W, b, keep):
    """What is removed is lost, and the rest stays as it is."""
    return W[:, keep], b.copy()


@exercise.mistake(
    "mean-only",
    "Only the mean of the removed units was folded. They also vary, and the units that "
    "stay can follow them: fit the weights, too.",
)
def mean_only(X, W, b, keep):
    """All that can be saved of a unit is its mean."""
    return W[:, keep], b + W[:, ~keep] @ X[:, ~keep].mean(axis=0)


@exercise.mistake(
    "bias-not-refitted",
    "The bias was not fitted with the weights. A constant is one more input that is "
    "always 1: without it, the weights have to bend to make up for a mean.",
)
def bias_not_refitted(X, W, b, keep):
    """The bias is no unit, so it stays."""
    return _fit(X[:, keep], X @ W.T), b.copy()


@exercise.mistake(
    "bias-not-refitted",
    "The weights were fitted without a constant, and the old bias is gone. A constant "
    "is one more input that is always 1.",
)
def no_bias_at_all(X, W, b, keep):
    """The weights can make up for the bias, too."""
    return _fit(X[:, keep], X @ W.T + b), np.zeros_like(b)


@exercise.mistake(
    "old-bias-lost",
    "The old bias is gone. It is a part of the outputs that you fit, or must be added "
    "to the fitted constant.",
)
def old_bias_lost(X, W, b, keep):
    """The new bias is the constant that was fitted."""
    return solution(X, W, np.zeros_like(b), keep)


@exercise.mistake(
    "old-bias-twice",
    "The old bias counts twice: it was part of the outputs that you fitted, and then "
    "added again.",
)
def old_bias_twice(X, W, b, keep):
    """The fitted constant is what has to be added to the bias."""
    fitted, constant = solution(X, W, b, keep)
    return fitted, constant + b


@exercise.mistake(
    "kept-weights-lost",
    "You fitted what the removed units sent, but the kept ones still send their own "
    "part: add their old weights.",
)
def kept_weights_lost(X, W, b, keep):
    """The new weights replace what was removed."""
    fitted = _fit(_with_ones(X[:, keep]), X[:, ~keep] @ W[:, ~keep].T)
    return fitted[:, :-1], b + fitted[:, -1]


@exercise.mistake(
    "centered",
    "The bias stayed as it was. A fit of centered activations has no constant, so the "
    "bias must make up for the means: those of the kept units count, too.",
)
def centered_without_means(X, W, b, keep):
    """Centered activations need no new bias."""
    centered = X - X.mean(axis=0)
    return _fit(centered[:, keep], centered @ W.T), b.copy()


@exercise.mistake(
    "centered",
    "The bias only took over the mean of the removed units. The weights of the kept "
    "ones changed, too, and so did what they send on average.",
)
def centered_with_removed_means(X, W, b, keep):
    """The bias takes over the mean of what was removed."""
    fitted, _ = centered_without_means(X, W, b, keep)
    return fitted, mean_only(X, W, b, keep)[1]


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: True in keep means that the unit stays.",
)
def fits_the_removed(X, W, b, keep):
    """The mask says which units to take out."""
    return solution(X, W, b, ~keep)


@exercise.mistake(
    "transposed",
    "The new W is transposed: like the old one, it has one row per output.",
)
def transposed(X, W, b, keep):
    """A fit returns its weights in the shape that a layer stores."""
    fitted, constant = solution(X, W, b, keep)
    return fitted.T, constant


@exercise.mistake(
    "regularized",
    "A penalty on large weights moved the fit away from the least error. Where units "
    "are independent, none is needed.",
)
def ridge(X, W, b, keep):
    """A fit always needs a penalty."""
    inputs = _with_ones(X[:, keep])
    gram = inputs.T @ inputs + np.eye(inputs.shape[1])
    fitted = np.linalg.solve(gram, inputs.T @ (X @ W.T + b)).T
    return fitted[:, :-1], fitted[:, -1]


@exercise.mistake(
    "after-activation",
    "You fitted outputs without their negative part. What must be kept is what the "
    "next layer computes before its own ReLU.",
)
def fits_after_relu(X, W, b, keep):
    """What has to be kept is what the next layer sends."""
    fitted = _fit(_with_ones(X[:, keep]), np.maximum(X @ W.T + b, 0))
    return fitted[:, :-1], fitted[:, -1]


@exercise.mistake("dependent", DEPENDENT)
def inverse_or_nothing(X, W, b, keep):
    """Where no inverse exists, nothing can be fitted."""
    inputs = _with_ones(X[:, keep])
    gram = inputs.T @ inputs
    if np.linalg.matrix_rank(gram) < len(gram):
        return mean_only(X, W, b, keep)
    return solution(X, W, b, keep)
