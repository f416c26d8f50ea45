"""Locations of programs in a virtual environment."""

import os
from pathlib import Path


def program(venv: Path, name: str) -> Path:
    """Return the path of an environment's program, such as `python` or `nbgrader`."""
    windows = os.name == "nt"
    return venv / ("Scripts" if windows else "bin") / (name + ".exe" * windows)
