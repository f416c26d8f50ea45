"""Five correct answers to each exercise of chapter 05, in different styles."""

# ruff: noqa: B905, RUF017  # written as learners write them

from __future__ import annotations

import math
import struct
from collections import Counter
from itertools import accumulate, compress, count, pairwise, takewhile

import numpy as np
import torch


def csr_plain(A):
    starts, columns, values = [0], [], []
    for row in A:
        for j, value in enumerate(row):
            if value != 0:
                columns.append(j)
                values.append(float(value))
        starts.append(len(values))
    return [np.array(starts, np.int32), np.array(columns, np.int32), values]


def csr_numpy(A):
    rows, columns = np.nonzero(A)
    starts = np.searchsorted(rows, np.arange(len(A) + 1))
    return starts.astype(np.int32), columns.astype(np.int32), A[rows, columns]


def csr_torch(A):
    A = torch.as_tensor(A)
    rows, columns = A.nonzero(as_tuple=True)
    starts = torch.zeros(len(A) + 1, dtype=torch.int32)
    starts[1:] = (A != 0).sum(dim=1).cumsum(0)
    return starts, columns.int(), A[rows, columns]


def break_even_by_search(rows, columns, value_bytes, index_bytes):
    dense = rows * columns * value_bytes
    k = 0
    while (k + 1) * (value_bytes + index_bytes) + (rows + 1) * index_bytes < dense:
        k += 1
    return k


def break_even_formula(rows, columns, value_bytes, index_bytes):
    left = rows * columns * value_bytes - (rows + 1) * index_bytes
    return (left - 1) // (value_bytes + index_bytes)


def break_even_arrays(rows, columns, value_bytes, index_bytes):
    k = np.arange(rows * columns + 1)
    sparse = k * value_bytes + (k + rows + 1) * index_bytes
    return np.sum(sparse < rows * columns * value_bytes) - 1


def gaps_plain(positions, bits):
    numbers, fillers, before = [], [], -1
    for position in positions:
        while position - before > 2**bits:
            numbers.append(2**bits - 1)
            fillers.append(True)
            before += 2**bits
        numbers.append(int(position - before - 1))
        fillers.append(False)
        before = position
    return numbers, fillers


def gaps_numpy(positions, bits):
    skipped = np.diff(positions, prepend=-1) - 1
    needed, rest = np.divmod(skipped, 2**bits)
    ends = np.cumsum(needed + 1) - 1
    fillers = np.ones(int(np.sum(needed + 1)), dtype=bool)
    fillers[ends] = False
    numbers = np.full(len(fillers), 2**bits - 1)
    numbers[ends] = rest
    return numbers, fillers


def gaps_by_walking(positions, bits):
    """Past every position of the flat layer, counting."""
    kept = set(map(int, positions))
    entries, zeros = [], 0
    for position in range(max(kept, default=-1) + 1):
        if position in kept or zeros == 2**bits - 1:
            entries.append((zeros, position not in kept))
            zeros = 0
        else:
            zeros += 1
    table = torch.tensor(entries).reshape(-1, 2)
    return table[:, 0], table[:, 1].bool()


def centroid_plain(grad, codes, k):
    found = [0.0] * k
    for g, code in zip(grad.ravel(), codes.ravel(), strict=True):
        if code >= 0:
            found[code] += float(g)
    return found


def centroid_numpy(grad, codes, k):
    return np.array([np.sum(grad[codes == j]) for j in range(k)])


def centroid_torch(grad, codes, k):
    centroids = torch.zeros(k + 1, dtype=torch.float64, requires_grad=True)
    weights = centroids[torch.as_tensor(codes)]
    (weights * torch.as_tensor(grad)).sum().backward()
    return centroids.grad[:k]


def write_bytes(codes, codebook, bits, order, padding):
    """By the rule of any class: "most" or "least" first, padded with "0" or "1"."""
    text = "".join(f"{code:0{bits}b}" for code in codes)
    if order == "least":
        text = "".join(f"{code:0{bits}b}"[::-1] for code in codes)
    text += padding * (-len(text) % 8)
    data = bytearray(len(codes).to_bytes(4, "little"))
    data.append(bits)
    data += np.asarray(codebook, "<f4").tobytes()
    for i in range(0, len(text), 8):
        byte = text[i : i + 8]
        data.append(int(byte if order == "most" else byte[::-1], 2))
    return data


def bytes_plain(codes, codebook, bits):
    return write_bytes(codes, codebook, bits, "most", "0")


def bytes_numpy(codes, codebook, bits):
    digits = codes[:, None] >> np.arange(bits - 1, -1, -1) & 1
    packed = np.packbits(digits.astype(np.uint8))
    head = np.uint32(len(codes)).tobytes() + np.uint8(bits).tobytes()
    return head + codebook.astype(np.float32).tobytes() + packed.tobytes()


def bytes_by_one_number(codes, codebook, bits):
    number = 0
    for code in codes:
        number = number * 2**bits + int(code)
    number <<= -len(codes) * bits % 8
    size = math.ceil(len(codes) * bits / 8)
    table = torch.as_tensor(codebook).float().numpy()
    head = len(codes) | bits << 32
    return head.to_bytes(5, "little") + table.tobytes() + number.to_bytes(size, "big")


def entropy_plain(mask):
    total = 0.0
    for row in mask:
        for p in (row.mean(), 1 - row.mean()):
            total -= p * math.log2(p) if p > 0 else 0
    return total / len(mask)


def entropy_numpy(mask):
    p = np.stack([mask.mean(axis=1), 1 - mask.mean(axis=1)])
    return -np.sum(p * np.log2(p, where=p > 0, out=np.zeros_like(p))) / len(mask)


def entropy_torch(mask):
    mask = torch.as_tensor(mask).double()
    share = mask.mean(dim=1, keepdim=True)
    own = torch.where(mask > 0, share, 1 - share)  # of the kind of each position
    return -own.log2().mean()


def csr_float32(A):
    stored = torch.as_tensor(A, dtype=torch.float64).to_sparse_csr()
    starts, columns = stored.crow_indices(), stored.col_indices()
    return starts.int(), columns.int(), stored.values().float()


def csr_standard(A):
    rows = [[(j, v) for j, v in enumerate(row) if v] for row in A.tolist()]
    starts = list(accumulate(map(len, rows), initial=0))
    pairs = sum(rows, [])
    columns = [j for j, _ in pairs]
    return np.int32(starts), np.int32(columns), tuple(v for _, v in pairs)


def break_even_float64(rows, columns, value_bytes, index_bytes):
    left = torch.tensor(rows * columns * value_bytes - (rows + 1) * index_bytes)
    return torch.ceil(left.double() / (value_bytes + index_bytes)) - 1


def break_even_standard(rows, columns, value_bytes, index_bytes):
    dense = rows * columns * value_bytes
    sizes = (index_bytes * (rows + 1 + k) + value_bytes * k for k in count())
    return len(list(takewhile(dense.__gt__, sizes))) - 1


def gaps_torch(positions, bits):
    skipped = torch.diff(torch.as_tensor(positions), prepend=torch.tensor([-1])) - 1
    needed = skipped >> bits
    fillers = torch.ones(int((needed + 1).sum()), dtype=torch.bool)
    ends = (needed + 1).cumsum(0) - 1
    fillers[ends] = False
    numbers = torch.full(fillers.shape, float(2**bits - 1), dtype=torch.float32)
    numbers[ends] = (skipped & 2**bits - 1).float()
    return numbers, fillers


def gaps_standard(positions, bits):
    entries = []
    for before, position in pairwise([-1, *positions.tolist()]):
        needed, rest = divmod(position - before - 1, 1 << bits)
        entries += [((1 << bits) - 1, True)] * needed + [(rest, False)]
    return [n for n, _ in entries], [f for _, f in entries]


def centroid_float32(grad, codes, k):
    grad = torch.as_tensor(grad, dtype=torch.float32).flatten()
    codes = torch.as_tensor(codes).flatten()
    found = torch.zeros(k + 1).index_add(0, codes % (k + 1), grad)
    return found[:k]


def centroid_standard(grad, codes, k):
    found = Counter()
    for code, g in zip(codes.ravel().tolist(), grad.ravel().tolist()):
        found[code] += g
    return [found[j] for j in range(k)]


def bytes_torch(codes, codebook, bits):
    places = torch.arange(bits - 1, -1, -1)
    row = (torch.as_tensor(codes)[:, None] >> places & 1).flatten()
    row = torch.nn.functional.pad(row, (0, -len(row) % 8)).reshape(-1, 8)
    data = (row * 2 ** torch.arange(7, -1, -1)).sum(dim=1)
    table = torch.as_tensor(codebook, dtype=torch.float32).numpy()
    head = len(codes).to_bytes(4, "little") + bytes([bits])
    return head + table.tobytes() + bytes(data.tolist())


def bytes_standard(codes, codebook, bits):
    table = struct.pack(f"<{len(codebook)}f", *codebook)
    waiting, held, data = 0, 0, bytearray()
    for code in codes.tolist():
        waiting, held = waiting << bits | code, held + bits
        while held >= 8:
            held -= 8
            data.append(waiting >> held)
            waiting &= (1 << held) - 1
    if held:
        data.append(waiting << 8 - held)
    return struct.pack("<IB", len(codes), bits) + table + bytes(data)


def entropy_float32(mask):
    p = torch.as_tensor(mask).float().mean(dim=1)
    nats = torch.distributions.Bernoulli(probs=p).entropy()
    return nats.mean() / math.log(2)


def entropy_standard(mask):
    rows = [list(map(bool, row)) for row in mask.tolist()]
    parts = [sum(row) / len(row) for row in rows]
    costs = (
        -sum(p * math.log2(p) for p in compress((a, 1 - a), (a, 1 - a))) for a in parts
    )
    return math.fsum(costs) / len(rows)


CORRECT = {
    "csr_arrays": (csr_plain, csr_numpy, csr_torch, csr_float32, csr_standard),
    "break_even": (
        break_even_by_search,
        break_even_formula,
        break_even_arrays,
        break_even_float64,
        break_even_standard,
    ),
    "gaps": (gaps_plain, gaps_numpy, gaps_by_walking, gaps_torch, gaps_standard),
    "centroid_gradient": (
        centroid_plain,
        centroid_numpy,
        centroid_torch,
        centroid_float32,
        centroid_standard,
    ),
    "shared_bytes": (
        bytes_plain,
        bytes_numpy,
        bytes_by_one_number,
        bytes_torch,
        bytes_standard,
    ),
    "row_entropy": (
        entropy_plain,
        entropy_numpy,
        entropy_torch,
        entropy_float32,
        entropy_standard,
    ),
}
