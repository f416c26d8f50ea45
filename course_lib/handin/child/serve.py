"""The child's loop: read a notebook, then call its answers on request."""

from __future__ import annotations

import json
import linecache
import os
import sys
import traceback
from typing import IO, Any

from . import wire
from .answers import Answers, MissingError, describe, stub_course
from .notebook import Cell, NotANotebookError, read_cells
from .shapes import shape_of
from .slices import class_seed, defined, functions

MAX_NOTEBOOK = 300 * 2**20  # bytes
MAX_MARKDOWN = 400_000  # characters that are sent for humans to read


def main() -> None:
    """Serve until the other side closes; limits come as JSON in the first argument."""
    limits = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    inbox, outbox = _private_streams()
    _limit(limits)
    answers = Answers([])
    wire.write(outbox, {"ready": True})
    while True:
        try:
            request = wire.read(inbox, max_bytes=MAX_NOTEBOOK)
        except EOFError:
            return
        reply: dict[str, Any]
        if request["do"] == "read":
            reply, answers = _read(request["notebook"], set(request["names"]))
        elif request["do"] == "load":
            stub_course(request["variations"])
            reply = _load(answers, request["name"])
        elif request["do"] == "probe":
            reply = {"value": _probe(request["code"])}
        else:
            reply = _call(answers, request["name"], request["arguments"])
        wire.write(outbox, {"id": request["id"], **reply})


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the two pipes private and discard printed output."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return inbox, outbox


def _limit(limits: dict[str, int]) -> None:
    """Set this process's limits, such as ``{"AS": bytes, "CPU": seconds}``."""
    if not limits:
        return
    import resource  # not available on Windows, where no class is graded

    for name, value in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def _read(data: bytes, asked: set[str]) -> tuple[dict[str, Any], Answers]:
    try:
        cells = read_cells(data)
    except NotANotebookError as error:
        return {"unreadable": str(error)}, Answers([])
    answers = Answers(cells)
    names = sorted(defined(answers.program) & asked)
    return {
        "names": names,
        "functions": sorted(functions(answers.program) & asked),
        "shapes": {name: shape_of(answers.program, name, asked) for name in names},
        "problems": [problem[:300] for problem in answers.problems[:20]],
        "class_seed": class_seed(answers.program),
        "texts": _texts(cells),
    }, answers


def _texts(cells: list[Cell]) -> list[list[str]]:
    """Return kind and text of every cell, without code, up to the size limit."""
    found, room = [], MAX_MARKDOWN
    for cell in cells:
        text = cell.text[:room] if cell.kind == "markdown" else ""
        room -= len(text)
        found.append([cell.kind, text])
    return found[:5000]


def _load(answers: Answers, name: str) -> dict[str, Any]:
    try:
        return {"problems": answers.load(name)}
    except MissingError as error:
        return {"missing": str(error)}


def _call(answers: Answers, name: str, arguments: list[Any]) -> dict[str, Any]:
    before = _frame(arguments)
    try:
        reply = {"value": wire.plain(answers[name](*arguments))}
        after = _frame(arguments)
    except BaseException as error:  # encoding a hostile object runs its code, too
        return {"error": describe(error), "where": _where(error)}
    return reply if after == before else reply | {"arguments": arguments}


def _frame(value: Any) -> tuple[str, list[bytes]]:
    blobs: list[bytes] = []
    return json.dumps(wire.encode(value, blobs)), blobs


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("cell ")]
    if not own:
        return ""
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return f"{own[-1].filename}, line {own[-1].lineno}: {line[:200]}"


def _probe(code: str) -> Any:
    """Run the grader's own test of the sandbox, which sets ``found``."""
    scope: dict[str, Any] = {}
    exec(code, scope)
    return scope["found"]
