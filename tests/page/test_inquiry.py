"""The inquiry shows three pictures, says why for each, and remembers the choice."""

import pytest

from course_lib import controls, journal
from course_lib.page import inquiry
from course_lib.page.inquiries import CHAPTERS, Candidate, Inquiry, inquiry_of

from .panels import picture_with_text_inside

PNG = b"\x89PNG\r\n\x1a\n"


def letters_kept():
    return [entry.answer for entry in journal.answers("03-inquiry")]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_candidates_are_different_pictures_and_their_text_stays_inside(chapter):
    candidates = inquiry_of(chapter).candidates
    drawn = [picture_with_text_inside(candidate.draw) for candidate in candidates]
    blank = picture_with_text_inside(lambda axes: None)
    assert all(png.startswith(PNG) for png in drawn)
    assert len({blank, *drawn}) == 4


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_fallback_asks_and_does_not_answer(chapter):
    view, png, alt = inquiry.build(chapter)
    asked = inquiry_of(chapter)
    assert png.startswith(PNG)
    assert asked.question in alt
    for letter, candidate in asked.options().items():
        assert f"{letter}: {candidate.label}." in alt
        assert candidate.why not in alt
    assert "ur choice" not in alt
    assert view.why.value == ""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_choice_is_answered_and_exactly_one_is_ours(chapter):
    view, said = inquiry.build(chapter)[0], {}
    for number, letter in enumerate("CAB", 1):
        view.choose.value = letter
        said[letter] = view.why.value
        assert view.line.value == f"{number} of 3 looked at · your first choice: C"
    assert len(set(said.values())) == 3
    ours = [letter for letter, text in said.items() if "Our choice, too." in text]
    assert ours == [inquiry_of(chapter).ours]


def test_choice_is_kept_and_found_again():
    view = inquiry.build("03")[0]
    view.choose.value = "B"
    why = view.why.value
    again = inquiry.build("03")[0]
    assert again.choose.value == "B"
    assert again.why.value == why
    assert again.line.value == "1 of 3 looked at · your first choice: B"
    assert letters_kept() == ["B"]


def test_second_look_is_no_second_answer():
    view = inquiry.build("03")[0]
    for letter in ("B", "A", "B", controls.UNDECIDED, "A"):
        view.choose.value = letter
    assert letters_kept() == ["B", "A"]
    assert inquiry.build("03")[0].line.value.startswith("2 of 3")


def test_choice_of_nothing_hides_the_reason():
    view = inquiry.build("03")[0]
    view.choose.value = "A"
    view.choose.value = controls.UNDECIDED
    assert view.why.value == ""
    assert view.line.value.startswith("1 of 3")


def test_foreign_answer_is_no_choice():
    journal.keep("03-inquiry", "the cell")
    view = inquiry.build("03")[0]
    assert view.line.value == "0 of 3 looked at"
    assert view.choose.value == controls.UNDECIDED


def test_unknown_chapter_lists_what_there_is():
    with pytest.raises(ValueError, match=r"chapter must be one of \['01'.*got '3'"):
        inquiry.build("3")


@pytest.mark.parametrize(("count", "ours"), [(2, "A"), (3, "D")])
def test_inquiry_refuses_other_numbers_and_letters(count, ours):
    candidate = Candidate("a cell", lambda axes: None, "Because.")
    with pytest.raises(ValueError, match=f"got {count} and '{ours}'"):
        Inquiry("03", "a weight is pruned", (candidate,) * count, ours)
