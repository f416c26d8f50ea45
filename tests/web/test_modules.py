"""The scripts of the website: one scope, nothing missing, and few bytes."""

import re
from collections import Counter

import pytest

from course_lib import web
from course_lib.web import _IMPORT, _resolved
from tests.browser.chromium import ROOT
from tools.website.sources import minified
from tools.website.weight import MAX_SCRIPT

FOLDER = ROOT / "course_lib" / "web"
MODULES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.js"))
DEFINED = re.compile(
    r"^(?:export )?(?:async )?(?:function|class|const|let) "
    r"(?:(\w+)|\{([^}]*)\}|\[([^\]]*)\])",
    re.MULTILINE,
)
EXPORTED = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.M)


def defined(text: str) -> list[str]:
    """Return the names that a module defines at its top level."""
    found = [m[1] or m[2] or m[3] for m in DEFINED.finditer(text)]
    return re.findall(r"\w+", " ".join(found))


def test_no_two_modules_define_the_same_name():
    counts = Counter(name for path in MODULES for name in defined(web.read(path)))
    assert len(counts) > 50
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("path", MODULES)
def test_imports_name_what_a_module_exports(path):
    text = web.read(path)
    assert len(_IMPORT.findall(text)) == len(re.findall(r"^import\b", text, re.M))
    for found in _IMPORT.finditer(text):
        exported = EXPORTED.findall(web.read(_resolved(path, found["path"])))
        names = re.findall(r"\w+", found[0].partition("{")[2].partition("}")[0])
        assert names
        assert set(names) <= set(exported), found[0]
        unused = [name for name in names if len(re.findall(rf"\b{name}\b", text)) < 2]
        assert unused == []


@pytest.mark.parametrize("path", MODULES)
def test_line_is_at_most_a_hundred_characters(path):
    long = [line for line in web.read(path).splitlines() if len(line) > 100]
    assert long == []


def test_whole_script_parses_minified_and_within_its_limit(context, capsys):
    script = minified(f"(() => {{{web.bundled('course.js')}}})();")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.set_content(f"<p>no part</p><script>{script}</script>")
    page.close()
    assert errors == []
    size = len(script.encode())
    with capsys.disabled():
        print(f"\nscript of the site, minified: {size / 1000:.1f} kB")
    assert size <= MAX_SCRIPT
