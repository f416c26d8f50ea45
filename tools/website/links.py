"""Links of the course's files, turned into links between the pages of the website."""

import posixpath
import re
from collections.abc import Mapping

from tools.settings import Settings

LINK = re.compile(r"(?<!!)\[(?P<text>[^\[\]]+)\]\((?P<target>[^()\s]+)\)")
ELSEWHERE = ("https://", "http://", "mailto:", "#")


def relinked(text: str, path: str, pages: Mapping[str, str], settings: Settings) -> str:
    """Return the Markdown of the file ``path`` with links that work on the website.

    ``pages`` maps a file of the repository to its source on the website, such as
    ``docs/install.md``. A link to another file leads to the published repository, and
    becomes plain text while there is none.
    """
    here = pages[path]

    def replaced(match: re.Match[str]) -> str:
        target, hash_, anchor = match["target"].partition("#")
        if match["target"].startswith(ELSEWHERE):
            return match[0]
        file = resolved(path, target)
        if file in pages:
            place = "../" * here.count("/") + pages[file]
            slug = hash_ + anchor.lower() if file != "README.md" else ""
            return f"[{match['text']}]({place}{slug})"
        if settings.published:
            return f"[{match['text']}]({blob_url(settings, file)}{hash_}{anchor})"
        return match["text"]

    return LINK.sub(replaced, text)


def blob_url(settings: Settings, file: str) -> str:
    """Return the URL of a file in the published repository."""
    return f"https://github.com/{settings.repository}/blob/{settings.tag}/{file}"


def resolved(path: str, target: str) -> str:
    """Return the file that a relative link in the file ``path`` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def base_url(settings: Settings) -> str:
    """Return the URL of the published website; empty until it is published."""
    if not settings.published:
        return ""
    owner, _, name = settings.repository.partition("/")
    return f"https://{owner.lower()}.github.io/{name}/"
