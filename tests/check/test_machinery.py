"""Whatever a learner's function does, the check answers with CheckFailed."""

import sys
from array import array

import numpy as np
import pytest
import torch

from course_lib import check
from course_lib.check import CheckFailed
from course_lib.check.failure import show
from course_lib.handin.feedback import PLAIN

from .styles import CORRECT

NAMES = list(check.EXERCISES)
NUMBERS_ONLY = ("split_indices", "mlp_costs")


class Hostile:
    """An object that refuses to be looked at."""

    def __array__(self, *arguments, **options):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    __hash__ = None


BILL = ("parameters", "nonzeros", "bytes", "dense_macs", "effective_macs")
STRANGE = [
    *(None, True, 0, -1, 10**30, float("nan"), float("inf"), 1j),
    *("", "12", "ab", b"ab", (), [], {}, set(), (1, 2), (1, 2, 3), ("a", "b", "c")),
    *([[1], [2, 3]], [[1], [2, 3], [4]], (None, None), (None, None, None)),
    {"train": None, "validation": 1, "test": "x"},
    {"train": [], "validation": [], "test": []},
    {"train": [0.5], "validation": [[1]], "test": [1e300]},
    {"parameters": None, "macs": []},
    {"parameters": "23", "macs": "18"},
    {"macs": 1},
    {"lost": None, "gained": [], "p_value": "x"},
    *(np.zeros(0), np.zeros((2, 2, 2)), np.zeros(3, dtype=complex)),
    np.array(["a", "b", "c"]),
    np.array([None, None, None]),
    (np.zeros(0), np.full(3, np.nan), np.zeros((3, 3))),
    torch.zeros(3, requires_grad=True),
    torch.zeros(2, 2),
    *(int, Hostile(), (Hostile(), Hostile()), (Hostile(), Hostile(), Hostile())),
    {"parameters": Hostile(), "macs": Hostile()},
    {"conv1": Hostile(), "fc1": [], "fc2": "x"},
    {"conv1": None, "fc1": np.zeros(3), "fc2": 1e300},
    dict.fromkeys(BILL, Hostile()),
    dict.fromkeys(BILL, (1, None)),
    {key: [[1, 2], [3, 4]] for key in BILL},
]


def failure_of(name, function):
    with pytest.raises(CheckFailed) as caught:
        getattr(check, name).examine(function)
    return caught.value


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", NAMES)
def test_strange_results_become_a_clear_failure(name):
    for value in STRANGE:
        failure = failure_of(name, lambda *arguments, value=value: value)
        assert failure.hint
        assert name in str(failure)


def numbers_of_the_standard_library(A):
    starts, columns, values = CORRECT["csr_arrays"][0](A)
    return array("i", starts), memoryview(columns), array("d", values)


def numbers_with_the_large_end_first(A):
    starts, columns, values = CORRECT["csr_arrays"][0](A)
    return starts.astype(">i4"), columns.astype(">i4"), values


def tensors_in_a_list(scores, k):
    return list(torch.tensor(CORRECT["shared_keep"][0](scores, k)))


def weights_that_learn(W1, b1, W2, keep):
    small = CORRECT["cut_pair"][0](W1, b1, W2, keep)
    return [list(torch.tensor(np.array(a), requires_grad=True)) for a in small]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("csr_arrays", numbers_of_the_standard_library),
        ("csr_arrays", numbers_with_the_large_end_first),
        ("shared_keep", tensors_in_a_list),
        ("cut_pair", weights_that_learn),
    ],
)
def test_right_numbers_count_in_whatever_holds_them(name, answer):
    getattr(check, name).examine(answer)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyError, SystemExit])
def test_error_inside_shows_the_learners_line(name, error):
    def answer(*arguments):
        raise error("oh")  # the line that failed

    failure = failure_of(name, answer)
    assert failure.misconception == "error"
    assert error.__name__ in str(failure)
    assert "the line that failed" in str(failure)
    assert isinstance(failure.__cause__, error)


@pytest.mark.parametrize("name", NAMES)
def test_error_inside_a_library_shows_the_learners_line_not_the_librarys(name):
    def answer(*arguments):
        return np.linalg.inv("no matrix")  # my call

    assert "my call" in str(failure_of(name, answer))


@pytest.mark.parametrize("name", NAMES)
def test_signature_that_does_not_fit_is_an_error_of_the_answer(name):
    failure = failure_of(name, lambda: 1)
    assert failure.misconception == "error"
    assert "positional argument" in str(failure)


@pytest.mark.parametrize("name", NAMES)
def test_missing_return_is_named(name):
    failure = failure_of(name, lambda *arguments: None)
    assert failure.misconception == "returns-nothing"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [None, 3, "name"])
def test_something_that_is_no_function_is_named(name, value):
    assert failure_of(name, value).misconception == "not-a-function"


def spoil(value):
    """Change a mutable argument in place, however deep; True when it worked."""
    if isinstance(value, np.ndarray) and value.size:
        value[...] = ~value if value.dtype == bool else value + 1
        return True
    if isinstance(value, dict):
        value[next(iter(value))] = "spoilt"
        return True
    if isinstance(value, list):
        value.reverse()
        return True
    return isinstance(value, tuple) and any(map(spoil, value))


@pytest.mark.parametrize("name", NAMES)
def test_changed_inputs_are_noticed(name):
    spoilt = []

    def answer(*arguments):
        result = CORRECT[name][0](*arguments)
        spoilt.append(max(map(spoil, arguments)))
        return result

    if name in NUMBERS_ONLY:
        getattr(check, name).examine(answer)
        assert not any(spoilt)
    else:
        assert failure_of(name, answer).misconception == "changes-input"


def test_failure_says_what_where_and_why():
    failure = failure_of("fold", lambda W2, b2, mean, removed: b2 + 0)
    text = str(failure)
    assert failure.misconception == "M5"
    assert (failure.exercise, failure.chapter, failure.section) == ("fold", "02", 4)
    lines = [line.split()[0] for line in text.split("\n") if line[2:3].strip()]
    assert lines == ["fold:", "given", "got", "expected", "hint", "read"]
    assert "exercise 4 of chapter 02" in text
    assert failure.room in text
    assert max(map(len, text.split("\n"))) <= 88


def test_notebook_shows_the_message_and_no_traceback():
    failure = failure_of("fold", lambda W2, b2, mean, removed: b2 + 0)
    shown = "\n".join(failure._render_traceback_())
    assert shown.startswith(f"CheckFailed: {failure}\n")
    assert "fold(**check.failing_input()) repeats this call" in shown
    assert "Traceback" not in shown


def test_input_that_failed_can_be_fetched_and_fails_again(monkeypatch):
    monkeypatch.setattr("course_lib.check.exercise._failing", {})
    with pytest.raises(LookupError, match="must have failed"):
        check.failing_input()

    def fold(W2, b2, mean, removed):
        return b2 + 0

    with pytest.raises(CheckFailed) as caught:
        check.fold(fold)
    fetched = check.failing_input()
    assert show(fold(**fetched)) in str(caught.value)
    fetched["W2"][...] = 0  # a copy: the next one is as it was
    assert check.failing_input()["W2"].any()


WEIGHTS = np.array([0.5, -1.0])


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *_: -1 < WEIGHTS & WEIGHTS < 1, "(a < b) & (c < d)"),
        (lambda *_: 2 * torch.ones(2) & torch.ones(2), "(a < b) & (c < d)"),
        (lambda *_: 1.0 & 2.0, "(a < b) & (c < d)"),
        (lambda *_: -1 < WEIGHTS < 1, ".any() or .all()"),
        (lambda *_: bool(torch.ones(2)), ".any() or .all()"),
        (lambda *_: WEIGHTS[2], "n - 1"),
        (lambda *_: [1, 2][2], "n - 1"),
        (lambda *_: torch.ones(2)[2], "n - 1"),
        (lambda *_: list(WEIGHTS)[0, 1], "np.asarray"),
        (lambda *_: WEIGHTS[1.0], "whole number"),
        (lambda *_: list(WEIGHTS)[1.0], "whole number"),
        (lambda *_: WEIGHTS[:, None] @ np.ones((3, 2)), "shapes that do not fit"),
        (lambda *_: WEIGHTS + np.ones(3), "shapes that do not fit"),
        (lambda *_: torch.ones(2) + torch.ones(3), "shapes that do not fit"),
        (lambda *_: torch.ones(2, 2) @ torch.ones(3, 2), "shapes that do not fit"),
        (lambda *_: [1, 2].sum(), "np.asarray"),
        (lambda: 1, "Keep the first line"),
        (lambda *_: wieghts, "typo"),  # noqa: F821
        (lambda *_: 1 / 0, "divided by zero"),
        (lambda *_: {}["key"], "on the input above"),
    ],
)
def test_common_errors_are_explained(answer, hint):
    assert hint in failure_of("prune_within", answer).hint


def test_same_seed_gives_the_same_message_and_another_seed_another():
    def wrong(W2, b2, mean, removed):
        return b2 + 0

    def message(seed):
        with pytest.raises(CheckFailed) as caught:
            check.fold.examine(wrong, seed=seed)
        return str(caught.value)

    assert message(3) == message(3) != message(4)


def test_inputs_are_plain_data_that_another_process_can_be_sent():
    plain = (bool, int, float, str, bytes, np.ndarray)
    seen = []

    def is_plain(value):
        if isinstance(value, dict):
            return all(isinstance(k, str) and is_plain(v) for k, v in value.items())
        if isinstance(value, list | tuple):
            return all(map(is_plain, value))
        return type(value) in plain

    for name in NAMES:

        def answer(*arguments, name=name):
            seen.append(name)
            assert is_plain(arguments)
            return CORRECT[name][0](*arguments)

        getattr(check, name).examine(answer)
    assert set(seen) == set(NAMES)


def test_check_leaves_the_global_random_states_alone():
    np.random.seed(5)
    torch.manual_seed(5)
    numpy_state, torch_state = np.random.get_state()[1], torch.get_rng_state()
    for name in NAMES:
        getattr(check, name).examine(CORRECT[name][0])
    assert np.array_equal(np.random.get_state()[1], numpy_state)
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_check_has_a_docstring_and_its_own_name():
    for name, exercise in check.EXERCISES.items():
        own = getattr(check, name)
        assert own.__name__ == name
        assert exercise.title in own.__doc__


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(0.5), "0.5"),
        ((1, 2.0), "(1, 2)"),
        ([True, None], "[True, None]"),
        ({"a": np.arange(2)}, "{'a': [0, 1]}"),
        (torch.tensor([1.0]), "[1.]"),
        (np.zeros((2, 2)), "[[0., 0.], [0., 0.]] (shape (2, 2))"),
        (Hostile(), "an object of type Hostile"),
    ],
)
def test_values_are_shown_briefly(value, text):
    assert show(value) == text


def test_long_values_are_abridged():
    assert len(show("x" * 10_000)) <= 240
    assert len(show(list(range(sys.maxunicode // 100)))) <= 240


def test_result_of_no_known_mistake_has_the_name_that_feedback_puts_into_words():
    failure = failure_of("mlp_costs", lambda widths: {"parameters": 1, "macs": 1})
    assert failure.misconception in PLAIN
