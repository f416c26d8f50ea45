"""The first cell installs on Colab and nowhere else; the last one keeps the work."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from tools.colab_cells import FIRST_CELL_TAG, LAST_CELL_TAG, first_cell, package_name
from tools.generate import FOLDERS, generate
from tools.notebook import code_cells
from tools.settings import ROOT, Settings

ON_COLAB = 'import sys\nsys.modules["google.colab"] = sys\n'


def run(cell, before=""):
    """Run a stamped cell; what `%pip` would do is left out."""
    plain = before + cell.text.replace("    %pip", "    pass  # %pip")
    return subprocess.run([sys.executable, "-c", plain], capture_output=True, text=True)


def settings(**packages):
    chapters = {chapter[1:]: names for chapter, names in packages.items()}
    return Settings(ROOT, "somebody/course", "v1", "numpy", chapters)


@pytest.fixture(scope="module")
def notebooks():
    return generate(Settings.load())


def test_every_notebook_of_every_folder_has_both_cells(notebooks):
    assert {path.split("/")[0] for path in notebooks} == set(FOLDERS)
    for notebook in notebooks.values():
        cells = code_cells(notebook)
        assert cells[0].metadata.tags == [FIRST_CELL_TAG]
        assert cells[-1].metadata.tags[0] == LAST_CELL_TAG
        assert cells[0] is notebook.cells[1]


def test_first_cell_installs_at_the_tag_and_without_any_dependency():
    text = first_cell(settings(c05=["onnx<1.23", "zstandard"]), "05").text
    pip = [line for line in text.split("\n") if "pip install" in line]
    origin = "git+https://github.com/somebody/course@v1"
    expected = f'    %pip install -q --no-deps "{origin}" "onnx<1.23" "zstandard"'
    assert pip == [expected]


def test_chapter_without_packages_of_its_own_installs_the_course_alone():
    text = first_cell(settings(c05=["zstandard"]), "01").text
    assert "zstandard" not in text
    assert text.count("pip install") == 1


def test_first_cell_does_nothing_outside_colab():
    done = run(first_cell(settings(c01=["pandas"]), "01"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_first_cell_says_on_colab_what_is_there_now():
    done = run(first_cell(settings(c01=["pandas>=2"]), "01"), ON_COLAB)
    assert done.stdout.splitlines() == [
        f"Installed: numpy {version('numpy')}",
        f"Installed: pandas {version('pandas')}",
        "Everything else is as Colab has it; no restart is needed.",
    ]


def test_first_cell_fails_where_pip_did_instead_of_saying_installed():
    done = run(first_cell(settings(c01=["no-such-package"]), "01"), ON_COLAB)
    assert done.returncode != 0
    assert "PackageNotFoundError" in done.stderr
    assert "no restart" not in done.stdout


def test_first_cell_says_in_one_sentence_that_nothing_was_installed(tmp_path):
    text = first_cell(settings(c01=["no-such-package"]), "01").text
    cell = tmp_path / "cell.ipy"
    cell.write_text(ON_COLAB + text.replace("%pip", "pass #"))
    command = [sys.executable, "-m", "IPython", "--quick", "--colors=NoColor"]
    done = subprocess.run([*command, str(cell)], capture_output=True, text=True)
    printed = (done.stdout + done.stderr).strip().splitlines()
    assert printed[0].startswith("Installed: numpy")
    sentence = "no-such-package could not be installed; pip says why above."
    assert printed[1:] == [sentence]


@pytest.mark.parametrize("requirement", ["onnx", "onnx<1.23", "onnx >= 1", "onnx[x]"])
def test_name_is_read_from_a_requirement(requirement):
    assert package_name(requirement) == "onnx"


def test_settings_name_the_wheel_that_the_first_cell_asks_for():
    text = first_cell(Settings.load(), "01").text
    assert '["pruning-measured"]' in text
