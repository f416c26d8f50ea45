"""README.md has the course's own badges and chapters, and only measured numbers."""

import pytest

from tools import readme
from tools.generate import generate
from tools.settings import ROOT, Settings

ROW = "| share | 88% | [01](notebooks/01_counting.ipynb) |"


@pytest.fixture
def problems(built):
    """Return a function that lists the problems of the small course's README."""
    settings = Settings.load(built)
    return lambda: readme.problems(settings)


def test_update_stamps_badges_and_chapters_and_then_has_nothing_to_do(project):
    settings = Settings.load(project)
    assert readme.update(settings) == "written"
    text = (project / "README.md").read_text(encoding="utf-8")
    assert "(https://mybinder.org/v2/gh/somebody/course/v1?urlpath=lab%2Ftree" in text
    assert "| **1. Counting** | [lesson](notebooks/01_counting.ipynb) |" in text
    assert "(solutions/01_counting_solutions.ipynb) | [![Open in Colab]" in text
    assert ROW in text
    assert readme.update(settings) == "unchanged"


def test_course_without_an_owner_has_no_badge_that_would_be_broken(project, edit):
    edit("pyproject.toml", "somebody/course", "OWNER/course")
    settings = Settings.load(project)
    readme.update(settings)
    text = (project / "README.md").read_text(encoding="utf-8")
    assert "[![" not in text
    assert "[solutions](solutions/01_counting_solutions.ipynb) |\n" in text
    notebooks = generate(settings).values()
    assert not any("[![" in notebook.cells[0].source for notebook in notebooks)


def test_badge_opens_the_map_that_binder_prepares():
    assert readme.MAP.removeprefix("lab/tree/") == "my_work/map.ipynb"
    prepares = (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
    assert "python -m course_lib lab" in prepares


def test_chapter_without_exercises_has_dashes(project):
    (project / "source" / "01_counting_exercises.py").unlink()
    row = readme.chapters(Settings.load(project)).split("\n")[-1]
    assert "[lesson](notebooks/01_counting.ipynb) | – | – | [![Open in Colab]" in row


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("| 88% |", "| 88.5% |", "88.5% is in no stored output"),
        ("| 88% |", "| 89% |", "89% is in no stored output"),
        ("| 88% |", "| 88% of 9 |", ": 9 is in no stored output"),
        ("[01](notebooks/01_counting.ipynb)", "01", "the row links to no lesson"),
        ("[01](notebooks/01", "[01](notebooks/07", "the row links to no lesson"),
        ("\n<!-- chapters", "It is 33.3%.\n<!-- chapters", "33.3% is in no stored"),
        ("somebody/course/v1?", "somebody/course/v2?", "out of date; run make build"),
        ("**1. Counting**", "**1. Numbers**", "out of date; run make build"),
    ],
)
def test_what_nobody_measured_or_stamped_is_found(problems, edit, old, new, expected):
    assert problems() == []
    edit("README.md", old, new)
    (found,) = problems()
    assert expected in found


@pytest.mark.parametrize("number", ["87.5%", "88%", "87.5 percent of 3 + 4"])
def test_numbers_of_the_table_may_be_rounded_and_be_inputs(problems, edit, number):
    edit("README.md", "88%", number)
    assert problems() == []


def test_row_of_another_chapter_does_not_vouch(problems, edit, built):
    lesson = built / "notebooks" / "01_counting.ipynb"
    other = lesson.read_text(encoding="utf-8").replace("87.5%", "12.5%")
    lesson.with_name("02_other.ipynb").write_text(other, encoding="utf-8")
    edit("README.md", "88%", "12.5%")
    (found,) = problems()
    assert "12.5% is in no stored output" in found


def test_missing_readme_is_named_and_markers_are_asked_for(problems, built):
    (built / "README.md").write_text("# X\n", encoding="utf-8")
    with pytest.raises(ValueError, match="0 numbers blocks"):
        problems()
    (built / "README.md").unlink()
    assert problems() == ["README.md: missing"]
