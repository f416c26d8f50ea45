"""The objects of a lesson's page that a note can be attached to, and their numbers.

Concepts are headings; equations get their number here, as a tag that the page shows;
a code cell's number is that of ``In [n]`` after a run from the top.
"""

import ast
import json
import re
from pathlib import Path

from nbformat import NotebookNode

from course_lib.claims import load_claims
from course_lib.misconceptions import misconceptions
from course_lib.page.questions import questions
from tools.colab_cells import FIRST_CELL_TAG, LAST_CELL_TAG
from tools.generate import LESSONS, generate
from tools.notebook import write_atomic
from tools.settings import Settings
from tools.stamp import HIDDEN, PAGE_TAGS

PATH = Path("course_lib") / "page" / "anchors.json"
HEADING = re.compile(r"^#{2,3} (.+)$", re.MULTILINE)
EQUATION = re.compile(r"\$\$(.+?)\\tag\{([\d.]+)\}\s*\$\$", re.DOTALL)
SHOWN_CLAIMS = re.compile(r"claim_review\.show\((.*?)\)", re.DOTALL)
LABEL = 60  # characters
Entry = dict[str, str]


def text_of(generated: dict[str, NotebookNode]) -> str:
    """Return the JSON of all lessons' objects, as it has to be in the library."""
    found = {}
    for path, notebook in generated.items():
        if path.startswith(f"{LESSONS}/"):
            chapter = path.split("/")[1][:2]
            found[chapter] = objects(chapter, notebook)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def update(root: Path) -> str:
    """Bring the file up to date and report what was done."""
    path = root / PATH
    if not path.parent.is_dir():
        return "not needed"  # a course without a page library
    text = text_of(generate(Settings.load(root)))
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return "unchanged"
    write_atomic(path, text)
    return "written"


def problems(root: Path, generated: dict[str, NotebookNode]) -> list[str]:
    """Tell when the committed file is not what the sources generate."""
    path = root / PATH
    if not path.exists():
        return []  # a course without a page library
    if path.read_text(encoding="utf-8") != text_of(generated):
        return [f"{PATH.as_posix()}: not what the sources generate; run make build"]
    return []


def objects(chapter: str, notebook: NotebookNode) -> list[Entry]:
    """List all objects of a lesson in page order, cited ones last."""
    found: list[Entry] = []
    concepts = executed = demos = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            for heading in HEADING.findall(cell.source):
                concepts += 1
                label = heading.strip()
                found.append(_entry(f"{chapter}-c{concepts}", "concept", label, cell))
            for latex, number in EQUATION.findall(cell.source):
                label = _short(" ".join(latex.split()))
                found.append(_entry(f"({number})", "equation", label, cell))
            continue
        executed += 1
        if "demo" in tags:
            demos += 1
            label = f"its first state, In [{executed}]"
            found.append(_entry(f"{chapter}-d{demos}", "demo", label, cell))
        elif set(tags) & {*PAGE_TAGS, FIRST_CELL_TAG, LAST_CELL_TAG, HIDDEN}:
            continue
        elif not _only_imports(cell.source):
            label = _short(_first_line(cell.source))
            found.append(_entry(f"In [{executed}]", "code", label, cell))
    return found + _cited(chapter, notebook)


def _cited(chapter: str, notebook: NotebookNode) -> list[Entry]:
    """List the claims that a lesson shows, their sources, and its misconceptions."""
    found, sources, beliefs = [], [], []
    claims, number = load_claims(), 0
    for cell in notebook.cells:
        for block in SHOWN_CLAIMS.findall(cell.source):
            for name in re.findall(r'"([^"]+)"', block):
                number += 1
                found.append(_entry(f"{chapter}-q{number}", "claim", name, cell))
                source = claims[name].source.name
                sources += [] if source in sources else [source]
    own = [c for c in notebook.cells if LAST_CELL_TAG not in c.metadata.get("tags", [])]
    last = own[-1]
    asked = questions(chapter)
    for choice in (asked.predict, asked.again):
        beliefs += choice.misconceptions.values()
    for question in asked.practice:
        beliefs += question.misconceptions
    titles = {claim.source.name: claim.source.title for claim in claims.values()}
    for name in sources:
        found.append(_entry(name, "source", _short(titles[name]), last))
    for name in sorted(set(beliefs), key=lambda belief: int(belief[1:])):
        found.append(_entry(name, "misconception", _belief(name), last))
    return found


def _belief(name: str) -> str:
    return _short(misconceptions()[name].belief)


def _entry(anchor: str, kind: str, label: str, cell: NotebookNode) -> Entry:
    return {"anchor": anchor, "kind": kind, "label": label, "cell": cell.id}


def _only_imports(source: str) -> bool:
    """Tell whether a cell only imports, so that nobody asks about it."""
    kinds = (ast.Import, ast.ImportFrom)
    return all(isinstance(node, kinds) for node in ast.parse(source).body)


def _first_line(source: str) -> str:
    lines = [line.strip() for line in source.split("\n")]
    code = [line for line in lines if line and not line.startswith(("#", "@"))]
    return code[0] if code else "(empty)"


def _short(text: str) -> str:
    return text if len(text) <= LABEL else text[: LABEL - 1].rstrip() + "…"
