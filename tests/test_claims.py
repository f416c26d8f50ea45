"""Every claim has a source and evidence, and the pages cite no other."""

import math
import random
import re
import tomllib
from datetime import date

import numpy as np
import pytest
import torch

from course_lib import claims, evidence
from course_lib.evidence.running import measured
from course_lib.misconceptions import misconceptions
from course_lib.page.questions import chapters
from course_lib.training import seed_everything
from tools.settings import ROOT, source_files

from .form import key_problems
from .sampling import sample

CHAPTERS = chapters()
CLAIMS = claims.load_claims()
MEASURED = [name for name, claim in CLAIMS.items() if claim.check]
# of each chapter; the others take their turn in a soak
SOME = sample(MEASURED, 0.35, kind=lambda name: CLAIMS[name].chapters[0])


@pytest.mark.parametrize("name", SOME)
def test_measured_figure_lies_within_its_tolerance(name):
    claim = CLAIMS[name]
    assert claim.measure() == pytest.approx(claim.expected, abs=claim.tolerance, rel=0)


@pytest.mark.parametrize("name", MEASURED)
def test_no_figure_within_the_tolerance_refutes_the_status(name):
    claim = CLAIMS[name]
    for figure in (claim.expected - claim.tolerance, claim.expected + claim.tolerance):
        assert not claim.refuted_by(figure)


def test_figure_beyond_a_bound_and_nan_refute_the_status():
    claim = CLAIMS["han-2015-lenet-300-100-size"]
    assert [claim.refuted_by(x) for x in (266.4, 266.5, 267.5, 267.6, math.nan)] == [
        True, False, False, True, True,
    ]  # fmt: skip


def test_every_function_of_the_evidence_is_some_claims_check():
    named = {claim.check for claim in CLAIMS.values() if claim.check}
    assert named == {f"course_lib.evidence:{name}" for name in evidence.__all__}


def shown_in(chapter):
    """The claims that a chapter shows, in the order of its page."""
    return [claim for claim in CLAIMS.values() if chapter in claim.chapters]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_page_cites_the_claims_of_its_chapter_and_no_other(chapter):
    lesson, *_ = source_files(ROOT, chapter)
    code = re.sub(r"(?m)^#.*$", "", lesson.read_text(encoding="utf-8"))
    blocks = re.findall(r"claim_review\.show\(([^)]*)\)", code)
    cited = [name for block in blocks for name in re.findall(r'"([^"]+)"', block)]
    assert cited == [claim.name for claim in shown_in(chapter)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_has_at_least_five_claims_and_measures_most(chapter):
    shown = shown_in(chapter)
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
    seed_everything(7)
    torch.rand(3), np.random.rand(), random.random()
    return torch.get_num_threads()


def test_source_is_cited_with_its_link_or_in_words():
    paper = CLAIMS["hu-2016-mostly-zero"].cited
    assert "](https://arxiv.org/abs/1607.03250) (2016), abstract" in paper
    page = CLAIMS["article-quarter"].cited
    assert "(undated; the article that chapter 02 follows), the paragraph" in page


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return a function that replaces pyproject.toml beside the library."""

    def write(text):
        (tmp_path / "pyproject.toml").write_text(text, "utf-8")
        monkeypatch.setattr(claims, "beside_library", tmp_path.glob)
        claims.history.cache_clear()

    yield write
    claims.history.cache_clear()


def test_check_links_to_the_history_of_the_published_version(settings):
    settings('[tool.course]\nrepository = "somebody/course"\ntag = "v1"\n')
    link = "https://github.com/somebody/course/commits/v1/course_lib/claims.toml"
    assert f"2026-11-28 ([history]({link}))" in claims.checked("article-quarter")
    assert (ROOT / claims.LEDGER).is_file()


@pytest.mark.parametrize(
    "text", ["", "[tool]", '[tool.course]\nrepository = "OWNER/course"\ntag = "v1"\n']
)
def test_check_names_the_command_where_no_repository_is_known(settings, text):
    settings(text)
    command = "(history: `git log course_lib/claims.toml`)"
    assert command in claims.checked("article-quarter")


def test_review_shows_status_scope_and_evidence():
    text = claims.review("article-74-percent-of-neurons")
    assert all(part in text for part in ("**overstated**", "*Scope*", "*Not covered*"))
    assert "measured here: **61.9 percent of the neurons**" in text
    assert "*Refuted if* the share of neurons gone were as large" in text
    quoted = claims.review("hu-2016-mostly-zero")
    assert "quoted, not re-run" in quoted
    assert "*Refuted if*" not in quoted


def test_check_is_named_with_its_tolerance_and_date():
    text = claims.checked("article-74-percent-of-neurons")
    function = "course_lib.evidence:neurons_gone_at_74_percent"
    assert f"`{function}` returns 61.9 ± 0.5 percent of the neurons" in text
    assert "2026-" in text
    quoted = claims.checked("hu-2016-mostly-zero")
    assert quoted.startswith("- *Last checked")


CODE = re.compile(r"`|\w_\w|\bgit\b|\.toml|\w:\w|±")
FOR_READERS_OF_CODE = re.compile(
    r"\b(MACs?|LeNet|kernels?|masks?|masked|parameters?|epochs?|seeds?|networks?)\b"
)


@pytest.mark.parametrize("claim", shown_in("00"), ids=lambda claim: claim.name)
def test_claim_of_chapter_00_is_in_plain_words(claim):
    text = re.sub(r"https?://\S+", "", claims.review(claim.name))
    assert CODE.findall(text) == []
    assert FOR_READERS_OF_CODE.findall(text) == []


@pytest.mark.parametrize("name", CLAIMS)
def test_review_leaves_the_function_and_the_ledger_to_the_check(name):
    text = claims.review(name)
    assert "course_lib" not in text
    assert claims.LEDGER not in text
    assert claims.LEDGER in claims.checked(name)
    assert CLAIMS[name].check is None or CLAIMS[name].check in claims.checked(name)


def test_only_quotations_stand_in_quotation_marks():
    assert CLAIMS["article-74-percent-of-neurons"].words.startswith("“Removing")
    assert CLAIMS["liu-2019-from-scratch"].words.startswith("For structured")


def test_unknown_claim_lists_what_there_is():
    with pytest.raises(ValueError, match=r"claim must be one of .*han-2015.* got 'x'"):
        claims.review("x")


def test_quoted_claim_has_nothing_to_measure():
    with pytest.raises(ValueError, match="is quoted"):
        CLAIMS["hu-2016-mostly-zero"].measure()


def form_problems(entry, sources):
    """List what is wrong with a claim of the file."""
    found = key_problems(entry, claims.Claim, "name")
    if entry.get("source") not in sources:
        found.append(f"source must be one of {list(sources)}")
    for key, allowed in (("chapters", CHAPTERS), ("misconceptions", misconceptions())):
        listed = entry.get(key)
        if not isinstance(listed, list) or not set(listed) <= set(allowed):
            found.append(f"{key} must be a list of {list(allowed)}, got {listed!r}")
    if not entry.get("chapters"):
        found.append("chapters must name one that shows it")
    if entry.get("status") not in (*claims.VERDICTS, "quoted"):
        found.append(f"status must be a verdict or quoted, got {entry.get('status')!r}")
    if not isinstance(entry.get("reviewed"), date):
        found.append(f"reviewed must be a date, got {entry.get('reviewed')!r}")
    measured = {"check", "expected", "tolerance", "refuted_if"}
    needed = set() if "quoted_because" in entry else measured
    if measured & set(entry) != needed:
        found.append(f"needs either {sorted(measured)}, or quoted_because")
    bounds = [entry[key] for key in ("refuted_below", "refuted_above") if key in entry]
    if bool(bounds) != ("refuted_if" in entry):
        found.append("refuted_if and refuted_below or refuted_above go together")
    for bound in bounds:
        # 0 is a figure that lies on neither side, however it is put in words
        figure = f"{bound:g}".replace("-", "−")
        if not re.search(rf"(?<!\w){figure}\b", entry.get("refuted_if", "")):
            found.append(f"refuted_if must name {figure}")
    return found


DATA = tomllib.loads((ROOT / "course_lib" / "claims.toml").read_text("utf-8"))
QUOTED = DATA["claims"]["hu-2016-mostly-zero"]
MEASURED_FORM = {
    "quoted_because": None, "check": "m:f", "expected": 1.0, "tolerance": 1.0,
    "refuted_if": "above 3", "refuted_above": 3,
}  # fmt: skip


def test_every_claim_of_the_file_is_in_form():
    for name, entry in DATA["claims"].items():
        assert form_problems(entry, DATA["sources"]) == [], name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "b"}, r"source must be one of \['"),
        ({"source": None}, "source must be"),
        ({"scope": None}, "scope is missing"),
        ({"more": 1}, "more is unknown"),
        ({"chapters": None}, "chapters must be a list of"),
        ({"chapters": []}, "chapters must name one"),
        ({"chapters": ["6"]}, r"chapters must be a list of \['00'.* got \['6'\]"),
        ({"chapters": "02"}, "chapters must be a list"),
        ({"misconceptions": ["M17"]}, r"misconceptions must be .* got \['M17'\]"),
        ({"status": "true"}, "status must be a verdict or quoted, got 'true'"),
        ({"reviewed": "today"}, "reviewed must be a date"),
        ({"quoted_because": None}, "needs either"),
        ({"check": "m:f"}, "needs either"),
        ({"check": "m:f", "expected": 1.0, "tolerance": 1.0}, "needs either"),
        ({"check": "m:f", "expected": 1.0, "quoted_because": None}, "needs either"),
        (MEASURED_FORM | {"refuted_if": None}, "needs either"),
        (MEASURED_FORM | {"refuted_above": None}, "refuted_if and refuted_below or"),
        (MEASURED_FORM | {"refuted_below": 2}, "refuted_if must name 2"),
    ],
)
def test_claim_out_of_form_is_found(changes, message):
    entry = {k: v for k, v in (QUOTED | changes).items() if v is not None}
    assert re.search(message, "; ".join(form_problems(entry, DATA["sources"])))
