"""What all recipes share: seeds, locations of files, and writing them."""

import argparse
import copy
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course_lib.augmentation import random_affine
from course_lib.data import load_mnist
from course_lib.models import Network, save_checkpoint, save_predictions
from course_lib.storage import save
from course_lib.training import History, accuracy, fit, predictions, seed_everything

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


def train_network(
    make: Callable[[], Network],
    seed: int,
    settings: dict[str, Any],
    changes: dict[str, float] | None = None,
) -> tuple[Network, History]:
    """Train the network of a seed, on augmented images if ``changes`` are given."""
    train, validation = (load_mnist(s, torch.float32) for s in ("train", "validation"))
    seed_everything(seed)
    model = make()
    augment = random_affine(**changes) if changes else None
    return model, fit(model, train, validation, seed=seed, augment=augment, **settings)


def train_on_augmented_images(
    name: str,
    make: Callable[[], Network],
    command: str,
    settings: dict[str, Any],
    changes: dict[str, float],
) -> None:
    """Train the network of seed 0 on augmented images and write it."""
    model, history = train_network(make, 0, settings, changes)
    write(name, model, history, command, seed=0, augment=changes, **settings)


def seed_from_command_line(description: str | None) -> int:
    """Return the value of ``--seed``, 0 by default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=0)
    return int(parser.parse_args().seed)


def answers_of(
    model: torch.nn.Module,
    seed: int,
    prefix: str = "",
    splits: Sequence[str] = ("validation", "test"),
) -> dict[str, Tensor]:
    """Return the predictions on these splits, in float64 as on the page."""
    exact = copy.deepcopy(model).double()
    return {
        f"{prefix}{name}-{seed}": predictions(exact, load_mnist(name))
        for name in splits
    }


def write_stored(
    name: str, seed: int, teacher: Network, sparse: Network, model: Network
) -> dict[str, Tensor]:
    """Write ``model`` to ``stored/NAME-SEED.pruned``; return earlier predictions.

    They are from the dense ``teacher`` and the network before weight sharing.
    """
    validation = load_mnist("validation", torch.float32)
    path = FOLDER / "stored" / f"{name}-{seed}.pruned"
    save(model, path)
    right = [accuracy(m, validation) for m in (teacher, sparse, model)]
    size = path.stat().st_size
    print(f"{path.name}: {size} bytes, validation {right}", flush=True)
    answers = answers_of(teacher, seed, "teacher-")
    return answers | answers_of(sparse, seed, "sparse-")


def write_answers(name: str, answers: dict[str, Tensor], command: str) -> None:
    """Save predictions under ``name``, for networks whose weights do not ship."""
    path = FOLDER / "predictions" / f"{name}.npz"
    save_predictions(answers, path, recipe=command)
    print(f"{path.name}: {len(answers)} sets of answers")
