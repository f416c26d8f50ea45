"""A small table for chapter 00: what was measured, how much, and in which chapter.

The words before a number are in the chapter's cell, so that its prose may quote it.
"""

from __future__ import annotations

from IPython.display import display

HEADER = ("what was measured", "how much", "chapter")


def show(*rows: tuple[str, str, str]) -> None:
    """Display rows of (what, how much, chapter), as a table and as plain text."""
    display({"text/plain": text(rows), "text/markdown": markdown(rows)}, raw=True)


def text(rows: tuple[tuple[str, str, str], ...]) -> str:
    """Return the rows as lines, which the notebook tests compare."""
    _refuse(rows)
    return "\n".join(f"{what}: {much} (chapter {where})" for what, much, where in rows)


def markdown(rows: tuple[tuple[str, str, str], ...]) -> str:
    """Return the rows as a Markdown table."""
    _refuse(rows)
    lines = [HEADER, ("---", "--:", ":-:"), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _refuse(rows: tuple[tuple[str, str, str], ...]) -> None:
    for row in rows:
        if len(row) != len(HEADER) or any(not cell or "|" in cell for cell in row):
            raise ValueError(
                "row must be three texts that are not empty, without a vertical "
                f"bar, got {row!r}"
            )
