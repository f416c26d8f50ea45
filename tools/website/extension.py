"""Our Sphinx extension: formulas, descriptions, and links to lessons."""

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

from tools import links
from tools.settings import ROOT
from tools.website.cards import FOLDER as CARDS
from tools.website.cards import card
from tools.website.finish import finish
from tools.website.taught import taught

# commands that docutils does not know, in those that it does
SAME = {r"\iff": r"\Longleftrightarrow", "'": r"^{\prime}"}
# names of functions, with the thin spaces of TeX, but not before a parenthesis
NAMED = re.compile(
    r"(?P<before></m(?:i|n|su[bp]|row)>|\)</mo>)?(?P<name><mi>(?:log|ln)</mi><mo>&ApplyFunction;</mo>"
    r"|<msub><mi>log</mi><mn>\d</mn></msub>)(?P<after><m(?!o))"
)
THIN = '<mspace width="0.1667em"></mspace>'
MAXIMUM = re.compile(r"<mo>(max|min)</mo>(?=<mo [^>]*>\()")
PRIME = re.compile(r"<msup>(<mi>\w</mi>)<mi>′</mi></msup>")
LAST_COMMA = re.compile(r"<mo>,</mo>(?=<mo [^>]*>\)</mo>)")
# bars, which browsers would stretch and space like operators
FENCE = re.compile(r"<mo[^>]*>([|‖])</mo>")
SCROLLS = "pst-scrollable-table-container"
TAG = re.compile(r"\\tag\{([^}]*)\}")
DRAWN = 'data-part="drawDigit"'  # a field to draw a digit in
SHORTEST, LONGEST = 35, 200  # characters of a description
SENTENCE = re.compile(r"(?<=[.?!])\s+")


def mathml(tex: str, block: bool) -> str:
    r"""Return a formula of LaTeX as MathML, with its number where it has a ``\tag``.

    Raises docutils' MathError for a command that it does not know.
    """
    number = TAG.search(tex)
    text = TAG.sub("", tex).strip()
    for command, known in SAME.items():
        text = text.replace(command, known)
    made = FENCE.sub(
        lambda m: f'<mo stretchy="false" lspace="0" rspace="0">{m[1]}</mo>',
        re.sub(r"\n *", "", tex2mathml(text, as_block=block)),
    ).replace("<mo>∶</mo>", '<mo lspace="0" rspace="0">:</mo>')
    made = set_like_tex(made)
    if not block:
        return made
    shown = f'<span class="eqno">({number[1]})</span>' if number else ""
    # the theme's script makes a box of this class focusable where it scrolls
    return f'<div class="course-math {SCROLLS}">{made}{shown}</div>\n'


def set_like_tex(made: str) -> str:
    """Return MathML with TeX's spacing around names, primes, and commas."""
    made = NAMED.sub(
        lambda m: (
            (m["before"] + THIN if m["before"] else "") + m["name"] + THIN + m["after"]
        ),
        made,
    )
    made = MAXIMUM.sub(r'<mo lspace="0" rspace="0">\1</mo>', made)
    made = PRIME.sub(r'<mrow>\1<mo lspace="0" rspace="0">′</mo></mrow>', made)
    return LAST_COMMA.sub('<mo rspace="0">,</mo>', made)


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(mathml(node.astext(), block=True))
    raise nodes.SkipNode


def description(document: nodes.document | None) -> str:
    """Return the first sentences of a page that say enough, of LONGEST at most."""
    if document is None:
        return ""
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.entry | nodes.list_item):
            continue  # of a table, or of a list
        text = " ".join(paragraph.astext().split())
        if len(text) < SHORTEST:
            continue
        made = ""
        for sentence in SENTENCE.split(text):
            if made and len(made) + 1 + len(sentence) > LONGEST:
                break
            made = f"{made} {sentence}".strip()
        made = re.sub(r":$", ".", made)  # what follows it is not shown
        return made if len(made) <= LONGEST else made[: LONGEST - 1].rstrip() + "…"
    return ""


def on_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add a page's description and its Open Graph tags, for previews on other sites."""
    title = re.sub(r"<[^>]+>", "", str(context.get("title") or page.capitalize()))
    words = description(doctree) or f"{title} the pages of “{app.config.project}”."
    words = escape(words)
    parts = [] if doctree is None else list(doctree.findall())
    if any(isinstance(part, nodes.math | nodes.math_block) for part in parts):
        app.add_css_file("formulas.css")
    if any(isinstance(part, nodes.raw) and DRAWN in part.astext() for part in parts):
        app.add_js_file("digit.js", defer="defer")
    name = card(title, app.config.project, Path(app.outdir) / CARDS, page)
    base = app.config.html_baseurl
    image = f"{base}{CARDS}/{name}" if base else context["pathto"](f"{CARDS}/{name}", 1)
    tags = [
        f'<meta name="description" content="{words}">',
        f'<meta property="og:title" content="{title}">',
        f'<meta property="og:description" content="{words}">',
        '<meta property="og:type" content="article">',
        f'<meta property="og:site_name" content="{escape(app.config.project)}">',
        f'<meta property="og:image" content="{image}">',
        f'<meta property="og:image:alt" content="{title}">',
        '<meta name="twitter:card" content="summary_large_image">',
    ]
    if base:
        tags.append(f'<meta property="og:url" content="{base}{page}.html">')
    context["metatags"] = "\n".join([context.get("metatags", ""), *tags])


@cache
def _lessons_of() -> dict[str, list[str]]:
    return taught(ROOT)


@cache
def _titles() -> dict[str, str]:
    return {chapter.stem: chapter.title for chapter in links.chapters(ROOT)}


def on_docstring(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Make a docstring reStructuredText, and add the lessons that use the function.

    Docstrings write absolute values between bars, which Sphinx takes for substitutions.
    """
    lines[:] = ["``".join(_escaped(line.split("``"))) for line in lines]
    lessons = _lessons_of().get(name)
    if lessons and what in ("function", "class", "data"):
        shown = ", ".join(f":doc:`{_titles()[s]} </lessons/{s}>`" for s in lessons)
        lines += ["", f"*Used in* {shown}.", ""]


def _escaped(parts: list[str]) -> list[str]:
    """Escape the bars in every other part: those outside literals."""
    return [p if i % 2 else p.replace("|", r"\|") for i, p in enumerate(parts)]


def on_member(
    app: Sphinx, what: str, name: str, member: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out a field of a tuple that Python describes only by its number."""
    told = getattr(member, "__doc__", None) or ""
    return True if told.startswith("Alias for field number") else None


def on_signature(
    app: Sphinx,
    what: str,
    name: str,
    it: Any,
    options: Any,
    given: str | None,
    back: str,
) -> tuple[str, str] | None:
    """Write the default of a field with a factory as ``...``, which is valid Python."""
    return (given.replace("<factory>", "..."), back) if given else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    app.connect("html-page-context", on_page)
    app.connect("autodoc-process-docstring", on_docstring)
    app.connect("autodoc-process-signature", on_signature)
    app.connect("autodoc-skip-member", on_member)
    app.connect("build-finished", lambda app, error: error or finish(app))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
