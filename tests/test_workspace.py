"""Copies have no outputs, and nothing of a learner's is ever overwritten."""

import errno
import json
import os
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_config_path, jupyter_path
from jupyterlab.commands import get_app_dir
from jupyterlab_server.settings_utils import get_settings

from course_lib import __main__ as command
from course_lib import workspace

from .full_disk import REASON, full_disk, written

NOTIFICATION = "@jupyterlab/apputils-extension:notification"
WIDGETS = "@jupyter-widgets/jupyterlab-manager:plugin"


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
    copies = workspace.start("01", root=root, work=work)
    assert [written for _, written in copies] == [False, False]
    assert mine.read_text() == "my answer"


def test_notebooks_in_different_folders_share_one_work_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_WORK", raising=False)
    (tmp_path / "course_lib").mkdir()
    for place in ("notebooks", "exercises", "my_work"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        assert workspace.work_folder() == tmp_path / "my_work"


def test_unknown_chapter_lists_what_there_is(root, tmp_path):
    with pytest.raises(ValueError, match=r"must be one of \['01', '02'\], got '09'"):
        workspace.start("9", root=root, work=tmp_path)


def test_command_names_what_it_copied(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "course_root", lambda: root)
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "w"))
    assert command.main(["start", "01"]) == 0
    assert "copied to" in capsys.readouterr().out
    assert command.main(["start", "01"]) == 0
    assert "left as it is" in capsys.readouterr().out
    assert command.main(["start", "9"]) == 2
    assert "must be one of" in capsys.readouterr().err


def test_command_that_finds_no_room_says_so_in_a_line(root, work, monkeypatch, capsys):
    monkeypatch.setattr(workspace, "course_root", lambda: root)
    with full_disk(work):
        assert command.main(["start", "01"]) == 2
    assert capsys.readouterr().err == f"[Errno {errno.ENOSPC}] {REASON}\n"
    assert written(work) == []


@pytest.fixture
def lab(root, monkeypatch):
    """Run the command `lab` in a course; return what JupyterLab was asked for."""
    asked = []
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")  # the command adds to it
    monkeypatch.setattr(workspace, "course_root", lambda: root)
    monkeypatch.setattr("jupyterlab.labapp.main", asked.append)

    def lab(*options):
        assert command.main(["lab", *options]) == 0
        return asked.pop()

    return lab


def test_lab_copies_the_chapters_and_opens_the_map(lab, root, monkeypatch, capsys):
    work = root / "my work"
    monkeypatch.setenv("COURSE_WORK", str(work))
    assert lab() == [
        f"--ServerApp.root_dir={root}",
        "--LabApp.default_url=/lab/tree/my%20work/map.ipynb",
    ]
    for name in ("map.ipynb", "notebooks/01_a.ipynb", "exercises/02_b.ipynb"):
        assert (work / name).is_file()
    assert f"up to date: {work / 'map.ipynb'}" in capsys.readouterr().out


def test_lab_serves_a_work_folder_that_lies_elsewhere(lab, work):
    assert lab("--no-browser", "--port=9999") == [
        f"--ServerApp.root_dir={work}",
        "--LabApp.default_url=/lab/tree/map.ipynb",
        "--no-browser",
        "--port=9999",
    ]


def test_kernels_of_the_lab_find_a_work_folder_that_was_named_from_here(
    lab, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_WORK", "mine")
    lab()
    assert os.environ["COURSE_WORK"] == str(tmp_path / "mine")
    assert (tmp_path / "mine" / "map.ipynb").is_file()


def settings(user, plugin):
    """Return JupyterLab's settings of a plugin: its defaults, and what a user chose."""
    schemas = str(Path(get_app_dir()) / "schemas")
    extensions = jupyter_path("labextensions")
    folders = (str(user), schemas, str(user))
    found, _ = get_settings(*folders, plugin, labextensions_path=extensions)
    properties = found["schema"]["properties"]
    defaults = {name: entry["default"] for name, entry in properties.items()}
    return defaults | found["settings"]


def test_jupyterlab_asks_about_no_news_and_what_the_learner_chose_stays(
    lab, tmp_path, monkeypatch
):
    site, user = tmp_path / "site", tmp_path / "settings"
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(site))
    assert settings(user, NOTIFICATION)["fetchNews"] == "none"  # which is to ask
    lab()
    assert settings(user, NOTIFICATION)["fetchNews"] == "false"
    assert jupyter_config_path()[1] == str(site)
    own = user / f"{NOTIFICATION.replace(':', '/')}.jupyterlab-settings"
    own.parent.mkdir(parents=True)
    own.write_text('{"fetchNews": "true"}')
    assert settings(user, NOTIFICATION)["fetchNews"] == "true"


def test_jupyterlab_keeps_what_widgets_showed_with_the_notebook(lab, tmp_path):
    lab()
    assert settings(tmp_path, WIDGETS)["saveState"] is True


def test_lab_leaves_a_map_that_is_the_learners_own(lab, work, capsys):
    work.mkdir()
    (work / "map.ipynb").write_text("my own map")
    lab()
    assert (work / "map.ipynb").read_text() == "my own map"
    assert f"left as it is: {work / 'map.ipynb'}" in capsys.readouterr().out


def test_lab_without_jupyterlab_names_what_installs_it(monkeypatch, work, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert command.main(["lab"]) == 2
    assert 'pip install -c constraints.txt -e ".[lab]"' in capsys.readouterr().err
    assert not work.exists()


def test_other_commands_refuse_options_they_do_not_know(capsys):
    with pytest.raises(SystemExit):
        command.main(["start", "01", "--port=9999"])
    assert "unrecognized arguments: --port=9999" in capsys.readouterr().err
