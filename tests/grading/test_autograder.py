"""The autograder's zip file does in a folder what Gradescope does in its container."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grading import on_gradescope
from grading.autograder import FOLDERS, main
from grading.on_gradescope import NO_NOTEBOOK, combined
from tests.grading.make_class import put
from tests.grading.make_results import result
from tests.grading.notebooks import ROOT, dump, solved


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the zip file is unpacked as Gradescope does it."""
    root = tmp_path_factory.mktemp("container")
    path, secret = root / "autograder.zip", root / "secret.txt"
    secret.write_text("of this test\n")
    options = ["--out", str(path), "--secret", str(secret), "--class-seed", "0"]
    assert main(options) == 0
    assert path.stat().st_mode & 0o077 == 0
    source = root / "autograder" / "source"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(source)
        for entry in archive.infolist():
            os.chmod(source / entry.filename, entry.external_attr >> 16)
    python = root / "autograder" / "env" / "bin" / "python"
    put(root, {str(python): f'#!/bin/sh\nexec {sys.executable} "$@"\n'})
    python.chmod(0o755)
    shutil.copy(source / "run_autograder", root / "autograder" / "run_autograder")
    return root


def run(container: Path, **files: bytes) -> tuple[int, dict]:
    """Hand in these notebooks and run the autograder on them."""
    for name in ("submission", "results"):
        shutil.rmtree(container / "autograder" / name, ignore_errors=True)
        (container / "autograder" / name).mkdir()
    named = {f"{name}.ipynb": data for name, data in files.items()}
    put(container / "autograder" / "submission", named)
    place = {"AUTOGRADER_ROOT": str(container), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [container / "autograder" / "run_autograder"], env=place, check=False
    )
    path = container / "autograder" / "results" / "results.json"
    return done.returncode, json.loads(path.read_text()) if path.is_file() else {}


def test_a_submission_is_graded_where_gradescope_puts_it(
    container: Path, bubblewrap: str
) -> None:
    both = {"a": dump(solved("03")), "b": dump(solved("01", mlp_costs="")), "c": b"{}"}
    status, found = run(container, **both)
    assert status == 0
    assert found["score"] == 23
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(23)
    numbers = [test["number"] for test in found["tests"]]
    assert len(set(numbers)) == len(numbers)
    assert found["extra_data"]["chapters"][1]["notebook"] == "a.ipynb"
    assert "of this test" not in json.dumps(found)


def test_without_a_sandbox_there_is_no_result(
    container: Path, bubblewrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = container / "only-the-shell"
    put(shell, {"bwrap": "#!/bin/sh\nexit 1\n"})
    (shell / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{shell}:/usr/bin:/bin")
    status, found = run(container, a=dump(solved("03")))
    assert (status, found) == (2, {})


def test_where_the_machine_stalled_there_is_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    settings = {"secret.txt": "a", "settings.json": '{"chapter": "", "class_seed": 0}'}
    put(tmp_path / "source", settings)
    stalled = [replace(result(), stalled=True)]
    monkeypatch.setattr(on_gradescope, "verify_sandbox", lambda _: None)
    monkeypatch.setattr(on_gradescope, "grade", lambda *_: stalled)
    assert on_gradescope.main(tmp_path) == 2
    assert "Not graded: the machine stalled" in capsys.readouterr().err


def test_who_hands_in_no_notebook_is_told_so() -> None:
    assert NO_NOTEBOOK in combined([])["output"]
    assert combined([])["score"] == 0


def test_one_chapter_keeps_its_numbers() -> None:
    assert combined([result()])["tests"][0]["number"] == "1.1"


def test_scripts_are_shell_and_everything_that_grading_imports_is_packed(
    container: Path,
) -> None:
    source = container / "autograder" / "source"
    for name in ("setup.sh", "run_autograder"):
        assert os.access(source / name, os.X_OK)
        subprocess.run(["bash", "-n", source / name], check=True)
    for folder in FOLDERS:
        packed = {
            str(path.relative_to(source)) for path in (source / folder).rglob("*")
        }
        listed = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, capture_output=True, check=True
        )
        missing = set(listed.stdout.decode().split("\n")) - packed - {""}
        assert {name for name in missing if (ROOT / name).is_file()} == set()
    required = (source / "requirements.txt").read_text().split("\n")
    assert "torch>=2.9" in required


@pytest.mark.parametrize("chapter", ["3", "07"])
def test_a_chapter_without_exercises_is_refused(tmp_path: Path, chapter: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--out", str(tmp_path / "a.zip"), "--chapter", chapter])


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    path, secret = tmp_path / "a.zip", tmp_path / "secret.txt"
    secret.write_text("\n")
    assert main(["--out", str(path), "--secret", str(secret)]) == 2
    assert not path.exists()
