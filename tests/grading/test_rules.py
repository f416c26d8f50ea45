"""What counts in a class: its rules, its marks, and what changed since the last run."""

from dataclasses import replace

import pytest

from grading.outputs import write_all
from grading.policy import read_policy
from grading.rules import apply_rules
from tests.grading.csv_cells import fill_in, rows
from tests.grading.html_words import words
from tests.grading.make_class import adds_up, class_rows, handed_in, rules
from tests.grading.make_results import result

LATE = """
late_percent = 10
[deadlines]
"03" = 2027-03-01T23:59:00
"""


def test_weights_of_chapters_and_exercises_multiply(tmp_path) -> None:
    decided = rules(tmp_path, '[weights]\n"03" = 2\nbill = 0.5\n')
    row = class_rows(tmp_path, [result("ada", passed=(1,))], decided=decided)["ada"]
    assert (row["03_bill"], row["03_keep_k_per_row"]) == ("1", "3")
    assert (row["points"], row["out_of"], row["03_out_of"]) == ("12", "24", "24")
    assert adds_up(row)


def test_everybody_on_the_roster_has_a_row(tmp_path) -> None:
    decided = rules(tmp_path, roster="learner\nada\nbob\n")
    found = class_rows(tmp_path, [result("ada")], decided=decided)
    assert (found["bob"]["points"], found["bob"]["out_of"]) == ("0", "13")
    assert found["bob"]["notes"] == "nothing handed in"
    assert len(list((tmp_path / "learners").iterdir())) == 1


def test_what_comes_after_the_deadline_loses_its_percentage(tmp_path) -> None:
    times = "learner,submitted,deadline\n"
    times += "ada,2027-03-02T10:00,\nbob,2027-03-02T10:00,2027-03-05T00:00\n"
    times += "cyd,2027-03-01T10:00,\ndee,,\n"
    decided = rules(tmp_path, LATE, times)
    made = [result(name) for name in ("ada", "bob", "cyd", "dee")]
    found = class_rows(tmp_path, made, handed_in(*(r.notebook for r in made)), decided)
    points = {name: row["points"] for name, row in found.items()}
    assert points == {"ada": "11.7", "bob": "13", "cyd": "13", "dee": "13"}
    assert found["ada"]["03_taken_off"] == "1.3"
    assert "handed in late: 10% of the points taken off" in found["ada"]["notes"]
    assert all(map(adds_up, found.values()))


def test_whose_time_is_unknown_counts_as_in_time_and_is_said(tmp_path) -> None:
    decided = rules(tmp_path, LATE, "learner,submitted\nada,2027-03-02T10:00\nbob,\n")
    made = [result(name) for name in ("ada", "bob", "cyd")]
    lines = write_all(made, tmp_path, handed_in(*(r.notebook for r in made)), decided)
    assert lines == [
        "no submission time: 2 learners, taken as on time; add a column named "
        "submitted to the roster"
    ]


def test_canvas_says_who_is_late(tmp_path) -> None:
    made = [result("ada")]
    submissions = handed_in("ada/03.ipynb", is_late=True)
    for policy, points in ((LATE, "11.7"), ("", "13")):
        decided = rules(tmp_path, policy)
        row = class_rows(tmp_path, made, submissions, decided)["ada"]
        assert row["points"] == points
        assert "handed in late" in row["notes"]


def test_a_late_page_says_so_and_its_points_are_those_of_the_table(tmp_path) -> None:
    decided = rules(tmp_path, LATE)
    class_rows(tmp_path, [result()], handed_in("ada/03.ipynb", is_late=True), decided)
    (path,) = tmp_path.glob("learners/*/feedback.html")
    assert "11.7 of 13 points · handed in late: 10% (1.3 points) taken off" in words(
        path.read_text("utf-8")
    )


@pytest.mark.parametrize(("counts", "expected"), [("best", "13"), ("latest", "6.5")])
def test_the_best_or_the_latest_notebook_counts(tmp_path, counts, expected) -> None:
    made = [
        result("ada", notebook="ada/1.ipynb", written="Old."),
        result("ada", notebook="ada/2.ipynb", passed=(1,), written="New."),
    ]
    first, second = handed_in("ada/1.ipynb", "ada/2.ipynb")
    submissions = [replace(first, order=1), replace(second, order=2)]
    decided = rules(tmp_path, f'counts = "{counts}"')
    row = class_rows(tmp_path, made, submissions, decided)["ada"]
    assert row["points"] == expected
    (text,) = rows(tmp_path / "long_answers.csv")
    assert text["written"] == ("Old." if counts == "best" else "New.")
    name, other = ("1", "2") if counts == "best" else ("2", "1")
    told = f"does not count for chapter 03: ada/{name}.ipynb does"
    pages = {
        path.parent.name[:5]: words(path.read_text("utf-8"))
        for path in tmp_path.glob("learners/*/feedback.html")
    }
    assert told in pages[f"ada-{other}"]
    assert "does not count" not in pages[f"ada-{name}"]


def test_a_mark_is_in_the_table_and_counts_if_the_class_says_so(tmp_path) -> None:
    made = [result("ada", written="Text.", passed=(1,))]
    class_rows(tmp_path, made)
    fill_in(tmp_path / "long_answers.csv", mark="3,5", comment="Good.")
    row = class_rows(tmp_path, made)["ada"]
    assert (row["03_own_words"], row["points"], row["out_of"]) == ("3,5", "6.5", "13")
    decided = rules(tmp_path, '[long_answers]\n"03" = 4\n')
    row = class_rows(tmp_path, made, decided=decided)["ada"]
    assert (row["points"], row["out_of"]) == ("10", "17")
    (path,) = tmp_path.glob("learners/*/feedback.html")
    assert "10 of 17 points ·" in words(path.read_text("utf-8"))


def test_a_mark_is_on_the_scale_of_the_policy_and_weighted_like_its_chapter(
    tmp_path,
) -> None:
    decided = rules(tmp_path, '[long_answers]\n"03" = 4\n[weights]\n"03" = 2\n')
    made = [result("ada", written="Text.", passed=(1,))]
    class_rows(tmp_path, made)
    fill_in(tmp_path / "long_answers.csv", mark="3")
    row = class_rows(tmp_path, made, decided=decided)["ada"]
    assert (row["03_own_words"], row["points"], row["out_of"]) == ("6", "19", "34")
    (path,) = tmp_path.glob("learners/*/feedback.html")
    assert "Mark: 3 (6 of 8 points)" in words(path.read_text("utf-8"))


def test_texts_that_count_and_wait_for_a_mark_are_counted(tmp_path) -> None:
    decided = rules(tmp_path, '[long_answers]\n"03" = 4\n')
    made = [result(name, written=text) for name, text in (("ada", "A."), ("bob", ""))]
    line = "long_answers.csv: 1 answer without a mark, worth 0 points"
    assert line in write_all(made, tmp_path, rules=decided)
    fill_in(tmp_path / "long_answers.csv", mark="3")
    assert line not in write_all(made, tmp_path, rules=decided)


def test_notebooks_that_the_machine_held_up_are_counted(tmp_path) -> None:
    made = [replace(result("ada"), stalled=True), result("bob")]
    line = "the machine stalled: 1 notebook may have too few points; run the command "
    assert write_all(made, tmp_path) == [line + "again"]
    assert line + "again" not in write_all(made[1:], tmp_path)


@pytest.mark.parametrize("text", ["good", "5", "-1", "nan", "inf"])
def test_a_mark_that_cannot_count_is_named_and_kept(tmp_path, text) -> None:
    made = [result("ada", written="Text.")]
    class_rows(tmp_path, made)
    fill_in(tmp_path / "long_answers.csv", mark=text)
    decided = rules(tmp_path, '[long_answers]\n"03" = 4\n')
    with pytest.raises(ValueError, match=f"mark of 'ada' .* from 0 to 4, got '{text}'"):
        class_rows(tmp_path, made, decided=decided)
    assert rows(tmp_path / "long_answers.csv")[0]["mark"] == text


WRONG_POLICIES = {
    "count = 'best'": "key must be one of counts, .* got 'count'",
    "counts = 'first'": "counts must be one of best, latest, got 'first'",
    "late_percent = 101": "late_percent must be a number from 0 to 100, got 101",
    "late_percent = true": "late_percent must be a number from 0 to 100, got True",
    "deadlines = 3": "deadlines must be a table, got 3",
    "[deadlines]\n'03' = 3": "each deadline must be a date and time",
    "[weights]\nbil = 1": "a key of weights must be one of .* got 'bil'",
    "[weights]\nbill = -1": "weights.bill must be a number of at least 0, got -1",
    "[weights]\nbill = nan": "weights.bill must be a number of at least 0, got nan",
    "[long_answers]\nbill = 1": "a key of long_answers must be one of",
    "[": "must be a TOML file",
}


@pytest.mark.parametrize("text", WRONG_POLICIES)
def test_a_wrong_policy_is_refused(tmp_path, text) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=WRONG_POLICIES[text]) as caught:
        read_policy(path)
    assert "policy.toml" in str(caught.value)


def test_what_is_no_notebook_is_one_line_on_the_page_of_one_that_is(tmp_path) -> None:
    names = tuple(f"ada/{n}.py" for n in range(7))
    ignored = replace(handed_in("ada/0.py")[0], ignored=names)
    alone = replace(handed_in("bob/a.png")[0], ignored=("bob/a.png",))
    path = tmp_path / "l.csv"
    found, _ = apply_rules([result("ada")], [ignored, alone], rules(tmp_path), path)
    said = "ignored, because only notebooks are graded: "
    assert [(r.notebook, r.notes) for r in found] == [
        ("ada/03.ipynb", [f"{said}{', '.join(names[:5])}, and 2 more"]),
        ("bob/a.png", [f"{said}bob/a.png"]),
    ]


def test_pages_of_withdrawn_notebooks_go_and_a_human_s_files_stay(tmp_path) -> None:
    write_all([result("ada"), result("bob"), result("cyd")], tmp_path)
    places = {p.name[:3]: p for p in (tmp_path / "learners").iterdir()}
    (places["bob"] / "mine.txt").write_text("keep")
    write_all([result("ada")], tmp_path)
    left = sorted((tmp_path / "learners").rglob("*.*"))
    assert [p.name for p in left] == ["feedback.html", "results.json", "mine.txt"]
    assert not places["cyd"].exists()


def test_a_notebook_with_two_chapters_has_a_page_for_each(tmp_path) -> None:
    made = [result("ada", chapter=c, notebook="ada/all.ipynb") for c in ("02", "03")]
    row = class_rows(tmp_path, made)["ada"]
    assert (row["points"], row["out_of"]) == ("26", "26")
    assert len(list(tmp_path.glob("learners/*/feedback.html"))) == 2


def test_changes_are_listed_grade_by_grade(tmp_path) -> None:
    class_rows(tmp_path, [result("ada"), result("bob")])
    assert rows(tmp_path / "changes.csv") == []
    class_rows(tmp_path, [result("ada"), result("bob")])
    assert rows(tmp_path / "changes.csv") == []
    class_rows(tmp_path, [result("ada", first_passed=(1,)), result("cyd")])
    found = rows(tmp_path / "changes.csv")
    assert [tuple(row.values()) for row in found if row["learner"] == "ada"] == [
        ("ada", "points", "13", "11.5"),
        ("ada", "03_points", "13", "11.5"),
        ("ada", "03_keep_k_per_row", "3", "1.5"),
    ]
    sides = {
        (r["learner"], r["before"], r["now"]) for r in found if r["grade"] == "points"
    }
    assert {("bob", "13", ""), ("cyd", "", "13")} <= sides
