"""The complete MNIST, read from files that ship with the course."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from course_lib.arguments import floating

TRAIN_SIZE = 50_000
VALIDATION_SIZE = 10_000
SPLITS = ("train", "validation", "test")

# SHA-256 of the uncompressed original files; see mnist/LICENSE.md.
SHA256 = {
    "train-images-idx3-ubyte": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}


class Split(NamedTuple):
    """Images of shape (N, 1, 28, 28) in [0, 1] and labels of shape (N,), int64."""

    images: Tensor
    labels: Tensor

    def first(self, count: int) -> Split:
        """Return the first ``count`` examples, as views."""
        return Split(self.images[:count], self.labels[:count])


def read_idx(path: str | Path) -> np.ndarray:
    """Read a gzipped IDX file of unsigned bytes.

    Returns an array of dtype uint8 with the shape that the file declares.
    Raises ValueError when the file is truncated, is not gzip, or is not the IDX
    format (LeCun et al. 1998: two zero bytes, type 0x08, number of dimensions,
    the sizes as big-endian 32-bit integers, then the bytes).
    """
    path = Path(path)
    try:
        raw = gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path.name}: not a complete gzip file ({error})") from error
    if len(raw) < 4 or raw[:3] != b"\x00\x00\x08" or len(raw) < 4 + 4 * raw[3]:
        raise ValueError(
            f"{path.name}: starts with {raw[:4].hex()!r}, but an IDX file of "
            "unsigned bytes starts with 000008 and the number of dimensions"
        )
    start = 4 + 4 * raw[3]
    shape = tuple(np.frombuffer(raw[4:start], dtype=">u4").astype(int).tolist())
    expected = int(np.prod(shape, dtype=np.int64))
    if len(raw) - start != expected:
        raise ValueError(
            f"{path.name}: declares shape {shape}, that is {expected} bytes, "
            f"but holds {len(raw) - start}"
        )
    return np.frombuffer(raw, dtype=np.uint8, offset=start).reshape(shape)


def read_verified(name: str, folder: str | Path | None = None) -> np.ndarray:
    """Read one of the four MNIST files and check that it is the original.

    ``name`` is a key of ``SHA256``; ``folder`` is the one that contains ``name +
    ".gz"`` (the package's own copy by default). Raises ValueError when the name is
    unknown or when the contents are not those of the original file.
    """
    if name not in SHA256:
        raise ValueError(f"name must be one of {sorted(SHA256)}, got {name!r}")
    root = _mnist_folder() if folder is None else Path(folder)
    array = read_idx(root / f"{name}.gz")
    dimensions = np.array(array.shape, dtype=">u4").tobytes()
    header = bytes([0, 0, 8, array.ndim]) + dimensions
    digest = hashlib.sha256(header + array.tobytes()).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(
            f"{name}.gz: SHA-256 of the contents is {digest}, "
            f"but the original has {SHA256[name]}; the file was altered"
        )
    return array


def _mnist_folder() -> Path:
    return Path(str(files("course_lib") / "mnist"))


@lru_cache(maxsize=4)
def _verified_bytes(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, 28, 28) and labels (N,), uint8; read once per process."""
    images = read_verified(f"{part}-images-idx3-ubyte")
    labels = read_verified(f"{part}-labels-idx1-ubyte")
    return images, labels


def load_mnist(split: str, dtype: torch.dtype = torch.float64) -> Split:
    """Load one split of MNIST.

    ``"train"`` is the first 50,000 images of the original training file,
    ``"validation"`` its last 10,000, ``"test"`` the original 10,000 test images.
    Images have shape (N, 1, 28, 28) and values in [0, 1] (the byte divided by
    255); labels have shape (N,) and dtype int64. Raises ValueError for another
    split and TypeError for a dtype that is not floating point.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {list(SPLITS)}, got {split!r}")
    floating("dtype", dtype)
    pixels, digits = _verified_bytes("t10k" if split == "test" else "train")
    if split == "train":
        pixels, digits = pixels[:TRAIN_SIZE], digits[:TRAIN_SIZE]
    elif split == "validation":
        pixels, digits = pixels[-VALIDATION_SIZE:], digits[-VALIDATION_SIZE:]
    images = torch.from_numpy(pixels.copy()).unsqueeze(1).to(dtype) / 255
    return Split(images, torch.from_numpy(digits.copy()).to(torch.int64))
