"""What is no notebook, what is no file, and notebooks under odd names."""

import json
import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

from .corpus import Entry, World
from .notebooks import dump, solved

NO_NOTEBOOK = "the file is not a notebook"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
NOT_NOTEBOOKS = {
    "empty": (b"", "the file is empty"),
    "spaces": (b" \n\t\n", "the file is empty"),
    "random-bytes": (random.Random(0).randbytes(10_000), NO_NOTEBOOK),
    "pdf": (PDF, NO_NOTEBOOK),
    "zip": (b"PK\x03\x04" + bytes(200), NO_NOTEBOOK),
    "web-page": (b"<!doctype html><title>Sign in</title>", NO_NOTEBOOK),
    "python": (b"def mlp_costs(widths):\n    return 0\n", NO_NOTEBOOK),
    "cut-off": (dump(solved("01"))[:-100], NO_NOTEBOOK),
    "number": (b"7", "not a JSON object"),
    "list": (b'[{"cells": []}]', "not a JSON object"),
    "no-cells": (b'{"cells": [], "nbformat": 4}', "it has no cells"),
    "cells-that-are-none": (b'{"cells": {"a": 1}}', "it has no cells"),
    "strange-cells": (b'{"cells": [1, null, {"source": 7}]}', "no function for any"),
    "strange-sheets": (b'{"worksheets": [1, {"cells": [[]]}]}', "no function for any"),
    "deep-json": (b'{"cells":' + b"[" * 10**6 + b"]" * 10**6 + b"}", NO_NOTEBOOK),
    "many-digits": (b'{"cells": ' + b"9" * 10**6 + b"}", NO_NOTEBOOK),
    "half-characters": (b'{"cells": [{"cell_type": "\\ud800"}]}', "no function for"),
}


def with_outputs(megabytes: int) -> bytes:
    """A solved notebook that keeps what a cell printed: a million lines and more."""
    notebook = solved("01")
    lines = [f"{number:07}\n" for number in range(10**6)]
    output = {"output_type": "stream", "name": "stdout", "text": lines}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["outputs"] = [output]
    picture = {"image/png": "iVBORw0KGgo" * (megabytes * 2**20 // 11)}
    code[1]["outputs"] = [{"output_type": "display_data", "data": picture}]
    return json.dumps(notebook).encode()


def link_to(target: str) -> Callable[[Path, World], None]:
    """Place a symbolic link."""
    return lambda path, world: path.symlink_to(target)


def pipe(path: Path, _: World) -> None:
    """Place a pipe: who opens it waits."""
    os.mkfifo(path)


def unix_socket(path: Path, _: World) -> None:
    """Place a socket."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def hard_link(path: Path, _: World) -> None:
    """Place another name of a regular file."""
    original = path.with_suffix(".original")
    original.write_bytes(dump(solved("01")))
    original.rename(path)
    os.link(path, path.parent / "file-hard-link-2.ipynb")


def solved_at(name: str, shown: str = "") -> Entry:
    """A solved notebook under this name."""
    return Entry(name, lambda _: dump(solved("01")), shown=shown)


LINK = "links are not followed"
ENTRIES = [
    Entry(f"file-{name}.ipynb", lambda _, d=data: d, chapter="", note=note)
    for name, (data, note) in NOT_NOTEBOOKS.items()
]
ENTRIES += [
    Entry("file-of-100-megabytes.ipynb", lambda _: with_outputs(100)),
    Entry("file-link-1.ipynb", None, "", note=LINK, place=link_to("right-colab.ipynb")),
    Entry("file-link-2.ipynb", None, "", note=LINK, place=link_to("/etc/passwd")),
    Entry("file-link-3.ipynb", None, "", note=LINK, place=link_to("nowhere")),
    Entry("file-link-4.ipynb", None, "", note=LINK, place=link_to(".")),
    Entry("file-pipe.ipynb", None, "", note="not a regular file", place=pipe),
    Entry("file-socket.ipynb", None, "", note="not a regular file", place=unix_socket),
    Entry("file-hard-link.ipynb", place=hard_link),
    Entry("file-hard-link-2.ipynb"),
]
ENTRIES += [
    solved_at("a folder.ipynb/a notebook.ipynb"),
    solved_at("Prüfung – 解答 (2) copy.ipynb"),
    solved_at("🙂/🙂.ipynb"),
    solved_at("=HYPERLINK(1).ipynb"),
    solved_at("<script>alert(1)<／script>.ipynb"),
    solved_at("-rf --out x;$(touch y)`z`.ipynb"),
    solved_at("two\nlines\t.ipynb"),
    solved_at("no-ending"),
    solved_at("a\\b.ipynb", shown="a\\\\b.ipynb"),
    solved_at(os.fsdecode(b"latin-\xe9.ipynb"), shown="latin-\\udce9.ipynb"),
    solved_at("n" * 240 + ".ipynb"),
]
