"""A notebook meets on the way to its comparison what it would meet on Colab."""

import json
import os
import subprocess

import pytest

from tools import colab_env, colab_notebooks
from tools.colab_notebooks import as_on_colab, kernel_folder, run_all
from tools.colab_remote import Remote, local_remote
from tools.generate import EXERCISES, LESSONS, SOLUTIONS, generate
from tools.notebook import code_cells
from tools.settings import ROOT, Settings, notebook_path

from .conftest import commit

EXTRA = {"01": ["numpy"], "05": ["onnx<1.23", "zstandard"]}


@pytest.fixture
def settings(project):
    """The small course, committed."""
    commit(project)
    return Settings(project, "somebody/course", "v1", "course", EXTRA)


@pytest.fixture
def remote(settings):
    with local_remote(settings) as found:
        yield found


def test_git_finds_the_tag_at_head_where_the_course_is_published(settings, remote):
    # no network: a protocol that git is not allowed to use fails at once
    alone = remote.environment() | {"GIT_ALLOW_PROTOCOL": "file"}
    listed = subprocess.run(
        ["git", "ls-remote", "--tags", "https://github.com/somebody/course"],
        env=os.environ | alone,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    head = ["git", "-C", str(settings.root), "rev-parse", "HEAD"]
    commit = subprocess.run(head, capture_output=True, text=True).stdout.strip()
    assert listed.split() == [commit, "refs/tags/v1"]
    assert remote.commit == commit


def test_committed_notebooks_are_read_and_no_changed_ones(built, edit):
    edit(f"{LESSONS}/01_counting.ipynb", "share", "part")
    commit(built)
    edit(f"{LESSONS}/01_counting.ipynb", "part", "other")
    with local_remote(Settings.load(built)) as remote:
        paths = remote.notebooks()
        assert [path.split("/")[0] for path in paths] == [EXERCISES, LESSONS, SOLUTIONS]
        text = str(remote.notebook(paths[1]))
    assert "part" in text
    assert "other" not in text


def test_lesson_keeps_its_cells_and_proves_what_was_installed(settings, remote):
    path = f"{LESSONS}/01_counting.ipynb"
    before = generate(settings)[path]
    after = as_on_colab(generate(settings)[path], path, remote)
    assert [cell.source for cell in after.cells if cell.id != "proof"] == [
        cell.source for cell in before.cells
    ]
    first, proof, *_, last = code_cells(after)
    assert "nbval-ignore-output" in first.metadata.tags
    assert proof.outputs[0].text == f"v1 {remote.commit}\nTrue\n"
    assert "Save a copy in Drive" in last.outputs[0].text


def test_of_an_exercise_only_the_stamped_cells_run(settings, remote):
    path = notebook_path("01_counting", EXERCISES)
    after = as_on_colab(generate(settings)[path], path, remote)
    first, proof, last = after.cells
    assert (first.metadata.tags[0], proof.id) == ("colab", "proof")
    assert last.metadata.tags == ["keep"]
    # nbval compares nothing in a cell that was never executed
    assert all(cell.execution_count for cell in after.cells)


def test_only_after_solved_exercises_there_is_something_to_keep(settings, remote):
    output = {}
    for folder in (LESSONS, SOLUTIONS):
        path = notebook_path("01_counting", folder)
        notebook = as_on_colab(generate(settings)[path], path, remote)
        output[folder] = code_cells(notebook)[-1].outputs[0].text
    assert "not answered or noted anything" in output[LESSONS]
    assert "download my_work.zip" in output[SOLUTIONS]


def test_notebook_without_the_stamped_cells_is_refused(settings, remote):
    path = f"{LESSONS}/01_counting.ipynb"
    notebook = generate(settings)[path]
    notebook.cells.remove(code_cells(notebook)[-1])
    with pytest.raises(ValueError, match=r"01_counting.*make build"):
        as_on_colab(notebook, path, remote)


def test_kernel_is_the_second_environments_and_imports_colab_first(tmp_path):
    folder = kernel_folder(ROOT, tmp_path)
    text = (folder / "kernels" / "colab" / "kernel.json").read_text("utf-8")
    command = json.loads(text)["argv"]
    assert command[0] == str(colab_env.python_of(ROOT))
    assert "google.colab" in command[-1]


def test_course_and_extras_go_before_each_notebook_and_all_that_is_wrong_is_told(
    monkeypatch, capsys
):
    remote = Remote(Settings(ROOT, "somebody/course", "v1", "course", EXTRA), ROOT, "")
    versions = iter([{"six": "1"}, {"six": "1", "course": "1"}, {"six": "1"}, {}])
    gone, results = [], iter([False, True])
    monkeypatch.setattr(colab_env, "uninstall", lambda root, names: gone.append(names))
    monkeypatch.setattr(colab_env, "installed", lambda root: next(versions))
    monkeypatch.setattr(colab_env, "unmet", lambda root, names: [])
    monkeypatch.setattr(colab_notebooks, "run_one", lambda remote, path: next(results))
    assert run_all(remote, ["a.ipynb", "b.ipynb"]) == [
        "a.ipynb: does not run on Colab as stored",
        "b.ipynb: six was 1 and is missing",
    ]
    assert gone == [["course", "numpy", "onnx", "zstandard"]] * 2
    assert "b.ipynb: 0 s" in capsys.readouterr().out
