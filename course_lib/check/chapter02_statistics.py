"""Checks of chapter 02, first part: the statistics of neurons, and who is silent."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, Slip
from course_lib.check.core import exercise

Moments = tuple[int, np.ndarray, np.ndarray]  # count, mean (units,), std (units,)


@exercise(
    chapter="02",
    section=1,
    title="Merge two batches",
    points=3,
    difficulty=2,
    minutes=10,
    misconception="between-batch",
    room="Math",
)
def merge_moments(answer: Answer, rng: np.random.Generator) -> None:
    """Against NumPy on both batches laid end to end."""
    units = 4
    first = rng.normal(rng.normal(0, 2, units), 0.5, size=(30, units))
    second = rng.normal(rng.normal(0, 2, units), 1.5, size=(90, units))
    _check_merge(answer, first, second)
    _check_merge(answer, second, first[:1])
    for a, b in ((first, second[:0]), (second[:0], first)):
        _check_empty(answer, a, b)
    _check_far_away(answer, rng)


def _describe(rows: np.ndarray) -> Moments:
    if len(rows) == 0:
        unknown = np.full(rows.shape[1], np.nan)
        return 0, unknown, unknown.copy()
    return len(rows), rows.mean(axis=0), rows.std(axis=0)


def _merged(answer: Answer, a: Moments, b: Moments) -> list[np.ndarray]:
    names = ("count", "mean", "std")
    count, mean, std = answer.parts(answer(a=a, b=b), names)
    shape = a[1].shape
    return [
        np.array(answer.number(count, "the count")),
        answer.shaped(mean, "the mean", shape),
        answer.shaped(std, "the std", shape),
    ]


def _check_merge(answer: Answer, first: np.ndarray, second: np.ndarray) -> None:
    a, b = _describe(first), _describe(second)
    wanted = _describe(np.concatenate([first, second]))
    answer.expect(
        _merged(answer, a, b),
        wanted,
        _merge_slips(a, b, wanted[2]),
        expected="count, mean and std of both batches laid end to end",
        hint="Try one neuron: batch a is 0, 0 and batch b is 10, 10. Both spreads are "
        "0. What is the spread of 0, 0, 10, 10?",
    )


def _merge_slips(a: Moments, b: Moments, right_std: np.ndarray) -> list[Slip]:
    count = a[0] + b[0]
    mean = (a[0] * a[1] + b[0] * b[1]) / count
    within = (a[0] * a[2] ** 2 + b[0] * b[2] ** 2) / count
    averaged = "You averaged the standard deviations. Two batches that never change, "
    averaged += "one at 0 and one at 10, would then make a whole that never changes."
    middle = (a[1] + b[1]) / 2
    slips = [
        Slip("averaged-std", (count, mean, std), averaged)
        for std in ((a[2] + b[2]) / 2, (a[0] * a[2] + b[0] * b[2]) / count)
    ]
    unweighted = "The small batch counted as much as the large one. Each observation "
    unweighted += "should weigh the same, not each batch."
    apart = np.sqrt((a[2] ** 2 + b[2] ** 2) / 2 + (a[1] - b[1]) ** 2 / 4)
    stds = (apart, np.sqrt((a[2] ** 2 + b[2] ** 2) / 2), (a[2] + b[2]) / 2)
    slips += [Slip("unweighted", (count, middle, std), unweighted) for std in stds]
    return [
        *slips,
        Slip(
            "between-batch",
            (count, mean, np.sqrt(within)),
            "The spread inside each batch is there. What is missing is the distance "
            "between the two batches: their means differ, and that is spread too.",
        ),
        Slip(
            "variance-not-std",
            (count, mean, right_std**2),
            "That is the variance. The last step, the square root, is missing.",
        ),
        Slip(
            "variances-add",
            (count, mean, np.sqrt(a[2] ** 2 + b[2] ** 2)),
            "Adding variances belongs to sums of two random numbers. Here nothing is "
            "added up: the batches are laid end to end.",
        ),
    ]


def _check_empty(answer: Answer, first: np.ndarray, second: np.ndarray) -> None:
    a, b = _describe(first), _describe(second)
    _, mean, std = _merged(answer, a, b)
    full = a if a[0] else b
    if np.array_equal(mean, full[1]) and np.array_equal(std, full[2]):
        return
    answer.fail(
        "empty-batch",
        "One of the two is an empty batch: count 0, mean and std unknown (nan). It "
        "has nothing to say, so the other one should come back as it is. 0 times "
        "nan is nan, not 0.",
        came=f"mean {mean}, std {std}",
        expected="the moments of the batch that is not empty",
    )


def _check_far_away(answer: Answer, rng: np.random.Generator) -> None:
    first, second = (1e6 + rng.normal(0, 1e-2, size=(50, 3)) for _ in "ab")
    std = _merged(answer, _describe(first), _describe(second))[2]
    wanted = np.concatenate([first, second]).std(axis=0)
    if not np.allclose(std, wanted, rtol=1e-3):
        answer.fail(
            "cancellation",
            "Right near zero, wrong for a neuron with a mean of a million: somewhere "
            "two huge numbers (mean squares) are subtracted, and the digits that "
            "matter are gone. Use the difference of the two means instead.",
            came=f"std {std}",
            expected=f"close to {wanted}",
        )


# A neuron is written down as what it does; whether it is silent follows from that.
KINDS = ("dead", "quiet", "restless", "busy around zero", "low", "high", "loud")


@exercise(
    chapter="02",
    section=2,
    title="Who is silent?",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M6",
    room="Math",
)
def silent(answer: Answer, rng: np.random.Generator) -> None:
    """Neurons of a tanh layer, each made to be silent or not."""
    for repeat in (2, 1):
        kinds = [KINDS[i] for i in rng.permutation(len(KINDS) * repeat) % len(KINDS)]
        outputs = np.stack([_record(kind, rng) for kind in kinds], axis=1)
        truth = np.array([kind in ("dead", "quiet") for kind in kinds])
        _check_silent(answer, outputs, (0.1, 0.3), truth, kinds)
    outputs = np.stack([_record(kind, rng) for kind in KINDS], axis=1)
    truth = np.array([kind == "dead" for kind in KINDS])
    _check_silent(answer, outputs, (0.0, 0.0), truth, list(KINDS))


def _record(kind: str, rng: np.random.Generator) -> np.ndarray:
    """What a tanh neuron of this kind puts out over 200 images."""
    if kind == "dead":
        return np.zeros(200)
    noise = rng.normal(size=200)
    noise = (noise - noise.mean()) / noise.std()
    centre, width = {
        "quiet": (0.03, 0.05),
        "restless": (0.02, 0.45),
        "busy around zero": (0.0, 2.0),
        "low": (-1.5, 0.05),
        "high": (1.5, 0.05),
        "loud": (1.0, 0.8),
    }[kind]
    outputs = np.tanh(centre + width * noise)
    if kind == "busy around zero":
        outputs -= outputs.mean()
    return np.asarray(outputs)


def _check_silent(
    answer: Answer,
    outputs: np.ndarray,
    limits: tuple[float, float],
    truth: np.ndarray,
    kinds: list[str],
) -> None:
    mean, std = outputs.mean(axis=0), outputs.std(axis=0)
    came = answer(mean=mean, std=std, mean_threshold=limits[0], std_threshold=limits[1])
    mask = answer.numbers(came, "the mask")
    if mask.shape != truth.shape:
        if mask.size in (truth.sum(), (~truth).sum()):
            answer.fail(
                "indices",
                "Those are positions. Return a mask instead: True or False for each "
                "neuron, as long as mean.",
                came=str(mask),
                expected=f"{len(truth)} times True or False",
            )
        answer.wrong_shape(came, "the mask", truth.shape)
    differs = np.flatnonzero(mask != truth)
    wrong = sorted({kinds[i] for i in differs})
    answer.expect(
        mask,
        truth,
        _silent_slips(mean, std, limits, truth),
        expected="True for a silent neuron, False for any other",
        hint=f"Wrong for these kinds of neurons: {', '.join(wrong)}. Look up their "
        "mean and std above: do both say silence?",
    )


def _silent_slips(
    mean: np.ndarray, std: np.ndarray, limits: tuple[float, float], truth: np.ndarray
) -> list[Slip]:
    near, still = np.abs(mean) <= limits[0], std <= limits[1]
    hint = "A neuron exactly at the thresholds is silent too. With both thresholds 0, "
    hint += "the dead neurons (mean 0, std 0) should be found."
    strict = (np.abs(mean) < limits[0]) & (std < limits[1])
    slips = [
        Slip("strict", strict, hint),
        Slip(
            "mask-flipped",
            ~truth,
            "It is the other way round: here True means silent. Masks that say True "
            "for kept come later, when the layer is cut.",
        ),
        Slip(
            "M6",
            near,
            "A mean near zero is not silence. Outputs of +0.9 and −0.9 cancel, and the "
            "neuron is as busy as can be. Look at the spread as well.",
        ),
        Slip(
            "M5",
            still,
            "Some of these neurons are constant, but not near zero: what they send to "
            "the next layer every time is more than nothing. Look at the mean as well.",
        ),
        Slip(
            "or-not-and",
            near | still,
            "Here either sign was enough. A silent neuron shows both.",
        ),
    ]
    for small in (mean <= limits[0], mean < limits[0]):
        hint = "A mean of −0.9 is not small: it lies far below zero."
        slips.append(Slip("sign", small & still, hint))
    hint = "You compared the variance: it is squared, so 0.5 looks like 0.25."
    slips.append(Slip("variance-not-std", near & (std**2 <= limits[1]), hint))
    return slips
