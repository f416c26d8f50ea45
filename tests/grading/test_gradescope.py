"""Gradescope's form: complete, adding up, and silent about what is hidden."""

import json
from dataclasses import replace

import pytest

from course_lib.handin.results import Result
from grading import gradescope
from tests.grading.make_results import HOSTILE, SECRET, exercise_result, result

# what the specification allows
TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format",
    "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests",
    "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output",
    "output_format", "tags", "visibility", "extra_data",
}  # fmt: skip
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}


def by_check(made: Result) -> list[tuple]:
    verdicts = [v for e in made.exercises for v in e.verdicts]
    return list(zip(gradescope.results(made)["tests"], verdicts, strict=True))


def test_every_field_is_one_that_gradescope_knows():
    made = gradescope.results(result(passed=(0,), written="x", notes=["a note"]))
    assert set(made) <= TOP
    for test in made["tests"]:
        assert set(test) <= TEST
        assert test["visibility"] in VISIBILITY
        assert test["status"] in ("passed", "failed")
        assert test["output_format"] == "text"


@pytest.mark.parametrize("passed", [(), (0,), (1,), (0, 1, 2)])
def test_scores_of_the_checks_add_up_to_the_score(passed):
    made = result(passed=passed)
    data = gradescope.results(made)
    assert data["score"] == made.points
    assert sum(t["score"] for t in data["tests"]) == pytest.approx(made.points)
    assert sum(t["max_score"] for t in data["tests"]) == pytest.approx(made.out_of)


def test_thirds_add_up_to_a_hundredth():
    exercise = exercise_result("bill", (0, 1, 2))
    verdicts = [replace(v, share=1 / 3) for v in exercise.verdicts]
    made = replace(result(), exercises=[replace(exercise, verdicts=verdicts)])
    tests = gradescope.results(made)["tests"]
    assert sum(t["max_score"] for t in tests) == pytest.approx(2, abs=0.01)


def test_visible_checks_are_shown_at_once_and_hidden_ones_when_published():
    for test, verdict in by_check(result()):
        expected = "visible" if verdict.visible else "after_published"
        assert test["visibility"] == expected


def test_what_a_hidden_check_expected_is_nowhere():
    made = result(passed=())
    assert any(SECRET in v.detail for e in made.exercises for v in e.verdicts)
    assert SECRET not in json.dumps(gradescope.results(made))


def test_a_failed_visible_check_tells_all_that_it_saw():
    for test, verdict in by_check(result(passed=())):
        assert test["status"] == "failed"
        if verdict.visible:
            assert test["output"] == verdict.detail


def test_a_failed_hidden_check_names_the_misconception_and_where_to_read_on():
    outputs = [t["output"] for t, v in by_check(result(passed=(0,), misconception="M6"))
               if not v.visible]  # fmt: skip
    assert all("“mean near zero means silent” (M6)" in text for text in outputs)
    assert all("Look at both ends." in text for text in outputs)
    assert all("Read on: exercise " in text for text in outputs)


def test_numbers_are_the_exercise_and_its_check():
    numbers = [t["number"] for t in gradescope.results(result())["tests"]]
    assert numbers[:4] == ["1.1", "1.2", "1.3", "2.1"]
    assert len(set(numbers)) == len(numbers)


def test_notes_and_texts_for_a_human_are_announced():
    made = result(notes=["cell 3 is no Python"], written="")
    output = gradescope.results(made)["output"]
    assert output.split("\n") == [
        "Note: cell 3 is no Python",
        "03-own-words: your instructor will read this text.",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_file_can_be_read_whatever_a_submission_holds(tmp_path, text):
    path = tmp_path / "results.json"
    made = replace(result(text, notes=[text]), notebook=text)
    gradescope.write(gradescope.results(made), path)
    data = json.loads(path.read_bytes().decode("utf-8"))
    assert data == gradescope.results(made)
    assert "\x00" not in data["output"]


def test_a_note_of_a_megabyte_is_cut():
    made = gradescope.results(result(notes=["word " * 200_000]))
    assert len(made["output"]) < 5000
    assert "cut off here" in made["output"]


def test_a_file_without_any_exercise_has_score_zero(tmp_path):
    data = gradescope.results(Result("ada", "ada/x.pdf", "", notes=["no notebook"]))
    assert data["score"] == 0
    assert data["tests"] == []
