"""`python -m tools.peers`: nbgrader and otter-grader, in their own environment.

They stay out of `.venv`, because nbgrader enables extensions that every JupyterLab
there would load. `.venv-peers` contains only what they add: it sees the packages of the
environment that runs this, and the course, through one `.pth` file.
"""

import os
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

from tools import venvs
from tools.settings import command_parser

LIST, CONSTRAINTS = Path("benchmarks") / "peers.txt", Path("constraints.txt")
VENV = ".venv-peers"
SEEN = "course.pth"
# pip's message when the index does not respond
NO_ANSWER = ("connection broken by", "Max retries exceeded")


class PeersError(Exception):
    """The environment cannot be created; the text says why."""


class NoIndexError(PeersError):
    """The package index does not answer."""


def program(root: Path, name: str) -> Path:
    """Return a program of the environment, such as `nbgrader` or `python`."""
    return venvs.program(root / VENV, name)


def packages(root: Path) -> Path:
    """Return the folder of the environment's packages."""
    scheme = sysconfig.get_preferred_scheme("prefix")
    prefixes = {"base": str(root / VENV), "platbase": str(root / VENV)}
    return Path(sysconfig.get_path("purelib", scheme, prefixes))


def set_up(root: Path) -> bool:
    """Create the environment unless it is up to date; return whether it was created.

    Raises PeersError, or NoIndexError where the package index does not answer.
    """
    seen = f"{sysconfig.get_path('purelib')}\n{root}\n"
    if _is_ready(root, seen):
        return False
    venv.create(root / VENV, with_pip=True, clear=True)
    # before pip runs, which installs only what it does not see
    (packages(root) / SEEN).write_text(seen, encoding="utf-8")
    pip = [str(program(root, "python")), "-m", "pip", "install", "-q"]
    listed = ["-c", str(root / CONSTRAINTS), "-r", str(root / LIST)]
    run = subprocess.run([*pip, *listed], capture_output=True, text=True)
    if run.returncode:
        raise _error(run.stderr)
    (root / VENV / ".ready").touch()
    return True


def environment(root: Path) -> dict[str, str]:
    """Return variables under which the peers find Jupyter's templates, too."""
    data = Path(sys.prefix, "share", "jupyter")
    path = f"{program(root, 'python').parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"JUPYTER_PATH": str(data), "PATH": path}


def _is_ready(root: Path, seen: str) -> bool:
    ready, pth = root / VENV / ".ready", packages(root) / SEEN
    if not ready.exists() or not pth.exists() or pth.read_text("utf-8") != seen:
        return False
    made = ready.stat().st_mtime
    return made > max((root / name).stat().st_mtime for name in (LIST, CONSTRAINTS))


def _error(text: str) -> PeersError:
    if any(words in text for words in NO_ANSWER):
        return NoIndexError(f"the package index does not answer, {VENV} is not made")
    last = "\n".join(text.strip().splitlines()[-5:])
    return PeersError(f"{VENV} is not made, pip says:\n{last}")


def main(arguments: list[str] | None = None) -> int:
    """Set up the environment and print what it has; return 1 if that fails."""
    root = command_parser("tools.peers", __doc__).parse_args(arguments).root.resolve()
    started = time.perf_counter()
    try:
        made = set_up(root)
    except (OSError, subprocess.CalledProcessError, PeersError) as error:
        print(error, file=sys.stderr)
        return 1
    how = "made" if made else "there already"
    print(f"{VENV}: {how}, {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
