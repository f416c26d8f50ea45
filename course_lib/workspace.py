"""A learner's own files: their location, working copies, and how to keep them."""

from __future__ import annotations

import json
import os
import re
from itertools import count
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from course_lib import drive
from course_lib.files import atomic_write, reason, write_new

KINDS = ("notebooks", "exercises")
MAP = "../README.md#the-map"  # where the course's notebooks link to
HERE = "What you answered and noted is kept already, in {folder}"
THIS_NOTEBOOK = "This notebook itself: File > Save a copy in Drive."
SOLUTION = re.compile(r"\[(\w+)\]\(\.\./(solutions/[^)]*)\)")
NOTHING_YET = "You have not answered or noted anything yet."
DELETED = "Colab will delete this runtime, and with it what you answered and noted."
TWO_WAYS = "To keep it: {first} and run this cell again, or download {name} there."
MOUNT = "mount Drive (under Files, on the left)"
MAKE_ROOM = "make room in your Drive"
NOT_ON_DRIVE = "Your Drive could not be written: {reason}."


def work_folder() -> Path:
    """Return the folder of a learner's files: ``COURSE_WORK``, Drive or ``my_work``.

    With a Drive mounted, on Colab, it is a folder there, and what was written before
    is copied to it. Else, and where it cannot be copied, it is ``local_folder()``.
    """
    if os.environ.get("COURSE_WORK"):
        return Path(os.environ["COURSE_WORK"])
    local, kept = local_folder(), drive.folder()
    if kept is None or kept == local:
        return local
    return kept if drive.copy_earlier(local, kept) else local


def local_folder() -> Path:
    """Return the ``my_work`` folder of this machine.

    Looks for the checkout (or an existing ``my_work``) in the current folder and its
    parents, so that notebooks in different folders share one; if neither is found, it
    is ``my_work`` in the current folder.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if folder.name == "my_work":
            return folder
        if (folder / "my_work").is_dir() or (folder / "course_lib").is_dir():
            return folder / "my_work"
    return here / "my_work"


def course_root() -> Path:
    """Return the checkout with the notebooks; FileNotFoundError outside one."""
    root = Path(__file__).resolve().parents[1]
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError(
            f"{root} holds no folder notebooks/; run this in a clone of the course"
        )
    return root


def chapters(root: Path) -> list[str]:
    """Return the numbers of the existing chapters, for example ``["01", "02"]``."""
    return sorted({path.name[:2] for path in (root / "notebooks").glob("[0-9]*.ipynb")})


def without_outputs(text: str) -> str:
    """Return a notebook's JSON without outputs and execution counts."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def start(
    chapter: str, *, root: Path | None = None, work: Path | None = None
) -> list[tuple[Path, bool]]:
    """Copy a chapter's lesson and exercises to the work folder, without outputs.

    ``chapter`` is its number, such as ``"03"`` or ``"3"``. Returns each copy's path and
    whether it was written now; an existing file is left as it is, also under the name
    that exercises had up to version 0.1.0. Raises ValueError for an unknown chapter.
    """
    root = course_root() if root is None else root
    work = work_folder() if work is None else work
    chapter = chapter.zfill(2)
    if chapter not in chapters(root):
        raise ValueError(f"chapter must be one of {chapters(root)}, got {chapter!r}")
    copies = []
    for kind in KINDS:
        for source in sorted((root / kind).glob(f"{chapter}_*.ipynb")):
            target = work / kind / source.name
            if _earlier(target).exists():
                copies.append((_earlier(target), False))
                continue
            text = without_outputs(source.read_text(encoding="utf-8"))
            copies.append((target, write_new(target, _linked(text, root, work))))
    return copies


def _earlier(path: Path) -> Path:
    """Return a notebook's name up to version 0.1.0, when all kinds shared one."""
    return path.with_name(path.name.replace("_exercises.ipynb", ".ipynb"))


def _linked(text: str, root: Path, work: Path) -> str:
    """Return a notebook's JSON with its links adapted to the work folder.

    The map is the learner's own. Solutions stay in the course: if the work folder is
    outside it, they are named but not linked.
    """
    text = text.replace(f"]({MAP})", "](../map.ipynb)")
    for path in (work / "exercises").glob("[0-9][0-9]_*.ipynb"):
        new = f"../exercises/{path.stem}_exercises.ipynb"
        text = text.replace(f"]({new})", f"](../exercises/{path.name})")
    if work.resolve().is_relative_to(root.resolve()):
        up = os.path.relpath(root.resolve(), work.resolve() / KINDS[0])
        up = Path(up).as_posix()
        return text.replace("](../solutions/", f"]({up}/solutions/")
    return SOLUTION.sub(r"\1 (\2, in the course itself)", text)


def keep() -> None:
    """Keep answers, notes and drafts, and say where; the last cell of a notebook.

    On Colab they go to Drive if it is mounted; otherwise the page says how to keep them
    and writes a zip of them, in a new file each time. On any other machine they are in
    the work folder already.
    """
    kept = drive.folder()
    if kept is not None:
        try:
            for written in {local_folder(), work_folder()} - {kept}:
                drive.copy_new(written, kept)
        except OSError as error:
            print(NOT_ON_DRIVE.format(reason=reason(error)))
            _say_how_to_keep(local_folder(), MAKE_ROOM)
            return
        number = sum(1 for _ in drive.files(kept))
        print(f"Kept in your Drive, folder {drive.KEPT.as_posix()} (files: {number}).")
    elif drive.on_colab():
        _say_how_to_keep(work_folder(), MOUNT)
    else:
        print(HERE.format(folder=work_folder().resolve()))
        return
    print(THIS_NOTEBOOK)


def _say_how_to_keep(work: Path, first: str) -> None:
    found = list(drive.files(work))
    if not found:
        print(NOTHING_YET)
        return
    print(DELETED)
    print(TWO_WAYS.format(first=first, name=_zipped(work, found).name))


def _zipped(work: Path, found: list[Path]) -> Path:
    """Write the files to the first free name beside the folder: my_work.zip, …-2.zip"""
    names = (f"{work.name}{'' if n == 1 else f'-{n}'}.zip" for n in count(1))
    target = next(p for p in (work.with_name(name) for name in names) if not p.exists())
    with (
        atomic_write(target) as partial,
        ZipFile(partial, "w", ZIP_DEFLATED) as archive,
    ):
        for path in found:
            archive.write(path, path.relative_to(work.parent))
    return target
