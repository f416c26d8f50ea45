"""The worst learners: how long the grader can be kept busy by one of them.

python benchmarks/grading_worst.py [NAME …]

Each hands in as many notebooks as a learner may, with the same trick in every answer,
and is graded as a class is. Prints each one's seconds on the clock, and the worst.
Exits with 1 above three minutes. It takes about ten minutes for all of them.
"""

import argparse
import sys
import time
from pathlib import Path

# started as a file; before its folder, where another module is called grading
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grading.collect import MAX_FILES, Submission
from grading.grade import Settings, grade_learner
from grading.plan import HiddenPlan, Secret
from grading.probe import verify_sandbox
from tests.grading.notebooks import bare, dump, names

MAX_SECONDS = 180  # seconds
CHAPTER = "01"
TRICKS = {
    "sleeps": "import time; time.sleep(10**6)",
    "works as long as it may": "import time\n    end = time.process_time() + 19\n"
    "    while time.process_time() < end: pass",
    "returns 32 MB": "import numpy as np; return np.zeros(2**25 - 1, bool)",
    "returns a long list": "return [0.125] * 250_000",
    "returns many arrays": "import numpy as np; return [np.zeros(0)] * 19_000",
    "ends its process": "import os; os._exit(0)",
}
LONG = "x = 1\n" * 10**6  # takes longer to read than a notebook may take


def notebook(trick: str) -> bytes:
    """Return a notebook with the trick in every answer."""
    if trick == "is long":
        return dump(bare(LONG))
    body = TRICKS[trick]
    answers = [f"def {name}(*given):\n    {body}\n" for name in names(CHAPTER)]
    return dump(bare(*answers))


def seconds_of(trick: str) -> float:
    """Grade a learner with this trick, and return the seconds on the clock."""
    data = notebook(trick)
    handed_in = [
        (Submission(trick, f"{trick}/{number}.ipynb", Path()), data, "", None)
        for number in range(MAX_FILES)
    ]
    begin = time.perf_counter()
    results = grade_learner(handed_in, Settings(HiddenPlan(Secret("of the worst"))))
    seconds = time.perf_counter() - begin
    assert not any(result.points for result in results)
    return seconds


def main() -> None:
    """Grade them one after another."""
    tricks = [*TRICKS, "is long"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=tricks, help=", ".join(tricks))
    options = parser.parse_args()
    for name in options.names:
        if name not in tricks:
            parser.error(f"a name must be one of {tricks}, got {name!r}")
    verify_sandbox(Settings(HiddenPlan(Secret(""))).sandbox)
    found = {}
    for name in options.names:
        found[name] = seconds_of(name)
        print(f"{name:24s} {found[name]:6.1f} s", flush=True)
    worst = max(found, key=lambda name: found[name])
    print(f"worst: {worst}, {found[worst]:.0f} s for {MAX_FILES} notebooks")
    if found[worst] > MAX_SECONDS:
        sys.exit(f"a learner must take at most {MAX_SECONDS} s, got {found[worst]:.0f}")


if __name__ == "__main__":
    main()
