"""What is committed is what the sources generate, whole and executed."""

from tools import check
from tools.generate import EXECUTED, FOLDERS
from tools.notebook import is_executed, load
from tools.settings import ROOT, notebook_path, source_files


def test_committed_notebooks_pass_the_build_check(capsys):
    status = check.main([])
    assert status == 0, capsys.readouterr().err


def test_every_chapter_has_lesson_exercises_and_solutions():
    stems = {path.stem for path in source_files(ROOT)}
    lessons = {stem for stem in stems if f"{stem}_exercises" in stems}
    assert lessons
    for folder in FOLDERS:
        missing = [s for s in lessons if not (ROOT / notebook_path(s, folder)).exists()]
        assert missing == []


def test_every_stored_code_cell_was_executed():
    paths = [p for folder in EXECUTED for p in (ROOT / folder).glob("*.ipynb")]
    assert paths
    assert [p.name for p in paths if not is_executed(load(p))] == []
