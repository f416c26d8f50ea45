"""A notebook becomes a page: nothing that needs a kernel, and nothing hidden."""

import base64
import io
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.settings import ROOT, Settings
from tools.source import Cell
from tools.stamp import cell_metadata
from tools.website import parts
from tools.website.pages import Page
from tools.website.pictures import keeps_colors, picture

PATH = "notebooks/00_plain.ipynb"
PAGES = {
    PATH: "lessons/00_plain.ipynb",
    "notebooks/01_one.ipynb": "lessons/01_one.ipynb",
    "README.md": "docs/numbers.md",
}


def png(width=4, height=3, color="#ff0000"):
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def output(data, alt=None):
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return new_output("display_data", data, metadata=metadata)


def code(source, *outputs, tags=()):
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)})


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Return a function that makes the page of cells."""
    monkeypatch.setattr(parts, "keep", lambda: "")

    def made(*cells, repository="OWNER/course"):
        title = "# 00 Plain\n\n[![Open](https://b.org/b.svg)](https://c.org)\n\nText."
        notebook = new_notebook(cells=[new_markdown_cell(title), *cells])
        settings = Settings(ROOT, repository, "v1")
        return Page(settings, PATH, PAGES, tmp_path / "pictures").of(notebook).cells

    return made


def shown(cell):
    return "".join(
        "".join(output.get("data", {}).values()) or output.get("text", "")
        for output in cell.outputs
    )


def test_badges_links_between_notebooks_and_their_cells_go(page):
    cells = page(
        code("%pip install x", tags=["colab"]),
        new_markdown_cell("See [one](01_one.ipynb#The-Map), [home](../README.md)."),
        code("workspace.keep()", output({"text/plain": "old"}), tags=["keep"]),
        new_markdown_cell("---\n\n[map](../README.md#the-map) · [next](01_one.ipynb)"),
    )
    assert len(cells) == 2
    assert "b.svg" not in cells[0].source


def test_links_lead_to_pages_or_are_plain_text_until_there_is_a_repository(page):
    text = "[one](01_one.ipynb#The-Map), [file](../tools/a.py), [x](https://x.org)"
    (_, cell) = page(new_markdown_cell(text))
    there = "[one](../lessons/01_one.ipynb#the-map), file, [x](https://x.org)"
    assert cell.source == there
    (_, cell) = page(new_markdown_cell(text), repository="somebody/course")
    file = "[file](https://github.com/somebody/course/blob/v1/tools/a.py)"
    assert cell.source == there.replace("file", file)


def test_every_page_has_a_door_to_its_notebook_and_to_colab_only_when_published(page):
    door = page()[0].source
    assert f'<a href="../{PATH}" download>' in door
    assert "colab" not in door
    assert "binder" not in door
    door = page(repository="somebody/course")[0].source
    assert "colab.research.google.com/github/somebody/course/blob/v1/notebooks" in door
    assert "mybinder.org/v2/gh/somebody/course/v1" in door


def test_what_stands_under_a_second_title_goes_a_level_down_but_not_code(page):
    cells = page(
        new_markdown_cell("---\n# After\n\n## Questions\n\n```\n# no heading\n```"),
        new_markdown_cell("### Why?"),
    )
    assert cells[1].source == "## After\n\n### Questions\n\n```\n# no heading\n```"
    assert cells[2].source == "#### Why?"


def test_hidden_code_shows_its_output_alone_and_a_reveal_is_folded(page):
    text = output({"text/plain": "7"})
    cells = page(
        code("import x", tags=["hide-input"]),
        code("secret()", text, tags=["hide-input"]),
        code("reveal()", text, tags=["reveal"]),
        code("visible()", text),
    )
    assert [cell.metadata.tags for cell in cells[1:]] == [
        ["remove-input"], ["hide-output"], []
    ]  # fmt: skip


def test_a_picture_is_a_small_file_of_known_size_with_its_words(page, tmp_path):
    data = {"image/png": png(40, 30), "text/plain": "plain"}
    (_, cell) = page(code("show()", output(data, alt='A "map".')))
    element = shown(cell)
    name = re.search(r'src="\.\./pictures/(\w+\.webp)"', element)[1]
    assert 'alt="A &quot;map&quot;."' in element
    assert 'width="40" height="30" loading="lazy"' in element
    image = Image.open(tmp_path / "pictures" / name)
    assert (image.format, image.size) == ("WEBP", (40, 30))
    assert image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_picture_without_words_is_refused_and_a_wide_one_made_smaller(tmp_path):
    with pytest.raises(ValueError, match="alternative text"):
        picture(png(), " ", tmp_path, "")
    assert 'width="1600" height="20"' in picture(png(3200, 40), "Wide.", tmp_path, "")


def test_pictures_that_speak_of_the_dark_stay_as_they_are_in_it():
    plot = Image.new("RGB", (100, 100), "white")
    plot.paste("black", (0, 0, 100, 20))
    assert not keeps_colors(plot)
    for color, height in (("black", 30), ((0, 34, 78), 1)):  # a QR code, a heat map
        changed = plot.copy()
        changed.paste(color, (0, 50, 100, 50 + height))
        assert keeps_colors(changed)


def test_a_broad_picture_is_marked_for_phones(tmp_path):
    assert "course-broad" in picture(png(800, 40), "Broad.", tmp_path, "")
    assert "course-broad" not in picture(png(600, 40), "Narrow.", tmp_path, "")


def test_room_for_an_answer_is_left_out(page):
    room = "Write five below the line.\n\n---\n\n*Your answer: double-click here.*"
    _, text = page(new_markdown_cell(f"{room}\n\nAfter."))
    assert text.source == "Write five.\n\nAfter."


def test_names_of_an_index_stand_in_the_row_of_the_columns(page):
    head = "<tr><th></th><th>loss</th></tr><tr><th>epoch</th><th></th></tr>"
    body = "<tr><th>one of three</th><td>1</td></tr>"
    table = f'<table border="1" class="dataframe"><thead>{head}</thead>{body}</table>'
    (_, cell) = page(code("frame", output({"text/html": table})))
    assert (
        '<thead><tr><th class="course-name">epoch</th><th>loss</th></tr></thead>'
        '<tr><th class="course-long">one of three</th>' in shown(cell)
    )
    full = table.replace("<th></th></tr></thead>", "<th>b</th></tr></thead>")
    (_, cell) = page(code("frame", output({"text/html": full})))
    assert shown(cell).count("<th>b</th>") == 1


def test_tables_scroll_in_a_box_and_progress_bars_go(page):
    bar = new_output("stream", name="stderr", text="training: 0%")
    style, table = "<style scoped>x{}</style>", '<table border="1" class="dataframe">'
    frame = output({"text/html": f"<div>\n{style}\n{table}</table></div>"})
    (_, cell) = page(code("frame", bar, frame))
    assert "training" not in shown(cell)
    assert "<style" not in shown(cell)
    box = '<div class="pst-scrollable-table-container"><table class="dataframe'
    assert box in shown(cell)


def test_a_part_takes_the_place_of_its_code_and_of_its_stored_output(page, monkeypatch):
    stored = output({"text/markdown": "*stored*", "text/plain": "-"})
    cell = code('page.predict.show("01")', stored, tags=["predict"])
    asked = []

    def html_of(call, *arguments, root, still):
        asked.append((call, arguments))
        return "<div>alive</div>"

    monkeypatch.setattr(parts, "html_of", html_of)
    alive = page(cell)[1]
    assert shown(alive) == "<div>alive</div>"
    assert alive.metadata.tags == ["remove-input"]
    assert asked == [("predict.show", ("01",))]


def test_code_of_cells_tagged_hide_input_is_folded_in_the_notebook():
    cell = Cell("code", "secret_call()", ("demo", "hide-input"))
    metadata = cell_metadata(cell, None, {})
    assert metadata == {
        "tags": ["demo", "hide-input"], "jupyter": {"source_hidden": True},
    }  # fmt: skip
    both = cell_metadata(Cell("code", "x", ("reveal", "hide-input")), None, {})
    assert both["jupyter"] == {"outputs_hidden": True, "source_hidden": True}
