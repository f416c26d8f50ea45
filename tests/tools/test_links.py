"""Every page leads on: its links resolve where it lies, and in a learner's copy."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from course_lib import workspace
from tools.generate import EXERCISES, FOLDERS, LESSONS, SOLUTIONS, generate
from tools.links import chapters
from tools.notebook import dumps, load
from tools.settings import ROOT, Settings, notebook_path

PAPER = re.compile(r"[A-Z]\w+ et al\.|[A-Z]\w+ & [A-Z]\w+|Deep Compression")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a folder with the course's notebooks, not executed."""
    root = tmp_path_factory.mktemp("course")
    (root / "README.md").write_text((ROOT / "README.md").read_text("utf-8"))
    for path, notebook in generate(Settings.load(ROOT)).items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(dumps(notebook), encoding="utf-8")
    return root


def pages(folder: Path, *kinds: str) -> list[Path]:
    return [path for kind in kinds for path in sorted((folder / kind).glob("*.ipynb"))]


def links(path: Path, *places: int) -> list[tuple[str, str]]:
    """The relative links of some markdown cells of a page, or of all of them."""
    texts = [c.source for c in load(path).cells if c.cell_type == "markdown"]
    chosen = [texts[place] for place in places] if places else texts
    found = [link for text in chosen for link in LINK.findall(text)]
    return [(text, to) for text, to in found if "://" not in to]


def broken(path: Path) -> list[str]:
    found = (to.partition("#")[0] for _, to in links(path))
    return [to for to in found if not (path.parent / to).exists()]


def test_every_link_of_every_page_resolves(course):
    found = pages(course, *FOLDERS)
    assert {path: to for path in found if (to := broken(path))} == {}
    assert "\n## The map\n" in (course / "README.md").read_text("utf-8")


@pytest.mark.parametrize("place", [0, -1], ids=["top", "end"])
def test_every_page_leads_back_across_to_the_map_and_on(course, place):
    for before, here in pairwise(chapters(ROOT)):
        for folder in FOLDERS:
            if folder != LESSONS and not here.has_exercises:
                continue
            page = course / notebook_path(here.stem, folder)
            led = dict(links(page, place))
            assert led.pop("map") == workspace.MAP
            assert Path(led.pop(f"← {before.title}")).name == f"{before.stem}.ipynb"
            across = {EXERCISES: "lesson", LESSONS: "exercises"}
            assert across.get(folder, "exercises") in led
        on = dict(links(course / notebook_path(before.stem, LESSONS), place))
        assert Path(on[f"{here.title} →"]).name == f"{here.stem}.ipynb"


def test_only_the_end_of_an_exercise_page_leads_to_its_solutions(course):
    for page in pages(course, *FOLDERS):
        to_solutions = [to for _, to in links(page) if SOLUTIONS in to]
        at_its_end = [to for _, to in links(page, -1) if SOLUTIONS in to]
        assert to_solutions == at_its_end
        assert len(to_solutions) == (page.parent.name == EXERCISES)


def test_no_two_pages_have_the_same_name_in_a_tab(course):
    names = Counter(page.name for page in pages(course, *FOLDERS))
    assert max(names.values()) == 1


@pytest.mark.parametrize("place", ["my_work", "../elsewhere"])
def test_every_link_of_a_learners_copy_resolves(course, place):
    work = (course / place).resolve()
    for chapter in workspace.chapters(course):
        workspace.start(chapter, root=course, work=work)
    (work / "map.ipynb").write_text("{}")
    copies = pages(work, *workspace.KINDS)
    assert len(copies) == len(pages(course, *workspace.KINDS))
    assert {path: to for path in copies if (to := broken(path))} == {}
    assert all("../map.ipynb" in dict(links(path, 0, -1)).values() for path in copies)
    inside = place == "my_work"
    for page in pages(work, EXERCISES):
        assert any(SOLUTIONS in to for _, to in links(page, -1)) == inside
        assert SOLUTIONS in load(page).cells[-1].source


def test_paper_is_linked_where_a_page_first_names_it(course):
    for page in pages(course, *FOLDERS):
        cells = [c.source for c in load(page).cells if c.cell_type == "markdown"]
        text = re.sub(r"^#.*$", "", "\n".join(cells), flags=re.MULTILINE)
        text = " ".join(text.split())
        linked = [m.span() for m in re.finditer(r"\[[^]]+\]\(https://[^)]+\)", text)]
        first = {m[0]: m.start() for m in reversed([*PAPER.finditer(text)])}
        bare = {
            name: text[at - 20 : at + 40]
            for name, at in first.items()
            if not any(start < at < end for start, end in linked)
        }
        assert bare == {}, page.name


def test_copies_with_the_names_of_before_are_kept_found_and_linked(course, tmp_path):
    (tmp_path / EXERCISES).mkdir()
    mine = tmp_path / EXERCISES / "02_activation_pruning.ipynb"
    mine.write_text("my answers")
    lesson, exercises = workspace.start("02", root=course, work=tmp_path)
    assert exercises == (mine, False)
    assert mine.read_text() == "my answers"
    assert pages(tmp_path, EXERCISES) == [mine]
    assert f"../{EXERCISES}/{mine.name}" in dict(links(lesson[0])).values()
    assert not any(
        "_exercises.ipynb" in to for _, to in links(lesson[0]) if "02_" in to
    )
