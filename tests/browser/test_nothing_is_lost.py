"""What was typed is there again after a kernel died, and from two open pages."""

import pytest

from course_lib.drafts import drafts

from . import notebooks
from .lab import Lab

FIELD = "02-explain"
CODE = f"""\
from IPython.display import display
from course_lib.page.kept_text import KeptText
display(KeptText("{FIELD}"))"""


@pytest.fixture
def fields(lab_folder):
    """Write two notebooks with the same field; return their names."""
    names = ("first.ipynb", "second.ipynb")
    for name in names:
        notebooks.write(lab_folder / name, ("practice", CODE))
    return names


@pytest.fixture
def other(context, server):
    """Return a second page of the same JupyterLab."""
    page = context.new_page()
    yield Lab(page, server)
    page.close()


def open_and_run(lab, name):
    lab.open(name)
    lab.run_all()
    assert lab.errors() == []
    return lab.show_cell("practice")


def typed(lab, area):
    field = area.locator("textarea:visible")
    field.wait_for()
    return field.input_value()


def on_disk(server):
    return [draft.text for draft in drafts(FIELD, folder=server.work)]


def test_text_survives_a_kernel_that_is_killed(lab, fields, server):
    area = open_and_run(lab, fields[0])
    lab.type_text(area, "zeros are stored too")
    lab.wait_for_number(area, r"(\d+) words · draft saved", 4)
    killed = lab.kill_kernel(fields[0])
    lab.accept_dialog("appears to have died")
    assert on_disk(server) == ["zeros are stored too"]
    lab.restart_and_run_all()
    assert lab.errors() == []
    area = lab.show_cell("practice")
    assert typed(lab, area) == "zeros are stored too"
    lab.type_text(area, ", each of them")
    lab.wait_for_number(area, r"(\d+) words · draft saved", 7)
    assert on_disk(server) == ["zeros are stored too, each of them"]
    assert lab.kernel_pid(fields[0]) != killed


def test_two_open_pages_keep_both_texts(lab, other, fields, server):
    pages = dict(zip(fields, (lab, other), strict=True))
    areas = {name: open_and_run(page, name) for name, page in pages.items()}
    texts = dict(zip(fields, ("typed here", "typed there"), strict=True))
    for name, page in pages.items():
        page.type_text(areas[name], texts[name])
        page.wait_for_number(areas[name], r"(\d+) words · draft saved", 2)
    lab.type_text(areas[fields[0]], " and on")  # after the other page wrote
    lab.wait_for_number(areas[fields[0]], r"(\d+) words · draft saved", 4)
    both = {"typed here and on", "typed there"}
    assert set(on_disk(server)) == both
    for name, page in pages.items():
        area = open_and_run(page, name)
        # one of them to go on with, the other beside it
        shown = [typed(page, area), area.inner_text()]
        assert all(any(text in part for part in shown) for text in both), shown
    assert set(on_disk(server)) == both


def test_text_is_there_when_the_notebook_was_rebuilt(lab, fields, lab_folder):
    area = open_and_run(lab, fields[0])
    lab.type_text(area, "about to be rebuilt")
    lab.wait_for_number(area, r"(\d+) words · draft saved", 4)
    lab.shut_down()
    cells = [("", "print('a new cell')"), ("practice", CODE)]
    notebooks.write(lab_folder / fields[0], *cells, prose="Other prose.")
    area = open_and_run(lab, fields[0])
    assert len(lab.cells()) == 2
    assert typed(lab, area) == "about to be rebuilt"
