"""The second environment, `.venv-colab`: Colab's packages in Colab's versions.

It is made from the lists in tests/colab/. The course is not in it: a notebook's first
cell puts it there, as on Colab.
"""

import json
import os
import subprocess
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name as plain

from tools import venvs

FOLDER = Path("tests") / "colab"
CONSTRAINTS, REQUIREMENTS = FOLDER / "constraints.txt", FOLDER / "requirements.txt"
VENV = ".venv-colab"
LIST_PACKAGES = """\
import json
from importlib.metadata import distributions
print(json.dumps({d.name: d.version for d in distributions()}))"""


def pins(text: str) -> dict[str, str]:
    """Map each pinned package of a constraints file to its version."""
    lines = (line.strip() for line in text.splitlines())
    named = [line for line in lines if line and not line.startswith("#")]
    return {plain(line.split("==")[0]): line.split("==")[1] for line in named}


def differences(pinned: Mapping[str, str], installed: Mapping[str, str]) -> list[str]:
    """List the pinned packages that are missing or installed in another version."""
    found = {plain(name): version for name, version in installed.items()}
    return [
        f"{name} is {found.get(name, 'missing')}, Colab has {version}"
        for name, version in pinned.items()
        if found.get(name, "").partition("+")[0] != version
    ]


def python_of(root: Path) -> Path:
    """Return the interpreter of the second environment."""
    return venvs.program(root / VENV, "python")


def pip(root: Path, *arguments: str) -> None:
    """Run pip in the second environment; CalledProcessError where it fails."""
    subprocess.run([str(python_of(root)), "-m", "pip", *arguments], check=True)


def set_up(root: Path) -> bool:
    """Create the environment unless it is up to date; return whether it was created."""
    ready = root / VENV / ".ready"
    lists = (root / CONSTRAINTS, root / REQUIREMENTS)
    made = ready.stat().st_mtime if ready.exists() else 0.0
    if made > max(path.stat().st_mtime for path in lists):
        return False
    venv.create(root / VENV, with_pip=True, clear=True)
    listed = ("-c", str(root / CONSTRAINTS), "-r", str(root / REQUIREMENTS))
    pip(root, "install", "-q", *listed)
    ready.touch()
    return True


def uninstall(root: Path, packages: Iterable[str]) -> None:
    """Uninstall what earlier first cells installed."""
    pip(root, "uninstall", "-q", "-q", "-y", *packages)


def environment(root: Path) -> dict[str, str]:
    """Return variables under which `google.colab` can be imported, as on Colab."""
    path = os.pathsep.join([str(root / FOLDER), str(root)])
    return os.environ | {"PYTHONPATH": path, "MPLBACKEND": "agg"}


def installed(root: Path) -> dict[str, str]:
    """Map the installed packages to their versions."""
    run = [str(python_of(root)), "-c", LIST_PACKAGES]
    listed = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    found = json.loads(listed)
    return {plain(name): version for name, version in found.items()}


def check_versions(root: Path) -> None:
    """Raise RuntimeError if the installed versions are not those of Colab."""
    pinned = pins((root / CONSTRAINTS).read_text(encoding="utf-8"))
    if wrong := differences(pinned, installed(root)):
        raise RuntimeError("; ".join(wrong))


def changes(
    before: Mapping[str, str], after: Mapping[str, str], allowed: Iterable[str]
) -> list[str]:
    """List the packages whose version changed, apart from those allowed to come."""
    names = sorted((set(before) | set(after)) - {plain(name) for name in allowed})
    return [
        f"{name} was {before.get(name, 'missing')} and is {after.get(name, 'missing')}"
        for name in names
        if before.get(name) != after.get(name)
    ]


def unmet(root: Path, names: Iterable[str]) -> list[str]:
    """List what the named packages need and the environment does not have."""
    run = [str(python_of(root)), "-m", "pip", "check"]
    output = subprocess.run(run, capture_output=True, text=True).stdout.splitlines()
    selected = {plain(name) for name in names}
    return [line for line in output if plain(line.split(" ")[0]) in selected]
