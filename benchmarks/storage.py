"""The cost of the file format compared with zstandard: seconds, memory, bytes.

python benchmarks/storage.py [--sparsity 0.95] [--repeats 5]

First a layer of ten million weights, with float32 values and with 16 shared ones: from
the network to bytes and back. The peer is zstandard at level 22 on the arrays of CSR,
its values as float32 or as one byte per code with a codebook; making CSR and the dense
matrix again is part of the job. All run interleaved in one process, and each gives
back the very same weights. Prints times as ratios pair by pair, the peak of memory
that each adds, and bytes against ours and against the limit for symbols that are
independent of each other, which these are: the positions by their density, the values
by the four bytes of a float or by their code.

Then the small networks that ship with the course: the file against the best that
zstandard at level 22 makes of three layouts, and against the ideal length, which is
what its own model says its symbols cost.
"""

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
import zstandard
from _memory import Measured, compared, measure

from course_lib.models import MLP, Network
from course_lib.storage import load, share_weights, shipped, shipped_names
from course_lib.storage.csr import CSR, csr
from course_lib.storage.entropy import entropy, mask_bits
from course_lib.storage.file import decode, encode
from course_lib.storage.stages import general_bytes
from course_lib.training import seed_everything

OURS = "file"
LAYER = (2500, 4000)
Method = tuple[Callable[[], bytes], Callable[[bytes], np.ndarray]]


@torch.no_grad()
def one_layer(shape: tuple[int, int], sparsity: float, shared: bool) -> Network:
    """Return a network of one layer; everything else in it is zero."""
    model = MLP((shape[1], shape[0], 10))
    for parameter in model.parameters():
        parameter.zero_()
    kept = torch.rand(shape) >= sparsity
    model.fc1.weight[kept] = torch.randn(int(kept.sum()))
    return share_weights(model, {"fc1.weight": 4}) if shared else model


def by_file(model: Network) -> Method:
    """Use ours: a complete network file, checksums included."""
    return (
        lambda: encode(model)[0],
        lambda content: decode(content, 20_000_000).fc1.weight.detach().numpy(),
    )


def by_zstandard(array: np.ndarray, codes: bool) -> Method:
    """Use CSR and zstandard; the reader knows the number of values."""
    nonzeros = np.count_nonzero(array)

    def write() -> bytes:
        parts = csr(array)
        values = [parts.values]
        if codes:
            book, each = np.unique(parts.values, return_inverse=True)
            values = [book, each.astype(np.uint8)]
        arrays = (parts.row_starts, parts.columns, *values)
        content = b"".join(part.tobytes() for part in arrays)
        return zstandard.ZstdCompressor(level=22).compress(content)

    def read(data: bytes) -> np.ndarray:
        content = zstandard.ZstdDecompressor().decompress(data)
        starts, columns, values = np.split(
            np.frombuffer(content, np.uint8),
            [4 * len(array) + 4, 4 * (len(array) + 1 + nonzeros)],
        )
        if codes:
            book, each = values[:-nonzeros].view(np.float32), values[-nonzeros:]
            values = book[each]
        indices = starts.view(np.int32), columns.view(np.int32)
        return CSR(*indices, values.view(np.float32), array.shape).dense()

    return write, read


def limit(array: np.ndarray, shared: bool) -> tuple[float, float]:
    """Return the lower limit in bytes for independent positions and symbols."""
    kept = array[array != 0]
    if shared:
        streams = [np.unique(kept, return_inverse=True)[1]]
    else:
        streams = list(kept.view(np.uint8).reshape(-1, 4).T)
    values = sum(len(kept) * entropy(np.bincount(each)) for each in streams)
    return mask_bits(array != 0) / 8, values / 8


def compare(model: Network, shared: bool, repeats: int) -> None:
    """Print one row per method."""
    array = model.fc1.weight.detach().numpy()
    methods = {OURS: by_file(model), "zstd-22, CSR": by_zstandard(array, False)}
    if shared:
        methods["zstd-22, CSR with codes"] = by_zstandard(array, True)
    written: dict[str, list[Measured]] = {name: [] for name in methods}
    found: dict[str, list[Measured]] = {name: [] for name in methods}
    contents = {name: write() for name, (write, _) in methods.items()}  # warm-up
    for name, (_, read) in methods.items():
        assert np.array_equal(read(contents[name]), array), name
    for _ in range(repeats):
        for name, (write, read) in methods.items():
            written[name].append(measure(write))
            found[name].append(measure(partial(read, contents[name])))
    positions, values = limit(array, shared)
    print(
        f"limit {positions + values:,.0f} bytes: "
        f"{positions:,.0f} for positions, {values:,.0f} for values"
    )
    for name in methods:
        size = len(contents[name])
        ratio = size / (positions + values)
        print(
            f"  {name:24s} {size:9,d} bytes, {ratio:.3f}× the limit, "
            f"{size / len(contents[OURS]):.3f}× ours"
        )
        for job, rows in (("encode", written), ("decode", found)):
            seconds, ratios, peak = compared(rows[name], rows[OURS], digits=3)
            print(f"    {job} {seconds:6.3f} s, {ratios} × ours, {peak}")


def against_general(model: Network) -> dict[str, float]:
    """Print the bytes of the file, of its parts, and by zstandard."""
    content, bill = encode(model)
    compress = zstandard.ZstdCompressor(level=22).compress
    general = general_bytes(model, compress)
    ideal = bill[["positions", "values"]].sum().sum()
    rounding = bill.loc["rounding", "header"]
    return {
        "file": len(content),
        "header and codebooks": len(content) - ideal - rounding,
        "ideal": ideal,
        "rounding": rounding,
        **{f"zstd-22, {name}": size for name, size in general.items()},
        "file / best": len(content) / min(general.values()),
    }


def main() -> None:
    """Compare on one large layer and on the shipped networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sparsity", type=float, default=0.95)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    seed_everything(0)
    pd.set_option("display.width", 200)
    height, width = LAYER
    print(f"{height} × {width}, {options.sparsity:.0%} zeros, one thread")
    for shared in (False, True):
        print("4-bit shared values" if shared else "float32 values", end=": ")
        model = one_layer(LAYER, options.sparsity, shared)
        compare(model, shared, options.repeats)
    print("small networks, bytes")
    table = {
        name: against_general(load(shipped(name), torch.float32))
        for name in shipped_names()
    }
    print(pd.DataFrame(table).round(2).to_string())


if __name__ == "__main__":
    main()
