"""One step of gradient descent for softmax regression, with weight decay."""

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

# none is twice another: a step of another class must not look like a lost factor of 2
DECAYS = (
    *(0.01, 0.03, 0.1, 0.004, 0.007, 0.013),
    *(0.017, 0.023, 0.04, 0.055, 0.07, 0.13),
)

exercise = Exercise(
    name="gradient_step",
    chapter="01",
    section=2,
    title="One step of training",
    points=3,
    difficulty=2,
    minutes=14,
    misconception="sum-not-mean",
    room="Math",
    returns=("the new W", "the new b"),
    expected="W and b after one step against the gradient of the loss, in which the "
    "squares of W are weighted with {decay} / 2",
    hint="Take a batch of one image with two classes and do the step by hand. The "
    "decay of your class is {decay}.",
    variations=tuple({"decay": decay} for decay in DECAYS),
)

OVERFLOW = (
    "Right for small logits; for large ones, the exponentials overflow. Probabilities "
    "do not change when the same number is subtracted from all logits of an image."
)
ASCENT = "The loss rises: the step goes along the gradient instead of against it."


def _softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _slopes(W, b, X, labels, softmax=_softmax):
    """The gradient of the mean cross-entropy at the logits, (images, classes)."""
    return (softmax(X @ W.T + b) - np.eye(len(b))[labels]) / len(labels)


def _step(W, b, X, slopes, rate, decay):
    return W - rate * (slopes.T @ X + decay * W), b - rate * slopes.sum(axis=0)


@exercise.solution
def solution(W, b, X, labels, rate, *, decay):
    return _step(W, b, X, _slopes(W, b, X, labels), rate, decay)


@exercise.drawn("batches of a few images")
def batches(rng: Rng) -> Calls:
    # the first matrix is square, so that a transposed gradient fits
    for images, classes, inputs in ((6, 4, 4), (5, 3, 7), (12, 10, 3), (4, 5, 5)):
        yield _arguments(rng, images, classes, inputs)


@exercise.drawn("logits in the thousands", name="overflow", hint=OVERFLOW)
def large_logits(rng: Rng) -> Calls:
    # whole numbers, so that single precision holds the logits exactly
    for offsets in ([100] * 6, [100, -100] * 3, None):
        drawn = _arguments(rng, 6, 3, 4) | {"b": np.arange(3.0)}
        for name in ("W", "X"):
            drawn[name] = rng.integers(-3, 4, size=drawn[name].shape) * 1.0
        if offsets is None:
            drawn["W"] *= 400
        else:
            drawn["W"][:, 0], drawn["X"][:, 0] = 20, offsets
        yield drawn


@exercise.drawn(
    "a single image, images of one class, weights that are all zero",
    hint="A batch may hold one image or one class, and all weights may be zero. Every "
    "class has a probability for every image. The decay of your class is {decay}.",
)
def unusual(rng: Rng) -> Calls:
    yield _arguments(rng, 1, 3, 4)
    yield _arguments(rng, 5, 4, 3) | {"labels": np.full(5, int(rng.integers(4)))}
    yield _arguments(rng, 7, 3, 5) | {"W": np.zeros((3, 5)), "b": np.zeros(3)}


def _arguments(rng: Rng, images: int, classes: int, inputs: int) -> Arguments:
    return {
        "W": rng.normal(size=(classes, inputs)),
        "b": rng.normal(size=classes),
        "X": rng.normal(size=(images, inputs)),
        "labels": rng.integers(classes, size=images),
        "rate": float(rng.uniform(0.2, 1)),
    }


@exercise.mistake(
    "sum-not-mean",
    "The step grows with the number of images. The loss is their mean, so a batch of "
    "twice as many images must not go twice as far.",
)
def sums_over_the_batch(W, b, X, labels, rate, *, decay):
    """The gradients of all images are added."""
    return _step(W, b, X, len(labels) * _slopes(W, b, X, labels), rate, decay)


@exercise.mistake(
    "bias-summed",
    "W is right. For b, the errors of all images were added: its gradient is also a "
    "mean over the images.",
)
def sums_for_the_bias(W, b, X, labels, rate, *, decay):
    """The mean is part of the gradient of W."""
    slopes = _slopes(W, b, X, labels)
    moved = b - rate * len(labels) * slopes.sum(axis=0)
    return solution(W, b, X, labels, rate, decay=decay)[0], moved


@exercise.mistake(
    "rate-forgotten",
    "The step has the right direction but the wrong length. Multiply the gradient by "
    "the rate.",
)
def ignores_the_rate(W, b, X, labels, rate, *, decay):
    """A step is as long as the gradient."""
    return solution(W, b, X, labels, 1.0, decay=decay)


@exercise.mistake(
    "mean-of-everything",
    "The step is too short: you took the mean over the classes as well. The loss is a "
    "mean over the images alone.",
)
def mean_over_classes_too(W, b, X, labels, rate, *, decay):
    """A mean is taken over all numbers that there are."""
    return _step(W, b, X, _slopes(W, b, X, labels) / len(b), rate, decay)


@exercise.mistake("ascent", ASCENT)
def climbs(W, b, X, labels, rate, *, decay):
    """The weights follow the gradient."""
    return solution(W, b, X, labels, -rate, decay=decay)


@exercise.mistake("ascent", ASCENT)
def label_minus_probability(W, b, X, labels, rate, *, decay):
    """The error is the label minus the probability, and errors are subtracted."""
    return _step(W, b, X, -_slopes(W, b, X, labels), rate, decay)


@exercise.mistake(
    "bias-forgotten",
    "W moved, but b did not. The bias is learned as well, from the same errors.",
)
def bias_stays(W, b, X, labels, rate, *, decay):
    """Only weights are learned."""
    return solution(W, b, X, labels, rate, decay=decay)[0], b


@exercise.mistake(
    "no-softmax",
    "You compared the logits with the labels. The gradient compares probabilities with "
    "them.",
)
def logits_as_probabilities(W, b, X, labels, rate, *, decay):
    """The output of the network is its probabilities."""
    slopes = _slopes(W, b, X, labels, softmax=lambda logits: logits)
    return _step(W, b, X, slopes, rate, decay)


@exercise.mistake(
    "wrong-axis",
    "The probabilities of each class add up to one over the images. They should add up "
    "to one over the classes, for each image.",
)
def softmax_over_images(W, b, X, labels, rate, *, decay):
    """Softmax is taken along the first axis."""
    slopes = _slopes(W, b, X, labels, lambda logits: _softmax(logits.T).T)
    return _step(W, b, X, slopes, rate, decay)


@exercise.mistake(
    "transposed",
    "The gradient of W is transposed; here it fits only because W is square. It has "
    "one row per class and one column per input, like W.",
)
def gradient_transposed(W, b, X, labels, rate, *, decay):
    """A gradient with as many rows as columns fits either way."""
    slopes = _slopes(W, b, X, labels)
    return W - rate * (X.T @ slopes + decay * W), b - rate * slopes.sum(axis=0)


@exercise.mistake("overflow", OVERFLOW)
def bare_exponentials(W, b, X, labels, rate, *, decay):
    """The formula of the softmax can be computed as it is written."""

    def softmax(logits):
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    return _step(W, b, X, _slopes(W, b, X, labels, softmax), rate, decay)


@exercise.mistake(
    "one-maximum",
    "You subtracted the largest logit of the whole batch. Next to it, the logits of "
    "another image may be so small that all its exponentials are zero. Every image "
    "needs its own maximum.",
)
def one_maximum_for_all(W, b, X, labels, rate, *, decay):
    """One maximum is enough for all images."""

    def softmax(logits):
        powers = np.exp(logits - logits.max())
        return powers / powers.sum(axis=1, keepdims=True)

    return _step(W, b, X, _slopes(W, b, X, labels, softmax), rate, decay)


@exercise.mistake(
    "clipped",
    "Large logits were cut off at a limit, so they are all the same. Only the "
    "differences between the logits of an image matter: subtract instead of cutting "
    "off.",
)
def clipped_logits(W, b, X, labels, rate, *, decay):
    """Beyond some limit, one logit is as large as another."""
    slopes = _slopes(W, b, X, labels, lambda z: _softmax(np.clip(z, -500, 500)))
    return _step(W, b, X, slopes, rate, decay)


@exercise.mistake(
    "decay-forgotten",
    "The step follows the cross-entropy alone. The squares of the weights belong to "
    "the loss as well; the decay of your class is {decay}.",
)
def no_decay(W, b, X, labels, rate, *, decay):
    """The loss is the cross-entropy."""
    return solution(W, b, X, labels, rate, decay=0.0)


@exercise.mistake(
    "bias-decayed",
    "The bias was decayed as well. The loss contains the squares of W but not those "
    "of b.",
)
def bias_decays(W, b, X, labels, rate, *, decay):
    """Everything that is learned decays."""
    W, new = solution(W, b, X, labels, rate, decay=decay)
    return W, new - rate * decay * b


@exercise.mistake(
    "decay-sign",
    "Here the decay makes the weights larger. It should make them smaller.",
)
def decay_grows(W, b, X, labels, rate, *, decay):
    """Decay is added to the weights."""
    return solution(W, b, X, labels, rate, decay=-decay)


@exercise.mistake(
    "decay-per-image",
    "The decay was divided by the number of images. Only the cross-entropy is a mean "
    "over the images; the squares of the weights are added once.",
)
def decay_in_the_mean(W, b, X, labels, rate, *, decay):
    """The whole loss is divided by the number of images."""
    return solution(W, b, X, labels, rate, decay=decay / len(labels))


@exercise.mistake(
    "decay-doubled",
    "The decay is twice as strong as it should be. The loss contains half of the "
    "squares, so the 2 of their derivative cancels.",
)
def derivative_of_the_whole_square(W, b, X, labels, rate, *, decay):
    """The derivative of a square is twice the number."""
    return solution(W, b, X, labels, rate, decay=2 * decay)


@exercise.mistake(
    "decay-halved",
    "The decay is half as strong as it should be. The derivative of a square brings a "
    "2, and the half in the loss cancels it.",
)
def half_of_the_decay(W, b, X, labels, rate, *, decay):
    """The half of the loss stays in the gradient."""
    return solution(W, b, X, labels, rate, decay=decay / 2)


@exercise.mistake(
    "decay-without-rate",
    "The decay ignores the rate. It is a part of the gradient, and the whole gradient "
    "is multiplied by the rate.",
)
def decay_beside_the_rate(W, b, X, labels, rate, *, decay):
    """Each step takes the share that the decay names from every weight."""
    return solution(W, b, X, labels, rate, decay=decay / rate)


@exercise.mistake(
    "hard-answers",
    "You used the class with the largest logit as if its probability were one. The "
    "gradient needs the probabilities themselves.",
)
def answers_not_probabilities(W, b, X, labels, rate, *, decay):
    """Only images with a wrong answer have something to teach."""

    def winner(logits):
        return np.eye(len(b))[logits.argmax(axis=1)]

    return _step(W, b, X, _slopes(W, b, X, labels, winner), rate, decay)


@exercise.mistake(
    "right-class-only",
    "Only the row of the right class moved. The others have a probability as well, and "
    "lowering it lowers the loss.",
)
def only_the_right_class(W, b, X, labels, rate, *, decay):
    """The loss has only the probability of the right class, so only its row learns."""
    slopes = _slopes(W, b, X, labels) * np.eye(len(b))[labels]
    return _step(W, b, X, slopes, rate, decay)


@exercise.mistake(
    "squared-error",
    "That is a step for the squared differences between probabilities and labels. The "
    "loss here is the cross-entropy, whose gradient is simpler.",
)
def squared_differences(W, b, X, labels, rate, *, decay):
    """A loss is a squared difference."""
    slopes = _slopes(W, b, X, labels)
    p = _softmax(X @ W.T + b)
    through = p * (slopes - (slopes * p).sum(axis=1, keepdims=True))
    return _step(W, b, X, through, rate, decay)


@exercise.mistake(
    "moved-in-between",
    "b was moved by errors that the new W makes. Compute both gradients first, then "
    "move both.",
)
def bias_after_the_weights(W, b, X, labels, rate, *, decay):
    """First W learns, then b learns from what is still wrong."""
    new = solution(W, b, X, labels, rate, decay=decay)[0]
    return new, solution(new, b, X, labels, rate, decay=decay)[1]
