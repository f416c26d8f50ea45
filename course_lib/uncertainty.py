"""How far a measured accuracy can be trusted: intervals, and a test for a difference.

All of this is about the images: with other images, the numbers would differ. How much
they differ between seeds is a separate question, which only more seeds can answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from course_lib.arguments import finite, integer, tensor
from course_lib.evaluation import check_labels

Z = 1.959964  # the normal distribution's 97.5% point: intervals cover 95%


@dataclass(frozen=True)
class PairedDifference:
    """Two networks on the same images, compared by those on which only one is right.

    ``lost`` images only the first network classifies correctly, ``gained`` only the
    second; ``images`` counts all of them. A random error on either side cancels in
    the images that both get right or both get wrong, so those say nothing.
    """

    images: int
    lost: int
    gained: int

    def __post_init__(self) -> None:
        integer("images", self.images, 1)
        integer("lost", self.lost, 0)
        integer("gained", self.gained, 0, self.images - self.lost)

    @property
    def drop(self) -> float:
        """Return the accuracy lost from the first network to the second, in points."""
        return 100 * (self.lost - self.gained) / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95% confidence interval of ``drop``, in points.

        Follows Bonett & Price (2012): one image is added to each side, which keeps the
        interval honest when hardly any image changes.
        """
        total = self.images + 2
        lost, gained = (self.lost + 1) / total, (self.gained + 1) / total
        center = lost - gained
        half = Z * math.sqrt((lost + gained - center**2) / total)
        return 100 * (center - half), 100 * (center + half)

    @property
    def p_value(self) -> float:
        """Return the exact two-sided p-value of McNemar (1947).

        If the networks were equally good, each image on which only one of them is
        right would be a fair coin toss. This is the probability that the
        tosses fall at least as unevenly as they did.
        """
        tosses, fewer = self.lost + self.gained, min(self.lost, self.gained)
        tail = sum(math.comb(tosses, count) for count in range(fewer + 1))
        return float(min(1.0, 2 * tail / 2**tosses))

    def sentence(self) -> str:
        """Return the comparison in words: a drop, or a gain where ``drop`` is < 0."""
        low, high = self.interval
        if self.drop < 0:
            low, high = -high, -low
        return (
            f"{change_in_words(self.drop)} (95% interval {low:.2f} to {high:.2f}): "
            f"of {self.images:,} images, {self.lost} lost and {self.gained} gained, "
            f"p = {self.p_value:.2g}"
        )


def change_in_words(drop: float) -> str:
    """Return a drop in points in words: ``a drop of 0.30 points``, or a gain if < 0."""
    word = "gain" if round(drop, 2) < 0 else "drop"
    return f"a {word} of {abs(drop):.2f} points"


def paired_difference(
    before: Tensor, after: Tensor, labels: Tensor
) -> PairedDifference:
    """Compare the predictions of two networks for the same images.

    ``before``, ``after``, and ``labels`` are classes of shape (N,), int64. Raises
    ValueError where their shapes or types differ.
    """
    if not len(labels):
        raise ValueError("labels must have at least one class, got none")
    for name, classes in (("before", before), ("after", after), ("labels", labels)):
        check_labels(name, tensor(name, classes))
        if classes.shape != labels.shape:
            raise ValueError(
                f"{name} must have one class per label, shape {tuple(labels.shape)}, "
                f"got {tuple(classes.shape)}"
            )
    first, second = before == labels, after == labels
    return PairedDifference(
        len(labels), int((first & ~second).sum()), int((second & ~first).sum())
    )


def wilson_interval(right: int, images: int) -> tuple[float, float]:
    """Return the 95% confidence interval of an accuracy, in percent.

    ``right`` of ``images`` answers are correct. Wilson's (1927) interval stays within
    0 and 100% and has a width even where every answer is right, unlike the accuracy
    plus or minus two standard errors.
    """
    images = integer("images", images, 1)
    right = integer("right", right, 0, images)
    share, spread = right / images, Z**2 / images
    center = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / images + spread / (4 * images))
    low, high = ((center + sign * half) / (1 + spread) for sign in (-1, 1))
    return 100 * max(0.0, low), 100 * min(1.0, high)


def mean_interval(values: Tensor, seed: int, draws: int = 2000) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the mean of ``values``, shape (N,).

    For paired values, such as the reciprocal ranks of two encoders on the same queries,
    give their differences. Each of ``draws`` means is over N values drawn with
    replacement; the interval has the middle 95% of them (Efron 1979; Sakai 2006 for
    retrieval). In the unit of ``values``; ``seed`` seeds the draws.
    """
    values = finite("values", tensor("values", values)).double()
    if values.dim() != 1 or not len(values):
        raise ValueError(
            f"values must have shape (N,) with N ≥ 1, got {tuple(values.shape)}"
        )
    generator = torch.Generator().manual_seed(seed)
    size = (integer("draws", draws, 1), len(values))
    drawn = torch.randint(len(values), size, generator=generator)
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    low, high = values[drawn].mean(1).quantile(ends).tolist()
    return low, high
