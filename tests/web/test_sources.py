"""What Sphinx reads: pages made from README, CITATION.cff, and docstrings."""

import io

import pytest
from docutils import nodes
from docutils.utils import new_document
from docutils.utils.math import MathError
from fontTools.misc.timeTools import timestampNow
from fontTools.ttLib import TTFont
from PIL import Image

from tools.settings import ROOT, Settings
from tools.website.cards import HEIGHT, WIDTH, card
from tools.website.extension import LONGEST, description, mathml
from tools.website.font import formula_font
from tools.website.sources import API, citation, fill, numbers, site_pages, summary
from tools.website.weight import MAX_SCRIPT, MAX_TOTAL, Weight, page_bytes, problems

CFF = (ROOT / "CITATION.cff").read_text("utf-8")


def document(*texts):
    made = new_document("page")
    made += [nodes.paragraph("", text) for text in texts]
    return made


def test_every_public_module_on_the_website_has_a_sentence():
    modules = [module for group in API.values() for module in group]
    assert len(modules) >= 20
    assert [m for m in modules if not summary(ROOT, m).strip()] == []


def test_every_file_with_a_page_exists_and_no_two_share_one():
    pages = site_pages(ROOT)
    assert [path for path in pages if not (ROOT / path).is_file()] == []
    assert len(set(pages.values())) == len(pages)


def test_citation_names_the_version_and_the_address_once_there_is_one():
    text = citation(CFF, Settings(ROOT, "OWNER/course", "v1"))
    assert "version = {0.1.0}" in text
    assert "year    = {2026}" in text
    assert "url" not in text
    published = citation(CFF, Settings(ROOT, "somebody/course", "v1"))
    assert "url     = {https://github.com/somebody/course}" in published


def test_numbers_are_those_of_the_readme():
    page = numbers((ROOT / "README.md").read_text("utf-8"))
    assert page.startswith("# Nine numbers")
    assert page.count("](notebooks/") == 9
    assert "## " not in page
    with pytest.raises(ValueError, match="no section of numbers"):
        numbers("# Course\n")


def test_page_without_a_place_for_its_list_is_refused(tmp_path):
    page = tmp_path / "index.md"
    page.write_text("no list", "utf-8")
    with pytest.raises(ValueError, match="must have one <!-- list -->"):
        fill(page, "x")


def test_description_is_the_first_sentences_that_fit():
    long = "This sentence is long enough to describe what the page shows."
    assert description(document("Short.", f"{long} {'word ' * 40}.")) == long
    assert len(description(document("word " * 100))) <= LONGEST
    assert description(document(f"{long} It goes on:")) == f"{long} It goes on."
    assert description(None) == ""


def test_formula_has_its_number_upright_bars_and_a_prime():
    made = mathml(r"|m_j| \iff W' \tag{2.1}", block=True)
    assert '<span class="eqno">(2.1)</span>' in made
    assert made.count('<mo stretchy="false" lspace="0" rspace="0">|</mo>') == 2
    assert "⟺" in made
    assert "′" in made
    assert r"\tag" not in made
    with pytest.raises(MathError):
        mathml(r"\unknowncommand", block=False)


def test_font_has_the_signs_of_a_formula_their_italics_and_its_measures():
    font = TTFont(io.BytesIO(formula_font("hW∑")))
    assert {0x210E, 0x1D44A, ord("∑"), ord("√")} <= set(font.getBestCmap())
    assert 0x1D44B not in font.getBestCmap()  # X, which is not in use
    assert "MATH" in font
    assert font["name"].getDebugName(13)  # its license
    # not the time of the build, so that two builds of a site are alike
    assert timestampNow() - font["head"].modified > 86_400


@pytest.mark.parametrize("title", ["Short", "Title: with a part below", "word " * 30])
def test_card_has_the_size_that_others_show(tmp_path, title):
    name = card(title, "Course", tmp_path, "lessons/x")
    assert name == "lessons-x.png"
    image = Image.open(tmp_path / name)
    assert image.size == (WIDTH, HEIGHT)
    words = image.convert("L").crop((0, 140, 800, HEIGHT))
    left, _, right, bottom = words.point(lambda value: 255 * (value < 60)).getbbox()
    assert left >= 55
    assert right <= 790
    assert bottom <= HEIGHT - 20


def test_bytes_are_counted_and_what_is_too_heavy_is_named(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "course.js").write_bytes(bytes(MAX_SCRIPT + 1))
    (tmp_path / "a.webp").write_bytes(bytes(MAX_TOTAL))
    page = '<img src="a.webp"><script defer src="_static/course.js?v=1"></script>'
    (tmp_path / "index.html").write_text(page, "utf-8")
    sizes = page_bytes(tmp_path)
    assert sizes["index.html"].all - sizes["index.html"].to_read == MAX_TOTAL
    assert str(Weight(41_000, 90_000)) == "41 kB until read, 90 kB in all"
    found = problems(tmp_path, sizes | {"index.html": Weight(300_001, MAX_TOTAL + 1)})
    assert [line.split(" ")[0] for line in found] == [
        "index.html", "index.html", "course.js"
    ]  # fmt: skip
