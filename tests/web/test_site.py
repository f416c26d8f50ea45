"""The whole website as files: links lead somewhere, nothing is foreign or heavy."""

import html
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from tools.notebook import load
from tools.settings import ROOT
from tools.website.pages import LINKS
from tools.website.sources import site_pages
from tools.website.weight import page_bytes, problems

FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+?\$", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)

pytestmark = pytest.mark.slow  # builds the website


class Reader(HTMLParser):
    """Collects what a page has: ids, links, pictures, and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.headings = [], [], []
        self.loaded, self.without_words, self.handlers = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" and "href" in values else []
        if tag in ("script", "img", "link", "iframe", "source", "object"):
            self.loaded += [values[n] for n in ("src", "href", "data") if n in values]
        if tag == "img" and not values.get("alt", "").strip():
            self.without_words.append(values["src"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.handlers += [name for name in values if name.startswith("on")]


@pytest.fixture(scope="module")
def pages(site):
    """Map each page to its text and what a reader of its HTML finds."""
    texts = {p: p.read_text("utf-8") for p in sorted(site.rglob("*.html"))}
    return {page: (text, Reader(text)) for page, text in texts.items()}


def test_every_notebook_and_guide_has_its_page(site):
    expected = {page.rpartition(".")[0] + ".html" for page in site_pages(ROOT).values()}
    built = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    assert expected <= built
    assert {"404.html", "search.html", "api/activation.html"} <= built
    assert (site / ".nojekyll").exists()


def test_every_link_leads_to_a_page_and_to_a_place_on_it(pages, site):
    ids = {page: set(reader.ids) for page, (_, reader) in pages.items()}
    broken = []
    for page, (_, reader) in pages.items():
        for link in reader.links:
            if link.startswith(("https://", "http://", "mailto:")):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.is_file():
                broken.append(f"{page.name}: {link}")
            elif anchor and anchor not in ids.get(target, ()):
                broken.append(f"{page.name}: no {link}")
    assert broken == []


def test_no_page_loads_anything_from_another_host_or_runs_a_handler(pages):
    for page, (text, reader) in pages.items():
        assert [u for u in reader.loaded if re.match(r"(\w+:)?//", u)] == [], page
        assert reader.handlers == [], page
        assert "eval(" not in text, page


def test_unpublished_course_has_no_address_and_no_badge(pages):
    for page, (text, _) in pages.items():
        for word in ('rel="canonical"', "OWNER", "mybinder", "colab.research"):
            found = re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)
            assert word not in found, (page.name, word)


def test_titles_and_descriptions_are_present_and_each_its_own(pages):
    titles, words = Counter(), Counter()
    for page, (text, reader) in pages.items():
        titles[re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1].strip()] += 1
        found = re.findall(r'<meta name="description" content="([^"]*)">', text)
        assert len(found) == 1, page
        assert 25 <= len(found[0]) <= 300, (page, found)
        words[found[0]] += 1
        assert reader.headings.count(1) == 1, page
    assert [t for t, n in (titles | words).items() if n > 1] == []


def test_every_page_has_a_picture_for_previews(pages, site):
    for page, (text, _) in pages.items():
        image = re.search(r'<meta property="og:image" content="([^"]*)">', text)[1]
        assert (page.parent / image).resolve().is_file(), page


def test_pictures_have_words_ids_are_unique_and_headings_in_order(pages):
    for page, (_, reader) in pages.items():
        assert reader.without_words == [], page
        assert [i for i, n in Counter(reader.ids).items() if n > 1] == [], page
        steps = zip(reader.headings, reader.headings[1:], strict=False)
        assert [s for s in steps if s[1] > s[0] + 1] == [], page


def test_pages_and_script_are_light(site):
    assert problems(site, page_bytes(site)) == []


def prose(number):
    """Return a lesson's path, and its prose without code and lines of links."""
    (path,) = (ROOT / "notebooks").glob(f"{number:02}_*.ipynb")
    cells = [c.source for c in load(path).cells if c.cell_type == "markdown"]
    return path, "\n\n".join(CODE.sub("", LINKS.sub("", cell)) for cell in cells)


def article(site, path):
    text = (site / "lessons" / f"{path.stem}.html").read_text("utf-8")
    return text[text.index("<article") : text.index("</article>")]


@pytest.mark.parametrize("number", range(7))
def test_every_word_of_a_lesson_is_on_its_page(site, number):
    path, text = prose(number)
    text = re.sub(r"\]\([^)]*\)|<[^>]+>|https?:\S+", " ", FORMULA.sub(" ", text))
    shown = html.unescape(re.sub(r"<[^>]+>", " ", article(site, path)))
    missing = Counter(WORD.findall(text)) - Counter(WORD.findall(shown))
    assert missing == Counter()


@pytest.mark.parametrize("number", range(7))
def test_every_formula_of_a_lesson_is_on_its_page_with_its_number(site, number):
    path, text = prose(number)
    formulas, shown = FORMULA.findall(text), article(site, path)
    tags = re.findall(r"\\tag\{([^}]*)\}", "".join(formulas))
    assert re.findall(r'<span class="eqno">\(([^)]*)\)', shown) == tags
    assert shown.count("<math") >= len(formulas)
    assert "$" not in re.sub(r"<(pre|code|script).*?</\1>", "", shown, flags=re.DOTALL)


def test_signatures_are_python(site):
    """Sphinx shows what it cannot parse as it is: ``~`` before names, objects in <>."""
    for page in sorted((site / "api").glob("*.html")):
        for signature in re.findall(r'<dt class="sig.*?</dt>', page.read_text(), re.S):
            shown = re.sub(r"<[^>]+>", "", signature)
            assert "~" not in shown, shown
            assert "&lt;" not in shown, shown


def test_function_names_the_lessons_that_use_it(site):
    text = (site / "api" / "activation.html").read_text("utf-8")
    start = text.index('id="course_lib.activation.select_neurons"')
    part = text[start : text.index("</dl>", start)]
    assert re.search(r'Used in.*?href="\.\./lessons/02_activation_pruning\.html"', part)
