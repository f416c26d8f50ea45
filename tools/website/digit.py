"""*Draw a digit* on the website: its mount, and the script with the dense network.

``html`` is the part on a page. The build of the site writes ``dense_script()`` once,
as ``DENSE_SCRIPT`` in the folder passed to ``html``.
`python -m tools.website.digit` measures what the part states of test images.
"""

import json
from pathlib import Path

from course_lib import digit, web
from tools.website.mount import mount

DENSE_SCRIPT = "digit_dense.js"


def html(static: str = "_static") -> str:
    """Return the part; ``static`` is the folder of scripts as seen from the page."""
    data = digit.data(script=f"{static}/{DENSE_SCRIPT}")
    return mount("drawDigit", data, _words(data))


def dense_script() -> str:
    """Return a script that is loaded when a reader first prunes the dense network.

    A script and not a file, because a page from disk may load no other kind.
    """
    return f'globalThis.digitDense = "{digit.dense_text()}";\n'


def _words(data: dict) -> str:
    """Return what readers without scripts learn instead."""
    rows = "".join(
        f"<li>{each['name']}: {each['bytes']:,} bytes, "
        f"{each['right'] / each['of']:.2%} of {each['of']:,} test images right.</li>"
        for each in data["networks"]
    )
    return (
        "<p>With JavaScript on, you can draw a digit here. Two pruned networks "
        f"answer with every stroke, from the files of chapter 05:</p><ul>{rows}</ul>"
    )


def main() -> None:
    """Write what was measured, beside the part."""
    path = Path(web.__file__).parent / digit.MEASURED
    measured = digit.measure()
    stops = ",\n    ".join(map(json.dumps, measured.pop("stops")))
    text = json.dumps(measured, indent=2)[:-2]
    path.write_text(f'{text},\n  "stops": [\n    {stops}\n  ]\n}}\n', encoding="utf-8")
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
