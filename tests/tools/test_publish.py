"""`make publish` says in every file where the course is, and executes nothing."""

import pytest
from nbformat.v4 import new_output

from course_lib import claims
from tools import publish, readme
from tools.check import main as check
from tools.notebook import code_cells, dumps, load
from tools.settings import Settings

LESSON = "notebooks/01_counting.ipynb"


@pytest.fixture
def unpublished(built, monkeypatch):
    """Return a built course whose repository has no owner yet."""
    publish.publish(built, "OWNER/course")

    def execute(*arguments, **how):
        raise AssertionError("a notebook was executed")

    monkeypatch.setattr("tools.build.execute", execute)
    return built


def test_badges_first_cells_and_readme_name_the_repository(unpublished, capsys):
    assert "colab" not in load(unpublished / LESSON).cells[0].source
    assert publish.main(["somebody/pruning", "--root", str(unpublished)]) == 0
    said = capsys.readouterr().out
    assert "git push https://github.com/somebody/pruning HEAD:main v1" in said
    assert "https://somebody.github.io/pruning/" in said
    for path in unpublished.glob("*/*.ipynb"):
        first, install = load(path).cells[:2]
        assert "colab.research.google.com/github/somebody/pruning/" in first.source
        assert "git+https://github.com/somebody/pruning@v1" in install.source
    assert "gh/somebody/pruning/v1" in (unpublished / readme.NAME).read_text("utf-8")
    assert check(["--root", str(unpublished)]) == 0


def test_outputs_stay_and_a_second_time_there_is_nothing_to_do(unpublished, capsys):
    before = [cell.outputs for cell in code_cells(load(unpublished / LESSON))]
    publish.publish(unpublished, "somebody/pruning")
    assert [c.outputs for c in code_cells(load(unpublished / LESSON))] == before
    assert publish.publish(unpublished, "somebody/pruning") == []
    publish.main(["somebody/pruning", "--root", str(unpublished)])
    assert "Every file names somebody/pruning already." in capsys.readouterr().out


def test_stored_claims_get_the_address_of_their_history(unpublished):
    path = unpublished / LESSON
    notebook = load(path)
    command = claims.history_in("OWNER/course", "v1")
    stored = new_output("display_data", {"text/markdown": f"({command})"})
    code_cells(notebook)[-1].outputs = [stored]
    path.write_text(dumps(notebook), "utf-8")
    publish.publish(unpublished, "somebody/pruning")
    (output,) = code_cells(load(path))[-1].outputs
    link = "https://github.com/somebody/pruning/commits/v1/course_lib/claims.toml"
    assert output["data"]["text/markdown"] == f"([history]({link}))"


@pytest.mark.parametrize(
    "name", ["", "course", "a/b/c", "-a/b", "a--b/c", "a/b.git", "a b/c", "a/.."]
)
def test_what_is_no_repository_is_refused_and_changes_nothing(unpublished, name):
    before = (unpublished / "pyproject.toml").read_text("utf-8")
    with pytest.raises(ValueError, match="REPOSITORY must be owner/name, got"):
        publish.publish(unpublished, name)
    assert (unpublished / "pyproject.toml").read_text("utf-8") == before


def test_course_that_must_be_built_first_is_refused(unpublished, edit, capsys):
    edit("source/01_counting.py", "print(", "print(1, ")
    assert publish.main(["somebody/pruning", "--root", str(unpublished)]) == 1
    assert f"run make build first: {LESSON}" in capsys.readouterr().err
    assert Settings.load(unpublished).repository == "OWNER/course"
