"""The share of each layer that goes when all layers are ranked together."""

from collections.abc import Sequence

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="layer_shares",
    chapter="03",
    section=2,
    title="Who pays?",
    points=2,
    difficulty=2,
    minutes=10,
    misconception="M12",
    room="Measure",
    returns=("the shares",),
    expected="for each layer, the share of its own weights that goes when all layers "
    "are ranked together",
    hint="Put the absolute values of all layers into one list, sort it, and draw a "
    "line after sparsity times its length. How many weights of each layer come before "
    "the line?",
)

RESCALED = (
    "Each layer was divided by its own scale before the ranking. That is another "
    "method. Here the weights compete as they are."
)
ENTIRE_LAYERS = (
    "All layers are ranked together. A layer of small weights may go entirely, and one "
    "of large weights may stay entirely."
)
EQUAL_WEIGHTS = (
    "Many of these weights are equal or already zero; but there are no ties at the "
    "line. Each weight counts, however often its value appears."
)
ROUNDED_DOWN = (
    "One weight too few goes. A computer's 0.29 is a hair below 0.29, and so is 0.29 "
    "times 100 below 29: cutting off the fraction gives 28. Round to the nearest whole "
    "number."
)

# 512 weights and 256 weights, so that every sparsity is a binary fraction
THREE = {"conv1": (8, 4, 2, 2), "fc1": (16, 20), "fc2": (4, 16)}
# 100 weights: 0.29 of them are 28.999999999999996 for a computer
HUNDRED: dict[str, tuple[int, ...]] = {"wide": (6, 10), "narrow": (4, 10)}
HAIR_BELOW = (29, 57, 58)
FOUR = {"stem": (4, 4, 2, 2), "b": (16, 8), "gain": (48,), "a": (1, 16)}


@exercise.solution
def solution(layers, sparsity):
    ranked = np.sort(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    # the smallest weight that stays; when everything goes, there is none
    line = np.append(ranked, np.inf)[round(sparsity * len(ranked))]
    return {name: np.mean(np.abs(w) < line) for name, w in layers.items()}


@exercise.drawn("three layers of different scale")
def three_layers(rng: Rng) -> Calls:
    # a quarter, a half, three quarters of all weights
    for counts in ((20, 76, 32), (116, 128, 12), (90, 286, 8)):
        moved = int(rng.integers(-4, 5))
        small = (counts[0] + moved, counts[1] - moved, counts[2])
        yield _arguments(rng, THREE, small, spreads=(2.0, 0.5, 4.0), negative=0.8)


@exercise.drawn(
    "layers that go entirely, or stay entirely", name="whole-layers", hint=ENTIRE_LAYERS
)
def entire_layers(rng: Rng) -> Calls:
    for order in (["stem", "b", "gain", "a"], ["gain", "a", "b", "stem"]):
        shapes = {name: FOUR[name] for name in order}
        sizes = [int(np.prod(shape)) for shape in shapes.values()]
        for small in ([sizes[0], 0, sizes[2] // 3, sizes[3]], sizes, [0, 0, 0, 0]):
            yield _arguments(rng, shapes, small)


@exercise.drawn(
    "layers of any number, name and shape",
    name="other-layers",
    hint="A network may have one layer or many, in any order, and an array may have "
    "one axis or four.",
)
def other_layers(rng: Rng) -> Calls:
    for names in (["b"], list(FOUR), list(FOUR)[::-1]):
        shapes = {name: FOUR[name] for name in names}
        yield _arguments(rng, shapes, _some(rng, shapes, 0.2, 0.8))


@exercise.drawn(
    "a hundred weights and a decimal sparsity", name="rounded-down", hint=ROUNDED_DOWN
)
def decimal_sparsity(rng: Rng) -> Calls:
    for gone in HAIR_BELOW:
        first = int(rng.integers(gone // 3, gone * 2 // 3))
        yield _arguments(rng, HUNDRED, (first, gone - first))


@exercise.drawn(
    "zeros and equal weights away from the line",
    name="equal-weights",
    hint=EQUAL_WEIGHTS,
)
def equal_weights(rng: Rng) -> Calls:
    for _ in range(2):
        arguments = _arguments(rng, FOUR, _some(rng, FOUR, 0.8, 0.95), steps=4)
        W = arguments["layers"]["b"]
        # the last weight that goes and the first one that stays have no equals
        for inside, value in ((np.abs(W) < 1, -0.984375), (np.abs(W) > 1, 1.5)):
            W[tuple(np.argwhere(inside)[0])] = value
        yield arguments


def _some(
    rng: Rng, shapes: dict[str, tuple[int, ...]], least: float, most: float
) -> list[int]:
    """How many weights of each layer are small: between two shares of its size."""
    return [int(rng.uniform(least, most) * np.prod(s)) for s in shapes.values()]


def _arguments(
    rng: Rng,
    shapes: dict[str, tuple[int, ...]],
    small: Sequence[int],
    *,
    spreads: Sequence[float] = (3.0,) * 4,
    negative: float = 0.5,
    steps: int = 0,
) -> Arguments:
    """Layers with ``small`` weights below 1, all others above: the line is between.

    ``spreads`` are those of the large weights. With ``steps`` the weights come from so
    many values below 1, zero among them, and few above.
    """
    layers, total = {}, 0
    for (name, shape), count, spread in zip(
        shapes.items(), small, spreads, strict=False
    ):
        size = int(np.prod(shape))
        low = rng.uniform(0.05, 0.95, size=count)
        high = rng.uniform(1.05, 1.05 + spread, size=size - count)
        if steps:
            low, high = np.floor(low * steps) / steps, 2 + np.floor(high)
        signs = np.where(rng.random(size) < negative, -1, 1)
        weights = rng.permutation(np.concatenate([low, high]) * signs)
        layers[name], total = weights.reshape(shape), total + size
    return {"layers": layers, "sparsity": sum(small) / total}


def _threshold(layers, sparsity):
    sizes = np.concatenate([np.abs(w).ravel() for w in layers.values()])
    return np.quantile(sizes, sparsity)


def _numbers(layers, sparsity):
    """How many weights of each layer go."""
    shares = solution(layers, sparsity)
    return {name: round(shares[name] * w.size) for name, w in layers.items()}


def _after_dividing(layers, sparsity, scale):
    return solution({name: w / scale(w) for name, w in layers.items()}, sparsity)


@exercise.mistake(
    "M12",
    "You gave every layer the same share. That is uniform pruning. Under one common "
    "threshold, a layer of large weights loses less and a layer of small ones more.",
)
def the_same_for_all(layers, sparsity):
    """Half of all weights is half of every layer."""
    return dict.fromkeys(layers, sparsity)


@exercise.mistake(
    "equal-counts",
    "You took the same number of weights from each layer. A common threshold ignores "
    "the layers.",
)
def same_number_from_each(layers, sparsity):
    """Global selection takes the same number of weights from every layer."""
    each = sparsity * sum(w.size for w in layers.values()) / len(layers)
    return {name: min(1, each / w.size) for name, w in layers.items()}


@exercise.mistake(
    "M12",
    "You averaged the thresholds of the layers, each at its own quantile. When "
    "weights are ranked together, the layers play no part.",
)
def mean_of_thresholds(layers, sparsity):
    """The common threshold is the mean of the layers' own thresholds."""
    common = np.mean([np.quantile(np.abs(w), sparsity) for w in layers.values()])
    return {name: np.mean(np.abs(w) <= common) for name, w in layers.items()}


@exercise.mistake("rescaled", RESCALED)
def divided_by_the_spread(layers, sparsity):
    """To be fair, every layer is first divided by its own spread."""
    return _after_dividing(layers, sparsity, np.std)


@exercise.mistake("rescaled", RESCALED)
def divided_by_the_norm(layers, sparsity):
    """To be fair, every layer is first divided by its own norm."""
    return _after_dividing(layers, sparsity, np.linalg.norm)


@exercise.mistake("rescaled", RESCALED)
def divided_by_the_largest(layers, sparsity):
    """To be fair, every layer is first divided by its largest weight."""
    return _after_dividing(layers, sparsity, lambda w: np.abs(w).max())


@exercise.mistake("rescaled", RESCALED)
def divided_by_the_mean(layers, sparsity):
    """To be fair, every layer is first divided by its mean absolute weight."""
    return _after_dividing(layers, sparsity, lambda w: np.abs(w).mean())


@exercise.mistake(
    "sign",
    "The signs were compared too: large negative weights went first. Magnitude is the "
    "absolute value.",
)
def lowest_numbers(layers, sparsity):
    """The lowest numbers are the smallest weights."""
    limit = np.quantile(np.concatenate([w.ravel() for w in layers.values()]), sparsity)
    return {name: np.mean(w <= limit) for name, w in layers.items()}


@exercise.mistake(
    "M16",
    "You divided by the number of all weights in the network. Name the denominator: "
    "the share is a fraction of that layer.",
)
def share_of_the_network(layers, sparsity):
    """A layer's share is its part of all weights."""
    total = sum(w.size for w in layers.values())
    return {name: n / total for name, n in _numbers(layers, sparsity).items()}


@exercise.mistake(
    "M16",
    "These shares add up to one: they are fractions of all pruned weights. Name the "
    "denominator: the share is a fraction of that layer.",
)
def share_of_the_pruned(layers, sparsity):
    """A layer's share is its part of what is pruned."""
    gone = _numbers(layers, sparsity)
    return {name: n / max(1, sum(gone.values())) for name, n in gone.items()}


@exercise.mistake(
    "mask-flipped",
    "That is the share that stays in each layer. Return the share that goes.",
)
def share_that_stays(layers, sparsity):
    """The share of a layer is what is left of it."""
    return {name: 1 - share for name, share in solution(layers, sparsity).items()}


@exercise.mistake(
    "percent", "Right, but in percent. Sparsity is a fraction, and so is each share."
)
def in_percent(layers, sparsity):
    """Shares are percentages."""
    return {name: 100 * share for name, share in solution(layers, sparsity).items()}


@exercise.mistake(
    "counts",
    "Those are the numbers of weights that go. To make them shares, divide each by "
    "the size of its layer.",
)
def numbers_of_weights(layers, sparsity):
    """What global selection does to a layer is a number of weights."""
    return _numbers(layers, sparsity)


@exercise.mistake("edge", "With sparsity 1, every weight goes, even the largest.")
def below_the_quantile(layers, sparsity):
    """Below the quantile and up to the quantile are the same."""
    limit = _threshold(layers, sparsity)
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}


@exercise.mistake(
    "edge", "With sparsity 0, nothing goes, not even the smallest weight."
)
def up_to_the_quantile(layers, sparsity):
    """Whatever reaches the quantile goes, so nothing special happens at 0."""
    limit = _threshold(layers, sparsity)
    return {name: np.mean(np.abs(w) <= limit) for name, w in layers.items()}


@exercise.mistake(
    "layer-order",
    "The shares are right, but they are assigned to the wrong layers. The order of "
    "the layers is that of the dict, and their names need not be sorted.",
)
def sorted_names(layers, sparsity):
    """Layers come in the order of their names."""
    return dict(zip(sorted(layers), solution(layers, sparsity).values(), strict=True))


@exercise.mistake("rounded-down", ROUNDED_DOWN)
def truncated(layers, sparsity):
    """Sparsity times the number of weights is an integer, so int() changes nothing."""
    ranked = np.sort(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    line = np.append(ranked, np.inf)[int(sparsity * len(ranked))]
    return {name: np.mean(np.abs(w) < line) for name, w in layers.items()}


@exercise.mistake("whole-layers", ENTIRE_LAYERS)
def one_weight_is_spared(layers, sparsity):
    """Unless everything goes, each layer keeps at least one weight."""
    shares = solution(layers, sparsity)
    if sparsity == 1:
        return shares
    return {name: min(s, 1 - 1 / layers[name].size) for name, s in shares.items()}


@exercise.mistake("equal-weights", EQUAL_WEIGHTS)
def distinct_weights(layers, sparsity):
    """Equal weights need to be ranked only once."""
    sizes = np.unique(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    limit = np.append(sizes, np.inf)[round(sparsity * len(sizes))]
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}
