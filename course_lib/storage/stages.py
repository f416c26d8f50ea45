"""Bytes of a network after each stage of Deep Compression, and by other compressors."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd

from course_lib.magnitude import prunable_weights
from course_lib.measure import float32_state
from course_lib.models import Network, description_of
from course_lib.storage.bitmap import bitmap
from course_lib.storage.csr import csr
from course_lib.storage.entropy import huffman_lengths
from course_lib.storage.file import encode
from course_lib.storage.relative_index import relative_index
from course_lib.storage.sizes import total_bytes

STAGES = ("dense", "CSR", "relative index", "shared", "Huffman", "file")


def stage_bytes(model: Network, index_bits: int = 5) -> pd.DataFrame:
    """Return the bytes after each stage, for a network with pruned, shared weights.

    One row per layer; the last row has everything else, in ``file`` with the header.
    All columns but the last follow Han, Mao & Dally (2016): float32 values with 32-bit
    CSR; with gaps of ``index_bits`` bits, fillers included; codes instead of values,
    with a float32 codebook; gaps and codes each by a Huffman code, with one byte per
    symbol for the code lengths. ``file`` is what ``save`` writes. Biases are float32
    except in the file. Raises ValueError for a layer with more than 256 distinct
    weights.
    """
    _, bill = encode(model)
    coded = bill[["positions", "values", "codebook", "header"]].sum(axis=1)
    rows = {}
    for name, weight in prunable_weights(model).items():
        array = weight.detach().float().numpy()
        row = _stages(name, array, index_bits)
        rows[name.removesuffix(".weight")] = {**row, "file": coded.pop(name)}
    state = float32_state(model)
    others = 4 * sum(v.numel() for n, v in state.items()) - sum(
        row["dense"] for row in rows.values()
    )
    rows["the rest"] = dict.fromkeys(STAGES, others) | {"file": coded.sum()}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(STAGES))
    return frame.astype(float)


def _stages(name: str, array: np.ndarray, index_bits: int) -> dict[str, float]:
    stored = relative_index(array, index_bits)
    kept = array[array != 0]
    book, codes = np.unique(stored.values, return_inverse=True)
    centroids = len(np.unique(kept))
    if centroids > 256:
        raise ValueError(
            f"{name} must have at most 256 different weights, got {centroids}; "
            "share_weights reduces them"
        )
    width = max(1, int(len(book) - 1).bit_length())
    coded = huffman_bits(stored.gaps) + huffman_bits(codes)
    symbols = len(np.unique(stored.gaps)) + len(book)
    how = {"fillers": stored.fillers}
    relative, nonzeros = f"relative-{index_bits}", len(kept)
    return {
        "dense": total_bytes("dense", array.shape, nonzeros),
        "CSR": total_bytes("csr", array.shape, nonzeros),
        "relative index": total_bytes(relative, array.shape, nonzeros, **how),
        "shared": total_bytes(
            relative, array.shape, nonzeros,
            value_bits=width, codebook_entries=centroids, **how,
        ),
        "Huffman": coded / 8 + symbols + 4 * centroids,
    }  # fmt: skip


def huffman_bits(symbols: np.ndarray) -> int:
    """Return the bits of an array of symbols in its own Huffman code, without table."""
    _, counts = np.unique(symbols, return_counts=True)
    return int((counts * huffman_lengths(counts)).sum())


def general_bytes(model: Network, compress: Callable[[bytes], bytes]) -> dict[str, int]:
    """Return the bytes from a general compressor for three layouts of the network.

    ``compress`` maps bytes to fewer bytes, as zstandard's does. The layouts are plain
    float32 tensors; CSR with 32-bit indices; and a bitmap with the kept values. The
    last two are written with float32 values and, where a tensor has up to 256 values,
    with one byte per code and a float32 codebook; the smaller one counts. Each contains
    the architecture as JSON, like the file.
    """
    start = json.dumps(description_of(model)).encode()
    arrays = [value.numpy() for value in float32_state(model).values()]
    floats = [array for array in arrays if array.dtype == np.float32]
    plain = start + b"".join(array.tobytes() for array in arrays)
    layouts = {"float32": [plain], "CSR": [], "bitmap": []}
    for name, write in (("CSR", csr), ("bitmap", bitmap)):
        for shorten in (False, True):
            content = start
            for array in floats:
                matrix = array.reshape(1, -1) if array.ndim < 2 else array
                parts = write(matrix).streams()
                values = parts.pop("values")
                parts["values"] = _codes(values) if shorten else values
                content += b"".join(parts.values())
            layouts[name].append(content)
    return {
        name: min(len(compress(content)) for content in contents)
        for name, contents in layouts.items()
    }


def _codes(values: bytes) -> bytes:
    """Return a codebook and one byte per value if distinct values are few enough."""
    book, codes = np.unique(np.frombuffer(values, np.float32), return_inverse=True)
    if len(book) > 256:
        return values
    return book.tobytes() + codes.astype(np.uint8).tobytes()
