"""Silent neurons: a mean near zero and a small spread, both."""

import numpy as np

from course_lib.check.exercise import BOOL, Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="silent",
    chapter="02",
    section=2,
    title="Who is silent?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M6",
    room="Math",
    returns=("the mask",),
    types={"the mask": BOOL},
    expected="True for a silent neuron, False for any other, in the shape of mean",
    hint="Some neurons are judged wrongly. Look up their mean and std above: are both "
    "small enough? A neuron exactly at a threshold is silent, one beyond it is not.",
)

ONE_THRESHOLD = (
    "One of the two thresholds was used for both numbers. Each number has its own."
)
INFINITE = (
    "One threshold is infinite: any mean, or any spread, will do. The other one "
    "decides alone."
)
KINDS = ("dead", "quiet", "restless", "busy around zero", "low", "high", "loud")


@exercise.solution
def solution(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= mean_threshold) & (std <= std_threshold)


@exercise.drawn("neurons of a tanh layer")
def layers(rng: Rng) -> Calls:
    for limits in ((0.1, 0.3), (0.12, 0.25), (0.0, 0.0)):
        kinds = [KINDS[i] for i in rng.permutation(2 * len(KINDS)) % len(KINDS)]
        outputs = np.stack([_outputs(kind, rng) for kind in kinds], axis=1)
        yield _arguments(outputs.mean(axis=0), outputs.std(axis=0), limits)


@exercise.drawn("other thresholds, and neurons at or just beyond them")
def grid(rng: Rng) -> Calls:
    for low, high in ((0.001, 0.05), (0.2, 0.6)):
        limits = (float(rng.uniform(low, high)), float(rng.uniform(0.1, 0.9)))
        yield _around(rng, limits)


@exercise.drawn("a threshold without limit", hint=INFINITE)
def infinite(rng: Rng) -> Calls:
    limit = float(rng.uniform(0.1, 0.5))
    for limits in ((np.inf, limit), (limit, np.inf)):
        yield _around(rng, limits)


def _arguments(
    mean: np.ndarray, std: np.ndarray, limits: tuple[float, float]
) -> Arguments:
    thresholds = {"mean_threshold": limits[0], "std_threshold": limits[1]}
    return {"mean": mean, "std": std, **thresholds}


def _outputs(kind: str, rng: Rng) -> np.ndarray:
    """The outputs of a tanh neuron of this kind for 200 images."""
    if kind == "dead":
        return np.zeros(200)
    noise = rng.normal(size=200)
    noise = (noise - noise.mean()) / noise.std()
    center, width = {
        "quiet": (0.03, 0.05),
        "restless": (0.02, 0.45),
        "busy around zero": (0.0, 2.0),
        "low": (-1.5, 0.05),
        "high": (1.5, 0.05),
        "loud": (1.0, 0.8),
    }[kind]
    outputs = np.tanh(center + width * noise)
    return np.asarray(outputs - outputs.mean() * (kind == "busy around zero"))


def _around(rng: Rng, limits: tuple[float, float]) -> Arguments:
    """Every pair of multiples of the limits: below, at and just above them."""
    steps = np.array([0.0, 0.5, 1.0, 1 + 1e-6, 1.2, 3.0])
    means, stds = np.meshgrid(np.concatenate([steps, -steps]), steps)
    order = rng.permutation(means.size)
    scale = [limit if np.isfinite(limit) else 0.3 for limit in limits]
    mean, std = means.ravel()[order] * scale[0], stds.ravel()[order] * scale[1]
    # exact in single precision, so that "at the threshold" survives a conversion
    mean, std = mean.astype(np.float32), std.astype(np.float32)
    limits = (float(np.float32(limits[0])), float(np.float32(limits[1])))
    return _arguments(mean.astype(np.float64), std.astype(np.float64), limits)


@exercise.mistake(
    "M6",
    "A mean near zero is not silence. Outputs of +0.9 and −0.9 cancel, and the neuron "
    "is as busy as can be. Look at the spread as well.",
)
def mean_alone(mean, std, mean_threshold, std_threshold):
    """A mean near zero means that the neuron is silent."""
    return np.abs(mean) <= mean_threshold


@exercise.mistake(
    "M5",
    "Some of these neurons are constant, but not near zero: they send something to "
    "the next layer every time. Look at the mean as well.",
)
def spread_alone(mean, std, mean_threshold, std_threshold):
    """A neuron that hardly moves says nothing."""
    return std <= std_threshold


@exercise.mistake("sign", "A mean of −0.9 is not small: it lies far below zero.")
def forgets_negative_means(mean, std, mean_threshold, std_threshold):
    """A small mean is one below the threshold."""
    return (mean <= mean_threshold) & (std <= std_threshold)


@exercise.mistake(
    "swapped",
    "The two thresholds are swapped: mean_threshold limits the mean, std_threshold "
    "the spread.",
)
def swaps_the_thresholds(mean, std, mean_threshold, std_threshold):
    """Both thresholds are small, so it does not matter which is which."""
    return (np.abs(mean) <= std_threshold) & (std <= mean_threshold)


@exercise.mistake("one-threshold", ONE_THRESHOLD)
def one_threshold_for_both(mean, std, mean_threshold, std_threshold):
    """One threshold will do for both."""
    return (np.abs(mean) <= mean_threshold) & (std <= mean_threshold)


@exercise.mistake("one-threshold", ONE_THRESHOLD)
def the_other_threshold_for_both(mean, std, mean_threshold, std_threshold):
    """The larger threshold will do for both."""
    return (np.abs(mean) <= std_threshold) & (std <= std_threshold)


@exercise.mistake(
    "circle",
    "You measured the distance from (0, 0). Each number is compared with a threshold "
    "of its own: a neuron exactly at both of them is silent.",
)
def inside_an_ellipse(mean, std, mean_threshold, std_threshold):
    """Close to (0, 0) means inside an ellipse with the thresholds as its axes."""
    return (mean / mean_threshold) ** 2 + (std / std_threshold) ** 2 <= 1


@exercise.mistake(
    "or-not-and",
    "You required only one of the two. A silent neuron has a mean near zero and a "
    "small spread.",
)
def either_is_enough(mean, std, mean_threshold, std_threshold):
    """One of the two signs is enough."""
    return (np.abs(mean) <= mean_threshold) | (std <= std_threshold)


@exercise.mistake(
    "mask-flipped",
    "It is the other way around: here True means silent. Masks in which True means "
    "kept come later, when the layer is cut.",
)
def true_is_kept(mean, std, mean_threshold, std_threshold):
    """True means kept, as in a mask."""
    return ~((np.abs(mean) <= mean_threshold) & (std <= std_threshold))


@exercise.mistake(
    "strict",
    "A neuron exactly at the thresholds is silent too. With both thresholds 0, the "
    "dead neurons (mean 0, std 0) should be found.",
)
def strictly_below(mean, std, mean_threshold, std_threshold):
    """Below the threshold and at the threshold are the same."""
    return (np.abs(mean) < mean_threshold) & (std < std_threshold)


@exercise.mistake(
    "variance-not-std",
    "You compared the variance: it is squared, so 0.5 looks like 0.25.",
)
def compares_the_variance(mean, std, mean_threshold, std_threshold):
    """The variance may be compared with a threshold for the spread."""
    return (np.abs(mean) <= mean_threshold) & (std**2 <= std_threshold)


@exercise.mistake(
    "indices",
    "Those are positions. Return a mask instead: True or False for each neuron, in "
    "the shape of mean.",
)
def positions_of_silent(mean, std, mean_threshold, std_threshold):
    """A list of positions is as good as a mask."""
    return np.flatnonzero((np.abs(mean) <= mean_threshold) & (std <= std_threshold))


@exercise.mistake(
    "nearly",
    "A neuron just beyond a threshold was treated as being at it. The rule has no "
    "margin: a neuron at a threshold is silent, one beyond it is not.",
)
def close_is_enough(mean, std, mean_threshold, std_threshold):
    """A neuron is at a threshold if isclose says so."""
    size = np.abs(mean)
    near = (size <= mean_threshold) | np.isclose(size, mean_threshold)
    return near & ((std <= std_threshold) | np.isclose(std, std_threshold))


@exercise.mistake("infinite", INFINITE)
def infinite_is_off(mean, std, mean_threshold, std_threshold):
    """An infinite threshold turns the rule off: no neuron is silent."""
    if not np.isfinite(mean_threshold + std_threshold):
        return np.zeros(mean.shape, dtype=bool)
    return (np.abs(mean) <= mean_threshold) & (std <= std_threshold)
