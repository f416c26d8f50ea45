"""Grading a folder of submissions: independent jobs, each stored when done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import joblib
import torch

from course_lib.check import EXERCISES
from course_lib.handin.clock import Clock
from course_lib.handin.connection import Limits
from course_lib.handin.examine import empty_result, examine_notebook
from course_lib.handin.results import Result
from grading.collect import Submission, collect, read
from grading.plan import HiddenPlan
from grading.probe import verify_sandbox
from grading.sandbox import Sandbox
from grading.store import Store, fingerprint, key_of
from grading.workers import default_jobs, end_with_grader

Read = tuple[Submission, bytes, str]
Report = Callable[[Submission, Result, bool], None]


@dataclass(frozen=True)
class Settings:
    """How a class is graded; ``chapter`` is two digits, or empty to detect it."""

    plan: HiddenPlan
    chapter: str = ""
    sandbox: Sandbox = field(default_factory=Sandbox)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
        if self.chapter and self.chapter not in chapters:
            raise ValueError(f"chapter must be one of {chapters}, got {self.chapter!r}")


def grade_one(
    submission: Submission,
    data: bytes,
    problem: str,
    settings: Settings,
    clock: Clock | None = None,
) -> Result:
    """Grade one submission.

    ``problem`` says why ``data`` was not read, if so; ``clock`` is the learner's.
    Raises ChildError if the sandbox does not start.
    """
    is_stalled = False
    if not problem and clock is not None and (reason := clock.stopped()):
        problem, is_stalled = f"not graded: {reason}", clock.stalled
    if problem:
        nothing = empty_result(
            settings.plan,
            learner=submission.learner,
            notebook=submission.notebook,
            chapter=settings.chapter,
            note=problem,
        )
        return replace(nothing, stalled=is_stalled)
    return examine_notebook(
        data,
        launch=settings.sandbox.launch,
        plan=settings.plan,
        learner=submission.learner,
        notebook=submission.notebook,
        chapter=settings.chapter,
        limits=settings.limits,
        clock=clock,
    )


def grade_learner(handed_in: Sequence[Read], settings: Settings) -> list[Result]:
    """Grade what one learner handed in, one after another, in the time of a learner.

    Runs anywhere, as it depends only on its arguments.
    """
    end_with_grader()
    # small convolutions are slow with many threads
    torch.set_num_threads(1)
    clock = Clock(settings.limits.learner, "a learner")
    return [grade_one(*each, settings, clock) for each in handed_in]


def grade_all(
    folder: Path,
    store: Store,
    settings: Settings,
    *,
    jobs: int | None = None,
    report: Report,
    again: Collection[str] = (),
) -> list[Result]:
    """Grade what is not graded yet; return all results, in the order of names.

    ``report`` is called with each, and whether it was graded now. Learners in ``again``
    are graded anew. Jobs, one for each learner, go through joblib: to ``jobs``
    processes here (by default as many as fit), or to the backend of
    ``joblib.parallel_config``.
    """
    verify_sandbox(settings.sandbox)
    checks = fingerprint(settings)
    found: dict[str, Result] = {}
    missing: dict[str, dict[str, Submission]] = {}  # by learner and notebook
    learners = set()
    for submission in collect(folder):
        learners.add(submission.learner)
        data, problem = read(submission)
        known = store.get(submission, key_of(data, problem, checks))
        if known is None or submission.learner in again:
            own = missing.setdefault(submission.learner, {})
            own[submission.notebook] = submission
        else:
            found[submission.notebook] = known
            report(submission, known, False)
    if unknown := set(again) - learners:
        raise ValueError(
            f"again must name learners who handed in, got {min(unknown)!r}"
        )

    keys: dict[str, str] = {}

    def jobs_to_do() -> Iterator[tuple]:
        # read again when it is graded, so that a class need not fit into memory
        for own in missing.values():
            handed_in = [(each, *read(each)) for each in own.values()]
            for submission, data, problem in handed_in:
                keys[submission.notebook] = key_of(data, problem, checks)
            yield joblib.delayed(grade_learner)(handed_in, settings)

    jobs = jobs or default_jobs(settings.sandbox.resources.memory)
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    for results in parallel(jobs_to_do()):
        for result in results:
            name = result.notebook
            submission, key = missing[result.learner][name], keys.pop(name)
            if not result.stalled:  # the next run grades it again
                store.put(submission, key, result)
            found[name] = result
            report(submission, result, True)
    return [found[name] for name in sorted(found)]
