"""Static stand-ins for widgets that a reopened notebook has lost.

A notebook keeps the state of its widgets only if JupyterLab is set to save it, as
``python -m course_lib lab`` does. Otherwise JupyterLab shows "Error displaying widget:
model not found" in place of everything else in that output, and only a separate output
stays visible.
"""

from __future__ import annotations

import base64
from html import escape

import mistune

CLASS = "course-paper"
RUN_AGAIN = "Run the cells above, then this one again. What you kept is safe."
_MARKDOWN = mistune.create_markdown(escape=False, plugins=["table"])
# Hidden next to a live part; where it is shown, that error is hidden. Front ends other
# than JupyterLab have other boxes around an output: one part in the document is enough
# for them.
_STYLE = f"""<style>
.jp-OutputArea-child:has(.course-part) + .jp-OutputArea-child:has(.{CLASS}),
.jp-OutputArea-child:not(:has(.course-part)):has(+ * .{CLASS}),
body:not(:has(.jp-OutputArea-child)):has(.course-part) .{CLASS} {{
  display: none;
}}
</style>"""


def static_html(png: bytes | None, alt: str, markdown: str | None = None) -> str:
    """Return a part as static HTML: its picture or its Markdown, and what to do."""
    if png is not None:
        data = base64.b64encode(png).decode()
        content = f'<img src="data:image/png;base64,{data}" alt="{escape(alt)}">'
    else:
        content = str(_MARKDOWN(markdown or alt))
    advice = f"<p><strong>{RUN_AGAIN}</strong></p>"
    return f'{_STYLE}<div class="{CLASS}">{advice}{content}</div>'
