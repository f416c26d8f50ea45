"""A page refuses an answer that grading, without the course's library, cannot run."""

from functools import partial

import numpy as np
import pytest

import course_lib
from course_lib import check, magnitude
from course_lib.check import EXERCISES, CheckFailed
from course_lib.check.borrowed import borrowed
from course_lib.check.search_task import embeddings
from course_lib.magnitude import magnitude_mask

from .styles import CORRECT

DECAY = check.variation("gradient_step", 0)["decay"]


def by_name(W, k):
    return magnitude_mask(W, k)


def by_module(W, k):
    return magnitude.magnitude_mask(W, k)


def by_package(W, k):
    return course_lib.magnitude.magnitude_mask(W, k)


def by_import(W, k):
    from course_lib.magnitude import magnitude_mask as kept

    return kept(W, k)


def by_import_of_a_part(W, k):
    from course_lib import magnitude as parts

    return parts.magnitude_mask(W, k)


def by_helper(W, k):
    return [by_name(row, k) for row in W]


def by_a_function_for_the_page(W, k):
    return embeddings(W, k)


def by_inner_function(W, k):
    return list(map(lambda row: magnitude_mask(row, k), W))  # noqa: C417


def by_default(W, k, mask=magnitude_mask):
    return mask(W, k)


class Kept:
    def __call__(self, W, k):
        return self.mask(W, k)

    def mask(self, W, k):
        return magnitude_mask(W, k)


def kept_by(mask):
    return lambda W, k: mask(W, k)


BORROWED = [
    *(by_name, by_module, by_package, by_import, by_import_of_a_part, by_helper),
    *(by_a_function_for_the_page, by_inner_function, by_default, Kept(), Kept().mask),
    *(kept_by(magnitude_mask), partial(by_name, k=3), magnitude_mask),
]


@pytest.mark.parametrize("function", BORROWED, ids=str)
def test_answer_that_uses_the_course_is_refused_with_a_sentence(function):
    with pytest.raises(
        CheckFailed, match=r"uses course_lib\.(magnitude|check)"
    ) as caught:
        check.keep_k_per_row(function)
    assert caught.value.misconception == "needs-course"
    assert "Grading runs answers without" in caught.value.hint


def of_its_own(W, b, X, labels, rate):
    from course_lib.check import variation

    decay = max(DECAY, check.variation("gradient_step", 0)["decay"])
    decay = max(decay, variation("gradient_step", 0)["decay"])
    return EXERCISES_SOLVED(W, b, X, labels, rate, decay=decay)


def EXERCISES_SOLVED(W, b, X, labels, rate, decay):  # noqa: N802
    return np.zeros(3)


@pytest.mark.parametrize("value", [of_its_own, 3, None, "name", np.sum, len, int])
def test_variation_and_other_libraries_may_be_used(value):
    assert borrowed(value) == ""


@pytest.mark.parametrize("name", EXERCISES)
def test_answers_in_any_style_borrow_nothing(name):
    assert [borrowed(function) for function in CORRECT[name]] == [""] * 5
