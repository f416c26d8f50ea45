"""The second environment is Colab's where it matters, and the tests know of it."""

import os
import subprocess
import sys
import time
import tomllib

import pytest

from tools import colab
from tools.settings import ROOT

PINNED = colab.pins((ROOT / colab.CONSTRAINTS).read_text("utf-8"))


def test_pins_are_read_past_comments_and_empty_lines():
    text = "# as recorded\n\nipywidgets==7.7.1\nJupyter_Client==7.4.9\n"
    assert colab.pins(text) == {"ipywidgets": "7.7.1", "jupyter-client": "7.4.9"}


def test_what_the_issue_names_is_pinned():
    wanted = {"ipywidgets": "7.7.1", "ipython": "7.34.0", "ipykernel": "6.17.1"}
    wanted |= {"numpy": "2.1.3", "matplotlib": "3.10.0", "pytest": "8.4.2"}
    assert wanted.items() <= PINNED.items()


def test_missing_and_other_versions_are_named_and_builds_are_not():
    installed = {"A.B": "1.0", "torch": "2.13.0+cpu"}
    pinned = {"a-b": "1.1", "torch": "2.13.0", "gone": "3"}
    assert colab.differences(pinned, installed) == [
        "a-b is 1.0, Colab has 1.1",
        "gone is missing, Colab has 3",
    ]


def test_same_versions_differ_in_nothing():
    assert colab.differences(PINNED, PINNED) == []


def test_course_needs_no_package_that_the_environment_lacks():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = tomllib.loads(text)["project"]["dependencies"]
    listed = (ROOT / colab.REQUIREMENTS).read_text("utf-8").splitlines()
    names = {line.partition(">")[0] for line in listed}
    assert {text.partition(">")[0] for text in needed} <= names


def test_stand_in_makes_the_first_cell_believe_that_it_is_on_colab():
    code = 'import sys, google.colab; print("google.colab" in sys.modules)'
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, env=colab.environment(ROOT), capture_output=True, text=True
    )
    assert run.stdout == "True\n", run.stderr


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A root whose lists are a minute old, and the commands that were run."""
    commands = []
    monkeypatch.setattr(
        colab.venv, "create", lambda path, **how: path.mkdir(exist_ok=True)
    )
    monkeypatch.setattr(
        colab.subprocess, "run", lambda command, **how: commands.append(command)
    )
    (tmp_path / colab.FOLDER).mkdir(parents=True)
    past = time.time() - 60
    for name in (colab.CONSTRAINTS, colab.REQUIREMENTS):
        (tmp_path / name).write_text("", encoding="utf-8")
        os.utime(tmp_path / name, (past, past))
    return tmp_path, commands


def test_course_is_installed_without_its_dependencies_as_on_colab(made):
    root, commands = made
    assert colab.set_up(root)
    packages, course = commands
    assert str(root / colab.CONSTRAINTS) in packages
    assert "--no-deps" not in packages
    assert course[-3:] == ["--no-deps", "-e", str(root)]


def test_environment_is_made_again_only_when_a_list_changed(made):
    root, commands = made
    assert colab.set_up(root)
    assert not colab.set_up(root)
    assert len(commands) == 2
    later = time.time() + 60
    os.utime(root / colab.CONSTRAINTS, (later, later))
    assert colab.set_up(root)


def test_wrong_versions_end_the_run_before_any_test(monkeypatch, capsys):
    monkeypatch.setattr(colab, "set_up", lambda root: False)
    monkeypatch.setattr(colab, "python_of", lambda root: sys.executable)
    monkeypatch.setattr(colab, "run_tests", lambda root, tests: pytest.fail("ran"))
    assert colab.main([]) == 1
    assert "Colab has 7.7.1" in capsys.readouterr().err
