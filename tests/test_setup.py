"""The three descriptions of the environment agree with each other."""

import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools.colab_env import pins

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = pins((ROOT / "constraints.txt").read_text("utf-8"))
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))


def requirements():
    """List every requirement of the project, its extras included."""
    extras = PROJECT["optional-dependencies"].values()
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]
    found = [Requirement(text) for text in texts]
    return [r for r in found if r.name != PROJECT["name"]]


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement):
    assert PINS[canonicalize_name(requirement.name)] in requirement.specifier


def test_conda_installs_a_supported_python_and_the_course():
    (section,) = (d for d in ENVIRONMENT["dependencies"] if isinstance(d, dict))
    python = next(d for d in ENVIRONMENT["dependencies"] if str(d)[:6] == "python")
    version = python.partition("=")[2]
    assert version in SpecifierSet(PROJECT["requires-python"])
    assert "pip" in ENVIRONMENT["dependencies"]
    assert {"-c constraints.txt", '-e ".[dev]"'} <= set(section["pip"])


def test_every_data_file_is_installed_with_the_package():
    package = ROOT / "course_lib"
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    listed = tool["setuptools"]["package-data"]["course_lib"]
    shipped = {path for pattern in listed for path in package.glob(pattern)}
    made = {".py", ".pyc", ".nbi", ".nbc", ".partial"}
    data = {p for p in package.rglob("*") if p.is_file() and p.suffix not in made}
    assert data - shipped == set()


def test_constraints_cover_whatever_the_installed_packages_need():
    installed = {canonicalize_name(d.name): d for d in distributions()}
    todo = [canonicalize_name(requirement.name) for requirement in requirements()]
    seen = set()
    while todo:
        name = todo.pop()
        if name in seen or name not in installed:
            continue
        seen.add(name)
        needs = map(Requirement, installed[name].requires or [])
        environment = default_environment() | {"extra": ""}
        todo += [
            canonicalize_name(r.name)
            for r in needs
            if r.marker is None or r.marker.evaluate(environment)
        ]
    # Python before 3.12 brings setuptools; torch's CUDA parts are the user's choice.
    exempt = ("setuptools", "nvidia-", "cuda-", "triton")
    assert [n for n in sorted(seen - set(PINS)) if not n.startswith(exempt)] == []
