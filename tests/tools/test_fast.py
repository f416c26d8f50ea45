"""`make fast` runs what a change calls for, and ends in time."""

import os
import subprocess
import sys

import pytest

from tools.fast import changed_files, chosen_tests, imported_names, main
from tools.settings import ROOT

from .conftest import commit

FILES = {
    "course_lib/__init__.py": "",
    "course_lib/masks.py": "LIMIT = 1\n",
    "course_lib/other.py": "",
    "tests/__init__.py": "",
    "tests/helper.py": "",
    "tests/test_masks.py": "def test_it(): pass\n",
    "tests/test_imports.py": "from course_lib import masks\n\ndef test_it(): pass\n",
    "tests/test_name.py": "from course_lib.masks import LIMIT\n",
    "tests/test_helped.py": "from .helper import thing\n",
    "tests/test_other.py": "import course_lib.other\n\ndef test_it(): assert False\n",
    "tests/browser/test_masks.py": "",
    "notes.md": "",
}


@pytest.fixture
def root(tmp_path):
    """Return a repository with one commit of FILES."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    commit(tmp_path)
    return tmp_path


def chosen(root, *changed):
    return [path.name for path in chosen_tests(root, changed)]


def test_changes_are_those_since_the_commit_new_files_included(root):
    (root / "course_lib/masks.py").write_text("LIMIT = 2\n")
    (root / "new.py").write_text("")
    assert changed_files(root) == ["course_lib/masks.py", "new.py"]


def test_changes_in_a_clean_checkout_are_those_of_its_commit(root):
    (root / "course_lib/other.py").write_text("X = 1\n")
    commit(root)
    assert changed_files(root) == ["course_lib/other.py"]


def test_changed_module_calls_for_its_own_test_and_then_for_those_that_import_it(root):
    expected = ["test_masks.py", "test_imports.py", "test_name.py"]
    assert chosen(root, "course_lib/masks.py") == expected


def test_changed_test_comes_first_and_a_changed_helper_calls_for_who_uses_it(root):
    changed = ("course_lib/masks.py", "tests/test_other.py")
    assert chosen(root, *changed)[0] == "test_other.py"
    assert chosen(root, "tests/helper.py") == ["test_helped.py"]


def test_text_that_is_no_code_calls_for_no_unit_test(root, capsys):
    assert chosen(root, "notes.md") == []
    (root / "notes.md").write_text("changed")
    assert main(["--root", str(root)]) == 0
    assert "No unit test" in capsys.readouterr().out


def test_names_of_an_import_are_the_module_and_what_is_taken_from_it(tmp_path):
    path = tmp_path / "tests" / "a" / "test_x.py"
    path.parent.mkdir(parents=True)
    imports = ("import one.two", "from three import four", "from ..small import five")
    path.write_text("\n".join(imports))
    assert imported_names(path) == {
        "one.two", "three", "three.four", "tests.small", "tests.small.five",
    }  # fmt: skip


def run(root, *arguments):
    """Run the command on a repository, in a process of its own."""
    command = [sys.executable, "-m", "tools.fast", "--root", str(root), *arguments]
    # the modules of the repository come before those of this checkout
    variables = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        command, cwd=root, env=os.environ | variables, capture_output=True, text=True
    )


def test_change_that_calls_for_slow_tests_only_passes(root):
    slow = "import pytest\n\npytestmark = pytest.mark.slow\n"
    (root / "tests/test_name.py").write_text(f"{slow}\ndef test_it(): assert False\n")
    done = run(root)
    assert "1 deselected" in done.stdout
    assert done.returncode == 0


def test_failing_test_fails_the_command_and_a_run_out_of_time_does_not(root):
    (root / "course_lib/other.py").write_text("X = 1\n")
    assert run(root).returncode == 1
    (root / "course_lib/other.py").write_text("")
    (root / "course_lib/masks.py").write_text("LIMIT = 2\n")
    (root / "tests/test_name.py").write_text("def test_it(): assert False\n")
    done = run(root, "--seconds", "0")
    assert "1 failed" in done.stdout
    assert done.returncode == 1
    (root / "tests/test_name.py").write_text("def test_it(): pass\n")
    done = run(root, "--seconds", "0")
    assert "2 tests left to make test" in done.stdout
    assert done.returncode == 0
