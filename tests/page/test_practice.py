"""Practice gives its nudges one by one, keeps answers, and asks once more later."""

import pytest

from course_lib import journal
from course_lib.page import practice
from course_lib.page.kept_text import KeptText
from course_lib.page.questions import chapters, questions


def parts(question_view):
    _, text, more, opened, _, *ticks, _, line = question_view.children
    return text, more, opened, ticks, line


def test_nudges_open_one_by_one_and_then_no_more():
    view = practice.build("02")[0]
    _, more, opened, _, line = parts(view.children[0])
    nudges = questions("02").practice[0].nudges
    assert line.value == "0 of 3 nudges · 0 of 3 checks"
    for number in (1, 2, 3):
        more.click()
        assert line.value.startswith(f"{number} of 3 nudges")
        assert opened.value.count("<li>") == number
    assert more.disabled
    assert nudges[2].split(".")[0] in opened.value


def test_self_check_is_counted():
    *_, ticks, line = parts(practice.build("02")[0].children[0])
    ticks[0].value = ticks[2].value = True
    assert line.value.endswith("2 of 3 checks")


def test_answer_is_kept_under_the_questions_name():
    text, *_ = parts(practice.build("02", "explain")[0].children[0])
    assert isinstance(text, KeptText)
    text.area.value = "three seeds"
    text.keep.click()
    assert journal.newest("02-explain").answer == "three seeds"


def test_nudges_and_checks_are_found_again():
    view = practice.build("02")[0]
    _, more, opened, ticks, line = parts(view.children[0])
    for _ in range(2):
        more.click()
    ticks[1].value = True
    _, _, told, again, count = parts(practice.build("02")[0].children[0])
    assert count.value == line.value == "2 of 3 nudges · 1 of 3 checks"
    assert told.value == opened.value
    assert [box.value for box in again] == [False, True, False]
    other = parts(practice.build("02")[0].children[1])[-1]
    assert other.value == "0 of 3 nudges · 0 of 3 checks"


@pytest.mark.parametrize("chapter", chapters())
def test_every_chapter_practises_in_three_ways(chapter):
    view, _, alt, markdown = practice.build(chapter)
    assert len(view.children) == 3
    assert markdown.count("<details>") == 9
    for kind in ("predict", "retrieve", "explain"):
        assert f"**{kind.capitalize()}.**" in markdown
        assert len(practice.build(chapter, kind)[0].children) == 1
    for question in questions(chapter).practice:
        assert question.nudges[0] not in alt


def test_unknown_kind_lists_what_there_is():
    with pytest.raises(ValueError, match=r"kinds must be among .*got \('guess',\)"):
        practice.build("02", "guess")


@pytest.mark.parametrize("chapter", chapters())
def test_asked_once_more_every_choice_gets_an_answer(chapter):
    asked = questions(chapter).again
    for key in asked.choices:
        view = practice.build_again(chapter)[0]
        _, choose, told, line, *_ = view.children
        choose.value = key
        assert ("Yes." in told.value) == (key == asked.answer)
        assert journal.newest(f"{chapter}-again").answer == key
    assert line.value.startswith(f"{len(asked.choices)} answers")
    _, again, told_again, *_ = practice.build_again(chapter)[0].children
    assert (again.value, told_again.value) == (key, told.value)


def test_later_page_shows_what_was_guessed_and_written():
    assert practice.build_again("02")[0].children[-1].value == ""
    journal.keep("02-predict", "A", 90)
    journal.keep("02-explain", "ask for three seeds")
    before = practice.build_again("02")[0].children[-1].value
    assert "you predicted <strong>A</strong>" in before
    assert "ask for three seeds" in before
