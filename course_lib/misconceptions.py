"""What learners get wrong, M1 to M16: where they meet it, and where it is measured.

``misconceptions.toml`` holds them with references to questions, exercises, demos,
storyboards, claims and code cells. Only their form is checked here; a test resolves
each of them and compares the table in docs/misconceptions.md with ``table()``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from course_lib.claims import CHAPTERS, MISCONCEPTIONS

_CHAPTER = "|".join(CHAPTERS)
_NAME = r"[a-z0-9]+(?:[-_][a-z0-9]+)*"
FORMS = {
    "predict": re.compile(_CHAPTER),
    "again": re.compile(_CHAPTER),
    "practice": re.compile(rf"(?:{_CHAPTER})-{_NAME}"),
    "exercise": re.compile(_NAME),
    "demo": re.compile(_NAME),
    "storyboard": re.compile(_NAME),
    "claim": re.compile(_NAME),
    "cell": re.compile(rf"(?:{_CHAPTER}):.*\S.*"),
}
MET_BY = ("predict", "again", "practice", "exercise", "demo", "storyboard", "claim")
MEASURED_BY = ("claim", "cell")


@dataclass(frozen=True)
class Reference:
    """Something on a page: its kind, and which one, such as ``"03-explain"``."""

    kind: str
    target: str

    def in_words(self) -> str:
        """How the table names it."""
        if self.kind == "predict":
            return f"prediction of {self.target}"
        if self.kind == "again":
            return f"once more after {self.target}"
        if self.kind == "cell":
            chapter, _, words = self.target.partition(":")
            return f"cell of {chapter} with `{words}`"
        return f"{self.kind} `{self.target}`"


@dataclass(frozen=True)
class Misconception:
    """What people believe, what corrects it, where it is met and measured."""

    name: str
    belief: str
    corrects: str
    met: tuple[Reference, ...]
    measured: tuple[Reference, ...]


@lru_cache(maxsize=1)
def misconceptions() -> dict[str, Misconception]:
    """All sixteen by name. Raises ValueError where an entry is not in form."""
    text = (files("course_lib") / "misconceptions.toml").read_text(encoding="utf-8")
    return parse_misconceptions(tomllib.loads(text))


def parse_misconceptions(data: dict[str, Any]) -> dict[str, Misconception]:
    """Misconceptions from the parsed TOML, each held against what it must say."""
    if list(data) != list(MISCONCEPTIONS):
        raise ValueError(
            f"misconceptions are {list(data)}; needed are {list(MISCONCEPTIONS)}"
        )
    return {name: _misconception(name, entry) for name, entry in data.items()}


def _misconception(name: str, entry: dict[str, Any]) -> Misconception:
    keys = {"belief", "corrects", "met", "measured"}
    if set(entry) != keys:
        raise ValueError(f"{name} has {sorted(entry)}; needed are {sorted(keys)}")
    return Misconception(
        name,
        entry["belief"],
        entry["corrects"],
        _references(f"{name}: met", entry["met"], MET_BY),
        _references(f"{name}: measured", entry["measured"], MEASURED_BY),
    )


def _references(
    where: str, given: list[str], kinds: Collection[str]
) -> tuple[Reference, ...]:
    if not given or len(set(given)) < len(given):
        raise ValueError(f"{where} is {given!r}; allowed are one or more, each once")
    found = []
    for text in given:
        kind, _, target = text.partition(":")
        if kind not in kinds or not FORMS[kind].fullmatch(target):
            raise ValueError(
                f"{where} refers to {text!r}; allowed are "
                f"{', '.join(f'{kind}:{FORMS[kind].pattern}' for kind in kinds)}"
            )
        found.append(Reference(kind, target))
    return tuple(found)


def table() -> str:
    """The sixteen as a Markdown table: the belief, who meets it, what measures it."""
    rows = ["| | what people believe | met by | measured by |", "|---|---|---|---|"]
    for entry in misconceptions().values():
        met, measured = (
            ", ".join(reference.in_words() for reference in listed).replace("|", r"\|")
            for listed in (entry.met, entry.measured)
        )
        rows.append(f"| {entry.name} | {entry.belief} | {met} | {measured} |")
    return "\n".join(rows)
