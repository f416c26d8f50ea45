"""Points that a human sets: they hold in every run, and nothing overwrites them."""

import csv
from dataclasses import replace

import pytest

from course_lib.handin.feedback import page
from grading import gradescope
from grading.outputs import write_all
from grading.overrides import read_overrides
from grading.policy import Policy
from tests.grading.html_words import words
from tests.grading.make_class import adds_up, class_rows, rules
from tests.grading.make_results import HOSTILE, result


def test_an_override_replaces_the_points_and_survives_every_run(tmp_path) -> None:
    given = "ada,bill,1.5,answered by mail\nada,03_layer_shares,0,copied\n"
    decided = rules(tmp_path, overrides=given)
    before = (tmp_path / "overrides.csv").read_bytes()
    for passed in ((), (1, 2)):
        row = class_rows(tmp_path, [result("ada", passed=passed)], decided=decided)[
            "ada"
        ]
        assert (row["03_bill"], row["03_layer_shares"]) == ("1.5", "0")
        assert adds_up(row)
    assert (tmp_path / "overrides.csv").read_bytes() == before
    (path,) = tmp_path.glob("learners/*/feedback.html")
    assert "Your instructor set these points: answered by mail" in words(
        path.read_text("utf-8")
    )


def test_an_override_is_a_row_for_who_handed_in_nothing(tmp_path) -> None:
    decided = rules(
        tmp_path, roster="learner\neve\n", overrides="eve,bill,2,on paper\n"
    )
    row = class_rows(tmp_path, [], decided=decided)["eve"]
    assert (row["points"], row["03_bill"], row["03_layer_shares"]) == ("2", "2", "0")
    assert adds_up(row)


def test_an_override_for_a_name_that_nobody_has_is_said(tmp_path) -> None:
    decided = rules(tmp_path, overrides='"Doe, Ada",bill,1,typing\nada,bill,2,mail\n')
    (line,) = write_all([result("ada")], tmp_path, rules=decided)[-1:]
    assert "no learner is called 'Doe, Ada'" in line


@pytest.mark.parametrize("name", [text for text in HOSTILE if "\n" not in text][:10])
def test_a_name_may_be_copied_from_the_table(tmp_path, name) -> None:
    shown = next(iter(class_rows(tmp_path, [result(name)])))
    with (tmp_path / "overrides.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([shown, "bill", 1, "why"])
    found = class_rows(tmp_path, [result(name)])
    assert [row["03_bill"] for row in found.values()] == ["1"]


WRONG_OVERRIDES = {
    "ada,bill,2.5,why": "points must be a number from 0 to 2, got '2.5'",
    "ada,bill,two,why": "points must be a number from 0 to 2, got 'two'",
    "ada,bil,1,why": "exercise must be one of .* got 'bil'",
    "ada,bill,1,": "reason must be given",
    ",bill,1,why": "learner must be a name",
    "ada,silent,1,why\nada,02_silent,1,why": "must not repeat line 2",
}


@pytest.mark.parametrize("text", WRONG_OVERRIDES)
def test_a_wrong_override_is_refused_with_its_line(tmp_path, text) -> None:
    with pytest.raises(ValueError, match=WRONG_OVERRIDES[text]) as caught:
        rules(tmp_path, overrides=text + "\n")
    assert f"overrides.csv, line {2 + text.count(chr(10))}: " in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"who,what\n", b"\xff\xfe"])
def test_overrides_that_cannot_be_read_are_left_alone(tmp_path, data) -> None:
    path = tmp_path / "overrides.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"overrides\.csv"):
        read_overrides(path, Policy())
    assert path.read_bytes() == data


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_of_overrides_are_safe(text) -> None:
    made = result(passed=())
    first = replace(made.exercises[0], awarded=1, reason=text)
    made = replace(made, exercises=[first, *made.exercises[1:]])
    shown = page(made, proof=True)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    shown = gradescope.results(made)
    assert shown["score"] == 1
    assert "your instructor set these points" in shown["output"]
