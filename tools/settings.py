"""Where the course lives and where it is published."""

import argparse
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXERCISE_SUFFIX = "_exercises"
LESSONS, EXERCISES, SOLUTIONS = "notebooks", "exercises", "solutions"


@dataclass(frozen=True)
class Settings:
    """The `[tool.course]` table of pyproject.toml and the folder of that file."""

    root: Path
    repository: str
    tag: str
    # What the wheel is called; the repository's own name if nothing else is said.
    distribution: str = ""
    # Chapter number → packages that the chapter imports and Colab lacks.
    colab_packages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def published(self) -> bool:
        """Return whether the repository has an owner; badges are broken without one."""
        return not self.repository.startswith("OWNER/")

    @classmethod
    def load(cls, root: Path = ROOT) -> "Settings":
        """Read the settings; a missing table or key raises ValueError."""
        path = root / "pyproject.toml"
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        course = table.get("tool", {}).get("course", {})
        name = table.get("project", {}).get("name")
        missing = {"repository", "tag"} - set(course)
        if missing:
            raise ValueError(f"{path}: [tool.course] lacks {sorted(missing)}")
        return cls(
            root,
            course["repository"],
            course["tag"],
            name or course["repository"].rpartition("/")[2],
            course.get("colab_packages", {}),
        )


def command_parser(module: str, words: str | None) -> argparse.ArgumentParser:
    """Return the parser of `python -m module`; tests name another --root."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=words)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


def source_files(root: Path, chapter: str | None = None) -> list[Path]:
    """List the sources, of one chapter ("02") or of all, in order.

    Raises ValueError when there are none, naming the chapters there are.
    """
    available = sorted((root / "source").glob("[0-9][0-9]_*.py"))
    selected = [p for p in available if chapter is None or p.name[:2] == chapter]
    if not selected:
        known = sorted({p.name[:2] for p in available})
        raise ValueError(f"chapter {chapter!r} has no source; there are {known}")
    return selected


def is_exercise_set(source: Path) -> bool:
    """Return whether a source is an exercise set, by its file name."""
    return source.stem.endswith(EXERCISE_SUFFIX)


def chapter_stem(source: Path) -> str:
    """Return the stem of a source's chapter: `01_training`."""
    return source.stem.removesuffix(EXERCISE_SUFFIX)


def notebook_path(stem: str, folder: str) -> str:
    """Return a notebook's path: `solutions/01_training_solutions.ipynb`.

    A tab in JupyterLab shows the name alone, so each notebook has its own.
    """
    kind = "" if folder == LESSONS else f"_{folder}"
    return f"{folder}/{stem}{kind}.ipynb"
