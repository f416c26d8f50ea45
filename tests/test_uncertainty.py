"""Intervals and the paired test: against scipy, by coverage, on impossible input."""

import numpy as np
import pytest
import torch
from scipy.stats import binomtest, bootstrap

from course_lib.uncertainty import (
    PairedDifference,
    change_in_words,
    mean_interval,
    paired_difference,
    wilson_interval,
)

COUNTS = [(0, 0), (1, 0), (3, 3), (2, 9), (40, 25), (300, 180)]


@pytest.mark.parametrize(("lost", "gained"), COUNTS)
def test_p_value_is_that_of_a_fair_coin(lost, gained):
    found = PairedDifference(1000, lost, gained).p_value
    tosses = lost + gained
    expected = binomtest(lost, tosses).pvalue if tosses else 1.0
    assert found == pytest.approx(expected)
    assert found == PairedDifference(1000, gained, lost).p_value


@pytest.mark.parametrize("right", [0, 1, 50, 99, 100])
def test_wilson_interval_is_that_of_scipy(right):
    expected = binomtest(right, 100).proportion_ci(method="wilson")
    found = wilson_interval(right, 100)
    assert found == pytest.approx((100 * expected.low, 100 * expected.high))


def test_networks_are_compared_by_the_images_on_which_they_differ():
    labels = torch.tensor([0, 1, 2, 3, 4, 5, 6, 7])
    before = torch.tensor([0, 1, 2, 3, 4, 9, 9, 9])
    after = torch.tensor([0, 1, 9, 9, 9, 5, 9, 8])
    found = paired_difference(before, after, labels)
    assert found == PairedDifference(8, lost=3, gained=1)
    assert found.drop == 25
    assert "of 8 images, 3 lost and 1 gained" in found.sentence()


def test_more_images_gained_than_lost_are_called_a_gain():
    worse, better = (PairedDifference(10_000, *pair) for pair in ((145, 73), (73, 145)))
    same = "of 0.72 points (95% interval 0.43 to 1.01): of 10,000 images, "
    assert worse.sentence().startswith(f"a drop {same}145 lost and 73 gained")
    assert better.sentence().startswith(f"a gain {same}73 lost and 145 gained")
    assert PairedDifference(100, 4, 4).sentence().startswith("a drop of 0.00 points")


def test_interval_covers_the_true_difference_about_as_often_as_it_says():
    rng, images, p = np.random.default_rng(0), 2000, (0.006, 0.003)
    draws = rng.multinomial(images, [*p, 1 - sum(p)], size=2000)
    inside = 0
    for lost, gained, _ in draws.tolist():
        low, high = PairedDifference(images, lost, gained).interval
        inside += low <= 100 * (p[0] - p[1]) <= high
    assert 0.93 < inside / len(draws) < 0.98


def test_paired_interval_is_narrower_than_that_of_two_independent_samples():
    paired = PairedDifference(10_000, lost=30, gained=22)
    low, high = wilson_interval(9830, 10_000)
    assert paired.interval[1] - paired.interval[0] < high - low


def test_nothing_changed_is_no_difference_and_still_has_a_width():
    same = PairedDifference(100, 0, 0)
    low, high = same.interval
    assert same.p_value == 1
    assert low == pytest.approx(-high)
    assert high > 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: PairedDifference(0, 0, 0), "images must be"),
        (lambda: PairedDifference(5, 3, 3), "gained must be"),
        (lambda: PairedDifference(5, -1, 3), "lost must be"),
        (lambda: wilson_interval(3, 2), "right must be"),
        (lambda: wilson_interval(0.5, 2), "right must be"),
        (lambda: paired_difference(*(torch.zeros(n).long() for n in (3, 2, 3))),
         r"after must have one class per label, shape \(3,\), got \(2,\)"),
        (lambda: paired_difference(*[torch.zeros(0).long()] * 3),
         "labels must have at least one class"),
        (lambda: paired_difference(*[torch.zeros(3)] * 3),
         "before must be classes in torch.int64"),
    ],
)  # fmt: skip
def test_impossible_input_is_named(call, words):
    with pytest.raises((ValueError, TypeError), match=words):
        call()


def test_change_that_rounds_to_nothing_is_no_gain():
    assert change_in_words(0.3) == "a drop of 0.30 points"
    assert change_in_words(-0.3) == "a gain of 0.30 points"
    assert change_in_words(-0.001) == "a drop of 0.00 points"


def test_interval_of_a_mean_is_that_of_scipy():
    generator = torch.Generator().manual_seed(0)
    values = torch.rand(200, generator=generator, dtype=torch.float64) ** 3
    found = mean_interval(values, seed=0, draws=20_000)
    expected = bootstrap(
        (values.numpy(),), np.mean, method="percentile", rng=0, n_resamples=20_000
    ).confidence_interval
    assert found == pytest.approx(tuple(expected), abs=2e-3)
    assert found == mean_interval(values, seed=0, draws=20_000)


def test_interval_of_equal_values_is_a_point_and_of_none_an_error():
    assert mean_interval(torch.full((9,), 0.5), seed=0) == (0.5, 0.5)
    with pytest.raises(ValueError, match="values must have shape"):
        mean_interval(torch.zeros(0), seed=0)
