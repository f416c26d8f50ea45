"""A grader that is killed at any moment goes on where it was, and loses nothing."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.sampling import count

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
GRADING_KILLS, WRITING_KILLS = count(1, 15), count(1, 5)
CLASS = count(4, 30)  # solutions and stubs of the chapters, in equal parts


def start(submissions: Path, out: Path, said: Path) -> subprocess.Popen:
    """Start the grader as an instructor does, in a process group of its own."""
    command = [sys.executable, "-m", "grading", str(submissions), "--out", str(out)]
    with said.open("w") as file:
        return subprocess.Popen(
            [*command, "--jobs", "2"],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def files(folder: Path) -> dict[str, bytes]:
    """Map every file below ``folder`` to its bytes."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def graded(output: str) -> list[str]:
    """The notebooks that a run says it graded now."""
    return [line.split(":")[0] for line in output.split("\n") if ".ipynb:" in line]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Return a class that handed in solutions and stubs of the chapters."""
    folder = tmp_path / "submissions"
    for number in range(CLASS // 2):
        for kind in ("solutions", "exercises"):
            pages = sorted((ROOT / kind).glob("*.ipynb"))
            page = pages[number % len(pages)]
            target = folder / f"{kind}-{number:02}" / page.name
            target.parent.mkdir(parents=True)
            shutil.copy(page, target)
    return folder


class Grader:
    """Runs of the grader on one class into one folder, and what they said."""

    def __init__(self, submissions: Path, out: Path) -> None:
        self.submissions, self.out = submissions, out
        self.said: list[str] = []
        self.killed = 0
        out.mkdir()
        (out / "secret.txt").write_text("the same for all\n")
        self._log = out.with_suffix(".log")

    def finish(self) -> float:
        """Let a run come to its end; return its seconds."""
        started = time.perf_counter()
        status = start(self.submissions, self.out, self._log).wait(timeout=300)
        assert status == 0, self._log.read_text()
        self.said += graded(self._log.read_text())
        return time.perf_counter() - started

    def kill(self, results: int, seconds: float, everything: bool) -> None:
        """Kill a run so long after its first results: alone, or with its workers."""
        process = start(self.submissions, self.out, self._log)
        while process.poll() is None and len(graded(self._log.read_text())) < results:
            time.sleep(0.01)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            (os.killpg if everything else os.kill)(process.pid, signal.SIGKILL)
        self.killed += process.wait() == -signal.SIGKILL
        self.said += graded(self._log.read_text())


def test_kills_change_nothing_in_the_results(
    submissions: Path, tmp_path: Path, bubblewrap: str
) -> None:
    calm = Grader(submissions, tmp_path / "calm")
    calm.finish()
    disturbed, chance = Grader(submissions, tmp_path / "disturbed"), random.Random(0)
    for turn in range(GRADING_KILLS):  # a moment after none, one or two results
        seconds = chance.uniform(0, 0.4)
        disturbed.kill(chance.randrange(3), seconds, everything=turn % 2 == 0)
    disturbed.finish()
    quick = disturbed.finish()
    for turn in range(WRITING_KILLS):  # nothing to grade: pages and tables are written
        seconds = chance.uniform(0.5, 1) * quick
        disturbed.kill(0, seconds, everything=turn % 2 == 0)
    disturbed.finish()

    assert disturbed.killed >= GRADING_KILLS
    assert sorted(Counter(disturbed.said).values()) == [1] * CLASS
    assert files(disturbed.out) == files(calm.out)
    assert left_running() == []


def left_running() -> list[str]:
    """The commands of joblib's workers whose grader is gone."""
    time.sleep(1)  # the kernel's signal needs a moment
    found = psutil.process_iter(["cmdline", "ppid"])
    commands = [" ".join(p.info["cmdline"] or ()) for p in found if p.info["ppid"] == 1]
    return [command for command in commands if "LokyProcess" in command]
