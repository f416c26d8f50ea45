"""Claims made on the pages: source, scope, and what was measured here.

``claims.toml`` holds every claim with its source, place, scope and exclusions, and
either a check – a function that measures it and returns the figure – with what would
refute the status, or the reason why it is only quoted. A page asks for a claim by its
name, so a missing claim makes the page fail.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from math import inf

from course_lib.files import beside_library

LEDGER = "course_lib/claims.toml"
VERDICTS = ("supported", "overstated", "not shown here")


@dataclass(frozen=True)
class Source:
    """Where a claim comes from: ``where`` is a URL, or the place in words.

    ``year`` is None if the source gives none.
    """

    name: str
    authors: str
    title: str
    where: str
    year: int | None = None

    @property
    def cited(self) -> str:
        """Return authors, title, year, and where to read it, as Markdown."""
        year = self.year or "undated"
        if self.where.startswith("https://"):
            return f"{self.authors}, [*{self.title}*]({self.where}) ({year})"
        return f"{self.authors}, *{self.title}* ({year}; {self.where})"


@dataclass(frozen=True)
class Claim:
    """One statement with its evidence.

    ``chapters`` are those that show it, ``misconceptions`` ("M1" to "M16") those that
    it addresses; ``verbatim`` marks the statement as a quotation. ``check`` names a
    function as ``module:function`` that returns the measured figure, which must lie
    within ``tolerance`` of ``expected`` (in ``unit``). ``refuted_if`` says which result
    would refute ``status``: a figure below ``refuted_below`` or above
    ``refuted_above``. Without a check, ``quoted_because`` says why the claim is not
    re-run.
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
    refuted_if: str | None = None
    refuted_below: float = -inf
    refuted_above: float = inf
    quoted_because: str | None = None
    verbatim: bool = False

    @property
    def words(self) -> str:
        """Return the statement, in quotation marks if it is a quotation."""
        return f"“{self.statement}”" if self.verbatim else self.statement

    @property
    def cited(self) -> str:
        """Return the source of the claim, and the place in it."""
        return f"{self.source.cited}, {self.place}"

    def refuted_by(self, figure: float) -> bool:
        """Return whether this figure of the check refutes the status; NaN does."""
        return not self.refuted_below <= figure <= self.refuted_above

    def measure(self) -> float:
        """Run the check and return its figure; ValueError for a quoted claim."""
        if self.check is None:
            raise ValueError(f"claim {self.name!r} is quoted: {self.quoted_because}")
        # imported here, because the checks import nearly the entire course
        from course_lib.evidence.running import measured

        return measured(self.check)


@lru_cache(maxsize=1)
def load_claims() -> dict[str, Claim]:
    """Return all claims by name, each chapter's in page order."""
    text = (files("course_lib") / "claims.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    sources = {name: Source(name, **entry) for name, entry in data["sources"].items()}
    for name, entry in data["claims"].items():
        entry |= {"name": name, "source": sources[entry["source"]]}
        for key in ("chapters", "misconceptions"):
            entry[key] = tuple(entry[key])
    return {name: Claim(**entry) for name, entry in data["claims"].items()}


def claim(name: str) -> Claim:
    """Return the claim with this name; ValueError lists the valid names."""
    claims = load_claims()
    if name not in claims:
        raise ValueError(f"claim must be one of {sorted(claims)}, got {name!r}")
    return claims[name]


def review(name: str) -> str:
    """Return the course's view of a claim, as Markdown to read after a verdict."""
    entry = claim(name)
    how = (
        "this claim is quoted, not re-run"
        if entry.check is None
        else f"measured here: **{printed(entry.expected)} {entry.unit}**"
    )
    lines = [
        f"- *Status*: **{entry.status}**",
        f"- *Scope*: {entry.scope}",
        f"- *Not covered*: {entry.excludes}",
        f"- *Evidence*: {entry.evidence} ({how})",
    ]
    if entry.refuted_if:
        lines.append(f"- *Refuted if* {entry.refuted_if}")
    return "\n".join(lines)


def checked(name: str) -> str:
    """Return how a claim was checked, as Markdown, for readers who also read code."""
    entry = claim(name)
    day = f"{entry.reviewed.isoformat()} ({history()})"
    line = f"- *Last checked against the source*: {day}"
    if entry.check is None:
        return line
    return f"- *Check*: `{entry.check}` returns {expectation(entry)}\n{line}"


@lru_cache(maxsize=1)
def history() -> str:
    """Return where to see who changed the claims, and when, as Markdown.

    A link to the published repository at this version, as ``[tool.course]`` in
    ``pyproject.toml`` names both; until it has an owner, the command.
    """
    for path in beside_library("pyproject.toml"):
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
        match tables.get("course"):
            case {"repository": str(name), "tag": str(tag)}:
                return history_in(name, tag)
    return history_in("OWNER/", "")


def history_in(repository: str, tag: str) -> str:
    """Return the same for a repository and a tag; OWNER/ means not published yet."""
    if repository.startswith("OWNER/"):
        return f"history: `git log {LEDGER}`"
    return f"[history](https://github.com/{repository}/commits/{tag}/{LEDGER})"


def expectation(entry: Claim) -> str:
    """Return the expected figure of a check, its tolerance, and its unit."""
    return f"{printed(entry.expected)} ± {entry.tolerance:g} {entry.unit}"


def printed(figure: float | None, form: str = "g") -> str:
    """Return a figure as it is printed, with a minus sign instead of a hyphen."""
    return f"{figure:{form}}".replace("-", "−")
