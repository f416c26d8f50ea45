"""Grade one submission on Gradescope: ``python -m grading.on_gradescope /autograder``.

Without a sandbox nothing is graded here, either: no results are written, and Gradescope
tells the learner that the autograder failed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from course_lib.handin.connection import ChildError
from course_lib.handin.results import Result
from grading import gradescope, overlay
from grading.collect import collect, read
from grading.grade import Settings, grade_one
from grading.overlay import Overlay
from grading.plan import HiddenPlan, Secret
from grading.probe import verify_sandbox
from grading.sandbox import SandboxError

OVERLAY = "overlay"  # the folder with an instructor's own exercises, if any
STALLED = "the machine stalled, so answers may be missing; rerun the autograder"
NO_NOTEBOOK = "No notebook was handed in: only files that end in .ipynb are graded."


def main(root: Path) -> int:
    """Grade what is in ``root``/submission; return 0, or 2 without results."""
    source = root / "source"
    # a submission that got out of the sandbox under another account could not read it
    source.chmod(0o700)
    secret = (source / "secret.txt").read_text(encoding="utf-8").strip()
    chosen = json.loads((source / "settings.json").read_text(encoding="utf-8"))
    plan = HiddenPlan(Secret(secret), chosen["class_seed"])
    try:
        folder = source / OVERLAY
        own = overlay.read(folder) if folder.is_dir() else Overlay()
        own.install()
        settings = Settings(plan, chosen["chapter"], overlay=own)
        verify_sandbox(settings.sandbox)
        results = grade(root / "submission", settings)
        if any(result.stalled for result in results):  # there is no next run here
            raise ValueError(STALLED)
    except (SandboxError, ChildError, ValueError, OSError) as error:
        print(f"Not graded: {error}", file=sys.stderr)
        return 2
    gradescope.write(combined(results), root / "results" / "results.json")
    return 0


def grade(folder: Path, settings: Settings) -> list[Result]:
    """Return the best result of each chapter that a learner handed in."""
    best: dict[str, Result] = {}
    for submission in collect(folder):
        if submission.ignored:
            continue
        # on Gradescope a file's name is not the learner's
        data, problem = read(submission)
        for result in grade_one(
            replace(submission, learner=""), data, problem, settings
        ):
            known = best.get(result.chapter)
            if known is None or result.points > known.points:
                best[result.chapter] = result
    answered = {chapter: best[chapter] for chapter in best if chapter}
    return [result for _, result in sorted((answered or best).items())]


def combined(results: list[Result]) -> dict[str, Any]:
    """Return Gradescope's data on all chapters of a learner together."""
    if not results:
        return gradescope.results(Result("", "", "", notes=[NO_NOTEBOOK]))
    parts = [gradescope.results(result) for result in results]
    if len(parts) > 1:
        for result, part in zip(results, parts, strict=True):
            for test in part["tests"]:
                test["number"] = f"{result.chapter}.{test['number']}"
                test["name"] = f"{result.chapter} {test['name']}"
    return parts[0] | {
        "score": round(sum(part["score"] for part in parts), 2),
        "output": "\n".join(filter(None, (part["output"] for part in parts))),
        "tests": [test for part in parts for test in part["tests"]],
        "extra_data": {"chapters": [part["extra_data"] for part in parts]},
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
