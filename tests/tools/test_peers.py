"""The environment of other graders is made once, and says why when it is not."""

import os
import subprocess
import sysconfig
import time
from pathlib import Path

import pytest

from tools import peers
from tools.settings import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A root whose lists are a minute old, and the commands that were run."""
    commands = []

    def run(command, **how):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    def create(path, **how):
        peers.packages(tmp_path).mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(peers.venv, "create", create)
    monkeypatch.setattr(peers.subprocess, "run", run)
    (tmp_path / peers.LIST).parent.mkdir()
    past = time.time() - 60
    for name in (peers.LIST, peers.CONSTRAINTS):
        (tmp_path / name).write_text("", encoding="utf-8")
        os.utime(tmp_path / name, (past, past))
    return tmp_path, commands


def test_every_peer_is_pinned():
    lines = (ROOT / peers.LIST).read_text("utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert named
    assert all("==" in line for line in named)


def test_environment_sees_the_packages_here_and_the_course(made):
    root, _ = made
    assert peers.set_up(root)
    seen = (peers.packages(root) / peers.SEEN).read_text("utf-8").split("\n")
    assert seen == [sysconfig.get_path("purelib"), str(root), ""]


def test_packages_that_both_use_are_held_at_the_course_s_versions(made):
    root, commands = made
    peers.set_up(root)
    (command,) = commands
    assert command[command.index("-c") + 1] == str(root / peers.CONSTRAINTS)


def test_environment_is_made_again_only_when_something_changed(made):
    root, commands = made
    assert peers.set_up(root)
    assert not peers.set_up(root)
    later = time.time() + 60
    os.utime(root / peers.LIST, (later, later))
    assert peers.set_up(root)
    assert len(commands) == 2


def test_environment_is_made_again_when_it_sees_another_folder(made):
    root, _ = made
    peers.set_up(root)
    (peers.packages(root) / peers.SEEN).write_text("/elsewhere\n", encoding="utf-8")
    assert peers.set_up(root)


def test_half_made_environment_is_not_taken_for_ready(made, monkeypatch):
    root, _ = made
    fails = subprocess.CompletedProcess([], 1, stderr="ERROR: No matching distribution")
    monkeypatch.setattr(peers.subprocess, "run", lambda *_, **how: fails)
    for _ in range(2):
        with pytest.raises(
            peers.PeersError, match="No matching distribution"
        ) as output:
            peers.set_up(root)
        assert output.type is peers.PeersError


def test_index_that_does_not_answer_is_named_as_the_reason(
    tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "1")
    (tmp_path / peers.LIST).parent.mkdir()
    (tmp_path / peers.LIST).write_text("nbgrader==0.9.6\n", encoding="utf-8")
    (tmp_path / peers.CONSTRAINTS).write_text("", encoding="utf-8")
    assert peers.main(["--root", str(tmp_path)]) == 1
    assert "the package index does not answer" in capsys.readouterr().err
