"""A learner's records in one file, to move between machines or to a browser and back.

The website saves and loads the same file: JSON Lines, with one record of ``store`` per
line. Nothing is overwritten, so neither file nor store loses anything.
"""

from __future__ import annotations

from pathlib import Path

from course_lib import store
from course_lib.files import write_new
from course_lib.workspace import work_folder


def export(
    path: str | Path, *, folder: str | Path | None = None
) -> tuple[int, list[str]]:
    """Write the newest records to a new file.

    Returns their number, and a sentence about each damaged one, which is left out.
    Raises FileExistsError if the file exists, ValueError if there are no records.
    """
    path = Path(path)
    found, damaged = store.read_all(folder)
    if not found:
        raise ValueError("there is nothing to export yet: no answer, draft, or note")
    text = "".join(map(store.as_line, found))
    if not write_new(path, text):
        raise FileExistsError(f"{path} exists; choose another name")
    return len(found), damaged


def import_records(
    path: str | Path, *, folder: str | Path | None = None
) -> tuple[int, int, list[str]]:
    """Import the records of a file that are newer than ours, into a new file.

    Returns how many were added, how many were known, and a sentence about each damaged
    line, which is left out. Raises FileNotFoundError if there is no such file.
    """
    path, work = Path(path), work_folder() if folder is None else Path(folder)
    theirs, damaged = store.parse(path, path.read_bytes())
    ours = {(one.kind, one.id): one.when for one in store.read_all(work)[0]}
    newer = [
        one for key, one in theirs.items() if key not in ours or one.when > ours[key]
    ]
    if newer:
        text = "".join(map(store.as_line, newer))
        write_new(work / store.FOLDER / store.new_file_name(), text)
    return len(newer), len(theirs) - len(newer), damaged
