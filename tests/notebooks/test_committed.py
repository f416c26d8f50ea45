"""What is committed is what the sources generate, whole and executed."""

import re

import pytest

from course_lib import controls, page
from tools import check
from tools.generate import EXECUTED, FOLDERS
from tools.notebook import code_cells, is_executed, load
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


PARTS = re.compile(
    r"(?:page\.)?(?:learning_map|practice|predict|storyboard|inquiry|claim_review"
    r"|research_note)\.(?:show|again)\([^()]*\)"
)
PAGES = [
    (path.stem, cell)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    for cell in code_cells(load(path))
    if PARTS.fullmatch(cell.source.strip())
]


@pytest.mark.parametrize(
    ("stem", "cell"), PAGES, ids=[f"{stem[:2]}-{cell.id[-3:]}" for stem, cell in PAGES]
)
def test_part_of_a_page_is_stored_as_its_data_say_it_now(stem, cell, monkeypatch):
    """A claim, question or frame that changed makes every page that shows it stale."""
    shown = []
    monkeypatch.setattr(controls, "display_bundle", lambda *all_: shown.append(all_))
    exec(cell.source, {"page": page, **vars(page)})  # noqa: S102  a cell of ours
    ((_, _, alt, *markdown),) = shown
    stored = [output.data for output in cell.outputs]
    assert alt in ["".join(data.get("text/plain", "")) for data in stored], stem
    if markdown and markdown[0] is not None:
        found = ["".join(data.get("text/markdown", "")) for data in stored]
        assert markdown[0] in found, f"rebuild {stem}: python -m tools.build"
