"""Postprocess the built pages: a content security policy, and less to load."""

import base64
import hashlib
import re
import shutil
from html import unescape
from pathlib import Path

from sphinx.application import Sphinx

from tools.website.font import formula_font
from tools.website.line_breaks import prevent_breaks

# the theme's scripts for pop-ups and icons, which our templates do not use
UNUSED = (
    "_static/scripts/bootstrap.js*",
    "_static/scripts/fontawesome.js*",
    "_static/**/*.map",
    "_static/vendor",
    "_static/webpack-macros.html",
    "_static/styles/theme.css",
    "_static/scripts/*.LICENSE.txt",
    "_static/*.png",
    "_static/__init__.py",
    "_static/__pycache__",
    "objects.inv",
    ".buildinfo",
)
# the theme lays out the whole page to see what scrolls; site.js does it in steps
THEME = "_static/scripts/pydata-sphinx-theme.js"
MEASURING = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)
# options of features that we do not use
OPTION = re.compile(r"\s*<script>DOCUMENTATION_OPTIONS\.\w+ = [^;]*;</script>")
CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>')
RELATIVE = re.compile(r'(?<=[ "])(href|src|action)="(?!#|\w+:|/)([^"]*)"')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NEGATED = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
FORMULA, TAGS = re.compile(r"<math.*?</math>", re.DOTALL), re.compile(r"<[^>]+>")
# a module's name by itself: in a heading or a narrow list, it has to break
NAME = re.compile(r"(?<=>)(course_lib\.)(\w+)(?=<)")
NOT_LISTED = {"404", "search"}


def finish(app: Sphinx) -> None:
    """Finish the pages that Sphinx has written."""
    site, base = Path(app.outdir), app.config.html_baseurl
    for pattern in UNUSED:
        for path in site.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    pages = sorted(site.rglob("*.html"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        text = NAME.sub(lambda m: f"{m[1]}<wbr>" + m[2].replace("_", "_<wbr>"), text)
        text = with_policy(deferred(OPTION.sub("", prevent_breaks(text))))
        if page.name == "404.html" and base:
            text = absolute(text, base)
        page.write_text(text, encoding="utf-8")
    theme = site / THEME
    theme.write_text(unmeasured(theme.read_text("utf-8")), encoding="utf-8")
    prune_style(site, pages)
    write_formula_font(site, pages)
    (site / ".nojekyll").touch()  # or GitHub leaves out what begins with "_"
    if base:
        names = [page.relative_to(site).with_suffix("").as_posix() for page in pages]
        (site / "sitemap.xml").write_text(sitemap(base, names), encoding="utf-8")


def unmeasured(script: str) -> str:
    """Return the theme's script without what it does to find the parts that scroll."""
    if script.count(MEASURING) != 1:
        raise ValueError(f"the theme's script must have {MEASURING} once")
    return script.replace(MEASURING, "")


def absolute(text: str, base: str) -> str:
    """Return a page whose links work from any folder, as the 404 page needs."""
    return RELATIVE.sub(lambda m: f'{m[1]}="{base}{m[2]}"', text)


def deferred(text: str) -> str:
    """Return a page with deferred scripts, so that it can be read first."""
    return re.sub(r"<script (?=src=)", "<script defer ", text)


def with_policy(text: str) -> str:
    """Return a page with a content security policy: only the site's own files load.

    Inline scripts are allowed by their hashes. Data in a script element is none.
    """
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(m['body'].encode()).digest()).decode()}'"
        for m in SCRIPT.finditer(text)
        if "src=" not in m["attributes"] and "application/" not in m["attributes"]
    }
    policy = "; ".join(
        [
            "default-src 'none'",
            " ".join(["script-src 'self' 'wasm-unsafe-eval'", *sorted(hashes)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
        ]
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    made, count = CHARSET.subn(lambda m: f"{m[0]}\n    {meta}", text, count=1)
    if count != 1:
        raise ValueError("a page must have one <meta charset>")
    return made


def write_formula_font(site: Path, pages: list[Path]) -> None:
    """Write a font with the characters of all formulas.

    Browsers lay MathML out by a font's table of measures, and many systems have no font
    with one: an index would not be below its line.
    """
    formulas = [m for page in pages for m in FORMULA.findall(page.read_text("utf-8"))]
    signs = unescape(TAGS.sub("", "".join(formulas)))
    (site / "_static" / "formulas.woff2").write_bytes(formula_font(signs))


def sitemap(base: str, names: list[str]) -> str:
    """Return the sitemap for search engines."""
    rows = "".join(
        f"<url><loc>{base}{name}.html</loc></url>\n"
        for name in names
        if name not in NOT_LISTED
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{rows}</urlset>\n"
    )


def prune_style(site: Path, pages: list[Path]) -> None:
    """Remove from the theme's style sheet the rules that no page can use.

    A rule stays if all classes of one of its selectors occur as a word in a page or
    in a script, since scripts add classes.
    """
    sheet = site / "_static" / "styles" / "pydata-sphinx-theme.css"
    words: set[str] = set()
    for path in [*pages, *site.rglob("*.js")]:
        if path.name != "searchindex.js":
            words |= set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    text = COMMENT.sub("", sheet.read_text(encoding="utf-8"))
    sheet.write_text(pruned(text, words), encoding="utf-8")


def pruned(style: str, words: set[str]) -> str:
    """Return CSS without the rules whose classes are not all among ``words``."""
    kept: list[str] = []
    for head, body in rules(style):
        name = head.strip()
        if name.startswith(("@media", "@supports", "@layer", "@container")):
            if inside := pruned(body, words):
                kept.append(f"{name}{{{inside}}}")
        elif name.startswith("@font-face"):
            continue  # fonts of icons; the text is in the reader's own
        elif name.startswith("@") or body is None:
            kept.append(f"{name}{{{body}}}" if body is not None else name)
        else:
            selectors = [s for s in split(name) if needed(s) <= words]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def needed(selector: str) -> set[str]:
    """Return the classes that an element must have, or be in one that has them."""
    return set(CLASS.findall(NEGATED.sub("", selector)))


def rules(style: str) -> list[tuple[str, str | None]]:
    """Split CSS into rules: what is before the braces, and what is inside them.

    A statement without braces, such as ``@charset``, has None inside.
    """
    found: list[tuple[str, str | None]] = []
    start, opened, depth, quote = 0, 0, 0, ""
    for i, sign in enumerate(style):
        if quote:
            if sign == quote and style[i - 1] != "\\":
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            depth += 1
            opened = i if depth == 1 else opened
        elif sign == "}":
            depth -= 1
            if depth == 0:
                found.append((style[start:opened], style[opened + 1 : i]))
                start = i + 1
        elif sign == ";" and depth == 0:
            found.append((style[start : i + 1], None))
            start = i + 1
    return found


def split(selectors: str) -> list[str]:
    """Split a list of selectors at its commas, but not at those in parentheses."""
    parts, depth = [""], 0
    for sign in selectors:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts
