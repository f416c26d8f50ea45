"""Grading on a cluster: the same results, also when a worker dies in the middle."""

import os
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
from .make_class import put
from .notebooks import dump, solved, stub

pytestmark = pytest.mark.slow


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Return a class of four, every second one with nothing written yet."""
    pages = [dump(solved("03")), dump(stub("03"))] * 2
    files = {f"learner-{number:02}.ipynb": page for number, page in enumerate(pages)}
    return put(tmp_path / "submissions", files)


def test_cluster_grades_the_same_though_a_worker_is_killed(
    submissions: Path, tmp_path: Path, bubblewrap: str
) -> None:
    settings = Settings(HiddenPlan(Secret("of this test")))
    found, store = list(collect(submissions)), Store(tmp_path / "here")
    here = grade_all(found, store, settings, jobs=1, report=lambda *_: None)
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
            store = Store(tmp_path / "there")
            there = grade_all(found, store, settings, jobs=-1, report=kill_after_two)
    assert there == here
    assert sorted(output) == sorted(result.notebook for result in here)
    assert {result.points for result in here} == {0, 13}


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
