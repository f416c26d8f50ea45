"""What every recipe shares: where its checkpoint goes and how it is written."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import torch

from course_lib.models import Network, save_checkpoint
from course_lib.training import History

FOLDER = Path(__file__).resolve().parents[1] / "course_lib" / "checkpoints"


def write(
    name: str, model: Network, history: History, command: str, **how: Any
) -> Path:
    """Save ``model`` under ``name`` with its history and how it was trained."""
    path = FOLDER / f"{name}.safetensors"
    record = {
        "epochs": [
            {key: round(value, 6) for key, value in row.items()} for row in history.rows
        ],
        "settings": how,
        "made_with": {"torch": torch.__version__, "machine": platform.machine()},
    }
    save_checkpoint(model, path, recipe=command, history=record)
    print(f"{path.name}: {history.rows[-1]}")
    return path
