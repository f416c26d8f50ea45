"""Networks whose accuracy after every cut is known, for `prune_within`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.check.kinds import Arguments, Rng

IMAGES, RIGHT = 256, 192  # in each part, and of these right before pruning
EXACT = 100 * 4 / IMAGES  # in each class another number of images is exactly this much


def known_network(
    rng: Rng, losses: Sequence[int], on_test: Sequence[int], max_drop: float
) -> Arguments:
    """A network whose accuracy after each cut is known.

    Image by image, at most one of the neurons outputs something, and then it decides
    the answer; without it, the answer is class 0. The two quietest neurons are one that
    never fires and one that is nearly constant: the answer 0 comes from it. The two
    busiest are never removed.
    """
    units, classes = len(losses) + 4, 5
    order = rng.permutation(units)  # the quietest is order[0], the busiest order[-1]
    answer = np.empty(units, dtype=int)
    answer[order] = 1 + (np.arange(units) + rng.integers(4)) % 4
    output, std = rng.uniform(1, 4, size=units), np.empty(units)
    std[order] = np.cumsum(rng.integers(4, 12, size=units)) / 32
    mean = output * rng.uniform(0.01, 0.04, size=units)
    W1 = -rng.uniform(0.2, 1.5, size=(units, units + 1))
    W1[np.arange(units), np.arange(units)] = output
    W2 = rng.uniform(-0.02, 0.02, size=(classes, units))
    W2[answer, np.arange(units)] = 2.5 / output
    b1, b2 = np.zeros(units), np.array([0, 0.3, -0.1, 0, 0.1])
    silent, constant = order[:2]
    W1[silent], mean[silent], std[silent] = -1, 0, 0
    W1[constant], b1[constant], mean[constant] = 0, 3, 3
    W1[constant, order[-1]] = 0.1
    W2[:, constant] = 0.01
    W2[0, constant] = 0.35
    cuts = (np.sort(std)[:-1] + np.sort(std)[1:]) / 2
    return {
        "network": {"W1": W1, "b1": b1, "W2": W2, "b2": b2},
        "statistics": (mean, std),
        "splits": {
            "validation": _images(rng, losses, order, answer),
            "test": _images(rng, on_test, order, answer),
        },
        "thresholds": rng.permutation(cuts[: len(losses) + 2]).tolist(),
        "max_drop": float(max_drop),
    }


def _images(
    rng: Rng, losses: Sequence[int], order: np.ndarray, answer: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Images for single neurons, with labels that make the answers right or wrong."""
    places: list[Any] = []
    labels: list[Any] = []

    def add(place: Any, label: Any, count: Any) -> None:
        places.extend([place] * count)
        labels.extend([label] * count)

    for unit, lost in zip(order[2:], np.diff(losses, prepend=0), strict=False):
        add(unit, answer[unit] if lost > 0 else 0, abs(lost))
    right = sum(label > 0 for label in labels)
    wrong = len(labels) - right
    plain = len(order)  # no neuron is for these images
    add(order[-1], answer[order[-1]], (RIGHT - right) // 4)
    add(plain, 0, RIGHT - right - (RIGHT - right) // 4)
    add(plain, 3, IMAGES - RIGHT - wrong)
    images = np.eye(plain + 1)[places]
    shuffled = rng.permutation(len(places))
    return images[shuffled], np.array(labels)[shuffled]


def random_network(rng: Rng, units: int, limit: float) -> Arguments:
    """A random network that is right on most of the images; ``limit`` is in images."""
    while True:
        network = {
            "W1": rng.normal(size=(units, 6)),
            "b1": rng.normal(size=units),
            "W2": rng.normal(size=(4, units)),
            "b2": rng.normal(size=4),
        }
        parts = [rng.normal(size=(64, 6)) for _ in range(3)]
        hidden = [np.maximum(x @ network["W1"].T + network["b1"], 0) for x in parts]
        logits = [h @ network["W2"].T + network["b2"] for h in hidden]
        mean, std = hidden[0].mean(axis=0), hidden[0].std(axis=0)
        gaps = np.diff(np.sort(std))
        cuts = (np.sort(std)[:-1] + gaps / 2)[: units // 2]
        kept = np.stack([np.where(std <= cut, mean, hidden[1]) for cut in (-1, *cuts)])
        best = np.sort(kept @ network["W2"].T + network["b2"], axis=2)
        # neither threshold nor answer may hang on how a number is rounded
        if gaps.min() > 1e-4 and (best[..., -1] - best[..., -2]).min() > 1e-5:
            break
    labels = [each.argmax(axis=1) for each in logits[1:]]
    for part in labels:
        part[:12] = (part[:12] + 1) % 4
    return {
        "network": network,
        "statistics": (mean, std),
        "splits": {"validation": (parts[1], labels[0]), "test": (parts[2], labels[1])},
        "thresholds": rng.permutation(cuts).tolist(),
        "max_drop": 100 * limit / 64,
    }
