"""Technical words, and whether a text defines each of them where it first uses it.

A definition is written in one way, so that it can be found: the word in bold, and
right behind it what it means, in parentheses. Two words with one meaning are joined
by *or*: ``**weights** or **parameters** (plain numbers …)``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

MIN_WORDS = 3  # of a meaning
DEFINITION = re.compile(
    r"(?P<words>\*\*[^*]+\*\*(?:\s+or\s+\*\*[^*]+\*\*)*)\s+\((?P<meaning>[^()]+)\)"
)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
# what is no prose: comments, tags, code, images and where a link leads
HIDDEN = re.compile(
    r"<!--.*?-->|<[a-zA-Z/][^>]*>|^```.*?^```|`[^`]*`|!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)]*\)",
    re.DOTALL | re.MULTILINE,
)
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)


@dataclass(frozen=True)
class Word:
    """A technical word, the pattern of its forms, and what it means in plain words."""

    term: str
    pattern: re.Pattern[str]
    meaning: str

    def uses(self, text: str) -> Iterator[int]:
        """Where any form of it stands in a text."""
        return (match.start() for match in self.pattern.finditer(text))


@lru_cache(maxsize=1)
def words() -> tuple[Word, ...]:
    """All technical words of the course."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return parse(tomllib.loads(text))


def parse(data: Mapping[str, Any]) -> tuple[Word, ...]:
    """Words from the parsed TOML; ValueError for forms or a meaning that are wrong."""
    meanings, forms = data["words"], data.get("forms", {})
    unknown = sorted(set(forms) - set(meanings))
    if unknown:
        raise ValueError(f"forms must be of the words themselves, got {unknown}")
    found = []
    for term, meaning in meanings.items():
        pattern = forms.get(term, f"{re.escape(term)}s?")
        if not re.fullmatch(pattern, term, re.IGNORECASE):
            raise ValueError(f"forms of {term!r} must match it, got {pattern!r}")
        if len(meaning.split()) < MIN_WORDS:
            raise ValueError(
                f"meaning of {term!r} must have {MIN_WORDS} words or more, "
                f"got {meaning!r}"
            )
        whole = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)
        found.append(Word(term, whole, meaning))
    return tuple(found)


def undefined(markdown: str) -> list[str]:
    """The technical words of a text that stand in it before, or without, a definition.

    In the order of their first use. Headings do not count: they name what is explained
    below them. A word within a definition counts as used there.
    """
    text = prose(markdown)
    defined = _definitions(text)
    early = {
        word.term: first
        for word in words()
        if (first := next(word.uses(text), None)) is not None
        and first < defined.get(word.term, len(text))
    }
    return sorted(early, key=early.__getitem__)


def defined(markdown: str) -> list[str]:
    """The words that a text defines, in its order."""
    found = _definitions(prose(markdown))
    return sorted(found, key=found.__getitem__)


def _definitions(text: str) -> dict[str, int]:
    """Where each word's definition starts, at its bold form."""
    found: dict[str, int] = {}
    for match in DEFINITION.finditer(text):
        if len(match["meaning"].split()) < MIN_WORDS:
            continue
        for bold in BOLD.finditer(match["words"]):
            form, place = bold[1].strip(), match.start() + bold.start(1)
            for word in words():
                if word.pattern.fullmatch(form):
                    found.setdefault(word.term, place)
    return found


def prose(markdown: str) -> str:
    """A text without its headings, tags, code, images and link targets."""
    return HEADING.sub(" ", HIDDEN.sub(" ", markdown))


def spoken_words(markdown: str) -> int:
    """How many words are read aloud, headings included."""
    return len(re.findall(r"\w[\w’'.,%/-]*", HIDDEN.sub(" ", markdown)))
