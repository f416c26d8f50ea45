"""What each page asks: a prediction, a review question, practice, and a note.

One TOML file per chapter beside this module. The texts are here and not in
``source/``, because a page shows them step by step: a nudge that was in a cell
would be read before it was asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

NUDGES = 3


@dataclass(frozen=True)
class ChoiceQuestion:
    """One question with one right choice.

    ``choices`` maps letters to texts, ``misconceptions`` a wrong letter to what it
    shows (M1 to M16); ``because`` says why the answer is right, and is shown after the
    choice, so the page itself need not say it.
    """

    name: str
    question: str
    choices: Mapping[str, str]
    answer: str
    misconceptions: Mapping[str, str]
    because: str

    def markdown(self) -> str:
        """Return the question and its choices, without the answer."""
        listed = [f"- **{letter}** {text}" for letter, text in self.choices.items()]
        return "\n".join([self.question.strip(), "", *listed])

    def listed(self) -> list[tuple[str, str]]:
        """Return the choices as options of a control: label and letter."""
        return [(f"{key}: {plain(text)}", key) for key, text in self.choices.items()]


@dataclass(frozen=True)
class PracticeQuestion:
    """One question to answer in words, with nudges that are opened one by one.

    ``kind`` is predict, retrieve or explain.
    """

    name: str
    kind: str
    question: str
    nudges: tuple[str, ...]
    misconceptions: tuple[str, ...]


@dataclass(frozen=True)
class NoteStart:
    """How a research note of the chapter starts: the seed question and its evidence."""

    question: str
    resolved_by: tuple[str, ...]
    inspect: tuple[str, ...]
    assumed: str


@dataclass(frozen=True)
class Questions:
    """All that a chapter asks."""

    chapter: str
    predict: ChoiceQuestion
    again: ChoiceQuestion
    practice: tuple[PracticeQuestion, ...]
    note: NoteStart


def chapters() -> list[str]:
    """Return the chapters that ask something, in order."""
    names = (entry.name for entry in files(__name__).iterdir())
    return sorted(name[:2] for name in names if name.endswith(".toml"))


@lru_cache
def questions(chapter: str) -> Questions:
    """Return what a chapter asks; raise ValueError for an unknown chapter."""
    if chapter not in chapters():
        raise ValueError(f"chapter must be one of {chapters()}, got {chapter!r}")
    text = (files(__name__) / f"{chapter}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    return Questions(
        chapter,
        ChoiceQuestion(f"{chapter}-predict", **data["predict"]),
        ChoiceQuestion(f"{chapter}-again", **data["again"]),
        tuple(PracticeQuestion(**_fields(entry)) for entry in data["practice"]),
        NoteStart(**_fields(data["note"])),
    )


def plain(markdown: str) -> str:
    """Return Markdown without markup and line breaks."""
    return " ".join(markdown.replace("*", "").replace("`", "").split())


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with its lists as tuples."""
    return {k: v if isinstance(v, str) else tuple(v) for k, v in entry.items()}
