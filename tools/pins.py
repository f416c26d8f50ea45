"""`python -m tools.pins`: update constraints.txt and the pins of environment.yml.

PyTorch is installed first, alone, into an empty environment in a temporary folder, so
that its version is the one asked for; then `.[dev]`, each package in the newest version
that pyproject.toml allows. The versions that pip then reports are the new pins.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.colab_env import pins
from tools.notebook import write_atomic
from tools.settings import command_parser
from tools.venvs import program

CONSTRAINTS, CONDA = "constraints.txt", "environment.yml"
NEWEST = "newest"
PIN = re.compile(r"([\w.-]+)==(\S+)")
CONDA_PINS = re.compile(rf"(?m)(^ +- {PIN.pattern}\n)+")
# the CUDA packages that some PyTorch builds depend on are the user's choice
NOT_PINNED = re.compile(r"nvidia-.*|cuda-.*|triton")


def required(root: Path) -> list[str]:
    """List the names of the packages that pyproject.toml asks for, extras included."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project.get("optional-dependencies", {}).values()
    listed = [*project["dependencies"], *(text for extra in extras for text in extra)]
    names = {canonicalize_name(Requirement(text).name) for text in listed}
    return sorted(names - {canonicalize_name(project["name"])})


def frozen(root: Path, torch: str) -> str:
    """Return what pip reports of an empty environment after installing the course.

    `torch` is a version, or "newest". Raises CalledProcessError where pip fails.
    """
    first = "torch" if torch == NEWEST else f"torch=={torch}"
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [str(program(Path(folder), "python")), "-m", "pip"]
        subprocess.run([*pip, "install", "-q", first], check=True)
        course = ["-e", f"{root}[dev]"]
        subprocess.run([*pip, "install", "-q", first, *course], check=True)
        freeze = [*pip, "freeze"]
        return subprocess.run(freeze, check=True, capture_output=True, text=True).stdout


def new_constraints(old: str, freeze: str) -> str:
    """Return the new text of constraints.txt: the old header, then the pins.

    The name of a build, such as `+cpu`, is dropped: a pin holds for every build.
    """
    header = [line for line in old.splitlines() if line.startswith("#")]
    found = {
        canonicalize_name(pin[1]): f"{pin[1]}=={Version(pin[2]).public}"
        for pin in map(PIN.fullmatch, freeze.splitlines())
        if pin and not NOT_PINNED.fullmatch(pin[1])
    }
    return "\n".join([*header, *(found[name] for name in sorted(found))]) + "\n"


def new_environment(old: str, constraints: str, names: list[str]) -> str:
    """Return the new text of environment.yml: its list of pins has these packages.

    Raises ValueError where one of them is not among the constraints.
    """
    new = pins(constraints)
    if missing := [name for name in names if name not in new]:
        raise ValueError(f"the new environment lacks {missing}")
    lines = "".join(f"      - {name}=={new[name]}\n" for name in names)
    return CONDA_PINS.sub(lines, old, count=1)


def update_pins(root: Path, torch: str | None = None) -> list[str]:
    """Update both files and list what changed; without `torch`, its pin stays.

    Nothing is written before both new texts are complete.
    """
    constraints, conda = root / CONSTRAINTS, root / CONDA
    old = constraints.read_text(encoding="utf-8")
    before = pins(old)
    new = new_constraints(old, frozen(root, torch or before["torch"]))
    new_conda = new_environment(conda.read_text(encoding="utf-8"), new, required(root))
    write_atomic(constraints, new)
    write_atomic(conda, new_conda)
    after = pins(new)
    return [
        f"{name}: {before.get(name, 'new')} → {after.get(name, 'gone')}"
        for name in sorted(before | after)
        if before.get(name) != after.get(name)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Update the pins and print what changed; return 1 if pip fails."""
    parser = command_parser("tools.pins", __doc__)
    parser.add_argument("--torch", help=f"a version, or {NEWEST}; the pin by default")
    options = parser.parse_args(arguments)
    try:
        changes = update_pins(options.root.resolve(), options.torch)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        print(f"the pins are not renewed: {error}", file=sys.stderr)
        return 1
    print("\n".join(changes) or "Every pin is up to date.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
