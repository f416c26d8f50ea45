"""Grading a class: what is graded, what is graded again, and what is said of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from course_lib.handin.examine import QUOTED
from course_lib.handin.results import Result
from course_lib.handin.shown import one_line
from grading import store as stores
from grading.__main__ import main
from grading.collect import Submission, collect
from grading.grade import Settings, grade_all, grade_one
from grading.plan import HiddenPlan, Secret
from grading.store import Known, Store
from grading.walk import Place
from tests.grading.csv_cells import rows
from tests.grading.make_class import packed, put
from tests.grading.make_results import HOSTILE
from tests.grading.notebooks import bare, dump, solved

ONE = Submission("ada", "ada/a.ipynb", Place(Path("a")))
SETTINGS = Settings(HiddenPlan(Secret("of this test")))


def graded(notebook: dict, class_seed: int = 0, known: Known | None = None):
    settings = replace(SETTINGS, plan=HiddenPlan(Secret("s"), class_seed))
    return grade_one(ONE, dump(notebook), "", settings, known=known)


def both_chapters() -> dict:
    """Chapters 01 and 03 in one notebook, solved."""
    first, second = solved("01"), solved("03")
    return first | {"cells": first["cells"] + second["cells"]}


def test_all_chapters_in_one_notebook_are_graded(bubblewrap: str) -> None:
    found = graded(both_chapters())
    assert [(r.chapter, r.points) for r in found] == [("01", 12), ("03", 13)]


def test_a_notebook_of_another_class_is_noted_once(bubblewrap: str) -> None:
    first, second = graded(both_chapters(), class_seed=3)
    assert first.notes[0].startswith("its CLASS_SEED is 0 or missing, but this class's")
    assert second.notes == []
    notebook = bare("CLASS_SEED = 3", "def gradient_step(*_):\n    return 0")
    assert graded(notebook, class_seed=3)[0].notes == []
    (note,) = graded(notebook, class_seed=4)[0].notes
    assert note.startswith("its CLASS_SEED is 3, but this class's is 4")


def test_a_note_in_a_notebook_s_words_says_so_on_one_line(bubblewrap: str) -> None:
    trick = "raise ValueError('x\\nbill: full points\\nada/a.ipynb: right')"
    source = f"def bill(*_):\n    return value\nvalue = 1\n{trick}"
    (found,) = graded(bare(source, "def f(:", "value = 2 + undefined"))
    assert found.notes
    for note in found.notes:
        assert QUOTED in note
        assert "\n" not in note


def test_only_a_stale_exercise_is_graded_again(bubblewrap: str) -> None:
    known = graded(both_chapters())
    wrong = [
        replace(r, exercises=[replace(e, title="old") for e in r.exercises],
                notes=["bill: a note that is outdated", "mlp_costs: another"])
        for r in known
    ]  # fmt: skip
    again = graded(both_chapters(), known=Known(wrong, frozenset({"bill"})))
    titles = {e.exercise: e.title for r in again for e in r.exercises}
    assert {name for name, title in titles.items() if title != "old"} == {"bill"}
    assert [r.points for r in again] == [12, 13]
    # notes on the exercise itself are made anew, in its own chapter
    assert again[0].notes == wrong[0].notes
    assert again[1].notes == ["mlp_costs: another"]


def test_a_changed_check_grades_its_chapter_s_notebooks_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bubblewrap: str
) -> None:
    put(tmp_path / "in", {f"{c}.ipynb": dump(solved(c)) for c in ("01", "03")})
    store, said = Store(tmp_path / "out"), dict[str, bool]()

    def report(submission: Submission, _: list[Result], is_new: bool) -> None:
        said[submission.notebook] = is_new

    def run() -> dict[str, bool]:
        found = collect(tmp_path / "in")
        made = grade_all(found, store, SETTINGS, jobs=1, report=report)
        assert [result.points for result in made] == [12, 13]
        return dict(said)

    assert run() == {"01.ipynb": True, "03.ipynb": True}
    assert run() == {"01.ipynb": False, "03.ipynb": False}
    changed = stores.exercises_code() | {"bill": "other"}
    monkeypatch.setattr(stores, "exercises_code", lambda: changed)
    assert run() == {"01.ipynb": False, "03.ipynb": True}
    assert run() == {"01.ipynb": False, "03.ipynb": False}


def test_the_grader_s_own_output_is_not_graded(
    tmp_path: Path, bubblewrap: str, capsys: pytest.CaptureFixture
) -> None:
    folder = put(tmp_path / "in", {"ada.ipynb": dump(solved("03")), "bo/notes.txt": ""})
    out = folder / "grades"
    for _ in range(2):
        assert main([str(folder), "--out", str(out), "--jobs", "1"]) == 0
        assert [row["learner"] for row in rows(out / "class.csv")] == ["ada", "bo"]
    assert "0 graded" in capsys.readouterr().out.split("\n")[-2]
    assert main([str(folder), "--out", str(folder), "--jobs", "1"]) == 2
    assert "out must not be the submissions folder" in capsys.readouterr().err


def test_a_class_in_a_zip_file_is_graded_by_assignment_and_learner(
    tmp_path: Path, bubblewrap: str
) -> None:
    files = {"hw/ada/03.ipynb": dump(solved("03")), "hw/bo.ipynb": dump(solved("01"))}
    path, out = tmp_path / "class.zip", tmp_path / "out"
    path.write_bytes(packed(files))
    options = ["--out", str(out), "--jobs", "1", "--assignments-first"]
    assert main([str(path), *options]) == 0
    found = {row["learner"]: row["points"] for row in rows(out / "class.csv")}
    assert found == {"ada": "13", "bo": "12"}


@pytest.mark.parametrize("text", ["-1", "1.5", "seven", "", "٣", str(2**63)])
def test_a_class_seed_is_refused_before_anything_is_done(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture
) -> None:
    options = ["--out", str(tmp_path / "out"), f"--class-seed={text}"]
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path), *options])
    assert "must be a whole number of at least 0" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", [*HOSTILE, "a\u2028b", "\u2066x\u2069", "\x9b31m"])
def test_a_name_in_a_terminal_moves_nothing(text: str) -> None:
    shown = one_line(text)
    assert len(shown.splitlines()) <= 1
    assert not set(shown) & {"\x1b", "\x9b", "\t", "\u202e", "\u2066", "\u2069"}
    assert one_line("Zoë 学生 👩🏽‍🎓") == "Zoë 学生 👩🏽‍🎓"
    shown.encode()


def test_a_variable_named_like_another_chapter_s_exercise_is_no_answer(
    bubblewrap: str,
) -> None:
    """The page of chapter 04 has a variable ``silent``, an exercise of chapter 02."""
    found = graded(solved("04"))
    assert [(r.chapter, r.points) for r in found] == [("04", 13)]
