"""What is graded again, what is not stored, and which files one job has."""

from pathlib import Path
from typing import Any

import pytest

from course_lib.handin.results import Result
from grading import grade
from grading.collect import collect
from grading.grade import Settings, grade_all
from grading.plan import HiddenPlan, Secret
from grading.store import Store
from tests.grading.make_class import put

SETTINGS = Settings(HiddenPlan(Secret("a")))


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The notebooks graded so far, of a class in which the machine stalls for Bob."""
    names = ("ann/1.ipynb", "ann/2.ipynb", "bob/1.ipynb")
    put(tmp_path / "in", {name: name for name in names})
    done: list[str] = []

    def examine(data: bytes, **_: Any) -> list[Result]:
        done.append(data.decode())
        return [Result("", "", "01", stalled=data.startswith(b"bob"))]

    monkeypatch.setattr(grade, "examine_chapters", examine)
    monkeypatch.setattr(grade, "verify_sandbox", lambda _: None)
    return done


def run(tmp_path: Path, *again: str) -> None:
    """Grade the class, in this process."""
    found, store = collect(tmp_path / "in"), Store(tmp_path / "out")
    grade_all(found, store, SETTINGS, jobs=1, report=lambda *_: None, again=again)


def test_only_what_stalled_is_graded_again(tmp_path: Path, graded: list[str]) -> None:
    run(tmp_path)
    assert sorted(graded) == ["ann/1.ipynb", "ann/2.ipynb", "bob/1.ipynb"]
    run(tmp_path)
    assert graded[3:] == ["bob/1.ipynb"]


def test_a_learner_is_graded_again_on_request(
    tmp_path: Path, graded: list[str]
) -> None:
    run(tmp_path)
    run(tmp_path, "ann")
    assert sorted(graded[3:]) == ["ann/1.ipynb", "ann/2.ipynb", "bob/1.ipynb"]
    with pytest.raises(ValueError, match=r"--again must name learners .* got 'eve'"):
        run(tmp_path, "eve")
