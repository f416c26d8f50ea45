"""Hidden checks accept every right answer, and see what the visible check does not."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict

import pytest
import torch

from course_lib import check
from course_lib.check import CheckFailed
from grading.hidden import FURTHER
from tests.check.test_catalogue import CORRECT, WRONG
from tests.check.test_machinery import STRANGE
from tests.sampling import count

from .class_answers import answers_for
from .overlooked_01_02 import OVERLOOKED as OVERLOOKED_01_02
from .overlooked_03_04 import OVERLOOKED as OVERLOOKED_03_04
from .overlooked_05 import OVERLOOKED as OVERLOOKED_05

SEEDS = range(count(2, 6))
OVERLOOKED = [*OVERLOOKED_01_02, *OVERLOOKED_03_04, *OVERLOOKED_05]
PROPERTIES = [
    pytest.param(each, id=f"{each.exercise}-{each.title}")
    for properties in FURTHER.values()
    for each in properties
]
MOST_CALLS = 20


def failure(further, function, seed=0, class_seed=0):
    """The failure of a property; None where the function has it."""
    try:
        further.examine(function, seed=seed, class_seed=class_seed)
    except CheckFailed as failed:
        return failed
    return None


def failures(wrong, seed):
    with warnings.catch_warnings():
        # wrong answers may well overflow or divide by zero
        warnings.simplefilter("ignore", RuntimeWarning)
        return [failure(each, wrong.function, seed) for each in FURTHER[wrong.exercise]]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Small convolutions wait for each other on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def found(one_thread):
    """For every wrong answer and seed, what each property says about it."""
    return {
        (wrong, seed): failures(wrong, seed)
        for wrong in [*WRONG, *OVERLOOKED]
        for seed in SEEDS
    }


def test_every_exercise_has_two_or_three_properties_with_titles_of_their_own():
    assert list(FURTHER) == list(check.EXERCISES)
    for properties in FURTHER.values():
        assert 2 <= len(properties) <= 3
        assert len({each.title for each in properties}) == len(properties)


@pytest.mark.parametrize("further", PROPERTIES)
def test_right_answers_of_any_style_have_the_property(further):
    for function in CORRECT[further.exercise]:
        for seed in SEEDS:
            further.examine(function, seed=seed)


@pytest.mark.parametrize("further", PROPERTIES)
def test_property_takes_few_calls(further):
    calls = []

    def counted(*arguments):
        calls.append(arguments)
        return CORRECT[further.exercise][0](*arguments)

    further.examine(counted, seed=1)
    assert 0 < len(calls) <= MOST_CALLS


@pytest.mark.parametrize("class_seed", range(8))
def test_answers_written_for_a_class_have_the_properties_there(class_seed):
    for name, function in answers_for(class_seed).items():
        for further in FURTHER[name]:
            for seed in (0, 1):
                further.examine(function, seed=seed, class_seed=class_seed)


def test_published_answers_lack_a_property_in_every_other_class():
    for name in answers_for(0):
        for class_seed in range(1, 8):
            for function in CORRECT[name]:
                failed = [failure(f, function, 0, class_seed) for f in FURTHER[name]]
                assert any(failed), (name, class_seed)


@pytest.mark.parametrize("further", PROPERTIES)
def test_stub_is_told_that_it_is_not_written(further):
    def stub(*arguments):
        raise NotImplementedError

    assert failure(further, stub).misconception == "not-written"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("further", PROPERTIES)
def test_strange_results_become_a_clear_failure(further):
    for value in STRANGE:
        assert failure(further, lambda *arguments, value=value: value).hint


@pytest.mark.parametrize("wrong", OVERLOOKED, ids=str)
def test_visible_check_takes_the_overlooked_answer_for_right(wrong):
    for seed in SEEDS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            getattr(check, wrong.exercise).examine(wrong.function, seed=seed)


def test_overlooked_answer_is_told_what_is_wrong(found):
    for wrong in OVERLOOKED:
        output = [f for seed in SEEDS for f in found[wrong, seed] if f]
        meant = [f for f in output if f.misconception == wrong.misconception]
        assert any(wrong.fragment.lower() in f.hint.lower() for f in meant), (
            wrong,
            {f.misconception for f in output},
        )


def test_every_property_sees_an_answer_that_the_visible_check_overlooks(found):
    seen = defaultdict(set)
    for wrong in OVERLOOKED:
        for seed in SEEDS:
            verdicts = zip(FURTHER[wrong.exercise], found[wrong, seed], strict=True)
            for further, failed in verdicts:
                if failed:
                    seen[further.exercise, further.title].add(str(wrong))
    missing = [
        (name, each.title)
        for name, properties in FURTHER.items()
        for each in properties
        if not seen[name, each.title]
    ]
    assert not missing


def test_no_wrong_answer_has_all_properties(found):
    for (wrong, seed), verdicts in found.items():
        assert any(verdicts), (str(wrong), seed)
    table(found)


def test_hints_give_away_neither_inputs_nor_results(found):
    """Whatever is drawn, the hint is the same: it cannot hold anything drawn."""
    hints = defaultdict(set)
    for (wrong, _), verdicts in found.items():
        for further, failed in zip(FURTHER[wrong.exercise], verdicts, strict=True):
            if failed:
                key = (further.exercise, further.title, failed.misconception)
                hints[key].add(failed.hint)
    assert len(hints) > len(PROPERTIES)
    for key, texts in hints.items():
        assert len(texts) <= 2, (key, texts)
        for text in texts:
            assert not re.search(r"\b\d\d|\d\.\d|np\.|return ", text), text


def table(found):
    """Print how many properties wrong answers have, exercise by exercise."""
    print()
    for name, properties in FURTHER.items():
        passed = {
            source: sorted(
                sum(verdict is None for verdict in found[wrong, 0])
                for wrong in catalogue
                if wrong.exercise == name
            )
            for source, catalogue in (("wrong", WRONG), ("overlooked", OVERLOOKED))
        }
        counts = "; ".join(f"{source}: {numbers}" for source, numbers in passed.items())
        print(f"{name}: {len(properties)} properties; passed by {counts}")
