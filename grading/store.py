"""Results on disk, one file each, written atomically and graded once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from itertools import count
from pathlib import Path

from course_lib.check import EXERCISES
from course_lib.files import atomic_write, write_new
from course_lib.handin.results import Result, from_plain
from grading.collect import Submission, file_key
from grading.plan import Secret

ROOT = Path(__file__).resolve().parents[1]
# the code behind all verdicts: a change here grades a class again
CODE = ("course_lib/check", "course_lib/handin", "grading/plan.py")
# one file for each exercise: a change there grades this exercise again
EXERCISES_CODE = "course_lib/check/exercises"


@dataclass(frozen=True)
class Known:
    """Stored results of a notebook; ``stale`` are exercises checked by other code."""

    results: list[Result]
    stale: frozenset[str]


class Store:
    """The results in ``out``: ``results/KEY.json``, and the class's secret."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self._folder = out / "results"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder; ValueError if another grader is using it."""
        self.out.mkdir(parents=True, exist_ok=True)
        with (self.out / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    "out must be a folder that no other grader is using, got "
                    f"{str(self.out)!r}; wait for that one or choose another folder"
                ) from None
            yield

    def secret(self, *, new: bool = False) -> Secret:
        """Return the text in ``secret.txt``, generated at random the first time.

        A ``new`` one takes its place, and the old file gets the first free name of
        ``secret-1.txt``, ``secret-2.txt``, ….
        """
        path = self.out / "secret.txt"
        if new and path.exists():
            names = (self.out / f"secret-{number}.txt" for number in count(1))
            path.rename(next(name for name in names if not name.exists()))
        if write_new(path, secrets.token_hex(16) + "\n"):
            path.chmod(0o600)
        text = path.read_text(encoding="utf-8").strip()
        if not text:
            raise ValueError(f"{path} must contain a secret, got an empty file")
        return Secret(text)

    def get(self, submission: Submission, key: str) -> Known | None:
        """Return the stored results for these bytes and these checks, if any."""
        path = self._path(submission)
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            raise ValueError(
                f"{path} is damaged; move it away to grade again"
            ) from None
        if stored.get("key") != key:
            return None
        results = [from_plain(result) for result in stored["results"]]
        now, before = exercises_code(), stored["exercises"]
        known = {e.exercise: None for result in results for e in result.exercises}
        stale = [name for name in known if now.get(name) != before.get(name)]
        return Known(results, frozenset(stale))

    def put(self, submission: Submission, key: str, results: list[Result]) -> None:
        """Store results; if killed at any moment, the old or the new file remains."""
        code = exercises_code()
        names = sorted({e.exercise for result in results for e in result.exercises})
        entry = {
            "key": key,
            "exercises": {name: code[name] for name in names if name in code},
            "results": [asdict(result) for result in results],
        }
        text = json.dumps(entry, ensure_ascii=False, indent=1) + "\n"
        with (
            atomic_write(self._path(submission)) as partial,
            partial.open("wb") as file,
        ):
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())

    def _path(self, submission: Submission) -> Path:
        return self._folder / f"{file_key(submission.notebook)}.json"


@cache
def exercises_code() -> dict[str, str]:
    """Return a digest of the code of each exercise that has a file of its own."""
    files = {name: ROOT / EXERCISES_CODE / f"{name}.py" for name in EXERCISES}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for name, path in files.items()
        if path.is_file()
    }


def fingerprint(*settings: object) -> str:
    """Return a digest of the code of all checks and of the settings of a run.

    What belongs to one exercise alone is left to ``exercises_code``.
    """
    # another list of exercises may find other chapters in a notebook
    listed = [(e.name, e.chapter, e.points) for e in EXERCISES.values()]
    digest = hashlib.sha256(repr((settings, listed)).encode())
    own = {ROOT / EXERCISES_CODE / f"{name}.py" for name in exercises_code()}
    for name in CODE:
        place = ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if path not in own:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(data: bytes, problem: str, checks: str) -> str:
    """Return the key of a result, from a submission as ``read`` and the checks."""
    return hashlib.sha256(f"{checks} {problem}\n".encode() + data).hexdigest()
