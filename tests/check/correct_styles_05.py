"""Five correct answers to each exercise of chapter 05, in different styles."""

# ruff: noqa: B905, RUF017  # written as learners write them

import bz2
import lzma
import math
import struct
import zlib
from collections import Counter
from itertools import accumulate, pairwise

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


def percent_right(network, split):
    x, labels = split
    for i in (1, 2, 3):
        x = x @ network[f"W{i}"].T + network[f"b{i}"]
        x = x.clip(0) if i < 3 else x
    return 100 * (x.argmax(1) == labels).mean()


def smallest_of(files, unpack, network, splits, max_drop):
    least = percent_right(network, splits["validation"]) - max_drop
    for data in sorted(files, key=len):
        if percent_right(unpack(data), splits["validation"]) >= least:
            return data


def file_plain(given):
    """Every number as one signed byte in steps of its array's own, deflated."""

    def pack(network, levels, threshold):
        text = []
        for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
            array = network[name].copy()
            if name.startswith("W"):
                array[abs(array) < threshold] = 0
            step = float(abs(array).max()) / levels + 1e-9
            text.append(
                struct.pack("<fBB", step, *[len(array), array.size // len(array)])
            )
            text += [struct.pack("b", round(float(x) / step)) for x in array.ravel()]
        return zlib.compress(b"".join(text), 9)

    def unpack(data):
        data, network = zlib.decompress(data), {}
        for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
            step, rows, columns = struct.unpack("<fBB", data[:6])
            size, data = rows * columns, data[6:]
            array = np.array(struct.unpack(f"{size}b", data[:size])) * step
            network[name] = array.reshape(rows, columns) if name[0] == "W" else array
            data = data[size:]
        return network

    if isinstance(given, bytes):
        return unpack(given)
    sizes = np.sort(
        np.abs(np.concatenate([given["network"][f"W{i}"].ravel() for i in (1, 2, 3)]))
    )
    files = []
    for share in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85):
        for levels in (3, 4, 5, 6, 7, 10, 15, 31, 63):
            files.append(pack(given["network"], levels, sizes[int(share * len(sizes))]))
    return smallest_of(files, unpack, **given)


def header(network):
    return bytes([network["W1"].shape[1], *(len(network[f"b{i}"]) for i in (1, 2, 3))])


def shapes_of(data):
    for i in (1, 2, 3):
        yield f"W{i}", (data[i], data[i - 1])
        yield f"b{i}", (data[i],)


def file_numpy(given):
    """A bitmap of the weights that stay, and a few bits for each of those."""

    def pack(network, share, bits):
        flat = np.concatenate([a.ravel() for a in network.values()])
        scales = np.repeat(
            [np.abs(a).max() for a in network.values()],
            [a.size for a in network.values()],
        )
        kept = np.abs(flat) > np.quantile(np.abs(flat), share)
        half = 2 ** (bits - 1) - 1
        codes = np.round(flat / scales * half).astype(int)[kept] + half
        kept_bits = np.packbits(kept)
        digits = codes[:, None] >> np.arange(bits) & 1
        packed = np.packbits(digits.astype(np.uint8)).tobytes()
        tops = np.float16([np.abs(a).max() for a in network.values()]).tobytes()
        return header(network) + bytes([bits]) + tops + kept_bits.tobytes() + packed

    def unpack(data):
        shapes, bits = dict(shapes_of(data)), data[4]
        sizes = [math.prod(shape) for shape in shapes.values()]
        tops = np.repeat(np.frombuffer(data[5:17], np.float16).astype(float), sizes)
        row = np.unpackbits(np.frombuffer(data[17:], np.uint8))
        start = -(-sum(sizes) // 8) * 8
        kept = row[: sum(sizes)].astype(bool)
        digits = row[start : start + bits * kept.sum()].reshape(-1, bits)
        half, flat = 2 ** (bits - 1) - 1, np.zeros(sum(sizes))
        flat[kept] = (digits @ (1 << np.arange(bits)) - half) / half
        parts = np.split(flat * tops, np.cumsum(sizes)[:-1])
        return {n: p.reshape(s) for p, (n, s) in zip(parts, shapes.items())}

    if isinstance(given, bytes):
        return unpack(given)
    choices = [(s, b) for s in np.arange(0.5, 0.9, 0.02) for b in (3, 4, 5, 6)]
    files = [pack(given["network"], *choice) for choice in choices]
    return smallest_of(files, unpack, **given)


def file_torch(given):
    """Codes of a few steps in base32 digits, by lzma, with float16 scales."""
    if isinstance(given, bytes):
        shapes, network = dict(shapes_of(given)), {}
        steps = torch.frombuffer(bytearray(given[4:16]), dtype=torch.float16).double()
        codes = torch.frombuffer(
            bytearray(bz2.decompress(given[16:])), dtype=torch.int8
        )
        for step, (name, shape) in zip(steps, shapes.items()):
            size = math.prod(shape)
            network[name] = (codes[:size] * step).view(shape)
            codes = codes[size:]
        return network
    tensors = [torch.as_tensor(a) for a in given["network"].values()]
    everything = torch.cat([t.abs().flatten() for t in tensors])
    files = []
    for levels in (3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 31):
        for share in (0.0, 0.4, 0.6, 0.7, 0.75, 0.8, 0.85):
            threshold = everything.quantile(share)
            steps = [(t.abs().max() / levels).half() for t in tensors]
            codes = [
                torch.where((t.abs() < threshold) & (t.ndim > 1), 0, t / s)
                .round()
                .char()
                for t, s in zip(tensors, steps)
            ]
            content = b"".join(c.numpy().tobytes() for c in codes)
            scales = torch.stack(steps).numpy().tobytes()
            files.append(header(given["network"]) + scales + bz2.compress(content))
    return smallest_of(
        files, lambda data: {n: t.numpy() for n, t in file_torch(data).items()}, **given
    )


def file_float32(given):
    """One step for the whole network, all of it in single precision, by lzma."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9}]
    if isinstance(given, bytes):
        raw = lzma.decompress(given[8:], lzma.FORMAT_RAW, filters=filters)
        numbers = np.frombuffer(raw, np.int8) * np.frombuffer(given[4:8], np.float32)
        network = {}
        for name, shape in shapes_of(given):
            size = math.prod(shape)
            network[name], numbers = numbers[:size].reshape(shape), numbers[size:]
        return network
    arrays = [np.float32(array).ravel() for array in given["network"].values()]
    flat, files = np.concatenate(arrays), []
    for levels in (10, 12, 15, 20, 25, 30, 40, 60, 100):
        step = np.abs(flat).max() / np.float32(levels)
        codes = np.round(flat / step).astype(np.int8).tobytes()
        raw = lzma.compress(codes, lzma.FORMAT_RAW, filters=filters)
        files.append(header(given["network"]) + np.float32(step).tobytes() + raw)
    return smallest_of(files, file_float32, **given)


def file_standard(given):
    """Runs of zeros and small whole numbers as bytes, deflated without a header."""

    def pack(network, threshold, levels):
        stream = bytearray(header(network))
        for name, array in network.items():
            step = struct.unpack("<e", struct.pack("<e", abs(array).max() / levels))[0]
            stream += struct.pack("<e", step)
            for value in array.ravel().tolist():
                small = name[0] == "W" and abs(value) < threshold
                stream.append(0 if small else round(value / step) % 256)
        squeezer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        return squeezer.compress(bytes(stream)) + squeezer.flush()

    def unpack(data):
        data = zlib.decompress(data, -15)
        rest, network = data[4:], {}
        for name, shape in shapes_of(data):
            (step,), size = struct.unpack("<e", rest[:2]), math.prod(shape)
            numbers = [(c - 256 if c > 127 else c) * step for c in rest[2 : 2 + size]]
            network[name] = numbers
            if len(shape) == 2:
                rows = range(0, size, shape[1])
                network[name] = [numbers[i : i + shape[1]] for i in rows]
            rest = rest[2 + size :]
        return network

    if isinstance(given, bytes):
        return unpack(given)
    network = given["network"]
    sizes = sorted(abs(w) for i in (1, 2, 3) for w in network[f"W{i}"].ravel().tolist())
    levels = (4, 5, 6, 8, 11, 16, 22, 32)
    choices = [(t, n) for t in (0.5, 0.7, 0.8, 0.85) for n in levels]
    files = [pack(network, sizes[int(t * len(sizes))], n) for t, n in choices]

    def arrays(data):
        return {name: np.array(part) for name, part in unpack(data).items()}

    return smallest_of(files, arrays, **given)


CORRECT = {
    "csr_arrays": (csr_plain, csr_numpy, csr_torch, csr_float32, csr_standard),
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
    "smallest_file": (file_plain, file_numpy, file_torch, file_float32, file_standard),
}
