"""Words are set as in print, and numbers and formulas stay on one line."""

import re

import pytest

from tests.browser.chromium import ROOT
from tools.website.extension import mathml
from tools.website.polish import all_polished, kept_together, polished

TEXT = re.compile(r"<(head|script|style|pre|code)\b.*?</\1>|<[^>]+>", re.DOTALL)
# what no page may show: a number in two parts, a place in memory, a room for an answer
FAULTS = re.compile(
    r"(?<![\w.])\d{1,3} 0\d\d(?!\d)|\d %|at 0x[0-9a-f]+|double-click here"
    r"|Alias for field|``|\*\*\w[^*]*\w\*\*"
)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("the layer's weights' size", "the layer’s weights’ size"),
        ("“about the same”. A", "“about the same.” A"),
        ("“In Depth”, first", "“In Depth,” first"),
        ("on 10 000 images", "on 10,000 images"),
        ("<strong>-3.33 % of MRR</strong>", "<strong>−3.33% of MRR</strong>"),
        ("784-300-100, 1e-3, 2026-11-30", "784-300-100, 1e-3, 2026-11-30"),
        ("<code>x - -1 % 2's</code>", "<code>x - -1 % 2's</code>"),
        ('<a href="a-1" title="it\'s">a</a>', '<a href="a-1" title="it\'s">a</a>'),
    ],
)
def test_signs_are_those_of_print(text, printed):
    assert polished(text) == printed
    assert polished(printed) == printed
    assert all_polished({"it's": [text, 3, None]}) == {"it's": [printed, 3, None]}


def test_numbers_and_formulas_keep_what_stands_close_to_them():
    formula = "<math><mi>x</mi></math>"
    assert (
        kept_together("28 × 28 and 1 ± 0.1%")
        == "28\u00a0×\u00a028 and 1\u00a0±\u00a00.1%"
    )
    assert kept_together(f"a {formula}, b") == (
        f'a <span class="course-whole">{formula},</span> b'
    )
    same = f"{formula} b <pre>2 × 2</pre> <code>2 × 2</code> <script>2 × 2</script>"
    assert kept_together(same) == same
    option = '<code><span class="pre">--out</span></code>'
    assert kept_together(option) == option.replace("pre", "pre course-whole")


def test_formulas_have_the_distances_of_tex():
    thin = '<mspace width="0.1667em"></mspace>'
    assert mathml(r"p \log_2 q", block=False).count(thin) == 2
    assert mathml(r"-\log \frac{1}{2}", block=False).count(thin) == 1
    assert '<mo rspace="0">,</mo>' in mathml("(n,)", block=False)
    assert "<mo>,</mo>" in mathml("(n, m)", block=False)
    assert 'lspace="0" rspace="0">max</mo>' in mathml(r"\max(0, x)", block=False)
    assert "<msup>" not in mathml("W'", block=False)


@pytest.mark.slow
def test_no_page_shows_a_number_in_two_parts_or_markup(site):
    for path in sorted(site.rglob("*.html")):
        shown = TEXT.sub(" ", path.read_text("utf-8"))
        found = [shown[m.start() - 30 : m.end() + 30] for m in FAULTS.finditer(shown)]
        assert found == [], path.relative_to(ROOT)
