"""What a learner answers, kept locally: what, how sure, and when.

Every answer is a file of its own under ``my_work/journal/``, written under a
temporary name and then renamed, so that two open notebooks cannot spoil each
other's answers and a crash leaves no half-written one.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from course_lib import drive
from course_lib.files import whole

_QUESTION = re.compile(r"[0-9a-z][0-9a-z-]*")


@dataclass(frozen=True)
class Answer:
    """One answer: the question's name, the text, a confidence, and the time.

    ``confidence`` runs from 0 to 100 percent, or is None when none was given;
    ``when`` is UTC in ISO 8601.
    """

    question: str
    answer: str
    confidence: int | None
    when: str


def work_folder() -> Path:
    """Where a learner's own files go: ``COURSE_WORK``, Drive, or a ``my_work`` folder.

    With a Drive mounted, on Colab, it is a folder there, and what was written before
    is copied to it. Else, and where it cannot be copied, it is ``local_folder()``.
    """
    if os.environ.get("COURSE_WORK"):
        return Path(os.environ["COURSE_WORK"])
    local, kept = local_folder(), drive.folder()
    if kept is None or kept == local:
        return local
    return kept if drive.copied(local, kept) else local


def local_folder() -> Path:
    """The ``my_work`` folder of this machine.

    Looks for the checkout (or an existing ``my_work``) in the current folder and
    its parents, so that notebooks in different folders share one journal; without
    either it is ``my_work`` in the current folder.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if folder.name == "my_work":
            return folder
        if (folder / "my_work").is_dir() or (folder / "course_lib").is_dir():
            return folder / "my_work"
    return here / "my_work"


def keep(
    question: str,
    answer: str,
    confidence: int | None = None,
    *,
    folder: str | Path | None = None,
) -> Answer:
    """Keep an answer without a word; what was kept before stays.

    ``question`` is a short name such as ``"02-predict"``; ``confidence`` is a
    percentage from 0 to 100. Raises ValueError for another form of name, an empty
    answer or a confidence out of range.
    """
    if not _QUESTION.fullmatch(question):
        raise ValueError(
            f"question is {question!r}; allowed are small letters, digits and hyphens"
        )
    is_number = isinstance(confidence, int) and not isinstance(confidence, bool)
    if confidence is not None and not (is_number and 0 <= confidence <= 100):
        raise ValueError(
            f"confidence is {confidence!r}; allowed are None and whole percentages "
            "from 0 to 100"
        )
    text = str(answer).strip()
    if not text:
        raise ValueError(f"answer is {answer!r}; allowed is a text that says something")
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    entry = Answer(question, text, confidence, now)
    _write(entry, _journal_folder(folder))
    return entry


def record(
    question: str,
    answer: str,
    confidence: int | None = None,
    *,
    folder: str | Path | None = None,
) -> Answer | None:
    """Keep an answer and say so; an empty one is not kept, and the page says that.

    For cells in which an answer is typed as code. Raises what ``keep`` raises.
    """
    if _QUESTION.fullmatch(question) and not str(answer).strip():
        print(f"{question}: no answer yet. Write one above and run this cell again.")
        return None
    entry = keep(question, answer, confidence, folder=folder)
    print(f"{question}: kept “{entry.answer}”{_sure(entry)}.")
    return entry


def read(
    question: str | None = None, *, folder: str | Path | None = None
) -> tuple[list[Answer], list[str]]:
    """All kept answers, or those to one question, oldest first; and what is damaged.

    A file that cannot be read as an answer is left alone and named in the second
    list, a sentence each.
    """
    found, damaged = [], []
    # a file's name holds its question, so others need not be opened
    pattern = "*.json" if question is None else f"*-{question}*.json"
    for path in sorted(_journal_folder(folder).glob(pattern)):
        try:
            entry = Answer(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            damaged.append(
                f"{path} is not a kept answer ({error}); "
                "move it away or mend it, nothing was changed"
            )
            continue
        if question is None or entry.question == question:
            found.append(entry)
    return sorted(found, key=lambda entry: entry.when), damaged


def answers(
    question: str | None = None, *, folder: str | Path | None = None
) -> list[Answer]:
    """All kept answers, or those to one question, oldest first.

    A file that cannot be read as an answer is left alone and named in the error.
    """
    found, damaged = read(question, folder=folder)
    if damaged:
        raise ValueError(damaged[0])
    return found


def newest(question: str, *, folder: str | Path | None = None) -> Answer | None:
    """The newest readable answer to a question, or None."""
    found, _ = read(question, folder=folder)
    return found[-1] if found else None


def look_back(question: str, *, folder: str | Path | None = None) -> str:
    """One line on the newest answer to a question, to set beside a result."""
    kept = answers(question, folder=folder)
    if not kept:
        return f"{question}: you left no prediction."
    return f"{question}: you predicted “{kept[-1].answer}”{_sure(kept[-1])}."


def _sure(entry: Answer) -> str:
    return "" if entry.confidence is None else f", {entry.confidence} % sure"


def _journal_folder(folder: str | Path | None) -> Path:
    return (work_folder() if folder is None else Path(folder)) / "journal"


def _write(entry: Answer, folder: Path) -> None:
    stamp = re.sub(r"[^0-9]", "", entry.when)[:20]
    path = folder / f"{stamp}-{entry.question}-{uuid.uuid4().hex[:8]}.json"
    with whole(path) as partial, partial.open("w", encoding="utf-8") as file:
        json.dump(asdict(entry), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
