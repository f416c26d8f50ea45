"""The HTML element of a part: its data for the script, and its text without scripts."""

import json
from collections.abc import Mapping
from typing import Any


def mount(part: str, data: Mapping[str, Any], without_scripts: str) -> str:
    """Return the HTML in which ``course_lib/web/host.js`` draws a part.

    ``data`` is what the part's model returns for ``"data"``; ``without_scripts`` is
    HTML that a reader without scripts, and a search engine, sees instead.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.replace("</", "<\\/")  # must not end the script element
    return (
        f'<div data-part="{part}" class="course-part">\n'
        f'<script type="application/json">{text}</script>\n'
        f"{without_scripts}\n</div>\n"
    )
