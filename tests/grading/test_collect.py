"""Submissions are found whatever they are called, and never read through a link."""

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
from tests.grading.make_class import put


def found(folder: Path) -> dict[str, Submission]:
    """The submissions below a folder by their names."""
    listed = list(collect(folder))
    assert len({submission.notebook for submission in listed}) == len(listed)
    return {submission.notebook: submission for submission in listed}


def test_the_first_folder_or_the_files_name_says_whose_it_is(tmp_path: Path) -> None:
    learners = {
        "ann/a.ipynb": "ann",
        "ann/more/b.ipynb": "ann",
        "bo.ipynb": "bo",
        "c d.e.ipynb": "c d.e",
    }
    listed = found(put(tmp_path, dict.fromkeys(learners, "{}")))
    assert {name: one.learner for name, one in listed.items()} == learners


def test_what_programs_leave_beside_a_notebook_is_no_submission(tmp_path: Path) -> None:
    names = [".ipynb_checkpoints/a.ipynb", "__MACOSX/a.ipynb", ".DS_Store"]
    names += ["ann/.ipynb_checkpoints/a.ipynb", "ann/a.ipynb"]
    assert list(found(put(tmp_path, dict.fromkeys(names, "{}")))) == ["ann/a.ipynb"]


def test_names_come_in_one_order(tmp_path: Path) -> None:
    put(tmp_path, dict.fromkeys(("b/1", "a-1", "a/2", "a/10", "A"), ""))
    assert list(found(tmp_path)) == ["A", "a/10", "a/2", "a-1", "b/1"]


def test_every_name_is_text_and_no_two_are_the_same(tmp_path: Path) -> None:
    names = [b"\xe9", b"\\udce9", "é".encode(), b"a\\b", b"a\nb", b"*?\"'<>|:"]
    listed = found(put(tmp_path, dict.fromkeys(map(os.fsdecode, names), "")))
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
    first, second = found(put(tmp_path, {"a.ipynb": "{}", "b.ipynb": "{}"})).values()
    first.place.path.unlink()
    first.place.path.symlink_to("/etc/passwd")
    second.place.path.unlink()
    os.mkfifo(second.place.path)
    data, problem = read(first)
    assert (data, problem[:29]) == (b"", "not graded: it cannot be read")
    assert read(second) == (b"", "not graded: it is not a regular file")


def test_a_folder_given_by_a_link_is_the_folder(tmp_path: Path) -> None:
    put(tmp_path, {"real/a.ipynb": "{}"})
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
        Path("a.ipynb").unlink(missing_ok=True)
        for _ in range(depth):
            os.chdir("..")
            os.rmdir("d")
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
    (tmp_path / "large.ipynb").touch()
    os.truncate(tmp_path / "large.ipynb", MAX_BYTES + 1)  # takes no room on the disk
    (submission,) = found(tmp_path).values()
    data, problem = read(submission)
    assert data == b""
    assert f"it has {MAX_BYTES + 1} bytes" in problem


def test_of_too_many_files_of_a_learner_one_stands_for_the_rest(tmp_path: Path) -> None:
    put(tmp_path, {f"ann/{number:03}.ipynb": "{}" for number in range(MAX_FILES + 9)})
    problems = [submission.problem for submission in found(tmp_path).values()]
    assert problems == [""] * MAX_FILES + [TOO_MANY]


def test_the_files_of_a_learner_are_not_too_large_together(tmp_path: Path) -> None:
    put(tmp_path, {"ann/a": "", "ann/b": "x", "bob.ipynb": "{}"})
    os.truncate(tmp_path / "ann" / "a", MAX_BYTES)
    assert [s.problem for s in found(tmp_path).values()] == ["", TOO_LARGE, ""]
