"""Properties of what the build stamps onto a notebook."""

import nbformat
import pytest

from tools.generate import generate
from tools.settings import Settings


@pytest.fixture
def notebooks(project):
    return generate(Settings.load(project))


def test_badge_stands_under_the_title_and_opens_its_own_file(notebooks):
    for path, notebook in notebooks.items():
        title, _, badge = notebook.cells[0].source.split("\n")[:3]
        assert title.startswith("# ")
        assert f"/github/somebody/course/blob/v1/{path})" in badge


def test_nbgrader_metadata_of_answers_and_checks(notebooks):
    for folder in ("exercises", "solutions"):
        cells = notebooks[f"{folder}/01_counting_{folder}.ipynb"].cells
        tagged = [cell.metadata for cell in cells if "nbgrader" in cell.metadata]
        answer, check = (metadata.nbgrader for metadata in tagged)
        assert (answer.solution, answer.grade, answer.locked) == (True, False, False)
        assert (check.solution, check.grade, check.locked) == (False, True, True)
        assert (answer.grade_id, check.grade_id) == ("double", "check-double")
        assert (answer.schema_version, check.points) == (3, 2)


def test_nbgrader_leaves_a_long_answer_to_a_person(project):
    with (project / "source/01_counting_exercises.py").open("a") as file:
        file.write('\n# %% [markdown] tags=["long-answer"]\n# Why?\n')
    notebook = generate(Settings.load(project))["exercises/01_counting_exercises.ipynb"]
    graded = notebook.cells[-3].metadata.nbgrader
    assert (graded.grade, graded.solution, graded.locked) == (True, True, False)
    assert (graded.grade_id, graded.points) == ("long-answer", 0)


def test_ids_are_unique_numbered_and_valid(notebooks):
    for notebook in notebooks.values():
        nbformat.validate(notebook)
        numbers = [cell.id[-3:] for cell in notebook.cells]
        assert numbers == [f"{index:03d}" for index in range(len(numbers))]


def test_reveal_cells_are_collapsed(project, edit):
    edit("source/01_counting.py", 'tags=["headline"]', 'tags=["reveal"]')
    lesson = generate(Settings.load(project))["notebooks/01_counting.ipynb"]
    metadata = lesson.cells[-3].metadata
    assert metadata.collapsed
    assert metadata.jupyter.outputs_hidden


def test_settings_without_the_table_name_what_is_missing(project):
    (project / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(ValueError, match="repository"):
        Settings.load(project)


def test_unknown_chapter_names_those_there_are(project):
    with pytest.raises(ValueError, match=r"'09'.*01"):
        generate(Settings.load(project), "09")
