"""Submissions are found whatever they are called, and never read through a link."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from grading.archives import MAX_BYTES
from grading.collect import (
    MAX_FILES,
    TOO_LARGE,
    TOO_MANY,
    Submission,
    collect,
    file_key,
    read,
)


def found(folder: Path) -> dict[str, Submission]:
    """The submissions below a folder by their names."""
    listed = list(collect(folder))
    assert len({submission.notebook for submission in listed}) == len(listed)
    return {submission.notebook: submission for submission in listed}


def test_the_first_folder_or_the_files_name_says_whose_it_is(tmp_path: Path) -> None:
    for name in ("ann/a.ipynb", "ann/more/b.ipynb", "bo.ipynb", "c d.e.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    learners = {name: one.learner for name, one in found(tmp_path).items()}
    assert learners == {
        "ann/a.ipynb": "ann",
        "ann/more/b.ipynb": "ann",
        "bo.ipynb": "bo",
        "c d.e.ipynb": "c d.e",
    }


def test_what_programs_leave_beside_a_notebook_is_no_submission(tmp_path: Path) -> None:
    for folder in (".ipynb_checkpoints", "__MACOSX", "ann/.ipynb_checkpoints"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.ipynb").write_text("{}")
    (tmp_path / ".DS_Store").write_text("")
    (tmp_path / "ann" / "a.ipynb").write_text("{}")
    assert list(found(tmp_path)) == ["ann/a.ipynb"]


def test_names_come_in_one_order(tmp_path: Path) -> None:
    for name in ("b/1", "a-1", "a/2", "a/10", "A"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert list(found(tmp_path)) == ["A", "a/10", "a/2", "a-1", "b/1"]


def test_every_name_is_text_and_no_two_are_the_same(tmp_path: Path) -> None:
    names = [b"\xe9", b"\\udce9", "é".encode(), b"a\\b", b"a\nb", b"*?\"'<>|:"]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_text("")
    listed = found(tmp_path)
    assert len(listed) == len({file_key(name) for name in listed}) == len(names)
    for name in listed:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,75}", file_key(name))
        assert name.encode().decode() == name


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, target in (("file", secret), ("folder", tmp_path), ("lost", "nowhere")):
        (folder / name).symlink_to(target)
    assert len(found(folder)) == 3
    for submission in found(folder).values():
        assert read(submission) == (b"", f"not graded: {submission.problem}")
        assert "links are not followed" in submission.problem


def test_a_file_that_became_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    for name in ("a.ipynb", "b.ipynb"):
        (tmp_path / name).write_text("{}")
    first, second = found(tmp_path).values()
    first.place.path.unlink()
    first.place.path.symlink_to("/etc/passwd")
    second.place.path.unlink()
    os.mkfifo(second.place.path)
    data, problem = read(first)
    assert (data, problem[:29]) == (b"", "not graded: it cannot be read")
    assert read(second) == (b"", "not graded: it is not a regular file")


def test_a_folder_given_by_a_link_is_the_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.ipynb").write_text("{}")
    (tmp_path / "link").symlink_to("real")
    assert list(found(tmp_path / "link")) == ["a.ipynb"]


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=f"a folder or a zip file, got .*{name}'"):
        list(collect(tmp_path / name))


def test_folders_may_be_nested_deeper_than_python_calls(tmp_path: Path) -> None:
    start, depth = os.getcwd(), 1500
    try:
        os.chdir(tmp_path)
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        Path("a.ipynb").write_text("{}")
        assert list(found(tmp_path)) == ["d/" * depth + "a.ipynb"]
    finally:
        # what deletes temporary folders calls itself once for each of them
        for name in ("a.ipynb", *["d"] * depth):
            if name == "a.ipynb":
                Path(name).unlink(missing_ok=True)
            else:
                os.chdir("..")
                os.rmdir(name)
        os.chdir(start)


def test_a_path_that_is_too_long_is_a_problem_of_that_submission(
    tmp_path: Path,
) -> None:
    start, name = os.getcwd(), "n" * 250
    try:
        os.chdir(tmp_path)
        for _ in range(20):
            os.mkdir(name)
            os.chdir(name)
    finally:
        os.chdir(start)
    (tmp_path / "a.ipynb").write_text("{}")
    a, long = found(tmp_path).values()
    assert read(a) == (b"{}", "")
    assert read(long) == (b"", "not graded: it cannot be read (File name too long)")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.ipynb").open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # takes no room on the disk
    (submission,) = found(tmp_path).values()
    data, problem = read(submission)
    assert data == b""
    assert f"it has {MAX_BYTES + 1} bytes" in problem


def test_of_too_many_files_of_a_learner_one_stands_for_the_rest(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 9):
        path = tmp_path / "ann" / f"{number:03}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    submissions = list(found(tmp_path).values())
    assert [s.problem for s in submissions] == [""] * MAX_FILES + [TOO_MANY]


def test_the_files_of_a_learner_are_not_too_large_together(tmp_path: Path) -> None:
    (tmp_path / "ann").mkdir()
    for name, size in (("a", MAX_BYTES), ("b", 1)):
        with (tmp_path / "ann" / name).open("wb") as file:
            file.truncate(size)
    (tmp_path / "bob.ipynb").write_text("{}")
    assert [s.problem for s in found(tmp_path).values()] == ["", TOO_LARGE, ""]
