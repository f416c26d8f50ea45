"""Grading a folder of submissions: independent jobs, each stored when done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import joblib
import torch

from course_lib.check import EXERCISES
from course_lib.handin.examine import empty_result, examine_notebook
from course_lib.handin.remote import Limits
from course_lib.handin.results import Result
from grading.collect import Submission, collect, read
from grading.overlay import Overlay
from grading.plan import HiddenPlan
from grading.probe import verify_sandbox
from grading.sandbox import Sandbox
from grading.store import Store, fingerprint, key_of
from grading.workers import end_with_grader

Report = Callable[[Submission, Result, bool], None]


@dataclass(frozen=True)
class Settings:
    """How a class is graded; ``chapter`` is two digits, or empty to detect it."""

    plan: HiddenPlan
    chapter: str = ""
    sandbox: Sandbox = field(default_factory=Sandbox)
    limits: Limits = field(default_factory=Limits)
    overlay: Overlay = field(default_factory=Overlay)

    def __post_init__(self) -> None:
        chapters = sorted({exercise.chapter for exercise in EXERCISES.values()})
        if self.chapter and self.chapter not in chapters:
            raise ValueError(f"chapter must be one of {chapters}, got {self.chapter!r}")


def grade_one(
    submission: Submission, data: bytes, problem: str, settings: Settings
) -> Result:
    """Grade one submission. Runs anywhere, as it depends only on its arguments.

    ``problem`` says why ``data`` was not read, if so. Raises ChildError if the sandbox
    does not start.
    """
    end_with_grader()
    settings.overlay.install()
    # small convolutions are slow with many threads
    torch.set_num_threads(1)
    if problem:
        return empty_result(
            settings.plan,
            learner=submission.learner,
            notebook=submission.notebook,
            chapter=settings.chapter,
            note=problem,
        )
    return examine_notebook(
        data,
        launch=settings.sandbox.launch,
        plan=settings.plan,
        learner=submission.learner,
        notebook=submission.notebook,
        chapter=settings.chapter,
        limits=settings.limits,
    )


def grade_all(
    folder: Path, store: Store, settings: Settings, *, jobs: int, report: Report
) -> list[Result]:
    """Grade what is not graded yet; return all results, in the order of names.

    ``report`` is called with each, and whether it was graded now. Jobs go through
    joblib: to ``jobs`` processes here, or to the backend of ``joblib.parallel_config``.
    """
    verify_sandbox(settings.sandbox)
    checks = fingerprint(settings)
    found: dict[str, Result] = {}
    missing: dict[str, Submission] = {}
    for submission in collect(folder):
        data, problem = read(submission)
        known = store.get(submission, key_of(data, problem, checks))
        if known is None:
            missing[submission.notebook] = submission
        else:
            found[submission.notebook] = known
            report(submission, known, False)

    keys: dict[str, str] = {}

    def jobs_to_do() -> Iterator[tuple]:
        # read again when it is graded, so that a class need not fit into memory
        for name, submission in missing.items():
            data, problem = read(submission)
            keys[name] = key_of(data, problem, checks)
            yield joblib.delayed(grade_one)(submission, data, problem, settings)

    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    for result in parallel(jobs_to_do()):
        name = result.notebook
        store.put(missing[name], keys.pop(name), result)
        found[name] = result
        report(missing[name], result, True)
    return [found[name] for name in sorted(found)]
