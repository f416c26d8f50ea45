"""The parts of a page as small ES modules, for the website and for notebooks.

Each module exports one function ``name({model, el})``, which draws a part into ``el``:
the form of anywidget. ``model`` is anywidget's in a notebook and ``host.js``'s stub on
the website. A module may import from others by relative paths; ``bundled`` joins it and
what it imports into one text, because a widget may not import files, and a browser
refuses to import them from disk.
"""

from __future__ import annotations

import posixpath
import re
from importlib.resources import files

_IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(async )?(function|const|class) )", re.MULTILINE)


def read(path: str) -> str:
    """Return the text of a file of this folder, such as ``"parts/predict.js"``."""
    return (files(__name__) / path).read_text(encoding="utf-8")


def bundled(*paths: str) -> str:
    """Bundle modules with all that they import, without import and export statements.

    All share one scope, so no two modules may define the same name
    (``tests/web/test_modules.py``).
    """
    done: dict[str, str] = {}

    def add(path: str) -> None:
        if path in done:
            return
        done[path] = ""  # a circle of imports ends here
        text = read(path)
        for found in _IMPORT.finditer(text):
            add(_resolved(path, found["path"]))
        done[path] = _EXPORT.sub("", _IMPORT.sub("", text))
        done[path] = done.pop(path)  # below what it imports

    for path in paths:
        add(path)
    return "\n".join(done.values())


def widget(path: str, name: str) -> str:
    """Return a module for anywidget, whose ``render`` is the function ``name``."""
    return f"{bundled(path)}\nexport default {{ render: {name} }};\n"


def _resolved(path: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
