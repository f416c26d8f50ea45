"""A learner's own check and report: the visible checks, on a whole notebook."""

import json
import shutil
from pathlib import Path

import pytest

from course_lib import __main__ as command
from course_lib.handin import report

ROOT = Path(__file__).resolve().parents[1]
SOLVED = ROOT / "solutions" / "03_magnitude_masks_solutions.ipynb"
STUBS = ROOT / "exercises" / "03_magnitude_masks_exercises.ipynb"


def with_class_seed(path: Path, seed: int, target: Path) -> Path:
    """Copy a notebook with another CLASS_SEED."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cell["source"] = text.replace("CLASS_SEED = 0", f"CLASS_SEED = {seed}")
    target.write_text(json.dumps(notebook))
    return target


def test_solved_notebook_passes_and_is_called_no_proof(capsys):
    assert command.main(["check", str(SOLVED)]) == 0
    said = capsys.readouterr().out
    assert said.count(": correct") == 5
    assert f"5 of 5 right. {report.NO_PROOF}" in said
    assert "not a grade" in report.NO_PROOF


def test_stub_is_told_what_its_own_page_tells(capsys):
    assert command.main(["check", str(STUBS)]) == 0
    said = capsys.readouterr().out
    assert said.count("not right yet [not-written]") == 5
    assert "0 of 5 right." in said


def test_variation_is_that_of_the_notebook(tmp_path):
    result = report.examine(with_class_seed(SOLVED, 1, tmp_path / "a.ipynb"))
    said = {e.exercise: e.misconceptions for e in result.exercises}
    assert said.pop("masked_step") == ["other-convention"]
    assert not any(said.values())


def test_copy_of_a_chapter_is_found_by_its_digits(work, capsys):
    assert command.main(["start", "03"]) == 0
    capsys.readouterr()
    assert command.main(["check", "3"]) == 0
    assert "0 of 5 right." in capsys.readouterr().out


def test_lesson_is_told_apart_from_exercises(capsys):
    lesson = ROOT / "notebooks" / "00_plain_language.ipynb"
    assert command.main(["check", str(lesson)]) == 2
    assert "which has none: is it the lesson?" in capsys.readouterr().err


def test_help_of_the_lab_names_what_learners_ask_for(capsys):
    with pytest.raises(SystemExit):
        command.main(["lab", "--help"])
    output = capsys.readouterr().out
    assert all(o in output for o in ("--no-browser", "--port", "token"))


@pytest.mark.parametrize("name", ["07", "nowhere.ipynb", ""])
def test_missing_file_is_named_with_what_is_allowed(name, capsys):
    assert command.main(["check", name]) == 2
    output = capsys.readouterr().err
    assert f"got {name!r}" in output
    assert "python -m course_lib start" in output


def test_report_is_one_page_and_is_written_anew(work, tmp_path, capsys):
    mine = tmp_path / STUBS.name
    for path in (STUBS, SOLVED):
        shutil.copy(path, mine)
        assert command.main(["report", str(mine)]) == 0
    page = work / "reports" / "03_magnitude_masks_exercises.html"
    assert f"written to {page}" in capsys.readouterr().out
    assert "not a grade" in page.read_text(encoding="utf-8")
    assert [path.name for path in page.parent.iterdir()] == [page.name]


def test_report_overwrites_no_file_of_the_learner(tmp_path, capsys):
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    assert command.main(["report", str(SOLVED), "--out", str(mine)]) == 2
    assert "out must be a new file" in capsys.readouterr().err
    assert mine.read_text() == "mine"


def test_broken_notebook_is_told_and_not_raised(tmp_path, capsys):
    path = tmp_path / "broken.ipynb"
    path.write_text("{")
    assert command.main(["check", str(path)]) == 0
    assert "note: the file is not a notebook" in capsys.readouterr().out


def test_answer_without_end_is_given_up(tmp_path):
    notebook = {"cells": [_code("def gaps(positions, bits):\n    while True: pass")]}
    path = tmp_path / "endless.ipynb"
    path.write_text(json.dumps(notebook))
    limits = report.Limits(call=1.0)
    result = report.examine(path, limits)
    (gaps,) = (e for e in result.exercises if e.exercise == "gaps")
    assert gaps.misconceptions == ["no-answer"]
    assert "1 seconds" in gaps.verdicts[0].hint


def _code(text):
    return {"cell_type": "code", "source": text}
