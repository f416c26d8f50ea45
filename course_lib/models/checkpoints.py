"""The trained networks that ship with the course."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.arguments import floating
from course_lib.files import atomic_write
from course_lib.measure import float32_state
from course_lib.models.base import Network
from course_lib.models.registry import build_model, description_of

# suffixes of a tensor that is stored without its zeros
POSITIONS, VALUES = ".positions", ".values"


def _checkpoint_folder() -> Path:
    return Path(str(files("course_lib") / "checkpoints"))


def checkpoint_names() -> list[str]:
    """Return the names of the trained networks that ship with the course, sorted."""
    return sorted(path.stem for path in _checkpoint_folder().glob("*.safetensors"))


def save_checkpoint(
    model: Network, path: str | Path, *, recipe: str, history: dict[str, Any]
) -> None:
    """Write a network as float32 safetensors with what is needed to rebuild it.

    The file's header holds the architecture, the ``recipe`` (the command that makes
    the file) and its ``history`` (any JSON value). A tensor that is mostly zeros is
    stored as the positions and values of its nonzeros. The file is
    written atomically.
    """
    metadata = {
        "architecture": json.dumps(description_of(model)),
        "recipe": recipe,
        "history": json.dumps(history),
    }
    tensors: dict[str, Tensor] = {}
    for name, value in float32_state(model).items():
        tensors |= _without_zeros(name, value)
    write_safetensors(tensors, Path(path), metadata)


def _without_zeros(name: str, value: Tensor) -> dict[str, Tensor]:
    """Return the tensor, or positions and values if that makes a smaller file."""
    flat = value.flatten()
    # negative zero is kept as a value: otherwise it would lose its sign
    positions = ((flat != 0) | flat.signbit()).nonzero().flatten()
    size = value.element_size()
    header = 128 + len(name)  # one more entry in the file's header
    smaller = len(positions) * (4 + size) + header < value.numel() * size
    if not smaller or value.numel() >= 2**31:
        return {name: value}
    return {
        f"{name}{POSITIONS}": positions.to(torch.int32),
        f"{name}{VALUES}": flat[positions],
    }


def _with_zeros(stored: dict[str, Tensor], model: Network) -> dict[str, Tensor]:
    """Return the tensors of ``model`` from the output of ``_without_zeros``."""
    tensors = {}
    for name, empty in model.state_dict().items():
        if name in stored:
            tensors[name] = stored[name]
            continue
        values = stored[f"{name}{VALUES}"]
        dense = torch.zeros(empty.numel(), dtype=values.dtype)
        dense[stored[f"{name}{POSITIONS}"].long()] = values
        tensors[name] = dense.reshape(empty.shape)
    return tensors


def write_safetensors(
    tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]
) -> None:
    """Write a safetensors file atomically."""
    with atomic_write(path) as partial:
        save_file(tensors, partial, metadata=metadata)
        partial.chmod(0o644)  # safetensors makes files readable by the owner only


def checkpoint_metadata(name: str) -> dict[str, Any]:
    """Return architecture, recipe, and history of a shipped checkpoint."""
    with safe_open(checkpoint_path(name), framework="pt") as file:
        stored = file.metadata() or {}
    missing = {"architecture", "recipe", "history"} - stored.keys()
    if missing:
        raise ValueError(
            f"checkpoint {name!r} must have a complete header, got one without "
            f"{sorted(missing)}"
        )
    return {
        "architecture": json.loads(stored["architecture"]),
        "recipe": stored["recipe"],
        "history": json.loads(stored["history"]),
    }


def load_checkpoint(name: str, dtype: torch.dtype = torch.float64) -> Network:
    """Return a trained network that ships with the course, in evaluation mode.

    Stored as float32, converted to ``dtype`` on loading. Raises ValueError for a
    name that is not in ``checkpoint_names()``.
    """
    path, dtype = checkpoint_path(name), floating("dtype", dtype)
    model = build_model(checkpoint_metadata(name)["architecture"])
    model.load_state_dict(_with_zeros(load_file(path), model))
    return model.to(dtype).eval()


def load_predictions(name: str) -> dict[str, Tensor]:
    """Return predictions of networks whose weights do not ship, int64 (10,000,).

    Keyed ``"test-0"``, ``"validation-0"``, …: the split and the seed. They replace
    weights that would take megabytes per network.
    """
    with np.load(_shipped("predictions", name, ".npz")) as file:
        keys, answers = file["keys"].tolist(), torch.from_numpy(file["answers"])
    return dict(zip(keys, answers.T.long(), strict=True))


def load_study(name: str) -> pd.DataFrame:
    """Return the table of a study whose networks do not ship, one row per network.

    Its recipe, ``recipes/NAME.py``, describes the columns.
    """
    return pd.read_csv(_shipped("studies", name, ".csv"))


def _shipped(kind: str, name: str, suffix: str) -> Path:
    folder = _checkpoint_folder() / kind
    allowed = sorted(path.stem for path in folder.glob(f"*{suffix}"))
    if name not in allowed:
        raise ValueError(f"name must be one of {allowed}, got {name!r}")
    return folder / f"{name}{suffix}"


def save_predictions(tensors: dict[str, Tensor], path: Path, *, recipe: str) -> None:
    """Write predictions for the same images, with the command that computes them.

    Networks agree about most images, so that the answers to one image, stored side by
    side, compress to less than a bit each. Raises ValueError for classes that do not
    fit a byte.
    """
    for key, value in tensors.items():
        if value.min() < 0 or value.max() > 255:
            raise ValueError(
                f"{key!r} must hold classes from 0 to 255, got {int(value.min())} to "
                f"{int(value.max())}"
            )
    answers = torch.stack(list(tensors.values()), 1).to(torch.uint8).numpy()
    with atomic_write(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, keys=list(tensors), answers=answers, recipe=recipe)


def checkpoint_path(name: str) -> Path:
    if name not in checkpoint_names():
        raise ValueError(f"name must be one of {checkpoint_names()}, got {name!r}")
    return _checkpoint_folder() / f"{name}.safetensors"
