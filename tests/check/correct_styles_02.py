"""Five correct answers to each exercise of chapter 02, in different styles."""

# ruff: noqa: B905  # written as learners write them

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
    return [a and b for a, b in zip(near, still)]


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


def prune_plain(network, statistics, splits, thresholds, max_drop):
    W1, b1, W2, b2 = network.values()
    images, labels = splits["validation"]
    every = list(range(len(b1)))
    best = every
    for threshold in [-1, *thresholds]:
        kept = [j for j in every if statistics[1][j] > threshold]
        pair = cut_plain(W1, b1, W2, [j in kept for j in every])
        bias = fold_plain(W2, b2, statistics[0], [j not in kept for j in every])
        right = 0
        for image, label in zip(images, labels):
            hidden = [max(row @ image + b, 0) for row, b in zip(pair[0], pair[1])]
            logits = [np.dot(row, hidden) + b for row, b in zip(pair[2], bias)]
            right += logits.index(max(logits)) == label
        if threshold == -1:
            unpruned = right
        drop = 100 * (unpruned - right) / len(labels)
        if drop <= max_drop and len(kept) < len(best):
            best = kept
    return [j in best for j in every]


def prune_numpy(network, statistics, splits, thresholds, max_drop):
    W1, b1, W2, b2 = network.values()
    mean, std = statistics
    images, labels = splits["validation"]
    hidden = np.maximum(0, images @ W1.T + b1)

    def accuracy(removed):
        bias = fold_numpy(W2, b2, mean, removed)
        logits = hidden[:, ~removed] @ W2[:, ~removed].T + bias
        return (logits.argmax(axis=1) == labels).mean()

    unpruned = accuracy(std < 0)
    for threshold in sorted(thresholds, reverse=True):
        if accuracy(std <= threshold) >= unpruned - max_drop / 100:
            return std > threshold
    return std >= 0


def prune_torch(network, statistics, splits, thresholds, max_drop):
    return prune_in(torch.float64, network, statistics, splits, thresholds, max_drop)


def prune_float32(network, statistics, splits, thresholds, max_drop):
    return prune_in(torch.float32, network, statistics, splits, thresholds, max_drop)


def prune_in(kind, network, statistics, splits, thresholds, max_drop):
    W1, b1, W2, b2 = (torch.as_tensor(network[k]).to(kind) for k in network)
    mean, std = (torch.as_tensor(part).to(kind) for part in statistics)
    images, labels = map(torch.as_tensor, splits["validation"])
    hidden = torch.nn.functional.linear(images.to(kind), W1, b1).relu()
    limits = torch.tensor([-1, *thresholds], dtype=kind)[:, None]
    keep = std > limits  # (thresholds + 1, units)
    outputs = torch.where(keep[:, None], hidden, mean)
    answers = torch.nn.functional.linear(outputs, W2, b2).argmax(dim=2)
    right = (answers == labels).to(kind).mean(dim=1)
    allowed = keep[100 * (right[0] - right) <= max_drop]
    return allowed[allowed.sum(dim=1).argmin()]


def prune_standard(network, statistics, splits, thresholds, max_drop):
    W1, b1, W2, b2 = (network[name].tolist() for name in ("W1", "b1", "W2", "b2"))
    images, labels = (part.tolist() for part in splits["validation"])

    def layer(W, x, b):
        return [sum(map(mul, row, x), start) for row, start in zip(W, b)]

    def wrong(threshold):
        gone = [s <= threshold for s in statistics[1]]
        found = 0
        for image, label in zip(images, labels):
            outputs = [max(z, 0.0) for z in layer(W1, image, b1)]
            mixed = [m if g else h for g, m, h in zip(gone, statistics[0], outputs)]
            logits = layer(W2, mixed, b2)
            found += max(range(len(logits)), key=logits.__getitem__) != label
        return found

    allowed = len(labels) * max_drop / 100 + wrong(-1)
    fitting = [t for t in thresholds if wrong(t) <= allowed]
    return [s > max(fitting, default=-1) for s in statistics[1]]


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
    "prune_within": (
        prune_plain,
        prune_numpy,
        prune_torch,
        prune_float32,
        prune_standard,
    ),
}
