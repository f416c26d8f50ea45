"""Every claim has a source and evidence, and the pages cite no other."""

import re
from datetime import date
from pathlib import Path

import pytest

from course_lib import claims

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = claims.load_claims()
MEASURED = [name for name, claim in CLAIMS.items() if claim.check]


@pytest.mark.parametrize("name", MEASURED)
def test_measured_figure_lies_within_its_tolerance(name):
    claim = CLAIMS[name]
    assert claim.measure() == pytest.approx(claim.expected, abs=claim.tolerance, rel=0)


def test_pages_cite_only_claims_that_are_there():
    cited = set()
    for path in sorted((ROOT / "source").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "review(name) for name in names" in text:
            for block in re.findall(r"names \+?= (\[[^\]]*\])", text):
                cited |= set(re.findall(r'"([^"]+)"', block))
    assert cited
    assert cited <= set(CLAIMS)
    assert cited == set(CLAIMS), "a claim that no page shows"


def test_review_shows_status_scope_evidence_and_date():
    text = claims.review("article-74-percent-of-neurons")
    for part in (
        "**overstated**",
        "*Scope*",
        "*Not covered*",
        "measured here",
        "2026-",
    ):
        assert part in text
    assert "quoted, not re-run" in claims.review("hu-2016-mostly-zero")


def test_unknown_claim_lists_what_there_is():
    with pytest.raises(ValueError, match=r"claim is 'x'; allowed are .*han-2015"):
        claims.review("x")


def test_quoted_claim_has_nothing_to_measure():
    with pytest.raises(ValueError, match="is quoted"):
        CLAIMS["hu-2016-mostly-zero"].measure()


SOURCE = {"authors": "A", "title": "T", "year": 2000, "where": "W"}
WHOLE = {
    "statement": "s",
    "source": "a",
    "place": "p",
    "scope": "s",
    "excludes": "e",
    "status": "quoted",
    "reviewed": date(2026, 1, 1),
    "evidence": "e",
    "quoted_because": "q",
}


def _parse(**changes):
    entry = {k: v for k, v in {**WHOLE, **changes}.items() if v is not None}
    return claims.parse_claims({"sources": {"a": SOURCE}, "claims": {"c": entry}})


def test_complete_claim_is_accepted():
    assert _parse()["c"].source.title == "T"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "b"}, r"cites source 'b'; allowed are \['a'\]"),
        ({"source": None}, "cites source None"),
        ({"scope": None}, "incomplete: .*scope"),
        ({"status": "true"}, "status 'true'; allowed are"),
        ({"reviewed": "today"}, "no date"),
        ({"quoted_because": None}, "needs either check"),
        ({"check": "m:f"}, "needs either check"),
        ({"check": "m:f", "expected": 1.0, "tolerance": 1.0}, "needs either check"),
        ({"check": "m:f", "expected": 1.0, "quoted_because": None}, "needs either"),
    ],
)
def test_incomplete_claim_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        _parse(**changes)
