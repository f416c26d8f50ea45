"""The page of demos holds every demo, and its server is told what it needs."""

import os
import re
from pathlib import Path

from jupyter_core.paths import jupyter_path

from course_lib.demos.gallery import DEMOS
from tools import app
from tools.notebook import code_cells, load
from tools.settings import ROOT


def test_every_demo_has_a_section_that_says_what_to_look_for():
    texts = [cell.source for cell in app.notebook().cells]
    for name, entry in DEMOS.items():
        place = texts.index(f'gallery.show("{name}")')
        heading = texts[place - 1]
        assert heading.startswith(f"## {entry.title}\n\n{entry.look}")
        assert f"chapter {entry.chapter}" in heading


def test_notebook_is_written_without_outputs_and_the_same_each_time(tmp_path):
    path = app.write(tmp_path)
    first = path.read_bytes()
    cells = code_cells(load(path))
    assert len(cells) == len(DEMOS) + 1
    assert not any(cell.outputs for cell in cells)
    assert app.write(tmp_path).read_bytes() == first


def test_a_visitor_starts_with_an_empty_work_folder_of_their_own(monkeypatch):
    monkeypatch.setenv("COURSE_WORK", "of somebody else")
    seen = {}
    exec(app.START, seen)
    folder = os.environ["COURSE_WORK"]
    assert folder != "of somebody else"
    assert os.listdir(folder) == []
    seen["work"].cleanup()
    assert not os.path.exists(folder)


def test_what_the_user_has_on_the_paths_stays_there():
    joined = app.environment(ROOT, {"PYTHONPATH": "mine", "JUPYTER_PATH": "ours"})
    assert joined["PYTHONPATH"].split(os.pathsep) == [str(ROOT), "mine"]
    assert joined["JUPYTER_PATH"].split(os.pathsep) == [str(ROOT / "tools"), "ours"]
    assert app.environment(ROOT, {})["PYTHONPATH"] == str(ROOT)


def test_voila_starts_on_this_machine_without_code_or_browser(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(app.Voila, "launch_instance", started.append)
    for name in ("JUPYTER_PATH", "PYTHONPATH", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "")  # put back after the test
    assert app.main(["--port", "7000", "--root", str(tmp_path)]) == 0
    (options,) = started
    assert options[0] == str(tmp_path / app.NOTEBOOK)
    assert {"--port=7000", "--Voila.ip=127.0.0.1", "--no-browser"} <= set(options)
    assert "--strip_sources=True" in options
    assert (tmp_path / app.NOTEBOOK).exists()


def test_our_template_drops_what_voila_takes_from_other_hosts():
    places = jupyter_path("voila", "templates", "lab", "index.html.j2")
    theirs = next(p.read_text("utf-8") for p in map(Path, places) if p.exists())
    links = [line for line in theirs.splitlines() if "https://" in line]
    fetched = [line for line in links if re.search(r"<link|<script", line)]
    assert fetched, "Voila fetches nothing any more: our template can go"
    assert all('href="https://' in line for line in fetched)
