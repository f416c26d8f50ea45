"""Every claim has a source and evidence, and the pages cite no other."""

import random
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib import claims, evidence
from course_lib.evidence.running import measured

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = claims.load_claims()
MEASURED = [name for name, claim in CLAIMS.items() if claim.check]


@pytest.mark.parametrize("name", MEASURED)
def test_measured_figure_lies_within_its_tolerance(name):
    claim = CLAIMS[name]
    assert claim.measure() == pytest.approx(claim.expected, abs=claim.tolerance, rel=0)


def test_every_function_of_the_evidence_is_some_claims_check():
    named = {claim.check for claim in CLAIMS.values() if claim.check}
    assert named == {f"course_lib.evidence:{name}" for name in evidence.__all__}


def _cited(text):
    """The names in ``claim_review.show(…)`` of a source, in the order of the page."""
    code = re.sub(r"(?m)^#.*$", "", text)
    blocks = re.findall(r"claim_review\.show\(([^)]*)\)", code)
    return [name for block in blocks for name in re.findall(r'"([^"]+)"', block)]


def test_names_are_read_off_code_over_several_lines_and_off_no_comment():
    text = 'page.claim_review.show(\n    "a-1",\n    "b",\n)\nother.show("c")'
    text += '\n# claim_review.show("d")\n'
    assert _cited(text) == ["a-1", "b"]


@pytest.mark.parametrize("chapter", claims.CHAPTERS)
def test_page_cites_the_claims_of_its_chapter_and_no_other(chapter):
    pages = sorted((ROOT / "source").glob(f"{chapter}_*.py"))
    (lesson,) = [page for page in pages if not page.stem.endswith("_exercises")]
    cited = _cited(lesson.read_text(encoding="utf-8"))
    assert cited == [claim.name for claim in claims.of_chapter(chapter)]


@pytest.mark.parametrize("chapter", claims.CHAPTERS)
def test_chapter_has_at_least_five_claims_and_measures_most(chapter):
    shown = claims.of_chapter(chapter)
    assert len(shown) >= 5
    assert sum(claim.check is not None for claim in shown) > len(shown) / 2


def test_measuring_leaves_chance_and_threads_as_they_were():
    torch.manual_seed(3), np.random.seed(3), random.seed(3)
    threads = torch.get_num_threads()
    wanted = (torch.rand(1).item(), np.random.rand(), random.random())
    torch.manual_seed(3), np.random.seed(3), random.seed(3)
    torch.set_num_threads(2)
    try:
        assert measured(f"{__name__}:draws_after_seeding") == 1.0
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == wanted


def draws_after_seeding():
    """A check that seeds everything, draws, and sets the number of threads."""
    from course_lib.training import seed_everything

    seed_everything(7)
    torch.rand(3), np.random.rand(), random.random()
    return torch.get_num_threads()


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
    assert "61.9 ± 0.5 percent of the neurons" in text
    assert "quoted, not re-run" in claims.review("hu-2016-mostly-zero")


def test_only_quotations_stand_in_quotation_marks():
    assert CLAIMS["article-74-percent-of-neurons"].words.startswith("“Removing")
    assert CLAIMS["liu-2019-from-scratch"].words.startswith("For structured")


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
    "chapters": ["02"],
    "misconceptions": [],
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
        ({"chapters": None}, "chapters is None; allowed are lists of"),
        ({"chapters": []}, "names no chapter"),
        ({"chapters": ["6"]}, r"chapters is \['6'\]; allowed are lists of \['00'"),
        ({"chapters": "02"}, "chapters is '02'"),
        ({"misconceptions": ["M17"]}, r"misconceptions is \['M17'\]; allowed"),
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
