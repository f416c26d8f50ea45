"""The feedback page: honest, helpful, and silent about what is hidden."""

import re
from dataclasses import replace

import pytest

from course_lib.check import EXERCISES
from course_lib.handin import feedback
from course_lib.handin.results import Result, Verdict
from course_lib.misconceptions import misconceptions
from tests.grading.html_words import words
from tests.grading.make_results import SECRET, exercise_result, failure, result


def test_page_shows_the_points_of_every_exercise():
    text = words(feedback.page(result(first_passed=(1,)), proof=True))
    assert "11.5 of 13 points" in text
    assert "1.5 of 3 points" in text
    assert "4 of 5 exercises right" in text


@pytest.mark.parametrize(
    ("name", "score", "said"),
    [
        ("smallest_file", 812.0, "3 of 3 points · 812 bytes"),
        ("sparsest_masks", 14, "3 of 3 points · 14% of the weights kept"),
    ],
)
def test_page_shows_the_score_of_an_open_exercise(name, score, said):
    made = exercise_result(name, (0, 1, 2))
    scored = replace(made, verdicts=[replace(v, score=score) for v in made.verdicts])
    page = feedback.page(Result("", "x", "03", [scored]), proof=True)
    assert said in words(page)


def test_an_exercise_for_practice_alone_is_right_without_points():
    for passed, state in (((0, 1, 2), "right"), ((1,), "partly right")):
        exercise = replace(exercise_result("bill", passed), out_of=0)
        page = feedback.page(Result("", "x", "03", [exercise]), proof=True)
        assert f"{state} 0 of 0" in words(page)


def test_without_proof_the_page_says_so_first_and_shows_no_points_earned():
    page = feedback.page(result(passed=(0, 1, 2)), proof=False)
    text = words(page)
    warning = text.index("this is not a grade")
    assert warning < text.index(EXERCISES["keep_k_per_row"].title)
    assert not re.search(r"\d of \d+ points?", text)
    assert "worth 3 points in a class" in text
    assert "with other inputs and additional" in text
    assert "an empty input" not in text


def test_without_proof_an_answer_is_right_by_its_visible_check_alone():
    right = feedback.page(result(passed=(0,)), proof=False)
    assert "5 of 5 exercises pass" in words(right)
    wrong = feedback.page(result(passed=(1, 2)), proof=False)
    assert "0 of 5 exercises pass" in words(wrong)


def test_an_exercise_without_a_visible_check_is_not_called_right():
    only_hidden = exercise_result("bill", (0, 1, 2)).verdicts[1:]
    exercise = replace(exercise_result("bill"), verdicts=only_hidden)
    page = feedback.page(Result("", "x", "03", [exercise]), proof=False)
    assert "not right yet" in words(page)


def test_a_passed_visible_check_alone_earns_nothing():
    text = words(feedback.page(result(passed=(0,)), proof=True))
    assert "0 of 13 points" in text
    assert "0 of 5 exercises right" in text
    assert "partly right" not in text


@pytest.mark.parametrize("proof", [True, False])
def test_what_a_hidden_check_expected_is_never_shown(proof):
    mixed = result(passed=(), first_passed=(0,))
    text = feedback.page(mixed, proof=proof)
    assert any(SECRET in v.detail for e in mixed.exercises for v in e.verdicts)
    assert SECRET not in text


def test_what_a_visible_check_saw_is_shown_in_its_three_parts():
    text = words(feedback.page(result(passed=()), proof=True))
    assert "your function was given k = 2" in text
    assert "what came back [0, 1]" in text
    assert "what was expected [1, 2]" in text


@pytest.mark.parametrize("name", misconceptions())
def test_a_misconception_is_named_in_words_with_what_corrects_it(name):
    entry = misconceptions()[name]
    text = words(feedback.page(result(passed=(), misconception=name), proof=True))
    assert f"“{entry.belief}” ({name})" in text
    assert entry.corrects in text


@pytest.mark.parametrize("name", [*feedback.PLAIN, "mask-flipped"])
def test_only_a_named_slip_is_called_a_mistake(name):
    text = words(feedback.page(result(passed=(), misconception=name), proof=True))
    assert feedback.PLAIN.get(name, f"Mistake: {name}") in text
    assert ("Mistake:" in text) == (name == "mask-flipped")


def test_a_mistake_that_three_checks_met_is_explained_once():
    only = replace(result(), exercises=[exercise_result("bill")])
    text = words(feedback.page(only, proof=True))
    assert text.count("Look at both ends.") == 1


def test_two_mistakes_say_which_checks_met_them():
    exercise = exercise_result("bill", (0,))
    other = Verdict("a tie", 0.5, False, False, "ties", "Ties count, too.")
    exercise = replace(exercise, verdicts=[*exercise.verdicts[:2], other])
    text = words(feedback.page(replace(result(), exercises=[exercise]), proof=True))
    assert "Found by: the visible check with other inputs." in text
    assert "Found by: a tie." in text


def test_page_says_where_to_read_on():
    text = words(feedback.page(result(passed=()), proof=True))
    for exercise in EXERCISES.values():
        if exercise.chapter == "03":
            where = f"exercise {exercise.section} of chapter 03, “{exercise.title}”"
            assert f"{where}; in the lesson: {exercise.room}." in text


def test_an_exercise_that_the_course_does_not_have_any_more_still_has_its_page():
    exercise = replace(exercise_result("bill"), exercise="gone")
    text = words(feedback.page(replace(result(), exercises=[exercise]), proof=True))
    assert "The bill" in text
    assert "in the lesson" not in text


def test_long_answer_is_shown_as_handed_in_and_waits_for_a_human():
    text = words(feedback.page(result(written="Ask for\nthe *spread*."), proof=True))
    assert "What would you ask?" in text
    assert "Ask for the *spread*." in text
    assert "There is no mark yet" in text


def test_mark_and_comment_of_a_human_are_shown_if_given():
    marks = {"03-own-words": ("3 / 4", "Which <spread>?")}
    page = feedback.page(result(written="The spread."), proof=True, marks=marks)
    assert "Mark: 3 / 4" in words(page)
    assert "Which <spread>?" in words(page)
    assert "no mark yet" not in words(page)


def test_an_empty_long_answer_is_called_empty():
    page = feedback.page(result(written=""), proof=True)
    assert "Nothing was written here." in words(page)


@pytest.mark.parametrize("proof", [True, False])
def test_a_file_without_any_exercise_has_a_page(proof):
    nothing = Result("ada", "ada/photo.png", "", notes=["it is not a notebook"])
    text = words(feedback.page(nothing, proof=proof))
    assert "No exercises found" in text
    assert "it is not a notebook" in text


def test_lines_that_a_message_had_wrapped_are_whole_again():
    long = ", ".join(str(n) for n in range(60))
    arguments = {"k": list(range(60)), "n": 3}
    expected = "a - b " * 30
    raised = failure("bill", "slip", "A hint.", arguments=arguments, expected=expected)
    verdict = Verdict("c", 1.0, True, False, "slip", "A hint.", str(raised))
    exercise = replace(exercise_result("bill"), verdicts=[verdict])
    page = feedback.page(Result("a", "b", "03", [exercise]), proof=True)
    assert f"k = [{long}]\nn = 3</dd>" in page
    assert "a - b " * 29 + "a - b</dd>" in page


def test_each_argument_has_a_line_of_its_own_whatever_its_length():
    for length in range(60, 80):
        seen = feedback._seen(f"  given     W = {'1' * length}\n            mask = 2")
        assert seen == [("given", f"W = {'1' * length}\nmask = 2")]


def test_every_label_of_a_failed_check_is_understood():
    raised = failure("bill", "s", "h", arguments={"g": 1}, got="c", expected="e")
    labels = [line.split()[0] for line in str(raised).split("\n")[1:]]
    assert [x for x in labels if x not in ("hint", "read")] == list(feedback.LABELS)
