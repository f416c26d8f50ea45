"""The trained networks that ship with the course."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.measure import float32_state
from course_lib.models.base import Network
from course_lib.models.registry import build_model


def _checkpoint_folder() -> Path:
    return Path(str(files("course_lib") / "checkpoints"))


def checkpoint_names() -> list[str]:
    """Names of the trained networks that ship with the course, sorted."""
    return sorted(path.stem for path in _checkpoint_folder().glob("*.safetensors"))


def save_checkpoint(
    model: Network, path: str | Path, *, recipe: str, history: dict[str, Any]
) -> None:
    """Write a network as float32 safetensors with what is needed to rebuild it.

    The file's header carries the architecture, the ``recipe`` (the command that
    makes the file) and its ``history`` (anything JSON can hold). The file appears
    whole or not at all.
    """
    metadata = {
        "architecture": json.dumps(model.describe()),
        "recipe": recipe,
        "history": json.dumps(history),
    }
    _write_whole(float32_state(model), Path(path), metadata)


def _write_whole(
    tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]
) -> None:
    """Write a safetensors file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    save_file(tensors, partial, metadata=metadata)
    partial.chmod(0o644)  # safetensors writes for the owner only
    partial.replace(path)


def checkpoint_metadata(name: str) -> dict[str, Any]:
    """Architecture, recipe and history of a shipped checkpoint."""
    with safe_open(checkpoint_path(name), framework="pt") as file:
        stored = file.metadata() or {}
    missing = {"architecture", "recipe", "history"} - stored.keys()
    if missing:
        raise ValueError(f"checkpoint {name!r} lacks {sorted(missing)} in its header")
    return {
        "architecture": json.loads(stored["architecture"]),
        "recipe": stored["recipe"],
        "history": json.loads(stored["history"]),
    }


def load_checkpoint(name: str, dtype: torch.dtype = torch.float64) -> Network:
    """A trained network that ships with the course, in evaluation mode.

    Stored as float32, converted to ``dtype`` on loading. Raises ValueError for a
    name that is not in ``checkpoint_names()``.
    """
    path = checkpoint_path(name)
    model = build_model(checkpoint_metadata(name)["architecture"])
    model.load_state_dict(load_file(path))
    return model.to(dtype).eval()


def load_predictions(name: str) -> dict[str, Tensor]:
    """Answers of trained networks whose weights do not ship, int64, shape (10 000,).

    Keyed ``"test-0"``, ``"validation-0"``, …: the split and the seed. They stand in
    for weights where shipping these would cost megabytes a network.
    """
    path = _checkpoint_folder() / "predictions" / f"{name}.safetensors"
    if not path.is_file():
        allowed = sorted(other.stem for other in path.parent.glob("*.safetensors"))
        raise ValueError(f"predictions are {name!r}; allowed are {allowed}")
    return {key: value.long() for key, value in load_file(path).items()}


def save_predictions(tensors: dict[str, Tensor], path: Path, *, recipe: str) -> None:
    """Write answers (classes below 256) as bytes, with the command that makes them."""
    small = {key: value.to(torch.uint8) for key, value in tensors.items()}
    _write_whole(small, path, {"recipe": recipe})


def checkpoint_path(name: str) -> Path:
    if name not in checkpoint_names():
        raise ValueError(f"checkpoint is {name!r}; allowed are {checkpoint_names()}")
    return _checkpoint_folder() / f"{name}.safetensors"
