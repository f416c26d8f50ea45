"""The second environment is Colab's where it matters, and what differs is told."""

import os
import subprocess
import sys
import time
import tomllib

import pytest

from tools import colab, colab_env
from tools.settings import ROOT


def test_pins_are_read_past_comments_and_empty_lines():
    text = "# as recorded\n\nipywidgets==7.7.1\nJupyter_Client==7.4.9\n"
    assert colab_env.pins(text) == {"ipywidgets": "7.7.1", "jupyter-client": "7.4.9"}


def test_missing_and_other_versions_are_named_and_builds_are_not():
    installed = {"A.B": "1.0", "torch": "2.13.0+cpu"}
    pinned = {"a-b": "1.1", "torch": "2.13.0", "gone": "3"}
    assert colab_env.differences(pinned, installed) == [
        "a-b is 1.0, Colab has 1.1",
        "gone is missing, Colab has 3",
    ]


def test_course_needs_no_package_that_the_environment_lacks():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    needed = tomllib.loads(text)["project"]["dependencies"]
    listed = (ROOT / colab_env.REQUIREMENTS).read_text("utf-8").splitlines()
    names = {line.partition(">")[0] for line in listed}
    assert {text.partition(">")[0] for text in needed} <= names


def test_stand_in_makes_the_first_cell_believe_that_it_is_on_colab():
    code = 'import sys, google.colab; print("google.colab" in sys.modules)'
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, env=colab_env.environment(ROOT), capture_output=True, text=True
    )
    assert run.stdout == "True\n", run.stderr


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A root whose lists are a minute old, and the commands that were run."""
    commands = []
    monkeypatch.setattr(
        colab_env.venv, "create", lambda path, **how: path.mkdir(exist_ok=True)
    )
    monkeypatch.setattr(
        colab_env.subprocess, "run", lambda command, **how: commands.append(command)
    )
    (tmp_path / colab_env.FOLDER).mkdir(parents=True)
    past = time.time() - 60
    for name in (colab_env.CONSTRAINTS, colab_env.REQUIREMENTS):
        (tmp_path / name).write_text("", encoding="utf-8")
        os.utime(tmp_path / name, (past, past))
    return tmp_path, commands


def test_environment_holds_colabs_packages_and_not_the_course(made):
    root, commands = made
    assert colab_env.set_up(root)
    (packages,) = commands
    assert str(root / colab_env.CONSTRAINTS) in packages
    assert str(root / colab_env.REQUIREMENTS) in packages
    assert "-e" not in packages


def test_environment_is_made_again_only_when_a_list_changed(made):
    root, commands = made
    assert colab_env.set_up(root)
    assert not colab_env.set_up(root)
    assert len(commands) == 1
    later = time.time() + 60
    os.utime(root / colab_env.CONSTRAINTS, (later, later))
    assert colab_env.set_up(root)


def test_wrong_versions_end_the_run_before_any_notebook_or_test(monkeypatch, capsys):
    monkeypatch.setattr(colab, "set_up", lambda root: False)
    monkeypatch.setattr(colab_env, "python_of", lambda root: sys.executable)
    for name in ("run_tests", "run_notebooks"):
        monkeypatch.setattr(colab, name, lambda root, only: pytest.fail("ran"))
    assert colab.main([]) == 1
    assert "Colab has 7.7.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("only", "ran"),
    [
        ([], ["notebooks", "tests"]),
        (["solutions/01_training_solutions.ipynb"], ["notebooks"]),
        (["tests/demos"], ["tests"]),
    ],
)
def test_what_is_named_runs_alone_and_nothing_hides_a_failure(monkeypatch, only, ran):
    monkeypatch.setattr(colab, "set_up", lambda root: False)
    monkeypatch.setattr(colab, "check_versions", lambda root: None)
    for failing in ran:
        called = []
        for name in ("notebooks", "tests"):

            def run(root, only, name=name, failing=failing, called=called):
                called.append(name)
                return int(name == failing)

            monkeypatch.setattr(colab, f"run_{name}", run)
        assert colab.main(only) == 1
        assert called == ran


def test_only_what_a_first_cell_installs_may_change():
    before = {"numpy": "2.1.3", "torch": "2.11.0"}
    after = {"numpy": "2.3.0", "torch": "2.11.0", "onnx": "1.22.0", "six": "1.17"}
    assert colab_env.changes(before, after, ["onnx"]) == [
        "numpy was 2.1.3 and is 2.3.0",
        "six was missing and is 1.17",
    ]


def test_what_the_named_packages_need_and_lack_is_told(monkeypatch):
    output = "onnx 1.23 has requirement protobuf>=6, but you have protobuf 5.\n"
    output += "other 1 requires six, which is not installed.\n"
    monkeypatch.setattr(
        colab_env.subprocess,
        "run",
        lambda command, **how: subprocess.CompletedProcess(command, 1, stdout=output),
    )
    assert colab_env.unmet(ROOT, ["onnx", "numpy"]) == [output.splitlines()[0]]
