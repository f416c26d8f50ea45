"""`python -m tools.colab`: the widget tests under the versions that Colab brings.

Needs no package of its own: it makes the environment `.venv-colab` from
tests/colab/, installs the course there as its first cell does on Colab, without
dependencies, and puts a stand-in for `google.colab` on the path.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from pathlib import Path

from tools.settings import ROOT

FOLDER = Path("tests") / "colab"
CONSTRAINTS, REQUIREMENTS = FOLDER / "constraints.txt", FOLDER / "requirements.txt"
VENV = ".venv-colab"
WIDGET_TESTS = ("tests/demos", "tests/page")
LIST_PACKAGES = """\
import json
from importlib.metadata import distributions
print(json.dumps({d.name: d.version for d in distributions()}))"""


def pins(text: str) -> dict[str, str]:
    """Map each pinned package of a constraints file to its version."""
    lines = (line.strip() for line in text.splitlines())
    named = [line for line in lines if line and not line.startswith("#")]
    return {_plain(line.split("==")[0]): line.split("==")[1] for line in named}


def differences(pinned: Mapping[str, str], installed: Mapping[str, str]) -> list[str]:
    """List the pinned packages that are missing or installed in another version."""
    found = {_plain(name): version for name, version in installed.items()}
    return [
        f"{name} is {found.get(name, 'missing')}, Colab has {version}"
        for name, version in pinned.items()
        if found.get(name, "").partition("+")[0] != version
    ]


def python_of(root: Path) -> Path:
    """Return the interpreter of the second environment."""
    windows = Path("Scripts", "python.exe")
    return root / VENV / (windows if os.name == "nt" else Path("bin", "python"))


def set_up(root: Path) -> bool:
    """Make the environment unless it is newer than its lists; tell whether it did."""
    ready = root / VENV / ".ready"
    lists = (root / CONSTRAINTS, root / REQUIREMENTS)
    made = ready.stat().st_mtime if ready.exists() else 0.0
    if made > max(path.stat().st_mtime for path in lists):
        return False
    venv.create(root / VENV, with_pip=True, clear=True)
    pip = [str(python_of(root)), "-m", "pip", "install", "-q"]
    listed = ("-c", str(root / CONSTRAINTS), "-r", str(root / REQUIREMENTS))
    subprocess.run([*pip, *listed], check=True)
    subprocess.run([*pip, "--no-deps", "-e", str(root)], check=True)
    ready.touch()
    return True


def environment(root: Path) -> dict[str, str]:
    """Return variables under which `google.colab` can be imported, as on Colab."""
    path = os.pathsep.join([str(root / FOLDER), str(root)])
    return os.environ | {"PYTHONPATH": path, "MPLBACKEND": "agg"}


def check_versions(root: Path) -> None:
    """Raise RuntimeError where what is installed is not what Colab has."""
    run = [str(python_of(root)), "-c", LIST_PACKAGES]
    listed = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    wrong = differences(pins((root / CONSTRAINTS).read_text()), json.loads(listed))
    if wrong:
        raise RuntimeError("; ".join(wrong))


def run_tests(root: Path, tests: list[str]) -> int:
    """Run tests in the second environment, with `google.colab` imported first."""
    command = [str(python_of(root)), "-m", "pytest", "-p", "google.colab"]
    # Colab's matplotlib calls pyparsing by names that are on their way out
    command += ["-W", "ignore::DeprecationWarning", *tests]
    return subprocess.run(command, cwd=root, env=environment(root)).returncode


def main(arguments: list[str] | None = None) -> int:
    """Set up, hold the versions against Colab's, run the tests; their status."""
    parser = argparse.ArgumentParser(prog="python -m tools.colab", description=__doc__)
    parser.add_argument("tests", nargs="*", help="instead of all widget tests")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    started = time.perf_counter()
    try:
        made = set_up(root)
        check_versions(root)
    except (subprocess.CalledProcessError, RuntimeError) as error:
        print(f"{VENV} is not what Colab has: {error}", file=sys.stderr)
        return 1
    how = "made" if made else "there already"
    print(f"{VENV}: {how}, {time.perf_counter() - started:.0f} s", flush=True)
    present = [name for name in WIDGET_TESTS if (root / name).is_dir()]
    return run_tests(root, options.tests or present)


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    raise SystemExit(main())
