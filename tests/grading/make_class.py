"""A class as Canvas, Moodle and learners make it: folders, zip files and rosters."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grading.collect import Submission
from grading.outputs import write_all
from grading.policy import CHAPTERS
from grading.rules import Rules, read_rules
from grading.walk import Place
from tests.grading.csv_cells import rows
from tests.grading.notebooks import names

CANVAS_BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework (11),"
    "03 Magnitude masks (12),Current Score\n"
    "    Points Possible,,,,,10,26,(read only)\n"
    '"Doe, Jane",101,s1,jdoe,A,7,,70\n'
    '"O\'Neil, Ada",102,s2,aoneil,A,8,3,80\n'
    '"Zöe, Bo",103,s3,bzoe,A,9,,90\n'
    '"Student, Test",999,,x,A,,,\n'
)
MOODLE_SHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),"
    "Feedback comments\n"
    "Participant 201,Jane Doe,j@example.org,Submitted,,50.00,Yes,-,-,\n"
    "Participant 202,Ada O'Neil,a@example.org,Submitted,,50.00,Yes,-,-,Good\n"
    "Participant 203,Bo Zöe,b@example.org,No submission,,50.00,Yes,-,-,\n"
)


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files below a folder, by their paths."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def packed(files: Mapping[str, bytes | str], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def rules(
    folder: Path, policy: str = "", roster: str = "", overrides: str = ""
) -> Rules:
    """The rules in an instructor's files."""
    (folder / "policy.toml").write_text(policy, "utf-8")
    (folder / "roster.csv").write_text(roster, "utf-8")
    if overrides:
        text = f"learner,exercise,points,reason\n{overrides}"
        (folder / "overrides.csv").write_text(text, "utf-8")
    known = folder / "roster.csv" if roster else None
    return read_rules(folder, folder / "policy.toml", known)


def handed_in(*names: str, **settings) -> list[Submission]:
    """Submissions of these names, whose learners are their folders."""
    return [
        Submission(name.partition("/")[0], name, Place(Path(name)), **settings)
        for name in names
    ]


def class_rows(folder: Path, made, submissions=(), decided=None) -> dict[str, dict]:
    """Write a class's files, and return the rows of its table by learner."""
    write_all(made, folder, submissions, decided or rules(folder))
    return {row["learner"]: row for row in rows(folder / "class.csv")}


def adds_up(row: dict[str, str]) -> bool:
    """Whether the columns of a row add up to its chapters, and these to its points."""
    total = 0.0
    for chapter in CHAPTERS:
        if f"{chapter}_points" in row:
            own = sum(float(row.get(f"{chapter}_{n}") or 0) for n in names(chapter))
            own -= float(row.get(f"{chapter}_taken_off") or 0)
            points = float(row[f"{chapter}_points"] or 0)
            if abs(own - points) > 0.005:
                return False
            total += points
    return abs(total - float(row["points"])) < 0.005
