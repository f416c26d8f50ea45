"""The map tells where one is, what is done, and asks before the last door opens."""

import re

import pytest

from course_lib import check, claims, controls, journal, notes
from course_lib.page import learning_map
from course_lib.page.learning_map import CHAPTERS, DOOR, NEIGHBORS, PREREQUISITES
from course_lib.page.progress import calibration, progress
from course_lib.page.questions import chapters, questions
from tools.settings import ROOT, source_files
from tools.source import read_cells


def parts(chapter):
    _, look, told, door, line, _, again = learning_map.build(chapter)[0].children
    return look, told, door, line, again


def test_chapters_bear_the_names_of_their_pages():
    for number, name in CHAPTERS.items():
        lesson, *_ = source_files(ROOT, number)
        assert read_cells(lesson)[0].text.startswith(f"# {number} {name}")
    assert list(CHAPTERS) == chapters()


def test_every_way_leads_onwards():
    for chapter, before in PREREQUISITES.items():
        assert all(earlier < chapter for earlier in before)


def test_every_place_can_be_looked_at_and_has_its_number():
    look, told, _, line, _ = parts("02")
    places = [value for _, value in look.options]
    assert places == [*CHAPTERS, *NEIGHBORS]
    seen = set()
    for number, place in enumerate(places, start=1):
        look.value = place
        assert line.value.startswith(f"place {number} of {len(places)}")
        seen.add(told.value)
    assert len(seen) == len(places)


@pytest.mark.parametrize("name", NEIGHBORS)
def test_neighbors_are_told_in_two_sentences(name):
    sentences = [s for s in NEIGHBORS[name].replace("et al.", "").split(". ") if s]
    assert len(sentences) == 2


def test_door_asks_for_the_prediction_first():
    look, _, door, _, _ = parts("05")
    assert door.layout.display == "none"
    look.value = DOOR
    assert door.layout.display is None
    opened = door.children[-1]
    assert opened.layout.display == "none"
    journal.keep("04-predict", "D", 60)
    look, _, door, _, _ = parts("05")
    look.value = DOOR
    assert door.children[-1].layout.display is None


def test_progress_counts_what_was_answered_judged_noted_and_passed():
    assert progress("02").share() == 0
    journal.keep("02-predict", "C", 80)
    for question in questions("02").practice:
        journal.keep(f"02-{question.name}", "so")
    assert progress("02").done["practice"] == (3, 3)
    assert progress("02").right is True
    shown = [c.name for c in claims.load_claims().values() if "02" in c.chapters]
    journal.keep(f"claim-{shown[0]}", "supported")
    assert progress("02").done["claims"] == (1, len(shown))
    notes.write(notes.Note("02", "x", "y", note="z"))
    assert progress("02").done["note"] == (1, 1)
    check.fold(fold)
    journal.keep("check-choose", "passed")  # an exercise that the course had earlier
    exercises = [e for e in check.EXERCISES.values() if e.chapter == "02"]
    assert progress("02").done["exercises"] == (1, len(exercises))
    assert 0 < progress("02").share() < 1


def fold(W2, b2, mean, removed):
    return b2 + W2[:, removed] @ mean[removed]


def test_check_that_passes_twice_is_kept_once():
    check.fold(fold)
    check.fold(fold)
    assert len(journal.answers(check.passed_name("fold"))) == 1


def test_check_passes_also_where_nothing_can_be_written(monkeypatch, capsys):
    def refuse(*_, **__):
        raise PermissionError("read-only")

    monkeypatch.setattr(journal, "keep", refuse)
    check.fold(fold)
    assert "correct" in capsys.readouterr().out


def test_calibration_sets_right_beside_sure():
    assert calibration([progress("02")]) == "No prediction yet."
    journal.keep("02-predict", "C", 80)
    journal.keep("03-predict", "A", 60)
    found = [progress("02"), progress("03")]
    assert calibration(found) == "Predictions: 1 of 2 right, 70% sure on average."


def test_damaged_answer_is_named_on_the_map(work):
    (work / "journal").mkdir(parents=True)
    (work / "journal" / "1-q-0.json").write_text("{")
    _, told, _, _, _ = parts("02")
    assert "1-q-0.json" in told.value


def test_progress_is_read_again_at_the_press_of_a_button():
    view, png, _ = learning_map.build("02")
    image, *_, line, _, again = view.children
    journal.keep("02-predict", "C", 80)
    again.click()
    assert "1 of 7 chapters started" in line.value
    assert image.png != png


def test_exercise_weighs_by_its_minutes_and_a_prediction_by_one():
    spent = []
    for act in (lambda: journal.keep("02-predict", "C", 80), lambda: check.fold(fold)):
        before = progress("02").minutes
        act()
        spent.append(progress("02").minutes[0] - before[0])
    assert spent == [1, check.EXERCISES["fold"].minutes]
    of = progress("02").minutes[1]
    assert progress("02").share() == sum(spent) / of
    exercises = [e for e in check.EXERCISES.values() if e.chapter == "02"]
    assert sum(e.minutes for e in exercises) > of / 2


def test_links_below_the_map_lead_to_every_other_lesson(monkeypatch):
    shown = []
    monkeypatch.setattr(controls, "display", lambda data, **how: None)
    monkeypatch.setattr(learning_map, "display", lambda data, **how: shown.append(data))
    learning_map.show("02")
    links = dict(re.findall(r"\[(\d\d)[^]]*\]\(([^)]+)\)", shown[0]["text/markdown"]))
    assert [*links] == [name for name in CHAPTERS if name != "02"]
    assert all((ROOT / "notebooks" / page).is_file() for page in links.values())
    assert all(page.startswith(f"{name}_") for name, page in links.items())


def test_map_is_told_in_words_too():
    _, png, alt = learning_map.build("02")
    assert png.startswith(b"\x89PNG")
    assert "You are at 02 Activation pruning" in alt
    with pytest.raises(ValueError, match=r"chapter must be one of .*got '07'"):
        learning_map.build("07")
