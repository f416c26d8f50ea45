"""Plain export: a network as arrays that any safetensors reader can open.

Without entropy coding: row starts, columns, values and codes are plain arrays in the
file, ready to be memory-mapped and multiplied. ``storage.save`` makes smaller files.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from course_lib.arguments import floating
from course_lib.measure import float32_state
from course_lib.models import Network, build_model, description_of
from course_lib.models.checkpoints import write_safetensors
from course_lib.storage.csr import CSR, csr

ENTRY = 100  # approximate bytes of one more array in the file's header
LARGEST_CODEBOOK = 256  # a code is one byte


def export_safetensors(model: Network, path: str | Path) -> None:
    """Write a network as float32 arrays that ``import_safetensors`` restores exactly.

    A tensor whose nonzeros take fewer bytes as compressed sparse rows becomes
    ``name.row_starts`` and ``name.columns`` (int32) with ``name.values`` (float32), or,
    if it has up to 256 distinct ones and that is smaller, ``name.codes`` (uint8) with
    ``name.codebook`` (float32, ascending). Rows are the first axis, columns all others.
    Other tensors keep their name. The header's ``architecture`` is the output of
    ``describe``, as JSON. The file is written atomically.
    """
    tensors: dict[str, Tensor] = {}
    for name, value in float32_state(model).items():
        parts = _parts(value)
        tensors |= {name + part: torch.from_numpy(a) for part, a in parts.items()}
    metadata = {"architecture": json.dumps(description_of(model))}
    write_safetensors(tensors, Path(path), metadata)


def import_safetensors(path: str | Path, dtype: torch.dtype = torch.float64) -> Network:
    """Return the network that ``export_safetensors`` wrote, in evaluation mode.

    Converted from float32 to ``dtype``. Raises ValueError for a header without an
    architecture, for arrays that are missing, unexpected or of the wrong shape, and for
    indices out of range; SafetensorError if the file is not a safetensors file.
    """
    floating("dtype", dtype)
    with safe_open(path, framework="np") as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if "architecture" not in metadata:
        raise ValueError(f"{path} has no architecture in its header")
    with torch.device("meta"):  # shapes only: the numbers come from the file
        model = build_model(json.loads(metadata["architecture"]))
    tensors = {}
    for name, empty in model.state_dict().items():
        try:
            array = _tensor(name, empty.shape, arrays)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{path}: tensor {name!r}: {error}") from None
        tensors[name] = torch.from_numpy(array).to(empty.dtype)
    if arrays:
        raise ValueError(
            f"{path} has {sorted(arrays)}, which the network does not have"
        )
    model.load_state_dict(tensors, assign=True)
    return model.to(dtype).eval()


def _parts(value: Tensor) -> dict[str, np.ndarray]:
    """Return the arrays of a tensor in its smallest form, keyed by name suffix."""
    array = value.cpu().numpy()
    forms = [{"": array}]
    if array.dtype == np.float32 and array.ndim > 0:
        rows = csr(array)
        positions = {".row_starts": rows.row_starts, ".columns": rows.columns}
        forms.append({**positions, ".values": rows.values})
        codebook, codes = np.unique(rows.values, return_inverse=True)
        # NaN is not equal to itself
        if len(codebook) <= LARGEST_CODEBOOK and not np.isnan(codebook).any():
            coded = {".codes": codes.astype(np.uint8), ".codebook": codebook}
            forms.append(positions | coded)
    return min(forms, key=_size)


def _size(form: dict[str, np.ndarray]) -> int:
    return sum(ENTRY + array.nbytes for array in form.values())


def _tensor(name: str, shape: torch.Size, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Remove the arrays of a tensor from ``arrays`` and assemble it."""
    if name in arrays:
        array = arrays.pop(name)
        if array.shape != shape:
            raise ValueError(f"shape must be {tuple(shape)}, got {array.shape}")
        return array
    row_starts, columns = (arrays.pop(name + p) for p in (".row_starts", ".columns"))
    if f"{name}.values" in arrays:
        values = arrays.pop(f"{name}.values")
    else:
        codes, codebook = (arrays.pop(name + p) for p in (".codes", ".codebook"))
        if codes.dtype != np.uint8 or codes.max(initial=0) >= max(len(codebook), 1):
            raise ValueError(
                f"codes must be uint8 below {len(codebook)}, the number of centroids, "
                f"got {codes.dtype} up to {codes.max(initial=0)}"
            )
        values = codebook[codes]
    return CSR(row_starts, columns, values, tuple(shape)).dense()
