"""Three ways to grade the same notebooks: ours, nbgrader's and otter's."""

import csv
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from _class import file_of
from nbformat import NotebookNode

from course_lib.check import EXERCISES
from tests.grading.nbgrader_course import course_of, hand_in, nbgrader
from tools import peers
from tools.settings import ROOT

JOBS = 2
SEED = 1  # of the checks that otter makes
OTTER_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
points = {points}


@test_case()
def examine({name}):
    from course_lib import check

    check.{name}.examine({name}, seed={seed})
"""
Handins = Mapping[str, NotebookNode]
Points = dict[str, float]


@dataclass
class Bill:
    """The seconds spent on grading so far, and the points given."""

    seconds: float = 0.0
    points: Points = field(default_factory=dict)

    def add(self, grade: Callable[[Handins], Points], handins: Handins) -> None:
        """Grade, and record time and points."""
        begin = time.perf_counter()
        points = grade(handins)
        self.seconds += time.perf_counter() - begin
        missing = handins.keys() - points.keys()
        assert not missing, f"not graded: {sorted(missing)}"
        self.points |= {learner: points[learner] for learner in handins}

    def each(self) -> float:
        """Return the seconds per notebook."""
        return self.seconds / len(self.points)


def ours(folder: Path, chapter: str) -> Callable[[Handins], Points]:
    """Use `python -m grading`, with hidden inputs that the others are not given."""

    def grade(handins: Handins) -> Points:
        given = folder / f"submissions-{len(list(folder.iterdir()))}"
        for learner, notebook in handins.items():
            write(notebook, given / learner / file_of(learner))
        command = [sys.executable, "-m", "grading", str(given), "--chapter", chapter]
        command += ["--out", str(folder / f"grades-{given.name}"), "--jobs", str(JOBS)]
        found = re.findall(
            r"^([^/\n]+)/.*: ([\d.]+) of", output_of(command), re.MULTILINE
        )
        return {learner: float(points) for learner, points in found}

    return grade


def by_nbgrader(
    folder: Path, chapter: str, assignment: NotebookNode
) -> Callable[[Handins], Points]:
    """Use `nbgrader autograde`: all notebooks in one command, one after another."""
    course = course_of(folder, {chapter: assignment})

    def grade(handins: Handins) -> Points:
        for learner, notebook in handins.items():
            hand_in(course, chapter, learner, notebook)
        nbgrader(course, "autograde", chapter)
        nbgrader(course, "export")
        with (course / "grades.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["student_id"]: float(row["score"]) for row in rows}

    return grade


def by_otter(folder: Path, chapter: str) -> Callable[[Handins], Points]:
    """Use `otter run`: one command per notebook, as many at once as ours has jobs."""
    tests, archive = folder / "tests", folder / "autograder.zip"
    tests.mkdir()
    for exercise in (e for e in EXERCISES.values() if e.chapter == chapter):
        values = {"name": exercise.name, "points": exercise.points, "seed": SEED}
        path = tests / f"{exercise.name}.py"
        path.write_text(OTTER_TEST.format(**values), encoding="utf-8")
    otter = str(peers.program(ROOT, "otter"))
    command = [otter, "generate", "-t", str(tests), "-o", str(archive)]
    output_of([*command, "--no-environment", "--no-requirements", "--no-config"])

    def one(learner: str, notebook: NotebookNode) -> float:
        out = folder / learner
        write(notebook, out / "exercises.ipynb")
        command = [otter, "run", "--no-logo", "-a", str(archive), "-o", str(out)]
        output_of([*command, str(out / "exercises.ipynb")])
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        return sum(test.get("score", 0) for test in results["tests"])

    def grade(handins: Handins) -> Points:
        with ThreadPoolExecutor(JOBS) as pool:
            points = pool.map(one, handins.keys(), handins.values())
            return dict(zip(handins, points, strict=True))

    return grade


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook into a folder, which is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def output_of(command: Iterable[str]) -> str:
    """Return what a command printed; RuntimeError if it failed."""
    run = subprocess.run(
        list(command),
        cwd=ROOT,
        env=peers.environment(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{run.stdout[-2000:]}")
    return run.stdout
