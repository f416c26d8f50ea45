"""A learner's records as one file: to move between machines, and to a browser and back.

The file is what the website downloads and reads: JSON Lines, one record of ``store`` in
each. Nothing is overwritten; neither file nor store loses anything.
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

    Returns how many they are, and a sentence for each damaged one, which is left out.
    Raises FileExistsError if the file is there, ValueError if there is no record.
    """
    path = Path(path)
    found, damaged = store.read_all(folder)
    if not found:
        raise ValueError("there is nothing to export yet: no answer, draft, or note")
    text = "".join(map(store.as_line, found))
    if not write_new(path, text):
        raise FileExistsError(f"{path} exists; name a new file")
    return len(found), damaged


def read_in(
    path: str | Path, *, folder: str | Path | None = None
) -> tuple[int, int, list[str]]:
    """Add the records of a file that are newer than those here, in a file of their own.

    Returns how many were added, how many are known, and a sentence for each damaged
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
