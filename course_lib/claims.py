"""What the pages claim, from whom, how far it reaches, and what was measured here.

``claims.toml`` holds every claim with its source, place, scope and exclusions,
and either a check – a function that measures it and returns the figure – or the
reason why it is only quoted. A page asks for a claim by its name, so a claim that
is not there fails the page.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

STATUSES = ("supported", "overstated", "not shown here", "quoted")


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

    ``check`` names a function as ``module:function`` that returns the measured
    figure, which must lie within ``tolerance`` of ``expected`` (in ``unit``);
    without one, ``quoted_because`` says why the claim is not re-run.
    """

    name: str
    statement: str
    source: Source
    place: str
    scope: str
    excludes: str
    status: str
    reviewed: date
    evidence: str
    check: str | None = None
    expected: float | None = None
    tolerance: float | None = None
    unit: str = ""
    quoted_because: str | None = None

    def measure(self) -> float:
        """Run the check and return its figure; ValueError for a quoted claim."""
        if self.check is None:
            raise ValueError(f"claim {self.name!r} is quoted: {self.quoted_because}")
        module, _, function = self.check.partition(":")
        run: Callable[[], float] = getattr(importlib.import_module(module), function)
        return float(run())


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
    try:
        claim = Claim(name=name, source=sources[source], **entry)
    except TypeError as error:
        raise ValueError(f"claim {name!r} is incomplete: {error}") from error
    if claim.status not in STATUSES:
        raise ValueError(
            f"claim {name!r} has status {claim.status!r}; allowed are {list(STATUSES)}"
        )
    if not isinstance(claim.reviewed, date):
        raise ValueError(f"claim {name!r}: reviewed is {claim.reviewed!r}, no date")
    measured = (claim.check, claim.expected, claim.tolerance)
    complete = None not in measured
    if complete == (claim.quoted_because is not None) or (
        not complete and any(part is not None for part in measured)
    ):
        raise ValueError(
            f"claim {name!r} needs either check, expected and tolerance, "
            "or quoted_because"
        )
    return claim


def claim(name: str) -> Claim:
    """The claim of that name; ValueError lists the names there are."""
    claims = load_claims()
    if name not in claims:
        raise ValueError(f"claim is {name!r}; allowed are {sorted(claims)}")
    return claims[name]


def review(name: str) -> str:
    """The evidence for a claim as Markdown, to read after giving a verdict."""
    entry = claim(name)
    source = entry.source
    how = (
        f"quoted, not re-run: {entry.quoted_because}"
        if entry.check is None
        else f"measured here by `{entry.check}`"
    )
    return "\n".join(
        [
            f"**{entry.status}** – “{entry.statement}”",
            "",
            f"- *Source*: {source.authors}, {source.title} "
            f"({source.year or 'undated'}), {entry.place}",
            f"- *Scope*: {entry.scope}",
            f"- *Not covered*: {entry.excludes}",
            f"- *Evidence*: {entry.evidence} ({how})",
            f"- *Last held against the source*: {entry.reviewed.isoformat()}",
        ]
    )
