"""The gradient of shared weights: one number per centroid."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="centroid_gradient",
    chapter="05",
    section=3,
    title="One weight in many places",
    points=2,
    difficulty=2,
    minutes=7,
    misconception="mean-not-sum",
    room="Math",
    returns=("the gradient of the centroids",),
    expected="how much the loss changes when a centroid, and with it every weight that "
    "uses it, grows by one: {k} numbers",
    hint="Take one centroid and mark the weights that use it. All of them move with "
    "it. What does each contribute?",
)

ROUNDED = (
    "You rounded the gradients. They are not integers, and neither are their sums."
)


@exercise.solution
def solution(grad, codes, k):
    kept = codes >= 0
    return np.bincount(codes[kept], weights=grad[kept], minlength=k)


@exercise.drawn("layers with pruned weights and an unused centroid")
def layers(rng: Rng) -> Calls:
    for shape, k in (((4, 5), 4), ((3, 7), 5), ((12,), 3)):
        size = int(np.prod(shape))
        used = [j for j in range(k) if j != 1]
        drawn = rng.choice(used, size=size - 2 - 2 * len(used))
        codes = rng.permutation(np.concatenate([[-1, -1], used, used, drawn]))
        yield _arguments(rng, codes.astype(int).reshape(shape), k)


@exercise.drawn("real layers, of two or four dimensions")
def real(rng: Rng) -> Calls:
    for shape, k in (((40, 30), 16), ((6, 4, 3, 3), 5)):
        yield _arguments(rng, rng.integers(-1, k, size=shape), k)
    # the last centroids are used by no weight
    yield _arguments(rng, rng.integers(-1, 4, size=(6, 7)), 7)


@exercise.drawn(
    "everything pruned, or a single centroid",
    name="pruned-counted",
    hint="If every weight is pruned, no centroid is used, and the loss depends on "
    "none. A single centroid is used by all weights that were not pruned.",
)
def extremes(rng: Rng) -> Calls:
    yield _arguments(rng, np.full((4, 5), -1), int(rng.integers(3, 9)))
    codes = rng.integers(-1, 1, size=(4, 5))
    codes[0, :2] = 0, -1
    yield _arguments(rng, codes, 1)


def _arguments(rng: Rng, codes: np.ndarray, k: int) -> Arguments:
    # away from zero, so that no sum of a few gradients is
    sizes = rng.uniform(0.2, 5, size=codes.shape)
    grad = sizes * rng.choice([-1.0, 1.0], size=codes.shape)
    return {"grad": grad, "codes": codes, "k": k}


@exercise.mistake(
    "mean-not-sum",
    "That is the mean. But a centroid is one parameter, and all weights that use it "
    "move at once: their gradients add up.",
)
def mean_of_gradients(grad, codes, k):
    """A centroid's gradient is the mean of its weights' gradients."""
    counts = solution(np.ones_like(grad), codes, k)
    return solution(grad, codes, k) / np.maximum(counts, 1)


@exercise.mistake(
    "mean-not-sum",
    "You divided by a number of weights. The centroid is one parameter, and all "
    "weights that use it move at once: their gradients add up.",
)
def divided_by_all(grad, codes, k):
    """The sum has to be divided by the number of all weights."""
    return solution(grad, codes, k) / grad.size


@exercise.mistake(
    "last-only",
    "Each centroid got the gradient of only one weight. In-place addition at an array "
    "of indices happens once per index, however often the index appears.",
)
def added_once(grad, codes, k):
    """Adding at an index adds as often as the index appears."""
    found = np.zeros(k)
    kept = codes >= 0
    found[codes[kept]] += grad[kept]
    return found


@exercise.mistake(
    "pruned-counted",
    "The gradients of pruned weights went to the last centroid. Code -1 marks a "
    "weight that is zero and stays zero: it uses no centroid.",
)
def pruned_go_to_the_last(grad, codes, k):
    """Every weight has a gradient, so every gradient goes somewhere."""
    return solution(grad, codes % k, k)


@exercise.mistake(
    "pruned-counted",
    "The gradients of pruned weights went to the first centroid. Code -1 marks a "
    "weight that is zero and stays zero: it uses no centroid.",
)
def pruned_go_to_the_first(grad, codes, k):
    """Pruned weights belong to the centroid that is nearest to zero: the first."""
    return solution(grad, np.maximum(codes, 0), k)


@exercise.mistake(
    "unused-missing",
    "Centroids that no weight uses are missing. Return all k: the loss does not depend "
    "on those, so their gradient is 0.",
)
def only_those_in_use(grad, codes, k):
    """A centroid that nobody uses needs no gradient."""
    return [grad[codes == j].sum() for j in np.unique(codes) if j >= 0]


@exercise.mistake(
    "pruned-shifts",
    "That is one number too many. Code -1 is not a centroid: it marks a pruned weight.",
)
def one_group_too_many(grad, codes, k):
    """The groups of np.unique are the centroids."""
    return [grad[codes == j].sum() for j in range(-1, k)]


@exercise.mistake(
    "sign",
    "The sign is reversed. A gradient points in the direction in which the loss "
    "grows; the step against it comes later.",
)
def downhill(grad, codes, k):
    """A gradient points downhill."""
    return -solution(grad, codes, k)


@exercise.mistake(
    "absolute", "You added absolute values. Gradients of opposite sign should cancel."
)
def absolute_values(grad, codes, k):
    """Gradients of different sign must not cancel."""
    return solution(np.abs(grad), codes, k)


@exercise.mistake("counts", "Those are the numbers of weights that use each centroid.")
def how_many(grad, codes, k):
    """What matters is how many weights use a centroid."""
    return solution(np.ones_like(grad), codes, k)


@exercise.mistake("rounded", ROUNDED)
def integer_gradients(grad, codes, k):
    """Gradients are integers."""
    return solution(np.trunc(grad), codes, k)


@exercise.mistake("rounded", ROUNDED)
def rounded_sums(grad, codes, k):
    """The sum of many gradients may be rounded to an integer."""
    return np.rint(solution(grad, codes, k))
