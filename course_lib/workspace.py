"""A learner's own copies: made without outputs, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

from course_lib.files import write_new
from course_lib.journal import work_folder

KINDS = ("notebooks", "exercises")


def course_root() -> Path:
    """The checkout that holds the notebooks; FileNotFoundError outside of one."""
    root = Path(__file__).resolve().parents[1]
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError(
            f"{root} holds no folder notebooks/; run this in a clone of the course"
        )
    return root


def chapters(root: Path) -> list[str]:
    """The numbers of the chapters that there are, for example ``["01", "02"]``."""
    return sorted({path.name[:2] for path in (root / "notebooks").glob("[0-9]*.ipynb")})


def without_outputs(text: str) -> str:
    """A notebook's JSON with no outputs and no execution counts."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def start(
    chapter: str, *, root: Path | None = None, work: Path | None = None
) -> list[tuple[Path, bool]]:
    """Copy a chapter's lesson and exercises to the work folder, without outputs.

    Returns each copy's path and whether it was written now; a file that is there
    already is left as it is. Raises ValueError for an unknown chapter.
    """
    root = course_root() if root is None else root
    work = work_folder() if work is None else work
    if chapter not in chapters(root):
        raise ValueError(f"chapter is {chapter!r}; allowed are {chapters(root)}")
    copies = []
    for kind in KINDS:
        for source in sorted((root / kind).glob(f"{chapter}_*.ipynb")):
            target = work / kind / source.name
            text = without_outputs(source.read_text(encoding="utf-8"))
            copies.append((target, write_new(target, text)))
    return copies
