"""The parts of a Markdown file that the build writes, each between two markers."""

import re


def block(text: str, name: str, file: str) -> str:
    """Return what is between `<!-- name -->` and `<!-- /name -->` in a file's text.

    Raises ValueError unless the markers are there exactly once.
    """
    found = re.findall(_pattern(name), text, re.DOTALL)
    if len(found) != 1:
        raise ValueError(f"{file} has {len(found)} {name} blocks; it needs one")
    return found[0]


def with_block(text: str, name: str, content: str, file: str) -> str:
    """Return a file's text with `content` between the markers of `name`.

    Raises ValueError unless the markers are there exactly once.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    old = start + block(text, name, file) + end
    return text.replace(old, f"{start}{content}\n{end}")


def _pattern(name: str) -> str:
    return rf"<!-- {name} -->\n(.*?)<!-- /{name} -->"
