"""Numbers and formulas stay on one line, and no page shows markup."""

import re

import pytest

from tests.browser.chromium import ROOT
from tools.website.extension import mathml
from tools.website.line_breaks import prevent_breaks

TEXT = re.compile(r"<(head|script|style|pre|code)\b.*?</\1>|<[^>]+>", re.DOTALL)
# what no page may show: a number in two parts, a place in memory, a room for an answer
FAULTS = re.compile(
    r"(?<![\w.])\d{1,3} 0\d\d(?!\d)|\d %|at 0x[0-9a-f]+|double-click here"
    r"|Alias for field|``|\*\*\w[^*]*\w\*\*"
)


def test_numbers_and_formulas_keep_what_stands_close_to_them():
    formula = "<math><mi>x</mi></math>"
    whole = "28\u00a0×\u00a028 and 1\u00a0±\u00a00.1%"
    assert prevent_breaks("28 × 28 and 1 ± 0.1%") == whole
    assert prevent_breaks(f"a {formula}, b") == (
        f'a <span class="course-whole">{formula},</span> b'
    )
    same = f"{formula} b <pre>2 × 2</pre> <code>2 × 2</code> <script>2 × 2</script>"
    assert prevent_breaks(same) == same
    option = '<code><span class="pre">--out</span></code>'
    assert prevent_breaks(option) == option.replace("pre", "pre course-whole")


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
