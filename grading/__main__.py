"""Grade a class: ``python -m grading submissions/ --out grades/``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import joblib

from course_lib.handin.remote import ChildError
from course_lib.handin.results import Result
from grading import overlay
from grading.collect import Submission
from grading.grade import Settings, grade_all
from grading.outputs import write_all
from grading.overlay import Overlay
from grading.plan import HiddenPlan
from grading.sandbox import SandboxError
from grading.store import Store


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    made = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    made.add_argument("submissions", type=Path, help="a folder or file a learner")
    made.add_argument("--out", type=Path, required=True, help="where results are kept")
    made.add_argument("--chapter", default="", help="two digits; else each its own")
    made.add_argument("--class-seed", type=int, default=0, help="the class's variation")
    made.add_argument("--overlay", type=Path, help="a folder of your own exercises")
    made.add_argument("--jobs", type=int, default=-1, help="processes; all by default")
    made.add_argument("--dask", metavar="ADDRESS", help="grade on this Dask cluster")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade, write, print; return 0 if all was graded, 2 if grading could not start."""
    options = parser().parse_args(arguments)
    store = Store(options.out)
    try:
        with ExitStack() as stack:
            stack.enter_context(store.locked())
            plan = HiddenPlan(store.secret(), options.class_seed)
            own = overlay.read(options.overlay) if options.overlay else Overlay()
            own.install()
            own.verify()
            settings = Settings(plan, options.chapter, overlay=own)
            if options.dask:
                stack.enter_context(_cluster(options.dask))
            _grade(options, store, settings)
    except (SandboxError, ChildError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _grade(options: argparse.Namespace, store: Store, settings: Settings) -> None:
    started, counts = time.perf_counter(), {True: 0, False: 0}

    def report(submission: Submission, result: Result, is_new: bool) -> None:
        counts[is_new] += 1
        if is_new:
            points = f"{result.points:g} of {result.out_of}"
            print(f"{submission.notebook}: {points}", flush=True)

    results = grade_all(
        options.submissions, store, settings, jobs=options.jobs, report=report
    )
    seconds = time.perf_counter() - started
    write_all(results, store.out)
    rate = f", {seconds / counts[True]:.2f} s each" if counts[True] else ""
    print(
        f"{counts[True]} graded in {seconds:.1f} s{rate}; "
        f"{counts[False]} had been graded before. Results: {store.out}"
    )


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Send joblib's jobs to a Dask cluster inside this ``with``."""
    from distributed import Client  # installed only with a cluster

    with Client(address), joblib.parallel_config(backend="dask"):
        yield


if __name__ == "__main__":
    sys.exit(main())
