"""Five correct answers to each exercise of chapter 02, in different styles."""

# ruff: noqa: B905  # written as learners write them

from __future__ import annotations

import math
from itertools import compress
from operator import mul

import numpy as np
import torch


def merge_plain(a, b):
    if a[0] == 0:
        return b
    if b[0] == 0:
        return a
    count = a[0] + b[0]
    means, stds = [], []
    for mean_a, std_a, mean_b, std_b in zip(a[1], a[2], b[1], b[2], strict=True):
        mean = (a[0] * mean_a + b[0] * mean_b) / count
        squares = a[0] * (std_a**2 + (mean_a - mean) ** 2)
        squares += b[0] * (std_b**2 + (mean_b - mean) ** 2)
        means.append(mean)
        stds.append(math.sqrt(squares / count))
    return count, means, stds


def merge_numpy(a, b):
    filled = [part for part in (a, b) if part[0]]
    counts = np.array([part[0] for part in filled], dtype=float)[:, None]
    means = np.stack([part[1] for part in filled])
    variances = np.stack([part[2] for part in filled]) ** 2
    weights = counts / counts.sum()
    mean = (weights * means).sum(axis=0)
    variance = (weights * (variances + (means - mean) ** 2)).sum(axis=0)
    return int(counts.sum()), mean, np.sqrt(variance)


def merge_torch(a, b):
    if a[0] == 0 or b[0] == 0:
        count, mean, std = a if a[0] else b
        return count, torch.as_tensor(mean), torch.as_tensor(std)
    (n, mean_a, std_a), (m, mean_b, std_b) = (
        (part[0], torch.as_tensor(part[1]), torch.as_tensor(part[2])) for part in (a, b)
    )
    share = m / (n + m)
    delta = mean_b - mean_a
    variance = torch.lerp(std_a**2, std_b**2, share) + share * (1 - share) * delta**2
    return torch.tensor(n + m), mean_a + share * delta, variance.sqrt()


def silent_plain(mean, std, mean_threshold, std_threshold):
    return [
        bool(-mean_threshold <= m <= mean_threshold and s <= std_threshold)
        for m, s in zip(mean, std, strict=True)
    ]


def silent_numpy(mean, std, mean_threshold, std_threshold):
    return (np.abs(mean) <= mean_threshold) & (std <= std_threshold)


def silent_torch(mean, std, mean_threshold, std_threshold):
    loud = torch.as_tensor(mean).abs() > mean_threshold
    return ~(loud | (torch.as_tensor(std) > std_threshold))


def cut_plain(W1, b1, W2, keep):
    stay = [i for i in range(len(keep)) if keep[i]]
    rows = [[float(w) for w in W1[i]] for i in stay]
    columns = [[float(row[i]) for i in stay] for row in W2]
    return rows, [float(b1[i]) for i in stay], columns


def cut_numpy(W1, b1, W2, keep):
    return W1[keep], b1[keep], W2[:, keep]


def cut_torch(W1, b1, W2, keep):
    W1, b1, W2, keep = (torch.as_tensor(array) for array in (W1, b1, W2, keep))
    # another order of the neurons is the same network
    index = torch.nonzero(keep).flatten().flip(0)
    return W1[index], b1[index], W2.index_select(1, index)


def fold_plain(W2, b2, mean, removed):
    bias = [float(value) for value in b2]
    for i, row in enumerate(W2):
        for j, weight in enumerate(row):
            if removed[j]:
                bias[i] += weight * mean[j]
    return bias


def fold_numpy(W2, b2, mean, removed):
    return b2 + W2 @ np.where(removed, mean, 0)


def fold_torch(W2, b2, mean, removed):
    W2, b2, mean = (torch.as_tensor(array) for array in (W2, b2, mean))
    gone = torch.as_tensor(removed)
    layer = torch.nn.functional.linear
    return layer(mean[gone][None], W2[:, gone], b2)[0]


def choose_plain(rows, max_drop):
    best = 0
    for i, row in enumerate(rows):
        if 100 * (rows[0]["validation"] - row["validation"]) > max_drop:
            continue
        cheaper = row["parameters"] < rows[best]["parameters"]
        tie = row["parameters"] == rows[best]["parameters"]
        if cheaper or (tie and row["validation"] > rows[best]["validation"]):
            best = i
    return best


def choose_sorted(rows, max_drop):
    worst = rows[0]["validation"] - max_drop / 100
    allowed = [i for i in range(len(rows)) if rows[i]["validation"] >= worst]
    return sorted(
        allowed, key=lambda i: (rows[i]["parameters"], -rows[i]["validation"])
    )[0]


def choose_numpy(rows, max_drop):
    validation = np.array([row["validation"] for row in rows])
    cost = np.array([row["parameters"] for row in rows], dtype=float)
    cost[100 * (validation[0] - validation) > max_drop] = np.inf
    return np.lexsort((-validation, cost))[0]


def single(value):
    """Arrays as float32 tensors, masks as bool ones, also inside of tuples."""
    if isinstance(value, tuple):
        return tuple(map(single, value))
    if not isinstance(value, np.ndarray):
        return value
    kind = torch.bool if value.dtype == bool else torch.float32
    return torch.as_tensor(value).to(kind)


def merge_float32(a, b):
    return merge_torch(single(a), single(b))


def merge_standard(a, b):
    filled = [part for part in (a, b) if part[0]]
    count = sum(part[0] for part in filled)
    weights = [part[0] / count for part in filled]
    neurons = list(zip(*(zip(part[1], part[2]) for part in filled)))
    means = [sum(w * m for w, (m, _) in zip(weights, n)) for n in neurons]
    stds = [
        math.hypot(
            *(math.sqrt(w) * s for w, (_, s) in zip(weights, neuron)),
            *(math.sqrt(w) * (m - mean) for w, (m, _) in zip(weights, neuron)),
        )
        for neuron, mean in zip(neurons, means)
    ]
    return [count, tuple(means), tuple(stds)]


def silent_float32(mean, std, mean_threshold, std_threshold):
    return silent_torch(single(mean), single(std), mean_threshold, std_threshold)


def silent_standard(mean, std, mean_threshold, std_threshold):
    near = map(mean_threshold.__ge__, map(abs, mean.tolist()))
    still = map(std_threshold.__ge__, std.tolist())
    return [int(a and b) for a, b in zip(near, still)]


def cut_float32(W1, b1, W2, keep):
    return cut_torch(*map(single, (W1, b1, W2, keep)))


def cut_standard(W1, b1, W2, keep):
    rows = list(compress(W1.tolist(), keep))
    return rows, list(compress(b1, keep)), [list(compress(r, keep)) for r in W2]


def fold_float32(W2, b2, mean, removed):
    return fold_torch(*map(single, (W2, b2, mean, removed)))


def fold_standard(W2, b2, mean, removed):
    gone = list(compress(mean, removed))
    rows = (compress(row, removed) for row in W2)
    return tuple(b + math.fsum(map(mul, row, gone)) for b, row in zip(b2, rows))


def choose_float64(rows, max_drop):
    return choose_torch(rows, max_drop, torch.float64)


def choose_float32(rows, max_drop):
    return choose_torch(rows, max_drop, torch.float32)


def choose_torch(rows, max_drop, kind):
    validation = torch.tensor([row["validation"] for row in rows], dtype=kind)
    cost = torch.tensor([row["parameters"] for row in rows], dtype=kind)
    cost[100 * (validation[0] - validation) > max_drop] = torch.inf
    cheapest = torch.nonzero(cost == cost.min()).flatten()
    return cheapest[validation[cheapest].argmax()]


CORRECT = {
    "merge_moments": (
        merge_plain,
        merge_numpy,
        merge_torch,
        merge_float32,
        merge_standard,
    ),
    "silent": (
        silent_plain,
        silent_numpy,
        silent_torch,
        silent_float32,
        silent_standard,
    ),
    "cut_pair": (cut_plain, cut_numpy, cut_torch, cut_float32, cut_standard),
    "fold": (fold_plain, fold_numpy, fold_torch, fold_float32, fold_standard),
    "choose": (
        choose_plain,
        choose_numpy,
        choose_sorted,
        choose_float64,
        choose_float32,
    ),
}
