"""Grading on a cluster: the same results, also when a worker dies in the middle."""

import os
import shutil
import signal
import sys
from pathlib import Path

import joblib
import pytest

from course_lib.handin.results import Result
from grading.__main__ import main
from grading.collect import Submission, collect
from grading.grade import Settings, grade_all
from grading.plan import HiddenPlan, Secret
from grading.store import Store

from ..cluster import two_workers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Return a class of four, every second one with nothing written yet."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for number in range(4):
        kind = "exercises" if number % 2 else "solutions"
        page = ROOT / kind / f"03_magnitude_masks_{kind}.ipynb"
        shutil.copy(page, folder / f"learner-{number:02}.ipynb")
    return folder


def test_cluster_grades_the_same_though_a_worker_is_killed(
    submissions: Path, tmp_path: Path, bubblewrap: str
) -> None:
    settings = Settings(HiddenPlan(Secret("of this test")))
    here = grade_all(
        collect(submissions), Store(tmp_path / "here"), settings, jobs=1, report=_quiet
    )
    with two_workers() as client:
        victim = min(client.run(os.getpid).values())
        output: list[str] = []

        def kill_after_two(
            submission: Submission, _: list[Result], is_new: bool
        ) -> None:
            assert is_new
            output.append(submission.notebook)
            if len(output) == 2:
                os.kill(victim, signal.SIGKILL)

        with joblib.parallel_config(backend="dask"):
            there = grade_all(
                collect(submissions),
                Store(tmp_path / "there"),
                settings,
                jobs=-1,
                report=kill_after_two,
            )
    assert there == here
    assert sorted(output) == sorted(result.notebook for result in here)
    assert {result.points for result in here} == {0, 13}


def _quiet(*_: object) -> None:
    """Say nothing."""


def test_command_grades_on_the_cluster_of_an_address(
    submissions: Path, tmp_path: Path, bubblewrap: str, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / "grades"
    with two_workers() as client:
        address = client.scheduler.address
        command = [str(submissions), "--out", str(out), "--dask", address]
        assert main(command) == 0
        ran = client.run(lambda: "grading.grade" in sys.modules)
    assert "4 graded in" in capsys.readouterr().out
    assert any(ran.values()), "no worker has graded anything"
    assert (out / "class.csv").is_file()
