"""Stamp README.md's badges and list of chapters, and check its table of numbers."""

import re
from pathlib import Path
from urllib.parse import quote

from tools import links, prose_numbers
from tools.blocks import block, update_file, with_block
from tools.colab_cells import badge
from tools.generate import EXERCISES, LESSONS, SOLUTIONS
from tools.notebook import load
from tools.settings import Settings, notebook_path

NAME = "README.md"
BINDER = "https://mybinder.org"
MAP = "lab/tree/my_work/map.ipynb"  # written by .binder/postBuild
NOT_YET = (
    "Not published yet: after `make publish REPOSITORY=owner/name`, badges here open\n"
    "the course in Colab and Binder ([how](docs/publishing.md))."
)
LESSON_LINK = re.compile(rf"\[[^]]*\]\(({LESSONS}/[^)]+)\)")


def badges(settings: Settings) -> str:
    """Return the badges: the state of the tests, and the course opened in Binder.

    A course that is not published yet has none, and says how it would get them.
    """
    if not settings.published:
        return NOT_YET
    tests = f"https://github.com/{settings.repository}/actions/workflows/test.yml"
    place = f"{settings.repository}/{settings.tag}?urlpath={quote(MAP, safe='')}"
    return (
        f"[![Tests]({tests}/badge.svg)]({tests})\n"
        f"[![Open in Binder]({BINDER}/badge_logo.svg)]({BINDER}/v2/gh/{place})"
    )


def chapters(settings: Settings) -> str:
    """Return the table of the chapters, with links to their notebooks and to Colab."""
    heads = ["chapter", "lesson", "exercises", "solutions"]
    heads += ["Colab"] if settings.published else []
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for chapter in links.chapters(settings.root):
        name, colon, rest = chapter.heading.partition(":")
        pages = [(LESSONS, "lesson")]
        if chapter.has_exercises:
            pages += [(kind, kind) for kind in (EXERCISES, SOLUTIONS)]
        found = [f"[{t}]({notebook_path(chapter.stem, kind)})" for kind, t in pages]
        cells = [f"**{name}**{colon}{rest}", *found, *["–"] * (3 - len(found))]
        if settings.published:
            cells.append(badge(settings, notebook_path(chapter.stem, LESSONS)))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def stamped(text: str, settings: Settings) -> str:
    """Return the text of README.md with both blocks up to date.

    Raises ValueError unless the markers of each are there exactly once.
    """
    text = with_block(text, "badges", badges(settings), NAME)
    return with_block(text, "chapters", chapters(settings), NAME)


def update(settings: Settings) -> str:
    """Bring README.md up to date and report what was done."""
    return update_file(settings.root / NAME, lambda text: stamped(text, settings))


def number_problems(root: Path, text: str) -> list[str]:
    """List the numbers of README.md that no stored output vouches for.

    In the table between the `numbers` markers, a row links to the lesson that
    measures it, and each of its numbers must be an output of that very lesson,
    rounded or not, or quoted in claims.toml. A decimal or a percentage anywhere
    else must be in an output of some lesson.
    """
    claims = prose_numbers.read_claims(root)
    lessons = {
        f"{LESSONS}/{path.name}": prose_numbers.evidence(load(path), claims)
        for path in sorted((root / LESSONS).glob("*.ipynb"))
    }
    table = block(text, "numbers", NAME)
    found = []
    for row in table.strip().split("\n")[2:]:
        link = LESSON_LINK.search(row)
        if link is None or link[1] not in lessons:
            found.append(f"{NAME}: the row links to no lesson: “{row}”")
        else:
            rest = row.replace(link[0], "")
            found += prose_numbers.row_problems(NAME, rest, lessons[link[1]])
    everything = prose_numbers.merged(lessons.values())
    prose = text.replace(table, "\n")
    return found + prose_numbers.text_problems(NAME, prose, everything)


def problems(settings: Settings) -> list[str]:
    """List where README.md differs from the settings, the sources, and the lessons."""
    path = settings.root / NAME
    if not path.exists():
        return [f"{NAME}: missing"]
    text = path.read_text(encoding="utf-8")
    found = number_problems(settings.root, text)
    if stamped(text, settings) != text:
        found.append(f"{NAME}: badges or chapters are out of date; run make build")
    return found
