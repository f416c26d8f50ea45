"""The cells that the build stamps onto every notebook for Colab: first and last."""

import json
import re

from tools.settings import Settings
from tools.source import Cell

COLAB = "https://colab.research.google.com"
FIRST_CELL_TAG, LAST_CELL_TAG = "colab", "keep"


def badge(settings: Settings, path: str) -> str:
    """Return the markdown of the badge that opens `path` in Colab.

    It is empty for a course that is not published yet.
    """
    if not settings.published:
        return ""
    target = f"{COLAB}/github/{settings.repository}/blob/{settings.tag}/{path}"
    return f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({target})"


def first_cell(settings: Settings, chapter: str) -> Cell:
    """Return the cell that installs the course on Colab and does nothing elsewhere.

    Only the packages it names are installed, so that none of Colab's is replaced. It
    looks the packages up afterward: if pip failed, the cell fails, too, with one
    sentence below pip's own message.
    """
    origin = f"git+https://github.com/{settings.repository}@{settings.tag}"
    extra = settings.colab_packages.get(chapter, [])
    quoted = " ".join(f'"{package}"' for package in [origin, *extra])
    names = [settings.distribution, *map(package_name, extra)]
    text = f"""\
# On Colab this cell installs the course; elsewhere it does nothing.
import sys
from importlib.metadata import PackageNotFoundError, version

if "google.colab" in sys.modules:
    %pip install -q --no-deps {quoted}
    for name in {json.dumps(names)}:
        try:
            print("Installed:", name, version(name))
        except PackageNotFoundError as missing:
            sentence = f"{{name}} could not be installed; pip says why above."
            missing._render_traceback_ = lambda: [sentence]  # in place of a traceback
            raise
    print("Everything else is as Colab has it; no restart is needed.")"""
    return Cell("code", text, (FIRST_CELL_TAG,))


def package_name(requirement: str) -> str:
    """Return the name in a requirement such as "onnx<1.23"."""
    return re.split(r"[^\w.-]", requirement)[0]


def last_cell() -> Cell:
    """Return the cell that saves a learner's work, or says how to.

    It prints where that is, which differs between machines.
    """
    lines = [
        "# Keep my work.",
        "from course_lib import workspace",
        "",
        "workspace.keep()",
    ]
    return Cell("code", "\n".join(lines), (LAST_CELL_TAG, "nbval-ignore-output"))
