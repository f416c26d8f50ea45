"""Grading a folder of submissions: independent jobs, each stored when done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import joblib
import torch

from course_lib.handin.clock import Clock
from course_lib.handin.connection import Limits
from course_lib.handin.examine import empty_result, examine_chapters
from course_lib.handin.results import Result
from grading.collect import Submission, read
from grading.overlay import Overlay
from grading.plan import HiddenPlan
from grading.policy import CHAPTERS
from grading.probe import verify_sandbox
from grading.sandbox import Sandbox
from grading.store import Known, Store, fingerprint, key_of
from grading.workers import default_jobs, end_with_grader

Read = tuple[Submission, bytes, str, Known | None]
Missing = tuple[Submission, Known | None, str]  # with the key of its bytes
Report = Callable[[Submission, list[Result], bool], None]


@dataclass(frozen=True)
class Settings:
    """How a class is graded; ``chapter`` is two digits, or empty to detect it."""

    plan: HiddenPlan
    chapter: str = ""
    sandbox: Sandbox = field(default_factory=Sandbox)
    limits: Limits = field(default_factory=Limits)
    overlay: Overlay = field(default_factory=Overlay)

    def __post_init__(self) -> None:
        if self.chapter and self.chapter not in CHAPTERS:
            raise ValueError(f"chapter must be one of {CHAPTERS}, got {self.chapter!r}")


def grade_one(
    submission: Submission,
    data: bytes,
    problem: str,
    settings: Settings,
    clock: Clock | None = None,
    known: Known | None = None,
) -> list[Result]:
    """Grade one submission; return a result for each of its chapters.

    ``problem`` is why ``data`` was not read, if so; ``clock`` is the learner's. Of
    ``known`` results, those of the stale exercises are replaced. Raises ChildError if
    the sandbox does not start.
    """
    is_stalled = False
    if not problem and clock is not None and (reason := clock.stopped()):
        problem, is_stalled = f"not graded: {reason}", clock.stalled
    if problem:
        nothing = empty_result(settings.plan, settings.chapter, problem)
        results, known = [replace(nothing, stalled=is_stalled)], None
    else:
        results = examine_chapters(
            data,
            launch=settings.sandbox.launch,
            plan=settings.plan,
            chapter=settings.chapter,
            class_seed=settings.plan.class_seed,
            limits=settings.limits,
            clock=clock,
            only=None if known is None else known.stale,
        )
    learner, notebook = submission.learner, submission.notebook
    results = [replace(r, learner=learner, notebook=notebook) for r in results]
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
        merged.append(replace(new, exercises=exercises, notes=notes))
    return merged


def grade_learner(handed_in: Sequence[Read], settings: Settings) -> list[Result]:
    """Grade one learner's notebooks one after another, within the learner's time.

    Runs anywhere, as it depends only on its arguments.
    """
    end_with_grader()
    settings.overlay.install()
    # small convolutions are slow with many threads
    torch.set_num_threads(1)
    clock = Clock(settings.limits.learner, "a learner")
    results = []
    for submission, data, problem, known in handed_in:
        results += grade_one(submission, data, problem, settings, clock, known)
    return results


def grade_all(
    submissions: Iterable[Submission],
    store: Store,
    settings: Settings,
    *,
    jobs: int | None = None,
    report: Report,
    again: Collection[str] = (),
) -> list[Result]:
    """Grade what is not graded yet; return all results, in order of name.

    ``report`` is called with each, and whether it was graded now. Learners in ``again``
    are regraded. Jobs, one for each learner, go through joblib: to ``jobs``
    processes here (by default as many as fit), or to the backend of
    ``joblib.parallel_config``.
    """
    verify_sandbox(settings.sandbox)
    checks = fingerprint(settings)
    found: dict[str, list[Result]] = {}
    missing: dict[str, list[Missing]] = {}  # by learner
    learners = set()
    for submission in submissions:
        learners.add(submission.learner)
        if submission.ignored:
            continue
        key = key_of(*read(submission), checks)
        known = store.get(submission, key)
        if submission.learner in again:
            known = None
        if known is None or known.stale:
            own = missing.setdefault(submission.learner, [])
            own.append((submission, known, key))
        else:
            # a roster added later may give the learner another name
            found[submission.notebook] = [
                replace(result, learner=submission.learner) for result in known.results
            ]
            report(submission, found[submission.notebook], False)
    if unknown := set(again) - learners:
        raise ValueError(
            f"--again must name learners as class.csv does, got {min(unknown)!r}"
        )

    keys: dict[str, tuple[Submission, str]] = {}

    def jobs_to_do() -> Iterator[tuple]:
        # read again when it is graded, so that a class need not fit into memory
        for own in missing.values():
            handed_in: list[Read] = []
            for submission, known, key in own:
                data, problem = read(submission)
                now = key_of(data, problem, checks)
                keys[submission.notebook] = submission, now
                fresh = known if now == key else None
                handed_in.append((submission, data, problem, fresh))
            yield joblib.delayed(grade_learner)(handed_in, settings)

    jobs = jobs or default_jobs(settings.sandbox.resources.memory)
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    for results in parallel(jobs_to_do()):
        for name, group in groupby(results, key=lambda result: result.notebook):
            found[name] = list(group)
            submission, key = keys.pop(name)
            if not any(result.stalled for result in found[name]):
                store.put(submission, key, found[name])  # else graded again next time
            report(submission, found[name], True)
    return [result for name in sorted(found) for result in found[name]]
