"""Time runs out for a submission, and not for what the machine takes away."""

import json
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.handin import clock as clocks
from course_lib.handin.clock import (
    MAX_EXCUSED,
    Clock,
    NoAnswerError,
    Process,
    StalledError,
    Watch,
)
from course_lib.handin.connection import Child, ChildError, Limits
from course_lib.handin.examine import STALLED, examine_notebook
from course_lib.handin.report import _plan, launch
from course_lib.handin.results import Result
from grading.collect import Submission
from grading.grade import Settings, grade_learner, grade_one
from grading.plan import HiddenPlan, Secret
from grading.sandbox import Sandbox
from grading.workers import default_jobs, end_with_grader, free_memory

ANSWER = "def gaps(positions, bits):\n    {body}"
CALL = 1.0
WAIT = "import time; time.sleep(30)"


def notebook(body: str) -> bytes:
    """A notebook with one answer, which nobody would call right."""
    cell = {"cell_type": "code", "source": ANSWER.format(body=body)}
    return json.dumps({"cells": [cell]}).encode()


def graded(body: str, limits: Limits) -> Result:
    """The result of the visible checks, made without a sandbox."""
    return examine_notebook(notebook(body), launch=launch, plan=_plan, limits=limits)


def hint(result: Result) -> str:
    """What is said about the answer."""
    (gaps,) = (e for e in result.exercises if e.exercise == "gaps")
    return gaps.verdicts[0].hint


def test_a_clock_stops_with_the_one_around_it_and_may_be_set_back() -> None:
    outer = Clock(0, "a learner")
    inner = Clock(60, "a notebook", outer)
    assert inner.stopped() == "the 0 seconds for a learner are used up"
    inner.excuse(60)
    assert inner.stopped() == outer.stopped() == ""
    assert inner.stalled
    assert outer.stalled


def test_a_clock_is_not_set_back_forever() -> None:
    clock = Clock(0, "a learner")
    for _ in range(3):
        clock.excuse(MAX_EXCUSED / 2)
    assert clock.stalled
    clock._end -= MAX_EXCUSED
    assert clock.stopped()
    with pytest.raises(StalledError, match="used up"):
        Watch(1.0, None, clock).look()


@pytest.mark.parametrize("times", [(0.0, 1e9), (2.0, 1e9)])
def test_a_process_kept_off_the_processors_is_stalled_or_too_slow(
    times: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(1)
    monkeypatch.setattr(process, "times", lambda: (0.0, 0.0))
    watch = Watch(1.0, process, Clock(60, "a notebook"))
    monkeypatch.setattr(process, "times", lambda: times)
    expected = NoAnswerError if times[0] else StalledError
    with pytest.raises(expected) as caught:
        watch.look()
    assert type(caught.value) is expected


def test_a_machine_that_stands_still_takes_no_time_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter([0.0, 0.0, 0.0, 0.0, 100.0, 100.0])
    monkeypatch.setattr(clocks.time, "monotonic", lambda: next(moments))
    clock = Clock(60, "a notebook")
    watch = Watch(20.0, None, clock)
    watch.look()  # at 0
    watch.look()  # at 100: this process slept 100 seconds in place of 1


@pytest.mark.parametrize(("waited", "stops"), [(0, True), (30, False), (100, False)])
def test_what_the_grader_waits_for_a_processor_is_not_the_learners(
    waited: float, stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks, delays = iter([0.0, 20.0]), iter([0.0, waited])
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    monkeypatch.setattr(clocks, "_times", lambda _: (0.0, next(delays)))
    clock = Clock(10, "a learner")
    assert bool(clock.stopped()) == stops
    assert clock.stalled == (waited > MAX_EXCUSED)


@pytest.fixture
def stalls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the machine stalls, one request after another; at the end it does not."""
    waiting: list[bool] = []
    real = Watch.look

    def look(watch: Watch) -> None:
        is_waiting = time.monotonic() - watch._start > watch.pause / 2
        if is_waiting and watch._seconds == CALL and waiting and waiting.pop(0):
            raise StalledError("the machine stalled")
        real(watch)

    monkeypatch.setattr(Watch, "look", look)
    return waiting


@pytest.mark.parametrize(("turns", "is_stalled"), [([True], False), ([True] * 2, True)])
def test_a_call_is_tried_once_more_where_the_machine_stalled(
    turns: list[bool], is_stalled: bool, stalls: list[bool]
) -> None:
    stalls += turns
    result = graded(WAIT, Limits(call=CALL))
    assert result.retried == ["gaps"]
    assert result.stalled == is_stalled
    assert (STALLED in result.notes) == is_stalled
    said = "the machine stalled" if is_stalled else "within 2 seconds"
    assert said in hint(result)


def test_the_time_of_a_notebook_ends_all_of_its_calls() -> None:
    result = graded(WAIT, Limits(call=60, notebook=10))
    assert "the 10 seconds for a notebook are used up" in hint(result)
    assert not result.stalled


def test_without_time_no_child_is_started() -> None:
    def never() -> subprocess.Popen:
        raise AssertionError("started")

    with pytest.raises(NoAnswerError, match="used up"):
        Child(never, Limits(), Clock(0, "a notebook"))


def test_a_child_that_is_late_is_ended_with_its_sandbox(bubblewrap: str) -> None:
    with pytest.raises((ChildError, NoAnswerError)):  # in time, or not at all
        Child(Sandbox().launch, Limits(start=0.0001))


def test_a_sandbox_that_is_half_started_ends_as_a_whole() -> None:
    """Its second process would wait for the first forever, with the pipes open."""

    def half() -> subprocess.Popen:
        program, pipe = "sleep 60 & sleep 60", subprocess.PIPE
        return subprocess.Popen(
            ["sh", "-c", program], stdin=pipe, stdout=pipe, process_group=0
        )

    begin = time.monotonic()
    with pytest.raises(ChildError):
        Child(half, Limits(start=0.2))
    assert time.monotonic() - begin < 50


def test_a_learner_without_time_gets_no_further_notebook_graded() -> None:
    settings = Settings(HiddenPlan(Secret("a")), "03", limits=Limits(learner=0))
    submission = Submission("ann", "ann/a.ipynb", Path("a"))
    (result,) = grade_learner([(submission, notebook("pass"), "", None)], settings)
    assert result.notes == ["not graded: the 0 seconds for a learner are used up"]
    assert result.out_of
    (refused,) = grade_one(submission, b"", "why", settings)
    assert refused.notes == ["why"]


def test_jobs_follow_cores_and_memory() -> None:
    assert default_jobs(2**60) == 1
    assert default_jobs(free_memory() // 1000) >= 1
    assert free_memory() > 2**20


@pytest.mark.parametrize(("parent", "started_by", "ends"), [(1, 1, 0), (1, 9, 1)])
def test_worker_ends_with_its_grader_which_may_be_process_1_of_a_container(
    monkeypatch: pytest.MonkeyPatch, parent: int, started_by: int, ends: int
) -> None:
    killed: list[int] = []
    worker = SimpleNamespace(name="LokyProcess-1")
    monkeypatch.setattr("multiprocessing.current_process", lambda: worker)
    started = SimpleNamespace(pid=started_by)
    monkeypatch.setattr("multiprocessing.parent_process", lambda: started)
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace(prctl=print))
    monkeypatch.setattr("os.getppid", lambda: parent)
    monkeypatch.setattr("os.kill", lambda process, _: killed.append(process))
    end_with_grader()
    assert len(killed) == ends
