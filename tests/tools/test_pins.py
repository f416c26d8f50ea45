"""`make pins` renews both lists of versions together, or leaves both as they are."""

import subprocess
import tomllib
from importlib.metadata import distributions

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools import pins
from tools.settings import ROOT

PYPROJECT = """\
[project]
name = "course"
dependencies = ["torch>=2.9", "Some_Plot>=1"]

[project.optional-dependencies]
dev = ["course[lab]", "pytest>=8"]
"""
CONSTRAINTS = "# made by make\npytest==8.0\nSome_Plot==1.0\ntorch==2.13.0\n"
CONDA = """\
name: course
dependencies:
  - python=3.11
  - pip:
      - -c constraints.txt
      - pytest==8.0
      - some-plot==1.0
      - torch==2.13.0
      - -e ".[dev]"
"""
FREEZE = """\
-e /somewhere/course
# a comment with==2.0
torch==2.14.0+cpu
Some_Plot==1.1
pytest==9.0
Needed==3.0
nvidia-cublas==13.0
"""


@pytest.fixture
def root(tmp_path):
    """Return a small project that pins two packages and PyTorch."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "constraints.txt").write_text(CONSTRAINTS)
    (tmp_path / "environment.yml").write_text(CONDA)
    return tmp_path


@pytest.fixture
def commands(monkeypatch):
    """Replace pip by one that installs nothing; return what it was asked to do."""
    asked = []

    def run(command, **how):
        assert how["check"]
        asked.append(command[command.index("pip") + 1 :])
        return subprocess.CompletedProcess(command, 0, FREEZE)

    monkeypatch.setattr(pins.venv, "create", lambda folder, with_pip: None)
    monkeypatch.setattr(pins.subprocess, "run", run)
    return asked


def texts(root):
    names = ("constraints.txt", "environment.yml")
    return [(root / name).read_text() for name in names]


def test_both_files_get_what_pip_reports_without_builds_and_cuda(root, commands):
    assert pins.update_pins(root) == [
        "needed: new → 3.0",
        "pytest: 8.0 → 9.0",
        "some-plot: 1.0 → 1.1",
        "torch: 2.13.0 → 2.14.0",
    ]
    constraints, conda = texts(root)
    assert constraints == (
        "# made by make\nNeeded==3.0\npytest==9.0\nSome_Plot==1.1\ntorch==2.14.0\n"
    )
    assert conda == CONDA.replace("8.0", "9.0").replace("=1.0", "=1.1").replace(
        "2.13.0", "2.14.0"
    )


@pytest.mark.parametrize(
    ("torch", "first"),
    [(None, "torch==2.13.0"), ("2.14.0", "torch==2.14.0"), ("newest", "torch")],
)
def test_pytorch_is_installed_alone_and_first(root, commands, torch, first):
    pins.update_pins(root, torch)
    assert commands == [
        ["install", "-q", first],
        ["install", "-q", first, "-e", f"{root}[dev]"],
        ["freeze"],
    ]


def test_package_new_in_pyproject_gets_into_the_conda_list(root, commands):
    text = PYPROJECT.replace('"pytest>=8"', '"pytest>=8", "needed"')
    (root / "pyproject.toml").write_text(text)
    pins.update_pins(root)
    assert "      - needed==3.0\n      - pytest==9.0\n" in texts(root)[1]


def test_nothing_is_written_when_pip_fails(root, monkeypatch, capsys):
    def fail(command, **how):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(pins.venv, "create", lambda folder, with_pip: None)
    monkeypatch.setattr(pins.subprocess, "run", fail)
    assert pins.main(["--root", str(root)]) == 1
    assert "the pins are not renewed" in capsys.readouterr().err
    assert texts(root) == [CONSTRAINTS, CONDA]


def test_nothing_is_written_when_a_required_package_is_missing(root, commands, capsys):
    text = PYPROJECT.replace('"pytest>=8"', '"pytest>=8", "absent"')
    (root / "pyproject.toml").write_text(text)
    assert pins.main(["--root", str(root)]) == 1
    assert "lacks ['absent']" in capsys.readouterr().err
    assert texts(root) == [CONSTRAINTS, CONDA]


def test_committed_pins_are_as_the_command_writes_them():
    constraints, conda = texts(ROOT)
    assert pins.new_constraints(constraints, constraints) == constraints
    assert pins.new_environment(conda, constraints, pins.required(ROOT)) == conda


def test_every_pin_installs_on_the_oldest_python_that_is_promised():
    """One that asks for 3.11.5 stops the set-up on Debian 12, which has 3.11.2."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = tomllib.loads(text)["project"]["requires-python"].removeprefix(">=")
    pinned = {
        canonicalize_name(name): version
        for name, version in pins.PIN.findall((ROOT / pins.CONSTRAINTS).read_text())
    }
    installed = {canonicalize_name(d.metadata["Name"]): d for d in distributions()}
    checked = pinned.keys() & installed.keys()
    assert len(checked) > 100
    assert [
        f"{name}=={pinned[name]}"
        for name in checked
        if installed[name].version.split("+")[0] == pinned[name]
        and f"{oldest}.0"
        not in SpecifierSet(installed[name].metadata.get("Requires-Python") or "")
    ] == []
