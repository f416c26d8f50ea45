"""What chapter 00 states is measured, and holds in the direction that it is told."""

import pytest
import torch

from course_lib import evidence
from course_lib.data import load_mnist
from course_lib.evidence import plain_tables as plain
from course_lib.models import load_checkpoint, load_predictions
from course_lib.storage.shipped import shipped
from course_lib.training import predictions
from tests.sampling import SOAK


def test_any_half_costs_more_than_the_smaller_half():
    smaller = evidence.drop_without_the_smaller_half()
    assert plain.points_lost_without_a_random_half() > 10 * abs(smaller)


def test_worst_digit_loses_more_than_all_together():
    worst = plain.points_lost_by_the_worst_digit()
    assert 0 < plain.points_lost_on_average() < worst
    assert plain.worst_digit() in range(10)


def test_small_files_are_the_shipped_ones_and_err_more():
    sizes = [shipped(f"mlp300-{seed}").stat().st_size for seed in plain.SEEDS]
    assert plain.bytes_of_the_smallest_files() == pytest.approx(sum(sizes) / 3)
    factors = [4 * 266_610 / size for size in sizes]
    assert plain.times_smaller_than_the_weights() == pytest.approx(sum(factors) / 3)
    assert plain.errors_before_pruning() < plain.errors_of_the_smallest_files()


def test_smaller_shape_errs_more_and_changes_more_answers_than_it_loses():
    before, after = plain.errors_before_the_cut(), plain.errors_of_the_smaller_shape()
    assert before < after
    assert plain.answers_changed_by_the_smaller_shape() > after - before
    large, small = load_checkpoint("lenet5-0"), load_checkpoint("lenet5-shrunk-0")
    test, stored = load_mnist("test"), load_predictions("lenet5-shrunk")
    for model, name in ((large, "unpruned-test-0"), (small, "l1-test-0")):
        assert torch.equal(predictions(model, test), stored[name])


def test_shorter_numbers_and_a_list_add_up():
    alone = plain.times_smaller_by_list_alone()
    assert 1 < alone < plain.times_smaller_with_shared_numbers()


def test_weights_are_those_of_784_300_100_10():
    assert plain.weights_of_the_model() == 784 * 300 + 300 * 100 + 100 * 10


def test_false_labels_outlive_the_weights_and_nobody_guesses_them():
    known = plain.false_labels_repeated(0)
    left = plain.false_labels_repeated(0.7)
    assert 50 < left <= known <= 100
    percent = evidence.percent_still_remembered()
    assert 100 * left / known == pytest.approx(percent)
    assert plain.false_labels_repeated(1) < left
    if SOAK:  # trains another network for 60 epochs
        assert plain.false_labels_by_chance() <= 5


def test_times_have_a_row_a_way_and_a_column_a_size():
    times = plain.times_faster()
    assert list(times.columns) == ["256 pictures at once", "one picture"]
    assert times.iloc[0].tolist() == [1, 1]
    assert (times > 0).all(axis=None)
