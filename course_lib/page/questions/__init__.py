"""What each page asks: its prediction, the same once more, practice, a note's start.

One TOML file a chapter beside this module. The texts stand here and not in
``source/``, because a page shows them step by step: a nudge that stood in a cell
would be read before it was asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

KINDS = ("predict", "retrieve", "explain")
NUDGES = 3


@dataclass(frozen=True)
class ChoiceQuestion:
    """One question with one right choice.

    ``choices`` maps letters to texts, ``misconceptions`` a wrong letter to what it
    shows (M1 to M16); ``because`` says why the answer is right, where the page's own
    cells do not.
    """

    name: str
    question: str
    choices: Mapping[str, str]
    answer: str
    misconceptions: Mapping[str, str]
    because: str = ""

    def markdown(self) -> str:
        """The question and its choices, without the answer."""
        listed = [f"- **{letter}** {text}" for letter, text in self.choices.items()]
        return "\n".join([self.question.strip(), "", *listed])


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

    def text(self) -> str:
        """Every word that a reader meets, for counting."""
        parts = [self.predict.markdown(), self.again.markdown(), self.again.because]
        for question in self.practice:
            parts += [question.question, *question.nudges]
        note = self.note
        parts += [note.question, *note.resolved_by, *note.inspect, note.assumed]
        return "\n\n".join(parts)


def chapters() -> list[str]:
    """The chapters that ask something, in order."""
    names = (entry.name for entry in files(__name__).iterdir())
    return sorted(name[:2] for name in names if name.endswith(".toml"))


@lru_cache
def questions(chapter: str) -> Questions:
    """What a chapter asks; ValueError for a chapter that there is not."""
    if chapter not in chapters():
        raise ValueError(f"chapter is {chapter!r}; allowed are {chapters()}")
    text = (files(__name__) / f"{chapter}.toml").read_text(encoding="utf-8")
    return parse(chapter, tomllib.loads(text))


def parse(chapter: str, data: Mapping[str, Any]) -> Questions:
    """A chapter's questions from the parsed TOML; ValueError where it is incomplete."""
    practice = tuple(_practice(chapter, entry) for entry in data.get("practice", []))
    kinds = tuple(question.kind for question in practice)
    if kinds != KINDS:
        raise ValueError(f"{chapter}: practice has {kinds}; needed are {KINDS}")
    try:
        return Questions(
            chapter,
            _choice(f"{chapter}-predict", data["predict"]),
            _choice(f"{chapter}-again", data["again"]),
            practice,
            NoteStart(**_fields(data["note"])),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{chapter}: incomplete, {error}") from error


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as a frozen dataclass takes it: lists become tuples."""
    return {k: v if isinstance(v, str) else tuple(v) for k, v in entry.items()}


def _choice(name: str, entry: Mapping[str, Any]) -> ChoiceQuestion:
    question = ChoiceQuestion(name=name, **entry)
    wrong = set(question.choices) - {question.answer}
    if question.answer not in question.choices:
        raise ValueError(
            f"{name}: answer is {question.answer!r}; "
            f"allowed are {list(question.choices)}"
        )
    if not set(question.misconceptions) <= wrong:
        raise ValueError(
            f"{name}: misconceptions has {list(question.misconceptions)}; "
            f"allowed are the wrong choices, {sorted(wrong)}"
        )
    return question


def _practice(chapter: str, entry: Mapping[str, Any]) -> PracticeQuestion:
    try:
        question = PracticeQuestion(**_fields(entry))
    except TypeError as error:
        raise ValueError(f"{chapter}: practice is incomplete, {error}") from error
    if len(question.nudges) != NUDGES:
        raise ValueError(
            f"{chapter}-{question.name}: {len(question.nudges)} nudges; "
            f"needed are {NUDGES}"
        )
    return question
