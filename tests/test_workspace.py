"""Copies have no outputs, and nothing of a learner's is ever overwritten."""

import json

import pytest

from course_lib import __main__ as command
from course_lib import files, workspace


def _notebook(text):
    code = {"cell_type": "code", "id": "a", "metadata": {}, "source": text}
    code |= {"execution_count": 3, "outputs": [{"output_type": "stream"}]}
    prose = {"cell_type": "markdown", "id": "b", "metadata": {}, "source": "# Ü"}
    return json.dumps({"cells": [prose, code], "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def root(tmp_path):
    for kind in workspace.KINDS:
        (tmp_path / "course" / kind).mkdir(parents=True)
        for stem in ("01_a", "02_b"):
            path = tmp_path / "course" / kind / f"{stem}.ipynb"
            path.write_text(_notebook(f"{kind} {stem}"), encoding="utf-8")
    return tmp_path / "course"


def test_copies_are_the_chapter_without_outputs(root, tmp_path):
    work = tmp_path / "my_work"
    copies = workspace.start("02", root=root, work=work)
    assert copies == [
        (work / "notebooks" / "02_b.ipynb", True),
        (work / "exercises" / "02_b.ipynb", True),
    ]
    prose, code = json.loads(copies[0][0].read_text(encoding="utf-8"))["cells"]
    assert prose["source"] == "# Ü"
    assert (code["outputs"], code["execution_count"]) == ([], None)
    assert code["source"] == "notebooks 02_b"
    assert not list(work.rglob("*.partial"))


def test_work_that_is_there_is_left_as_it_is(root, tmp_path):
    work = tmp_path / "my_work"
    mine = workspace.start("01", root=root, work=work)[1][0]
    mine.write_text("my answer")
    assert [written for _, written in workspace.start("01", root=root, work=work)] == [
        False,
        False,
    ]
    assert mine.read_text() == "my answer"


def test_file_system_without_hard_links_still_gets_its_copy(
    root, tmp_path, monkeypatch
):
    def no_links(*_):
        raise OSError("not supported")

    monkeypatch.setattr(files.os, "link", no_links)
    copies = workspace.start("01", root=root, work=tmp_path / "w")
    assert all(written and path.exists() for path, written in copies)


def test_unknown_chapter_lists_what_there_is(root, tmp_path):
    with pytest.raises(ValueError, match=r"chapter is '9'; allowed are \['01', '02'\]"):
        workspace.start("9", root=root, work=tmp_path)


def test_command_names_what_it_copied(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "course_root", lambda: root)
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "w"))
    assert command.main(["start", "01"]) == 0
    assert "copied to" in capsys.readouterr().out
    assert command.main(["start", "01"]) == 0
    assert "left as it is" in capsys.readouterr().out
    assert command.main(["start", "1"]) == 2
    assert "allowed are" in capsys.readouterr().err
