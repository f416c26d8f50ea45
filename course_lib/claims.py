"""What the pages claim, from whom, how far it reaches, and what was measured here.

``claims.toml`` holds every claim with its source, place, scope and exclusions,
and either a check – a function that measures it and returns the figure – or the
reason why it is only quoted. A page asks for a claim by its name, so a claim that
is not there fails the page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

VERDICTS = ("supported", "overstated", "not shown here")
STATUSES = (*VERDICTS, "quoted")
CHAPTERS = ("00", "01", "02", "03", "04", "05")
MISCONCEPTIONS = tuple(f"M{number}" for number in range(1, 17))


@dataclass(frozen=True)
class Source:
    """Where a claim comes from; ``year`` is None where the source gives none."""

    name: str
    authors: str
    title: str
    where: str
    year: int | None = None


@dataclass(frozen=True)
class Claim:
    """One statement with its evidence.

    ``chapters`` show it, ``misconceptions`` ("M1" to "M16") are those that it meets;
    ``verbatim`` tells that the statement is a quotation. ``check`` names a function
    as ``module:function`` that returns the measured figure, which must lie within
    ``tolerance`` of ``expected`` (in ``unit``); without one, ``quoted_because`` says
    why the claim is not re-run.
    """

    name: str
    statement: str
    source: Source
    place: str
    scope: str
    excludes: str
    chapters: tuple[str, ...]
    misconceptions: tuple[str, ...]
    status: str
    reviewed: date
    evidence: str
    check: str | None = None
    expected: float | None = None
    tolerance: float | None = None
    unit: str = ""
    quoted_because: str | None = None
    verbatim: bool = False

    @property
    def words(self) -> str:
        """The statement, in quotation marks where it is a quotation."""
        return f"“{self.statement}”" if self.verbatim else self.statement

    @property
    def cited(self) -> str:
        """Who says so, where and when."""
        year = self.source.year or "undated"
        return f"{self.source.authors}, *{self.source.title}* ({year}), {self.place}"

    def measure(self) -> float:
        """Run the check and return its figure; ValueError for a quoted claim."""
        if self.check is None:
            raise ValueError(f"claim {self.name!r} is quoted: {self.quoted_because}")
        # here, because the checks import nearly everything that the course has
        from course_lib.evidence.running import measured

        return measured(self.check)


@lru_cache(maxsize=1)
def load_claims() -> dict[str, Claim]:
    """All claims by name. Raises ValueError where an entry is incomplete."""
    text = (files("course_lib") / "claims.toml").read_text(encoding="utf-8")
    return parse_claims(tomllib.loads(text))


def parse_claims(data: dict[str, Any]) -> dict[str, Claim]:
    """Claims from the parsed TOML, each held against what a claim must say."""
    sources = {
        name: Source(name=name, **entry) for name, entry in data["sources"].items()
    }
    return {
        name: _parse_claim(name, dict(entry), sources)
        for name, entry in data["claims"].items()
    }


def _parse_claim(name: str, entry: dict[str, Any], sources: dict[str, Source]) -> Claim:
    source = entry.pop("source", None)
    if source not in sources:
        raise ValueError(
            f"claim {name!r} cites source {source!r}; allowed are {sorted(sources)}"
        )
    for key, allowed in (("chapters", CHAPTERS), ("misconceptions", MISCONCEPTIONS)):
        entry[key] = _listed(name, key, entry.get(key), allowed)
    try:
        claim = Claim(name=name, source=sources[source], **entry)
    except TypeError as error:
        raise ValueError(f"claim {name!r} is incomplete: {error}") from error
    if not claim.chapters:
        raise ValueError(f"claim {name!r} names no chapter that shows it")
    if claim.status not in STATUSES:
        raise ValueError(
            f"claim {name!r} has status {claim.status!r}; allowed are {list(STATUSES)}"
        )
    if not isinstance(claim.reviewed, date):
        raise ValueError(f"claim {name!r}: reviewed is {claim.reviewed!r}, no date")
    figures = (claim.check, claim.expected, claim.tolerance)
    complete = None not in figures
    if complete == (claim.quoted_because is not None) or (
        not complete and any(part is not None for part in figures)
    ):
        raise ValueError(
            f"claim {name!r} needs either check, expected and tolerance, "
            "or quoted_because"
        )
    return claim


def _listed(
    name: str, key: str, given: object, allowed: Sequence[str]
) -> tuple[str, ...]:
    if not isinstance(given, list) or not set(given) <= set(allowed):
        raise ValueError(
            f"claim {name!r}: {key} is {given!r}; allowed are lists of {list(allowed)}"
        )
    return tuple(given)


def of_chapter(chapter: str) -> list[Claim]:
    """The claims that a chapter shows, in the order of its page."""
    return [entry for entry in load_claims().values() if chapter in entry.chapters]


def claim(name: str) -> Claim:
    """The claim of that name; ValueError lists the names there are."""
    claims = load_claims()
    if name not in claims:
        raise ValueError(f"claim is {name!r}; allowed are {sorted(claims)}")
    return claims[name]


def review(name: str) -> str:
    """What the course says of a claim, as Markdown to read after giving a verdict."""
    entry = claim(name)
    how = (
        "this claim is quoted, not re-run"
        if entry.check is None
        else f"measured here by `{entry.check}`: {expectation(entry)}"
    )
    return "\n".join(
        [
            f"- *Status*: **{entry.status}**",
            f"- *Scope*: {entry.scope}",
            f"- *Not covered*: {entry.excludes}",
            f"- *Evidence*: {entry.evidence} ({how})",
            f"- *Last held against the source*: {entry.reviewed.isoformat()}",
        ]
    )


def expectation(entry: Claim) -> str:
    """The figure that a check should return, how far off it may be, and its unit."""
    return f"{entry.expected:g} ± {entry.tolerance:g} {entry.unit}"
