"""Chapter 00 becomes one page that loads nothing and hides nothing from anybody."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import site
from tools.notebook import dumps, load
from tools.settings import ROOT, Settings
from tools.site_check import problems
from tools.source import Cell
from tools.stamp import cell_metadata

PNG = "iVBORw0KGgo="
SETTINGS = Settings(ROOT, "somebody/course", "v1")
PATH = "notebooks/00_plain.ipynb"
PUBLISHED = "https://github.com/somebody/course/blob/v1"


def output(data, alt=None):
    metadata = {"image/png": {"alt": alt}} if alt else {}
    return new_output("display_data", data, metadata=metadata)


def code(source, *outputs, tags=()):
    return new_code_cell(
        source, outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)}
    )


def notebook(*cells):
    title = "# 00 Plain words\n\n[![Open](https://b.org/b.svg)](https://c.org)\n\nText."
    picture = output({"image/png": PNG, "text/plain": "A map."}, alt="A map.")
    made = new_notebook(
        cells=[
            new_markdown_cell(title),
            code(
                "import sys  # installs", output({"text/plain": "old"}), tags=["colab"]
            ),
            new_markdown_cell(
                "## Map\n\nSee [one](01_one.ipynb), [two](../a/b.ipynb#c)."
            ),
            code("secret_call()", picture, tags=["hide-input"]),
            *cells,
        ]
    )
    for number, cell in enumerate(made.cells):
        cell.id = f"plain-{number}"
    return made


def page(*cells):
    return site.page(notebook(*cells), SETTINGS, PATH)


def test_page_has_title_language_viewport_and_one_heading_of_level_one():
    text = page()
    assert "<title>Plain words</title>" in text
    assert '<html lang="en-GB">' in text
    assert 'name="viewport"' in text
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", text) == ["Plain words"]
    assert problems(text) == []


def test_no_code_no_badge_and_no_installing_cell():
    text = page()
    assert "secret_call" not in text
    assert "b.svg" not in text
    assert "installs" not in text
    assert "old" not in text


def test_pictures_are_inlined_with_their_alternative_text():
    assert re.search(rf'<img[^>]*src="data:image/png;base64,{PNG}[^>]*>', page())
    assert 'alt="A map."' in page()


def test_links_to_notebooks_lead_to_the_published_course():
    text = page()
    assert f'href="{PUBLISHED}/notebooks/01_one.ipynb"' in text
    assert f'href="{PUBLISHED}/a/b.ipynb#c"' in text
    assert f'href="{PUBLISHED}/{PATH}"' in text  # the footer's


def test_rooms_are_listed_and_lead_to_their_headings():
    text = page(new_markdown_cell("## Two words"))
    assert '<li><a href="#Map">Map</a></li>' in text
    assert '<li><a href="#Two-words">Two words</a></li>' in text
    assert 'id="Two-words"' in text
    assert "¶" not in text


def test_what_stands_under_a_second_title_goes_a_level_down():
    text = page(
        new_markdown_cell("---\n# After\n\n## Questions"), new_markdown_cell("### Why?")
    )
    levels = re.findall(r"<h(\d)[^>]*>(After|Questions|Why\?)", text)
    assert levels == [("2", "After"), ("3", "Questions"), ("4", "Why?")]
    assert problems(text) == []


def test_tables_and_folded_text_stay_and_a_progress_bar_goes():
    bar = new_output("stream", name="stderr", text="training: 0%")
    table = output(
        {"text/markdown": "| a | b |\n|---|---|\n| 1 | 2 |", "text/plain": "-"}
    )
    folded = output(
        {"text/markdown": "<details><summary>More</summary>\n\nx\n\n</details>"}
    )
    text = page(code("show()", bar, table), code("fold()", folded))
    assert "<td>1</td>" in text
    assert "<summary>More</summary>" in text
    assert "training" not in text


def test_a_demo_says_where_it_can_be_moved():
    demo = output({"image/png": PNG, "text/plain": "Demo"}, alt="Demo")
    text = page(code("demo()", demo, tags=["demo"]))
    assert "colab.research.google.com/github/somebody/course/blob/v1" in text
    assert "colab" not in page()


def test_notebook_without_a_title_is_refused():
    bare = new_notebook(cells=[new_markdown_cell("No title.")])
    with pytest.raises(ValueError, match="the first cell has no title"):
        site.page(bare, SETTINGS, PATH)


GOOD = (
    '<!DOCTYPE html><html lang="en"><title>T</title><main><h1 id="a">T</h1>'
    '<a href="https://x.org">x</a><a href="#a">a</a>{}</main></html>'
)


def test_links_are_no_problem():
    assert problems(GOOD.format("")) == []
    assert problems(GOOD.format('<img alt="x" src="data:image/png;base64,A">')) == []


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ('<img alt="x" src="https://x.org/a.png">', "<img> would load https://x.org"),
        ('<img alt="x" src="//x.org/a.png">', "<img> would load //x.org/a.png"),
        ('<img alt="x" src="a.png">', "<img> would load a.png"),
        (
            '<img alt="x" src="data:," srcset="http://x.org/2 2x">',
            "load http://x.org/2",
        ),
        ('<script src="data:,x"></script>', "<script> is not allowed"),
        ("<script>x()</script>", "<script> is not allowed"),
        ('<link rel="stylesheet" href="http://x.org/a.css">', "<link> is not allowed"),
        ('<iframe src="https://x.org"></iframe>', "<iframe> is not allowed"),
        ('<object data="https://x.org"></object>', "<object> would load"),
        ('<video poster="https://x.org/p"></video>', "<video> would load"),
        ('<svg><image href="https://x.org/p"/></svg>', "<image> would load"),
        ('<svg><use xlink:href="https://x.org/p"/></svg>', "<use> would load"),
        ("<style>@import 'https://x.org/a.css';</style>", "a style would load @import"),
        (
            "<style>p{background:url(https://x.org/a)}</style>",
            "load url(https://x.org/a",
        ),
        (
            "<p style=\"background:url('//x.org/a')\">",
            "a style would load url('//x.org",
        ),
        ('<p onclick="x()">', "<p> has a script in onclick"),
        ('<a href="02_x.ipynb">x</a>', "leads to 02_x.ipynb, which is not there"),
        ('<a href="#nowhere">x</a>', "#nowhere leads nowhere"),
        ('<a href="javascript:x()">x</a>', "leads to javascript:x()"),
        ('<img src="data:,">', "<img> has no alternative text"),
        ('<img alt=" " src="data:,">', "<img> has no alternative text"),
        ('<p id="a">', "id 'a' appears twice"),
        ("<h3>x</h3>", "<h3> follows a heading of level 1"),
        ("<h1>x</h1>", "has 2 <h1>; needed is one"),
        ('<meta http-equiv="refresh" content="0; url=http://x.org">', "refresh"),
    ],
)
def test_what_would_be_loaded_or_left_out_is_found(bad, named):
    found = problems(GOOD.format(bad))
    assert any(named in line for line in found), found


def test_page_without_language_title_or_main_part_is_found():
    found = " ".join(problems("<html><h1>T</h1></html>"))
    assert "<html> has no language" in found
    assert "has 0 <title>" in found
    assert "has 0 <main>" in found


def write_lesson(root, *cells):
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "pyproject.toml").write_text(
        '[tool.course]\nrepository = "somebody/course"\ntag = "v1"\n', encoding="utf-8"
    )
    (root / PATH).write_text(dumps(notebook(*cells)), encoding="utf-8")


def test_main_writes_the_page_and_says_so(tmp_path, capsys):
    write_lesson(tmp_path)
    assert site.main(["--root", str(tmp_path)]) == 0
    text = (tmp_path / site.PAGE).read_text(encoding="utf-8")
    assert text == page()
    assert "build/site/index.html" in capsys.readouterr().out


def test_page_that_would_load_something_is_not_written(tmp_path, capsys):
    bad = new_markdown_cell("![a map](https://x.org/map.png)")
    write_lesson(tmp_path, bad)
    assert site.main(["--root", str(tmp_path)]) == 1
    assert "<img> would load https://x.org/map.png" in capsys.readouterr().err
    assert not (tmp_path / site.PAGE).exists()


def test_course_without_the_chapter_is_refused(tmp_path, capsys):
    write_lesson(tmp_path)
    (tmp_path / PATH).unlink()
    assert site.main(["--root", str(tmp_path)]) == 1
    assert "must have one lesson, got 0" in capsys.readouterr().err


def test_committed_chapter_becomes_a_page_without_a_problem():
    path = "notebooks/00_plain_language.ipynb"
    settings = Settings.load()
    text = site.page(load(ROOT / path), settings, path)
    assert problems(text) == []
    assert "course_lib" not in re.sub(
        r"<details>.*?</details>", "", text, flags=re.DOTALL
    )
    assert text.count("<img") >= 2


def test_code_of_cells_tagged_hide_input_is_folded_in_the_notebook():
    cell = Cell("code", "secret_call()", ("demo", "hide-input"))
    metadata = cell_metadata(cell, None, {})
    assert metadata == {
        "tags": ["demo", "hide-input"], "jupyter": {"source_hidden": True},
    }  # fmt: skip
    both = cell_metadata(Cell("code", "x", ("reveal", "hide-input")), None, {})
    assert both["jupyter"] == {"outputs_hidden": True, "source_hidden": True}
