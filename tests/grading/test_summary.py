"""The class at a glance: true for nobody, for one, and for ten thousand."""

import base64
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from course_lib.handin.examine import quoted
from course_lib.handin.results import Result
from grading import summary
from grading.tally import most_common, tally
from tests.grading.html_words import Reader, words
from tests.grading.make_results import HOSTILE, exercise_result, result


def pictures(page: str) -> list[tuple[ElementTree.Element, str]]:
    """The pictures of a page as XML, with their alternative texts."""
    found = []
    reader = Reader(page)
    sources = [v for name, v in reader.attributes if name == "src"]
    alts = [v for name, v in reader.attributes if name == "alt"]
    for source, alt in zip(sources, alts, strict=True):
        assert source is not None
        assert source.startswith("data:image/svg+xml;base64,")
        data = base64.b64decode(source.partition(",")[2])
        found.append((ElementTree.fromstring(data), alt or ""))
    return found


def test_nobody_has_a_page_without_figures():
    page = summary.page([])
    assert "0 learners · 0 files handed in" in words(page)
    assert "There are no results yet." in words(page)
    assert pictures(page) == []


def test_one_learner_has_figures_with_words():
    page = summary.page([result(passed=(0, 1), misconception="M6")])
    assert "1 learner · 1 file handed in" in words(page)
    mistakes, scores = (alt for _, alt in pictures(page))
    assert "“mean near zero means silent” (M6): 1" in mistakes
    assert "Chapter 03, 1 handed in: median 6.5 of 13 points" in scores


def test_a_class_without_a_mistake_has_no_bars():
    assert len(pictures(summary.page([result()]))) == 1


def test_ten_thousand_learners_have_one_page():
    one = result(misconception="M8", passed=(1,))
    page = summary.page(replace(one, learner=f"{n:05d}") for n in range(10_000))
    assert "10000 learners" in words(page)
    assert "“what is pruned stays pruned” (M8), 10000 learners" in words(page)
    assert len(page) < 200_000


def test_full_partial_and_none_are_counted_for_each_exercise():
    passed = {"ada": (0, 1, 2), "bob": (1,), "cyd": (0,), "dee": ()}
    made = [result(name, passed=which) for name, which in passed.items()]
    for exercise in tally(made).chapters["03"].exercises.values():
        assert (exercise.full, exercise.partial, exercise.none) == (1, 1, 2)
        assert exercise.mean == pytest.approx(1.5 * exercise.out_of / 4)


def test_a_learner_counts_once_for_a_mistake_made_often():
    made = [
        result("ada", chapter="03", passed=(), misconception="M8"),
        result("ada", chapter="04", passed=(), misconception="M8"),
        result("bob", chapter="03", passed=(), misconception="ties"),
    ]
    assert tally(made).mistakes == {"M8": 1, "ties": 1}


def test_a_slip_of_one_exercise_is_named_with_it():
    made = [replace(result(), exercises=[exercise_result("bill", (), "float64")])]
    assert "Mistake: float64 in “The bill”: 1" in pictures(summary.page(made))[0][1]


def test_what_is_no_slip_in_thinking_is_no_bar_but_stands_in_the_table():
    page = summary.page([result(passed=(), misconception="missing")])
    assert len(pictures(page)) == 1
    assert "most often: No function found, 1 learner" in words(page)


def test_of_two_notebooks_the_better_one_counts():
    passed = {"ada/a": (), "ada/b": (1, 2), "ada/c": (1,)}
    made = [result("ada", notebook=name, passed=p) for name, p in passed.items()]
    chapter = tally(made).chapters["03"]
    assert chapter.points == [13]
    assert "1 learner · 3 files handed in" in words(summary.page(made))


def test_notes_are_listed_with_their_file_and_many_are_counted():
    made = [
        result(f"{n:02}", notes=[f"note {n}-{m}." for m in range(5)]) for n in range(50)
    ]
    text = words(summary.page(made))
    assert "250 notes to read" in text
    assert "00 00/03.ipynb note 0-0." in text
    assert "note 39-4." in text
    assert "note 40-0." not in text
    assert "And 50 more" in text


def test_nobody_crowds_out_the_notes_on_others_or_the_grader_s_own():
    loud = result("ada", notes=[*(quoted(f"cell {n}") for n in range(900)), "own note"])
    text = words(summary.page([loud, result("bob", notes=["a note on bob"])]))
    assert "901 notes" not in text
    assert "902 notes to read" in text
    assert "ada ada/03.ipynb own note" in text
    assert text.count("the notebook says: cell") == 4
    assert "a note on bob" in text


def test_a_notebook_with_two_chapters_is_one_file():
    made = [result("ada", chapter=c, notebook="ada/all") for c in ("02", "03")]
    assert "1 learner · 1 file handed in" in words(summary.page(made))


def test_who_is_on_the_roster_and_handed_in_nothing_is_counted_apart():
    text = words(summary.page([result("ada"), Result("bob", "", "")]))
    assert "2 learners, of whom 1 handed in nothing · 1 file handed in ·" in text


def test_an_exercise_for_practice_has_no_numbers_of_points():
    made = [replace(exercise_result("bill", passed), out_of=0) for passed in ((), (1,))]
    made = [Result(f"{n}", f"{n}", "03", [one]) for n, one in enumerate(made)]
    assert "2 learners for practice, no points" in words(summary.page(made))


def test_a_human_s_points_without_a_file_are_no_answers():
    awarded = replace(exercise_result("bill"), awarded=1, reason="oral exam")
    made = [result("ada"), Result("bob", "", "03", [awarded])]
    assert tally(made).chapters["03"].points == [13]


def test_an_exercise_has_its_difficulty_and_its_discrimination():
    """The correlation is that of NumPy, with the other exercises' points."""
    learners = [
        result(f"{n:02}", passed=(0, 1, 2)[: n % 4], first_passed=(1, 2)[: n % 3])
        for n in range(24)
    ]
    first, *others = tally(learners).chapters["03"].exercises.values()
    rest = [sum(e.points[n] for e in others) for n in range(24)]
    expected = np.corrcoef(first.points, rest)[0, 1]
    assert first.discrimination == pytest.approx(expected)
    assert first.difficulty == pytest.approx(sum(first.points) / 24 / first.out_of)
    assert f"{expected:.2f}" in words(summary.page(learners))


@pytest.mark.parametrize("passed", [(), (0, 1, 2)])
def test_a_small_class_or_one_that_is_all_alike_has_no_discrimination(passed):
    for learners in (9, 30):
        made = [result(f"{n:02}", passed=passed) for n in range(learners)]
        for exercise in tally(made).chapters["03"].exercises.values():
            assert exercise.discrimination is None


def test_files_without_any_exercise_are_for_a_human():
    made = [Result("ada", "ada/photo.png", "", notes=["it is not a notebook"])]
    text = words(summary.page(made))
    assert "ada ada/photo.png it is not a notebook" in text
    assert "There are no results yet." in text


def test_most_common_comes_first_and_equal_ones_by_name():
    mistakes = {"ada": "ties", "bob": "M8", "cyd": "M1", "dee": "M1"}
    made = [result(n, passed=(), misconception=m) for n, m in mistakes.items()]
    assert most_common(tally(made).mistakes, 2) == [("M1", 2), ("M8", 1)]


def test_pictures_are_sharp_and_load_nothing():
    page = summary.page([result(passed=(0, 1), misconception="M6")])
    for picture, _ in pictures(page):
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"
        names = {element.tag.rpartition("}")[2] for element in picture.iter()}
        assert names.isdisjoint({"script", "image", "foreignObject"})
        links = [v for e in picture.iter() for k, v in e.attrib.items() if "href" in k]
        assert all(link.startswith("#") for link in links)


def test_nothing_from_a_submission_becomes_part_of_the_page():
    made = [
        replace(result(text, notes=[text], passed=()), notebook=text)
        for text in HOSTILE
    ]
    usual = [result(f"{n}", notes=["note"], passed=()) for n in range(len(HOSTILE))]
    page = summary.page(made)
    assert Reader(page).tags == Reader(summary.page(usual)).tags
    assert page.count("\u202e") == page.count("<bdi>\u202e") == 3
    page.encode("utf-8")


@pytest.mark.parametrize("name", ["$x^2$", "\\frac{1}", "a_b^c$"])
def test_a_slip_is_never_drawn_as_a_formula(name):
    page = summary.page([result(passed=(), misconception=name)])
    assert f"Mistake: {name}: 1" in pictures(page)[0][1]


def test_same_class_gives_the_same_page_in_any_order(tmp_path):
    made = [
        result(name, chapter=chapter, passed=(1,), misconception=mistake)
        for name, mistake in (("ada", "M1"), ("bob", "M2"))
        for chapter in ("02", "05")
    ]
    first = summary.page(made)
    assert summary.page(reversed(made)) == first
    summary.write(iter(made), tmp_path / "summary.html")
    assert (tmp_path / "summary.html").read_text("utf-8") == first
    assert not re.search(r"20\d\d-\d\d-\d\d", first)


def test_exercises_stand_in_the_order_of_the_page():
    exercises = [exercise_result(name) for name in ("bill", "keep_k_per_row")]
    made = [Result("ada", "a", "03", exercises), result("bob")]
    titles = re.findall(r'<th scope="row">(\d)\. ', summary.page(made))
    assert titles == sorted(titles)
