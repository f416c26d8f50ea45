"""What is committed is what the sources generate, whole and executed."""

import re

import pytest

from course_lib import controls, page
from tools import check
from tools.notebook import code_cells, load
from tools.settings import ROOT


def test_committed_notebooks_pass_the_build_check(capsys):
    assert check.main([]) == 0, capsys.readouterr().err


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
