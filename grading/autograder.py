"""Build a Gradescope autograder: ``python -m grading.autograder --out autograder.zip``.

Gradescope unpacks it to /autograder/source, runs setup.sh once and run_autograder for
each submission (https://gradescope-autograders.readthedocs.io/en/latest/specs/).
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_lib.files import atomic_write
from grading import overlay
from grading.__main__ import class_seed
from grading.on_gradescope import OVERLAY
from grading.overlay import Overlay
from grading.policy import CHAPTERS
from grading.sandbox import ROOT

SCRIPTS = Path(__file__).with_name("gradescope_files")
# what grading needs of a clone; the pages have the questions of long answers
FOLDERS = ("course_lib", "grading", "exercises")
FILES = ("constraints.txt", "pyproject.toml")
EXECUTABLE, READABLE = 0o100755, 0o100644


def build(
    path: Path,
    secret: str,
    chapter: str = "",
    seed: int = 0,
    own: Overlay | None = None,
) -> None:
    """Write the zip file to upload. It contains the secret: do not share it."""
    own = own or Overlay()
    settings = json.dumps({"chapter": chapter, "class_seed": seed})
    made = {
        "settings.json": settings,
        "secret.txt": f"{secret}\n",
        "requirements.txt": "\n".join(_requirements()) + "\n",
    }
    made |= {f"{OVERLAY}/{name}.py": source for name, source in own.modules}
    with (
        atomic_write(path) as partial,
        zipfile.ZipFile(partial, "w") as archive,
    ):
        for script in sorted(SCRIPTS.iterdir()):
            _add(archive, script.name, script.read_bytes(), EXECUTABLE)
        for name, text in made.items():
            _add(archive, name, text.encode(), READABLE)
        for file in _files():
            name = file.relative_to(ROOT).as_posix()
            _add(archive, name, file.read_bytes(), READABLE)
    path.chmod(0o600)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the zip file; return 0, or 2 if it cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m grading.autograder")
    parser.add_argument("--out", type=Path, required=True, help="the zip file to write")
    parser.add_argument(
        "--chapter", default="", choices=CHAPTERS, help="detected if not given"
    )
    parser.add_argument(
        "--class-seed", type=class_seed, default=0, help="the number of the class"
    )
    parser.add_argument("--secret", type=Path, help="the class's secret.txt")
    parser.add_argument("--overlay", type=Path, help="a folder with your own exercises")
    options = parser.parse_args(arguments)
    try:
        secret = secrets.token_hex(16)
        if options.secret is not None:
            secret = options.secret.read_text(encoding="utf-8").strip()
        if not secret:
            raise ValueError(f"{options.secret} must contain a secret, got none")
        own = overlay.read(options.overlay) if options.overlay else Overlay()
        own.install()
        own.verify()
        build(options.out, secret, options.chapter, options.class_seed, own)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.out}: upload it as the autograder; it contains the class's secret")
    return 0


def _requirements() -> list[str]:
    """Return the course's packages, and those that its pages may import."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["lab"]]


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            is_left = {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
            if path.is_file() and not is_left:
                yield path
    yield from (ROOT / name for name in FILES)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.external_attr = mode << 16
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    sys.exit(main())
