"""Nothing that a submission holds acts on the feedback page."""

from dataclasses import replace

import pytest

from course_lib.handin import feedback
from course_lib.handin.results import Result, Verdict
from tests.grading.html_words import Reader, words
from tests.grading.make_results import (
    HOSTILE,
    exercise_result,
    failure,
    long_answer,
    result,
)

HARMFUL = {"script", "iframe", "object", "embed", "link", "base", "form", "svg", "img"}


def hostile_page(text: str) -> str:
    raised = failure(
        "bill", text[:20], text, arguments={"k": text}, got=text, expected=text
    )
    verdict = Verdict(text, 1.0, True, False, text[:20], text, str(raised))
    exercise = replace(exercise_result("bill"), verdicts=[verdict])
    made = Result(text, text, "03", [exercise], [long_answer(text)], [text])
    made.long_answers.append(replace(long_answer(text), asked=text, question="2"))
    return feedback.page(made, proof=True, marks={"03-own-words": (text, text)})


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_a_submission_becomes_part_of_the_page(text):
    usual, hostile = Reader(hostile_page("nothing")), Reader(hostile_page(text))
    assert HARMFUL.isdisjoint(hostile.tags)
    assert [t for t in hostile.tags if t in ("style", "title", "section", "meta")] == [
        t for t in usual.tags if t in ("style", "title", "section", "meta")
    ]
    assert not [name for name, _ in hostile.attributes if name.startswith("on")]
    hostile_page(text).encode("utf-8")


def test_a_template_in_a_submission_is_not_evaluated():
    assert "{{ 7 * 7 }}" in hostile_page("{{ 7 * 7 }}")


def test_a_name_that_turns_the_direction_of_text_is_isolated():
    page = feedback.page(result("\u202egnp.exe"), proof=True)
    shown = page.partition("</title>")[2]
    assert shown.count("\u202e") == shown.count("<bdi>\u202e")


def test_page_loads_nothing_and_allows_nothing_to_be_loaded():
    reader = Reader(feedback.page(result(written="x"), proof=True))
    targets = [v for name, v in reader.attributes if name in ("src", "href")]
    assert all(target.startswith("#") for target in targets)
    policy = next(v for name, v in reader.attributes if name == "content")
    assert policy.startswith("default-src 'none'; ")
    assert "script-src" not in policy


def test_a_text_of_a_megabyte_is_cut_and_says_so():
    page = feedback.page(result(written="word " * 200_000), proof=True)
    assert len(page) < 60_000
    assert "[cut off here: 20000 of 1000000 characters]" in page


def test_a_thousand_notes_are_counted_instead_of_listed():
    page = feedback.page(result(notes=["cell"] * 1000), proof=True)
    assert "and 980 more" in words(page)
