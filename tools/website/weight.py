"""How many bytes a page loads until it can be read, and in total."""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOADED = re.compile(r'<(?:script|img|link)\b[^>]*?\b(?:src|href)="(?!data:)([^"#?]+)')
PICTURES = (".webp", ".png", ".svg", ".jpg")
ZIPPED = (".html", ".css", ".js", ".svg")
MAX_TO_READ, MAX_TOTAL, MAX_SCRIPT = 300_000, 2_000_000, 55_000


@dataclass(frozen=True)
class Weight:
    """The bytes of a page over the wire: until it can be read, and in total."""

    to_read: int
    all: int

    def __str__(self) -> str:
        """Return both in kilobytes."""
        until, all = self.to_read / 1000, self.all / 1000
        return f"{until:.0f} kB until read, {all:.0f} kB in all"


def page_bytes(site: Path) -> dict[str, Weight]:
    """Map each page to its weight, compressed as web servers do.

    Until it can be read, a page needs itself, its style sheets, and its scripts; its
    pictures are loaded when they come into view.
    """
    found: dict[str, Weight] = {}
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        loaded = {(page.parent / path).resolve() for path in LOADED.findall(text)}
        files = [path for path in loaded if path.is_file() and path.suffix != ".html"]
        reading = sum(wire(f) for f in files if f.suffix not in PICTURES) + wire(page)
        found[page.relative_to(site).as_posix()] = Weight(
            reading, reading + sum(wire(f) for f in files if f.suffix in PICTURES)
        )
    return found


@cache
def wire(path: Path) -> int:
    """Return the bytes of a file over the wire."""
    data = path.read_bytes()
    return len(gzip.compress(data)) if path.suffix in ZIPPED else len(data)


def problems(site: Path, sizes: dict[str, Weight]) -> list[str]:
    """List the pages and scripts that are too heavy."""
    found = []
    first = sizes["index.html"].to_read
    if first > MAX_TO_READ:
        found.append(f"index.html must need at most {MAX_TO_READ} bytes, got {first}")
    for page, size in sizes.items():
        if size.all > MAX_TOTAL:
            found.append(f"{page} must need at most {MAX_TOTAL} bytes, got {size.all}")
    script = (site / "_static" / "course.js").stat().st_size
    if script > MAX_SCRIPT:
        found.append(f"course.js must have at most {MAX_SCRIPT} bytes, got {script}")
    return found
