"""The cost of grading, compared with nbgrader and otter-grader, and of cheating.

python benchmarks/grading.py [--size 200] [--sample 6] [--complete 2] [--course 200]

A class hands in chapter 03: of each six notebooks one is correct, two have one wrong
answer of the catalogue, one is the page as handed out, two are correct and clumsy
(other order, no metadata, a cell twice, another file name). Ours grades all
with two jobs. The others take seconds each, so they get the first of the class, half of
them before ours and half after, and none of the clumsy ones, which nbgrader does not
read. `otter run` grades two at a time, `nbgrader autograde` one after another, which
is how it works; a second one on the other core could at best halve its seconds.

First without the cells that train networks, then the complete page. The others run
every cell; ours runs what an answer needs. Their checks are the visible ones, otter's
by other inputs; ours makes the further ones, too. Last, a notebook without one answer
that replaces the checks in the kernel. At the end, ours alone grades chapters 01 to 05
of a whole class, each notebook as it was handed out. Exits with 1 where ours is not
AT_LEAST times as fast as each of the others.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from _class import assignment, class_of, tampering
from _graders import (
    JOBS,
    Bill,
    Handins,
    Points,
    by_nbgrader,
    by_otter,
    ours,
    output_of,
    write,
)

from tools import peers
from tools.settings import ROOT

CHAPTER = "03"
OURS = f"ours, {JOBS} jobs"
AT_LEAST = 2.0  # times as fast as each of the others
COURSE = ("01", "02", "03", "04", "05")
READ_BY_ALL = ("correct", "wrong", "stub")
Graders = dict[str, Callable[[Handins], Points]]


def graders(folder: Path, *, complete: bool) -> Graders:
    """Set up all three graders, each in a folder of its own."""
    for name in ("ours", "nbgrader", "otter"):
        (folder / name).mkdir(parents=True)
    page = assignment(CHAPTER, complete=complete)
    return {
        OURS: ours(folder / "ours", CHAPTER),
        "nbgrader autograde": by_nbgrader(folder / "nbgrader", CHAPTER, page),
        f"otter run, {JOBS} at a time": by_otter(folder / "otter", CHAPTER),
    }


def compare(all_graders: Graders, handins: Handins, sample: int) -> dict[str, Bill]:
    """Grade the class by ours; half of a sample by the others before, half after."""
    bills = {name: Bill() for name in all_graders}
    readable = (k for k in handins if k.split("-")[1] in READ_BY_ALL)
    taken = list(islice(readable, sample))
    rounds = [taken[: sample // 2], list(handins), taken[sample // 2 :]]
    for round_number, learners in enumerate(rounds):
        given = {learner: handins[learner] for learner in learners}
        for name, grade in all_graders.items():
            if given and (name == OURS) == (round_number == 1):
                bills[name].add(grade, given)
    return bills


def report(bills: dict[str, Bill]) -> float:
    """Print one row per grader; return the smallest ratio of others' time to ours."""
    own = bills[OURS].each()
    ratios = []
    for name, bill in bills.items():
        line = f"  {name:24s} {len(bill.points):4d} graded, {bill.each():6.2f} s each"
        if name != OURS:
            ratios.append(bill.each() / own)
            line += f", {ratios[-1]:5.1f}× ours"
        print(line, flush=True)
    return min(ratios)


def show_points(all_graders: Graders, bills: dict[str, Bill]) -> None:
    """Print the points for a correct notebook, a stub, and one that cheats."""
    cheat = {"cheat": tampering(assignment(CHAPTER, complete=False), CHAPTER)}
    print(f"points    {'correct':>8} {'stub':>8} {'cheat':>8}")
    for name, grade in all_graders.items():
        points = bills[name].points
        row = [
            next(value for key, value in points.items() if key.endswith(kind))
            for kind in ("correct", "stub")
        ]
        row.append(grade(cheat)["cheat"])
        print(f"  {name:24s}" + " ".join(f"{value:8g}" for value in row), flush=True)


def grade_course(folder: Path, size: int) -> None:
    """Grade five chapters of a class, and print how long that takes."""
    for chapter in COURSE:
        page = assignment(chapter, complete=True)
        for learner, notebook in class_of(page, chapter, size):
            write(notebook, folder / "submissions" / learner / f"{chapter}.ipynb")
    begin = time.perf_counter()
    command = [sys.executable, "-m", "grading", str(folder / "submissions")]
    command += ["--out", str(folder / "grades"), "--jobs", str(JOBS)]
    output_of(command)
    seconds = time.perf_counter() - begin
    print(
        f"{size} learners, {len(COURSE)} chapters: {seconds / 60:.1f} minutes, "
        f"{seconds / size / len(COURSE):.2f} s per notebook",
        flush=True,
    )


def main() -> None:
    """Compare on the short and on the complete page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200, help="of the class")
    parser.add_argument("--sample", type=int, default=6, help="for the others")
    parser.add_argument(
        "--complete", type=int, default=2, help="the same, complete page"
    )
    parser.add_argument("--course", type=int, default=200, help="in five chapters")
    options = parser.parse_args()
    least_of = {"size": 6, "sample": 3, "complete": 1, "course": 1}  # one of each kind
    for name, least in least_of.items():
        if (value := getattr(options, name)) < least:
            parser.error(f"--{name} must be {least} or more, got {value}")
    peers.set_up(ROOT)
    smallest = []
    with tempfile.TemporaryDirectory() as folder:
        for complete in (False, True):
            what = "complete" if complete else "without the cells that train"
            print(f"chapter {CHAPTER}, {what}", flush=True)
            place = Path(folder) / ("complete" if complete else "short")
            all_graders = graders(place, complete=complete)
            sample = options.complete if complete else options.sample
            size = 10 * sample if complete else options.size
            page = assignment(CHAPTER, complete=complete)
            bills = compare(all_graders, dict(class_of(page, CHAPTER, size)), sample)
            smallest.append(report(bills))
            if not complete:
                show_points(all_graders, bills)
        grade_course(Path(folder), options.course)
    if min(smallest) < AT_LEAST:
        raise SystemExit(f"ours must be {AT_LEAST}× as fast, got {min(smallest):.1f}×")


if __name__ == "__main__":
    main()
