"""A claim is judged first; only then the page says what it knows."""

import re

import pytest

from course_lib import claims, controls, journal
from course_lib.page import claim_review

MEASURED = "deep-compression-1070-kb"  # supported, and counted in no time
OVERSTATED = "torch-pruning-delta"
QUOTED = "plain-page-privacy"
NAMES = (MEASURED, OVERSTATED, QUOTED)


def _cards():
    line, *cards = claim_review.build(*NAMES)[0].children
    return line, cards


def _visible(widget):
    return widget.layout.display != "none"


def test_nothing_is_told_before_a_verdict():
    line, cards = _cards()
    assert line.value == "0 of 3 judged"
    assert controls.READOUT_CLASS in line._dom_classes
    for card in cards:
        assert card.choose.value == controls.UNDECIDED
        assert card.answer.value == ""
        assert not any(map(_visible, (card.answer, card.again, card.figure)))


def test_each_verdict_counts_once():
    line, cards = _cards()
    cards[0].choose.value = "supported"
    assert line.value == "1 of 3 judged"
    cards[0].choose.value = "overstated"
    assert line.value == "1 of 3 judged"
    cards[2].choose.value = "not shown here"
    assert line.value == "2 of 3 judged"


def test_verdict_opens_status_evidence_exclusions_and_date_of_its_claim_only():
    _, cards = _cards()
    cards[0].choose.value = "supported"
    text = cards[0].answer.value
    assert "Status</em>: <strong>supported" in text
    for part in ("and so does the course", "Scope", "Not covered", "Evidence"):
        assert part in text
    how = text.partition("<details><summary>How this was checked</summary>")[2]
    assert "Last checked against the source" in how
    assert "2026-11-25" in how
    assert _visible(cards[0].answer)
    assert not _visible(cards[1].answer)


def test_another_verdict_than_the_course_is_told_so():
    _, cards = _cards()
    cards[1].choose.value = "supported"
    text = cards[1].answer.value
    assert "You say <strong>supported</strong>; the course says" in text
    assert "<strong>overstated</strong>" in text


@pytest.mark.parametrize("verdict", claims.VERDICTS)
def test_quoted_claim_gives_its_reason_after_every_verdict(verdict):
    _, cards = _cards()
    cards[2].choose.value = verdict
    text = cards[2].answer.value
    assert "is quoted, not re-run, because where data go is decided" in text
    assert "the course says <strong>" not in text
    assert not _visible(cards[2].again)


def test_measuring_sets_the_figure_beside_the_expected_one_with_its_unit():
    _, cards = _cards()
    cards[0].choose.value = "supported"
    assert _visible(cards[0].again)
    cards[0].again.click()
    text = re.sub("<[^>]+>", "", cards[0].figure.value)
    assert "Measured just now: 1066.9 thousand bytes." in text
    assert "Expected: 1066.9 ± 0.5 thousand bytes" in text
    assert "within the tolerance" in text
    assert not cards[0].again.disabled


def test_figure_outside_its_tolerance_or_its_bounds_is_told_so():
    entry = claims.claim(MEASURED)
    assert "outside" in claim_review.in_words(entry, entry.expected + 0.6)
    assert "outside" not in claim_review.in_words(entry, entry.expected - 0.4)
    assert "verdict, supported, holds" in claim_review.in_words(entry, 1070)
    refuted = "verdict, supported, is **refuted**"
    assert refuted in claim_review.in_words(entry, 1080)


def test_source_is_linked_on_the_card_and_without_a_kernel():
    link = claims.claim(MEASURED).source.where
    _, (card, *_) = _cards()
    assert f'<a href="{link}">' in card.children[0].value
    assert f"]({link})" in claim_review.build(*NAMES)[3]


def test_check_that_fails_says_so_and_can_be_tried_again(monkeypatch):
    def broken(check):
        raise FileNotFoundError("no network here")

    monkeypatch.setattr("course_lib.evidence.running.measured", broken)
    _, cards = _cards()
    cards[0].choose.value = "supported"
    cards[0].again.click()
    assert "could not be measured here" in cards[0].figure.value
    assert "no network here" in cards[0].figure.value
    assert not cards[0].again.disabled


def test_verdicts_are_kept_and_shown_at_the_next_visit():
    _, cards = _cards()
    cards[1].choose.value = "overstated"
    line, again = _cards()
    assert line.value == "1 of 3 judged"
    assert again[1].choose.value == "overstated"
    assert "and so does the course" in again[1].answer.value
    assert _visible(again[1].again)
    kept = journal.answers(f"claim-{OVERSTATED}")
    assert [entry.answer for entry in kept] == ["overstated"]


def test_changed_mind_keeps_both_and_names_the_first():
    _, cards = _cards()
    cards[1].choose.value = "supported"
    cards[1].choose.value = "overstated"
    assert "(at first: supported)" in cards[1].answer.value
    kept = journal.answers(f"claim-{OVERSTATED}")
    assert [entry.answer for entry in kept] == ["supported", "overstated"]


def test_verdict_cannot_be_taken_back_by_choosing_nothing():
    line, cards = _cards()
    cards[0].choose.value = "supported"
    cards[0].choose.value = controls.UNDECIDED
    assert line.value == "1 of 3 judged"
    assert len(journal.answers(f"claim-{MEASURED}")) == 1


def test_kept_word_that_is_no_verdict_is_not_shown_as_one():
    journal.keep(f"claim-{MEASURED}", "perhaps")
    line, cards = _cards()
    assert line.value == "0 of 3 judged"
    assert cards[0].choose.value == controls.UNDECIDED


def test_words_for_a_page_without_kernel_do_not_depend_on_verdicts():
    before = claim_review.build(*NAMES)[1:]
    _, cards = _cards()
    cards[0].choose.value = "overstated"
    assert claim_review.build(*NAMES)[1:] == before


def test_words_list_the_claims_and_fold_what_the_course_says():
    _, png, alt, markdown = claim_review.build(*NAMES)
    assert png is None
    assert alt.startswith("Claim review: (1) LeNet-300-100 takes 1070 KB.")
    for name in NAMES:
        entry = claims.claim(name)
        assert entry.words in alt
        assert entry.evidence not in alt
        assert entry.cited in markdown
    folds = 2 * len(NAMES)  # what the course says, and how that was checked
    assert markdown.count("<details>") == markdown.count("</details>") == folds
    folds = re.sub(r"<details>.*?</details>", "", markdown, flags=re.DOTALL)
    assert "is quoted, not re-run, because where" in markdown
    assert "*Evidence*" in markdown
    assert "*Evidence*" not in folds


@pytest.mark.parametrize("names", [(), (MEASURED, MEASURED)])
def test_no_names_and_names_given_twice_are_refused(names):
    with pytest.raises(ValueError, match="names must be distinct, and at least one"):
        claim_review.build(*names)
