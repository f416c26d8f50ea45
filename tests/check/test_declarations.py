"""What an exercise declares holds: solution, styles, mistakes, kinds of inputs."""

import copy
import re
import warnings
from functools import partial

import numpy as np
import pytest

from course_lib import check
from course_lib.check import EXERCISES, CheckFailed
from course_lib.check.kinds import Inputs, Judged
from tests.sampling import count, sample

from .styles import CORRECT

SEEDS = range(count(1, 50))
MAX_CALLS = 40
CLASSES = [
    pytest.param(exercise, class_seed, id=f"{exercise.name}-{class_seed}")
    for exercise in EXERCISES.values()
    for class_seed in range(len(exercise.variations) or 1)
]
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.name}-{mistake.function.__name__}")
    for exercise in EXERCISES.values()
    for mistake in exercise.mistakes
]
STYLES = [
    pytest.param(name, function, id=f"{name}-{function.__name__}")
    for name, functions in CORRECT.items()
    for function in functions
]
VARIED = [exercise for exercise in EXERCISES.values() if exercise.variations]
by_name = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda e: e.name)
# the results of the others are random: they are judged by their properties
compared = pytest.mark.parametrize(
    "exercise",
    [e for e in EXERCISES.values() if not any(isinstance(k, Judged) for k in e.inputs)],
    ids=lambda e: e.name,
)


def exercise_of(case):
    """Which exercise a case is about, by its first value or its name."""
    return getattr(case.values[0], "name", case.values[0])


def answer_of(function, exercise, class_seed=0):
    """A declared function as a learner's: its arguments come in their order."""
    return partial(function, **exercise.rules(class_seed))


def failure_of(exercise, function, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mistakes may well divide by zero
        with pytest.raises(CheckFailed) as caught:
            exercise.examine(function, **options)
    return caught.value


@pytest.mark.parametrize(
    ("exercise", "class_seed"), sample(CLASSES, 0.3, kind=exercise_of)
)
def test_solution_is_accepted_in_its_class_and_in_no_other(exercise, class_seed):
    solution = answer_of(exercise.solved, exercise, class_seed)
    for seed in SEEDS:
        exercise.examine(solution, seed=seed, class_seed=class_seed)
    for other in range(len(exercise.variations)):
        if other != class_seed:
            assert failure_of(exercise, solution, class_seed=other).hint


@pytest.mark.parametrize(("name", "function"), sample(STYLES, 0.4, kind=exercise_of))
def test_correct_answer_is_accepted_in_any_style(name, function):
    for seed in SEEDS:
        EXERCISES[name].examine(function, seed=seed)


@pytest.mark.parametrize(
    ("exercise", "mistake"), sample(MISTAKES, 0.5, kind=exercise_of)
)
def test_mistake_is_recognized_with_its_own_hint(exercise, mistake):
    for class_seed in sample(list(range(len(exercise.variations) or 1)), 0.25):
        for seed in range(count(1, 12)):
            wrong = answer_of(mistake.function, exercise, class_seed)
            failure = failure_of(exercise, wrong, seed=seed, class_seed=class_seed)
            assert failure.misconception == mistake.name, str(failure)
            assert failure.hint == mistake.hint.format(**exercise.rules(class_seed))
            assert failure.exercise == exercise.name


@compared
def test_every_argument_matters(exercise):
    """Whoever takes an argument from the first call for all of them is wrong."""
    first = next(exercise.inputs[0].draw(np.random.default_rng(0)))
    for position, name in enumerate(first):

        def frozen(*given, position=position, name=name):
            given = list(given)
            given[position] = copy.deepcopy(first[name])
            return exercise.solved(*given, **exercise.rules(0))

        assert failure_of(exercise, frozen).hint, name


@by_name
def test_kinds_of_inputs_are_few_and_their_hints_give_nothing_away(exercise):
    titles = [kind.title for kind in exercise.inputs]
    assert 2 <= len(titles) == len(set(titles)) <= 5
    calls = []

    def counted(*given):
        calls.append(given)
        return exercise.solved(*given, **exercise.rules(0))

    for kind in exercise.inputs:
        before = len(calls)
        exercise.examine(counted, seed=1, inputs=[kind])
        assert len(calls) > before
        if isinstance(kind, Inputs):
            # a constant cannot tell what was drawn; only a variation is filled in
            assert set(re.findall(r"{(\w+)", kind.hint)) <= exercise.rules(0).keys()
    assert len(calls) <= MAX_CALLS


@by_name
def test_mistakes_say_what_is_believed_and_hints_give_no_code(exercise):
    names = {mistake.name for mistake in exercise.mistakes}
    assert len(exercise.mistakes) >= 5
    assert exercise.misconception in names
    for mistake in exercise.mistakes:
        belief = mistake.function.__doc__
        assert re.fullmatch(r"[A-Za-z0-9].{15,110}\.", belief), belief
        assert not re.search(r"np\.|return |\*\*|@", mistake.hint), mistake.hint
        used = set(mistake.function.__code__.co_names)
        assert not used & {"check", "course_lib"}, mistake


@by_name
def test_stub_is_told_that_it_is_not_written(exercise):
    def stub(*arguments):
        raise NotImplementedError(f"write {exercise.name}")

    for kind in exercise.inputs:
        failure = failure_of(exercise, stub, inputs=[kind])
        assert failure.misconception == "not-written"


@by_name
def test_pass_prints_one_line_with_the_points_and_an_open_ones_score(exercise, capsys):
    assert exercise(CORRECT[exercise.name][0]) is None
    line = re.escape(f"{exercise.name}: correct ({exercise.points} points)")
    space = "" if exercise.score.startswith("%") else " "
    line += rf", [\d.]+{space}{exercise.score}" if exercise.score else ""
    assert re.fullmatch(line + "\n", capsys.readouterr().out)


def test_every_exercise_has_five_styles(record_property):
    assert CORRECT.keys() == EXERCISES.keys()
    assert {len(set(functions)) for functions in CORRECT.values()} == {5}
    record_property("exercises", len(EXERCISES))
    record_property("mistakes", len(MISTAKES))
    record_property("styles", len(STYLES))


@pytest.mark.parametrize("exercise", VARIED, ids=lambda e: e.name)
def test_class_seed_chooses_another_variation_than_the_published_one(exercise):
    chosen = [check.variation(exercise.name, seed) for seed in range(1, 12)]
    assert len(exercise.variations) >= 12
    for number, one in enumerate(chosen):
        assert one in exercise.variations[1:]
        assert one not in chosen[:number]


@pytest.mark.parametrize("class_seed", [-1, 1.5, "7", True])
def test_class_seed_must_be_a_whole_number(class_seed):
    with pytest.raises(ValueError, match="class_seed must be"):
        check.variation("prune_within", class_seed)


def test_variation_of_an_unknown_exercise_names_the_known_ones():
    with pytest.raises(ValueError, match="gradient_step"):
        check.variation("fold", 1)
