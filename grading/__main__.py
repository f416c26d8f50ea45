"""Grade a class: ``python -m grading submissions/ --out grades/``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import joblib

from course_lib.handin.connection import ChildError
from course_lib.handin.results import Result
from course_lib.handin.shown import one_line
from grading import overlay
from grading.collect import Submission, collect, identified
from grading.grade import Settings, grade_all
from grading.outputs import write_all
from grading.overlay import Overlay
from grading.plan import HiddenPlan
from grading.rules import read_rules
from grading.sandbox import SandboxError
from grading.store import Store


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    made = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    made.add_argument(
        "submissions",
        type=Path,
        help="the class's submissions, as a folder or a zip file",
    )
    made.add_argument("--out", type=Path, required=True, help="a folder for results")
    made.add_argument("--roster", type=Path, help="the class list, as a CSV file")
    made.add_argument("--policy", type=Path, help="weights and deadlines, as TOML")
    made.add_argument("--chapter", default="", help="two digits; detected if not given")
    made.add_argument(
        "--class-seed", type=class_seed, default=0, help="the number of the class"
    )
    made.add_argument("--overlay", type=Path, help="a folder with your own exercises")
    made.add_argument(
        "--assignments-first",
        action="store_true",
        help="the outer folders are assignments, with the learners' folders in them",
    )
    made.add_argument("--jobs", type=int, help="processes; by default, as many as fit")
    redo = "regrade this learner, named as in class.csv; can be given more than once"
    made.add_argument("--again", metavar="NAME", action="append", default=[], help=redo)
    other = "draw new hidden inputs; the old secret is kept"
    made.add_argument("--new-secret", action="store_true", help=other)
    made.add_argument("--dask", metavar="ADDRESS", help="grade on this Dask cluster")
    return made


def class_seed(text: str) -> int:
    """Return the number of a class. Raises ArgumentTypeError, which argparse shows."""
    if not text.isascii() or not text.isdecimal() or int(text) >= 2**63:
        problem = f"must be a whole number of at least 0 and below 2**63, got {text!r}"
        raise argparse.ArgumentTypeError(problem)
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade, write, print; return 0 if all was graded, 2 if grading could not start."""
    options = parser().parse_args(arguments)
    store = Store(options.out)
    try:
        with ExitStack() as stack:
            stack.enter_context(store.locked())
            plan = HiddenPlan(store.secret(new=options.new_secret), options.class_seed)
            own = overlay.read(options.overlay) if options.overlay else Overlay()
            own.install()
            own.verify()
            settings = Settings(plan, options.chapter, overlay=own)
            if options.dask:
                stack.enter_context(_cluster(options.dask))
            _grade(options, store, settings)
    except (SandboxError, ChildError, ValueError, OSError) as error:
        print(one_line(str(error)), file=sys.stderr)
        return 2
    return 0


def _grade(options: argparse.Namespace, store: Store, settings: Settings) -> None:
    started, counts = time.perf_counter(), {True: 0, False: 0}
    rules = read_rules(store.out, options.policy, options.roster)
    found = collect(
        options.submissions, out=store.out, assignments_first=options.assignments_first
    )
    submissions = identified(found, rules.roster)

    def report(submission: Submission, results: list[Result], is_new: bool) -> None:
        counts[is_new] += 1
        for result in results if is_new else ():
            found = f"{result.points:g} of {result.out_of:g}"
            if not result.exercises:  # the first note says why
                found = "; ".join(["nothing to grade", *result.notes[:1]])
            print(one_line(f"{submission.notebook}: {found}"), flush=True)

    results = grade_all(
        submissions,
        store,
        settings,
        jobs=-1 if options.dask else options.jobs,
        report=report,
        again=options.again,
    )
    seconds = time.perf_counter() - started
    lines = write_all(results, store.out, submissions, rules)
    rate = f", {seconds / counts[True]:.2f} s each" if counts[True] else ""
    print(
        f"{counts[True]} graded in {seconds:.1f} s{rate}; "
        f"{counts[False]} had already been graded. Results: {store.out}"
    )
    for line in lines:
        print(line)


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Send joblib's jobs to a Dask cluster inside this ``with``."""
    from distributed import Client  # installed only with a cluster

    with Client(address), joblib.parallel_config(backend="dask"):
        yield


if __name__ == "__main__":
    sys.exit(main())
