"""What the tests need from Debian is installed where that is allowed, else named."""

import os
import shutil
import subprocess

import pytest

from tools.settings import ROOT

SHELL = ("sh", "mktemp", "rm", "tail")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs the script where only some programs exist."""
    for name in SHELL:
        (tmp_path / name).symlink_to(shutil.which(name))

    def run(*arguments, **programs):
        for name, body in programs.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)
        done = subprocess.run(
            [tmp_path / "sh", ROOT / "tools" / "system_packages.sh", *arguments],
            env=os.environ | {"PATH": str(tmp_path)}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_nothing_is_installed_where_all_is_there(run):
    out = run(
        google_chrome="", bwrap="", id="echo 0", apt_get="echo called >&2; exit 1"
    )
    assert [line.split()[0] for line in out.splitlines()] == ["found", "found"]


def test_root_installs_exactly_what_is_missing(run, tmp_path):
    log = tmp_path / "log"
    out = run(bwrap="", id="echo 0", apt_get=f'echo "$@" >> {log}')
    assert "installing: chromium" in out
    assert "skipped" not in out
    update, install = log.read_text().splitlines()
    assert update == "update"
    assert install.split()[0] == "install"
    assert install.split()[-1] == "chromium"
    assert "bubblewrap" not in install


def test_firefox_is_installed_alone_and_only_when_it_is_asked_for(run, tmp_path):
    log = tmp_path / "log"
    run("firefox", id="echo 0", apt_get=f'echo "$@" >> {log}')
    _, install = log.read_text().splitlines()
    assert install.split()[-2:] == ["--no-install-recommends", "firefox-esr"]
    assert run("firefox", firefox="").startswith("found ")


def test_failed_installation_is_told_with_its_last_words(run):
    out = run(id="echo 0", apt_get="echo no route to the mirror; exit 100")
    assert "no route to the mirror" in out
    assert "will be skipped; on Debian: apt-get install chromium bubblewrap" in out


def test_without_root_nothing_is_tried_and_the_command_is_named(run, tmp_path):
    out = run(id="echo 1000", apt_get=f"touch {tmp_path}/called")
    assert "will be skipped; on Debian: apt-get install chromium bubblewrap" in out
    assert not (tmp_path / "called").exists()
