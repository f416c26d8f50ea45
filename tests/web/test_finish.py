"""Built pages load less, and allow no script but their own."""

import base64
import hashlib

import pytest

from tools.settings import ROOT, Settings
from tools.website.finish import (
    MEASURING,
    absolute,
    deferred,
    pruned,
    sitemap,
    unmeasured,
    with_policy,
)
from tools.website.links import base_url
from tools.website.taught import names_used

HEAD = '<head><meta charset="utf-8" />{}</head>'


def test_policy_allows_exactly_the_inline_scripts_of_the_page():
    inline = "<script>a()</script>"
    data = '<script type="application/json">{"a": 1}</script>'
    text = with_policy(HEAD.format(inline + data + '<script src="b.js"></script>'))
    digest = base64.b64encode(hashlib.sha256(b"a()").digest()).decode()
    assert f"script-src 'self' 'wasm-unsafe-eval' 'sha256-{digest}';" in text
    assert text.count("sha256-") == 1
    assert "default-src 'none'" in text
    assert text.index("Content-Security-Policy") < text.index("<script>")


def test_page_without_a_place_for_its_policy_is_refused():
    with pytest.raises(ValueError, match="must have one <meta charset>"):
        with_policy("<head></head>")


def test_page_for_lost_links_works_from_any_folder():
    page = '<a href="a/b.html"><a href="#x"><a href="https://x.org"><img src="c.png">'
    assert absolute(page, "https://o.github.io/n/") == (
        '<a href="https://o.github.io/n/a/b.html"><a href="#x">'
        '<a href="https://x.org"><img src="https://o.github.io/n/c.png">'
    )


def test_scripts_wait_until_the_page_can_be_read():
    assert deferred('<script src="a.js">') == '<script defer src="a.js">'
    assert deferred("<script>x()") == "<script>x()"


def test_theme_no_longer_lays_out_the_whole_page_at_once():
    assert unmeasured(f"a();{MEASURING};b()") == "a();;b()"
    with pytest.raises(ValueError, match="once"):
        unmeasured("a()")


@pytest.mark.parametrize(
    ("style", "left"),
    [
        (".a{x:1}.gone{x:2}", ".a{x:1}"),
        (".a,.gone,p{x:1}", ".a,p{x:1}"),
        (".a .gone{x:1}", ""),
        (".a:not(.gone){x:1}", ".a:not(.gone){x:1}"),
        (".a:is(.b,.gone){x:1}", ""),
        ("@media print{.gone{x:1}.a{y:2}}", "@media print{.a{y:2}}"),
        ("@media print{.gone{x:1}}", ""),
        ('@charset "x";p{content:"}"}', '@charset "x";p{content:"}"}'),
        ("@font-face{src:url(a)}p{x:1}", "p{x:1}"),
        ("@keyframes k{0%{x:1}}", "@keyframes k{0%{x:1}}"),
    ],
)
def test_rules_whose_classes_no_page_has_go(style, left):
    assert pruned(style, {"a", "b"}) == left


def test_sitemap_lists_pages_but_not_the_search():
    text = sitemap("https://x.github.io/c/", ["index", "search", "404", "a/b"])
    assert text.count("<loc>") == 2
    assert "<loc>https://x.github.io/c/a/b.html</loc>" in text


def test_address_of_the_website_is_that_of_the_repository_s_owner():
    assert base_url(Settings(ROOT, "Some-Body/Course", "v1")) == (
        "https://some-body.github.io/Course/"
    )
    assert base_url(Settings(ROOT, "OWNER/course", "v1")) == ""


def test_names_that_a_notebook_uses_are_found_across_its_cells():
    cells = [
        "%matplotlib inline",
        "from course_lib import activation, page as p",
        "from course_lib.models import MLP",
        "MLP((1, 2)); activation.select_neurons(x); p.show; other.f()",
    ]
    assert names_used(cells) == {
        "course_lib.activation",
        "course_lib.activation.select_neurons",
        "course_lib.models.MLP",
        "course_lib.page",
        "course_lib.page.show",
    }
