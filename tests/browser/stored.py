"""What a lesson printed in JupyterLab, compared with what is stored by nbval's rules.

So a lesson runs once: its widgets and its outputs are tested on the same run.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbformat import from_dict
from nbval.plugin import IPyNbCell, coalesce_streams, get_sanitize_patterns, nocolors

from course_lib import paper
from tools.notebook import WIDGET_VIEW, code_cells, load

from .chromium import ROOT

IGNORED = "nbval-ignore-output"
# what nbval itself passes over: counts, kinds and pictures
SKIPPED = ("metadata", "output_type", "name", "execution_count", WIDGET_VIEW)
SKIPPED += ("image/png", "image/jpeg")


class Comparison:
    """nbval's comparison of the outputs of a cell, which here ran elsewhere."""

    colors = nocolors
    compare_outputs = IPyNbCell.compare_outputs
    sanitize = IPyNbCell.sanitize

    def __init__(self) -> None:
        text = (ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8")
        patterns = dict(get_sanitize_patterns(text))
        self.parent = SimpleNamespace(skip_compare=SKIPPED, sanitize_patterns=patterns)
        self.comparison_traceback: list[str] = []

    def format_output_compare(self, key: str, left: str, right: str) -> None:
        """Keep the two sides of a difference."""
        self.comparison_traceback.append(f"{key}\nstored: {left}\nprinted: {right}")


def _without_paper(output: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only a notebook that somebody has open is given beside a part."""
    data = output.get("data", {})
    if paper.CLASS not in "".join(data.get("text/html", "")):
        return output
    return output | {"data": {k: v for k, v in data.items() if k != "text/html"}}


def differences(path: Path, printed: list[list[dict[str, Any]]]) -> list[str]:
    """List how the outputs of the code cells differ from those stored in a notebook."""
    comparison, found = Comparison(), []
    for cell, outputs in zip(code_cells(load(path)), printed, strict=True):
        if IGNORED in cell.metadata.get("tags", []):
            continue
        printed_here = [_without_paper(output) for output in outputs]
        test, stored = coalesce_streams(from_dict(printed_here)), cell.outputs
        if not comparison.compare_outputs(test, coalesce_streams(stored)):
            what = "\n".join(comparison.comparison_traceback)
            found.append(f"{path.name}, cell {cell.id}: {what}")
    return found
