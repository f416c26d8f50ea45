"""Results on disk, one file each, written atomically and graded once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path

from course_lib.files import atomic_write, write_new
from course_lib.handin.results import Result, from_plain
from grading.collect import Submission, file_key
from grading.plan import Secret

ROOT = Path(__file__).resolve().parents[1]
# the code behind verdicts: a change here causes regrading
CODE = ("course_lib/check", "course_lib/handin", "grading/plan.py")


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
                    f"out is {str(self.out)!r}, where another grader is at work; "
                    "wait for it or choose another folder"
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
            raise ValueError(f"{path} must hold a secret text, got an empty file")
        return Secret(text)

    def get(self, submission: Submission, key: str) -> Result | None:
        """Return the stored result for these bytes and these checks, if any."""
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
        return from_plain(stored["result"])

    def put(self, submission: Submission, key: str, result: Result) -> None:
        """Store a result; if killed at any moment, the old or the new file remains."""
        entry = {"key": key, "result": asdict(result)}
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


def fingerprint(*settings: object) -> str:
    """Return a digest of the checks' code and of the settings of a run."""
    digest = hashlib.sha256(repr(settings).encode())
    for name in CODE:
        place = ROOT / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(data: bytes, problem: str, checks: str) -> str:
    """Return the key of a result, from a submission as ``read`` and the checks."""
    return hashlib.sha256(f"{checks} {problem}\n".encode() + data).hexdigest()
