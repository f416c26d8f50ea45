"""Properties of the runs: course prints, strict compares, drift proves."""

import shutil

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import course, drift, strict
from tools.notebook import code_cells, dumps, load

pytestmark = pytest.mark.slow

LESSON = "notebooks/01_counting.ipynb"
CONFIG = "[addresses]\nregex: 0x[0-9a-f]+\nreplace: ADDRESS\n"


@pytest.fixture
def comparable(built):
    """Return the root of a built course, its lesson only, that nbval can run on."""
    shutil.rmtree(built / "solutions")
    (built / "tests").mkdir()
    (built / "tests" / "nbval.cfg").write_text(CONFIG)
    return built


def test_course_runs_lessons_into_build_and_prints_headlines(project, capsys):
    assert course.main(["--root", str(project)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("headline: 87.5%\n")
    assert "s in all" in printed.out
    assert printed.err.count("01_counting.ipynb: 4/4 cells") == 1
    assert (project / "build" / LESSON).exists()
    assert not (project / "notebooks").exists()


def test_course_fails_when_a_lesson_fails(project, edit, capsys):
    edit("source/01_counting.py", "3 + 4", "3 / 0")
    assert course.main(["--root", str(project)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_course_skips_a_lesson_whose_model_is_not_installed(project, edit, capsys):
    module = "__import__('course_lib.encoder', fromlist=['model_folder'])"
    raised = f"{module}.model_folder('nowhere')"
    edit("source/01_counting.py", "3 + 4", raised)
    assert course.main(["--root", str(project)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("01_counting.ipynb: skipped, all-MiniLM-L6-v2 was not")
    assert "headline" not in printed


def test_headline_reads_streams_and_tables_of_tagged_cells_only():
    table = new_output("execute_result", {"text/plain": "a table", "text/html": "<p>"})
    stream = new_output("stream", name="stdout", text="a line\n")
    cells = [
        new_code_cell(outputs=[stream, table], metadata={"tags": ["headline"]}),
        new_code_cell(outputs=[new_output("stream", name="stdout", text="other")]),
    ]
    assert course.headline(new_notebook(cells=cells)) == "a line\na table"


def test_strict_passes_what_was_built_and_names_what_differs(comparable, edit, capfd):
    same = comparable / LESSON.replace("01_", "02_")
    shutil.copy(comparable / LESSON, same)
    edit(LESSON, "share 87.5%\\n", "share 87.6%\\n")
    capfd.readouterr()
    assert strict.main(["--root", str(comparable), "--jobs", "2"]) == 1
    output = capfd.readouterr()
    assert output.err == f"{LESSON}: outputs differ from the stored ones\n"
    # two at a time, and yet what each one said stands under its own name
    first, second = output.out.removeprefix("nbval ").split("nbval ")
    assert first.startswith(LESSON)
    assert "share 87.6%" in first
    assert second.startswith(f"notebooks/{same.name}")
    assert "1 failed" not in second
    assert "passed" in second


def test_strict_without_any_notebook_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no notebook"):
        strict.executed_notebooks(tmp_path)


def test_drift_proves_its_conditions_and_fails_where_a_lesson_changes_them(
    comparable, capfd
):
    notebook = load(comparable / LESSON)
    code_cells(notebook)[1].source += "\nimport torch; torch.set_num_threads(1)"
    changed = LESSON.replace("01_", "02_")
    (comparable / changed).write_text(dumps(notebook), encoding="utf-8")
    assert drift.main(["--root", str(comparable)]) == 1
    output = capfd.readouterr()
    assert "(1, 'DEFAULT')" in output.out
    assert output.err == f"build/drift/{changed}: outputs differ from the stored ones\n"
    lesson = load(comparable / "build" / "drift" / LESSON)
    first, *_, last = code_cells(lesson)
    for cell in (first, last):  # what nbval compares: a count and an output
        assert cell.execution_count is not None
        assert cell.outputs[0].text == "threads 2, capability DEFAULT\n"


def test_drift_fails_without_the_conditions(comparable, monkeypatch, capfd):
    ignored = drift.CONDITIONS | {"ATEN_CPU_CAPABILITY": "avx2"}
    monkeypatch.setattr(drift, "CONDITIONS", ignored)
    assert drift.main(["--root", str(comparable)]) == 1
    assert "AssertionError" in capfd.readouterr().out
