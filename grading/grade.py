"""Grading a folder of submissions: independent jobs, each stored when done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import joblib
import torch

from course_lib.check import EXERCISES
from course_lib.handin.examine import empty_result, examine_chapters
from course_lib.handin.remote import Limits
from course_lib.handin.results import Result
from grading.collect import Submission, read
from grading.plan import HiddenPlan
from grading.probe import verify_sandbox
from grading.sandbox import Sandbox
from grading.store import Known, Store, fingerprint, key_of
from grading.workers import end_with_grader

Report = Callable[[Submission, list[Result], bool], None]


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
    known: Known | None = None,
) -> list[Result]:
    """Grade one submission. Runs anywhere, as it depends only on its arguments.

    ``problem`` says why ``data`` was not read, if so. Of ``known`` results, those of
    the stale exercises are replaced. Raises ChildError if the sandbox does not start.
    """
    end_with_grader()
    # small convolutions are slow with many threads
    torch.set_num_threads(1)
    if problem:
        result = empty_result(
            settings.plan,
            learner=submission.learner,
            notebook=submission.notebook,
            chapter=settings.chapter,
            note=problem,
        )
        return [result]
    results = examine_chapters(
        data,
        launch=settings.sandbox.launch,
        plan=settings.plan,
        learner=submission.learner,
        notebook=submission.notebook,
        chapter=settings.chapter,
        class_seed=settings.plan.class_seed,
        limits=settings.limits,
        only=None if known is None else known.stale,
    )
    return results if known is None else _merged(known, results)


def _merged(known: Known, again: list[Result]) -> list[Result]:
    """Return known results with the exercises that were graded again, and their notes.

    Both are of the same bytes, and so have the same chapters.
    """
    merged = []
    for old, new in zip(known.results, again, strict=True):
        checked = {exercise.exercise: exercise for exercise in new.exercises}
        exercises = [checked.get(e.exercise, e) for e in old.exercises]
        outdated = tuple(f"{name}: " for name in checked)
        kept = [note for note in old.notes if not note.startswith(outdated)]
        notes = list(dict.fromkeys(kept + new.notes))
        merged.append(
            replace(old, learner=new.learner, exercises=exercises, notes=notes)
        )
    return merged


def grade_all(
    submissions: Iterable[Submission],
    store: Store,
    settings: Settings,
    *,
    jobs: int,
    report: Report,
) -> list[Result]:
    """Grade what is not graded yet; return all results, in the order of names.

    ``report`` is called with each, and whether it was graded now. Jobs go through
    joblib: to ``jobs`` processes here, or to the backend of ``joblib.parallel_config``.
    """
    verify_sandbox(settings.sandbox)
    checks = fingerprint(settings)
    found: dict[str, list[Result]] = {}
    missing: dict[str, tuple[Submission, Known | None, str]] = {}
    for submission in submissions:
        if submission.ignored:
            continue
        data, problem = read(submission)
        key = key_of(data, problem, checks)
        known = store.get(submission, key)
        if known is None or known.stale:
            missing[submission.notebook] = submission, known, key
        else:
            # a roster that came later may name the learner otherwise
            found[submission.notebook] = [
                replace(result, learner=submission.learner) for result in known.results
            ]
            report(submission, found[submission.notebook], False)

    keys: dict[str, str] = {}

    def jobs_to_do() -> Iterator[tuple]:
        # read again when it is graded, so that a class need not fit into memory
        for name, (submission, known, key) in missing.items():
            data, problem = read(submission)
            keys[name] = key_of(data, problem, checks)
            known = known if keys[name] == key else None
            yield joblib.delayed(grade_one)(submission, data, problem, settings, known)

    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    for results in parallel(jobs_to_do()):
        name = results[0].notebook
        submission = missing[name][0]
        store.put(submission, keys.pop(name), results)
        found[name] = results
        report(submission, results, True)
    return [result for name in sorted(found) for result in found[name]]
