"""An instructor's own exercises replace public ones, or are added, and count."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from course_lib.check import EXERCISES, variation
from grading import autograder, on_gradescope
from grading.__main__ import main
from grading.grade import Settings
from grading.overlay import Overlay, read
from grading.plan import HiddenPlan, Secret
from grading.store import fingerprint

from .csv_cells import rows
from .make_class import put
from .notebooks import ROOT, code, dump, solved

PUBLIC = list(EXERCISES)
# the public exercise with variations that nobody has published
REPLACED = (ROOT / "course_lib/check/exercises/gradient_step.py").read_text()
BEGIN, END = REPLACED.index("DECAYS = ("), REPLACED.index("exercise = Exercise(")
REPLACED = REPLACED[:BEGIN] + "DECAYS = (0.01, 0.31, 0.47)\n\n" + REPLACED[END:]
ADDED = '''
from course_lib.check.exercise import Exercise

exercise = Exercise(
    name="largest_step", chapter="01", section=9, title="The largest step", points=2,
    difficulty=1, minutes=5, misconception="sum", room="Math", returns=("a number",),
    expected="the largest absolute difference of two neighbors", hint="Subtract.",
)


@exercise.solution
def solution(numbers):
    return max(abs(b - a) for a, b in zip(numbers, numbers[1:]))


@exercise.drawn("a few numbers")
def few(rng):
    for _ in range(3):
        yield {"numbers": rng.normal(size=6).tolist()}


@exercise.mistake("sum", "Those are all steps together.")
def sums(numbers):
    """All steps count."""
    return sum(abs(b - a) for a, b in zip(numbers, numbers[1:]))
'''
ANSWER = "def largest_step(x):\n    return max(abs(b - a) for a, b in zip(x, x[1:]))\n"


@pytest.fixture(autouse=True)
def public_afterward() -> Iterator[None]:
    """Leave the exercises as they were."""
    yield
    Overlay().install()
    assert list(EXERCISES) == PUBLIC


def folder_with(tmp_path: Path, **modules: str) -> Path:
    """A folder with modules."""
    return put(tmp_path / "own", {f"{n}.py": text for n, text in modules.items()})


def test_a_class_is_graded_by_its_overlay(tmp_path: Path, bubblewrap: str) -> None:
    """One exercise is replaced, and the published solution fails; one is added."""
    overlay = folder_with(tmp_path, gradient_step=REPLACED, largest_step=ADDED)
    notebook = solved("01")
    notebook["cells"].append(code(ANSWER))
    put(tmp_path, {"in/ann.ipynb": dump(notebook)})
    command = [str(tmp_path / "in"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    command += ["--class-seed", "1", "--overlay", str(overlay)]
    assert main(command) == 0
    (row,) = rows(tmp_path / "out" / "class.csv")
    assert row["01_largest_step"] == "2"
    assert row["01_gradient_step"] == "0"
    assert row["01_mlp_costs"] != "0"


def test_gradescope_grades_by_the_overlay_that_was_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, path = folder_with(tmp_path, largest_step=ADDED), tmp_path / "autograder.zip"
    assert autograder.main(["--out", str(path), "--overlay", str(own)]) == 0
    Overlay().install()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "source")
    used = []
    monkeypatch.setattr(on_gradescope, "verify_sandbox", lambda _: None)
    monkeypatch.setattr(
        on_gradescope, "grade", lambda _, settings: used.append(settings) or []
    )
    (tmp_path / "results").mkdir()
    assert on_gradescope.main(tmp_path) == 0
    assert "largest_step" in EXERCISES
    assert used[0].overlay == read(own)


def test_an_autograder_is_not_made_with_an_overlay_that_fails(tmp_path: Path) -> None:
    own, path = folder_with(tmp_path, largest_step="1 / 0"), tmp_path / "autograder.zip"
    assert autograder.main(["--out", str(path), "--overlay", str(own)]) == 2
    assert not path.exists()


def test_an_overlay_decides_the_variation_and_takes_it_back(tmp_path: Path) -> None:
    own = read(folder_with(tmp_path, gradient_step=REPLACED))
    own.install()
    own.verify()
    assert variation("gradient_step", 1) == {"decay": 0.31}
    assert list(EXERCISES) == PUBLIC
    Overlay().install()
    assert variation("gradient_step", 1) == {"decay": 0.03}


def test_a_changed_overlay_grades_again(tmp_path: Path) -> None:
    plan = HiddenPlan(Secret("a"))
    keys = {fingerprint(Settings(plan))}
    for source in (ADDED, ADDED + "\n"):
        own = read(folder_with(tmp_path, largest_step=source))
        keys.add(fingerprint(Settings(plan, overlay=own)))
    assert len(keys) == 3


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("largest_step", "", "must define exercise"),
        ("largest_step", "import no_such_module", "must be a module that runs"),
        ("longest_step", ADDED, "must have the name of its exercise"),
        ("largest_step", ADDED.replace('"01"', '"77"'), "must be for a chapter in"),
        ("fold", ADDED.replace("largest_step", "fold"), "of chapter 02 and must stay"),
        ("largest_step", ADDED.replace("@exercise.solution", ""), "declare a solution"),
        ("largest_step", ADDED.split("@exercise.drawn")[0], "at least one kind"),
    ],
)
def test_a_module_that_is_no_exercise_is_named_and_changes_nothing(
    tmp_path: Path, name: str, source: str, words: str
) -> None:
    own = read(folder_with(tmp_path, **{name: source}))
    with pytest.raises(ValueError, match=rf"the overlay's {name}\.py .*{words}"):
        own.install()
    assert list(EXERCISES) == PUBLIC


def test_a_solution_that_fails_its_own_check_is_refused(tmp_path: Path) -> None:
    never_the_same = ADDED.replace("    return max", "    import random\n"
                                   "    return random.random() + max", 1)  # fmt: skip
    own = read(folder_with(tmp_path, largest_step=never_the_same))
    own.install()
    with pytest.raises(ValueError, match="largest_step: the solution must pass"):
        own.verify()


def test_a_folder_without_modules_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ValueError, match="overlay must be a folder with modules"):
            read(folder)
