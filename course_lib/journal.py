"""A learner's answers, saved locally with their confidence and time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib import store


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


def keep(
    question: str,
    answer: str,
    confidence: int | None = None,
    *,
    folder: str | Path | None = None,
) -> Answer:
    """Keep an answer; earlier ones are preserved.

    ``question`` is a short name such as ``"02-predict"``; ``confidence`` is a
    percentage from 0 to 100. Raises ValueError for an invalid name, an empty answer, or
    a confidence out of range.
    """
    store.valid_name("question", question)
    is_number = isinstance(confidence, int) and not isinstance(confidence, bool)
    if confidence is not None and not (is_number and 0 <= confidence <= 100):
        raise ValueError(
            "confidence must be None or a whole percentage from 0 to 100, "
            f"got {confidence!r}"
        )
    text = str(answer).strip()
    if not text:
        raise ValueError(f"answer must not be empty, got {answer!r}")
    value = {"answer": text, "confidence": confidence}
    return _answer(store.append("answer", question, value, folder=folder))


def read(
    question: str | None = None, *, folder: str | Path | None = None
) -> tuple[list[Answer], list[str]]:
    """Return the kept answers, oldest first, and a list of damaged records.

    ``question`` selects the answers to one question. Unreadable records are left alone
    and described in the second list, one sentence each.
    """
    return store.read("answer", _answer, question, folder=folder)


def answers(
    question: str | None = None, *, folder: str | Path | None = None
) -> list[Answer]:
    """Return all readable answers, or those to one question, oldest first."""
    return read(question, folder=folder)[0]


def newest(question: str, *, folder: str | Path | None = None) -> Answer | None:
    """Return the newest readable answer to a question, or None."""
    found = answers(question, folder=folder)
    return found[-1] if found else None


def _answer(record: store.Record) -> Answer:
    return Answer(record.name, **record.value, when=record.when)
