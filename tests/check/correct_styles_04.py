"""Correct answers to each exercise of chapter 04, in different styles."""

import math
import statistics
from itertools import compress

import numpy as np
import torch


def cut_plain(conv, bn, next_conv, keep):
    stay = [i for i in range(len(keep)) if keep[i]]
    small = {name: [float(vector[i]) for i in stay] for name, vector in bn.items()}
    slices = [[list(kernels)[i] for i in stay] for kernels in next_conv]
    return [conv[i] for i in stay], small, slices


def cut_numpy(conv, bn, next_conv, keep):
    small = {name: vector[keep] for name, vector in bn.items()}
    return conv[keep], small, next_conv[:, keep]


def cut_torch(conv, bn, next_conv, keep, kind=torch.float64):
    # another order of the channels is the same network
    index = torch.nonzero(torch.as_tensor(keep)).flatten().flip(0)
    small = {name: torch.tensor(v, dtype=kind)[index] for name, v in bn.items()}
    conv, next_conv = (torch.tensor(a, dtype=kind) for a in (conv, next_conv))
    return conv[index], small, next_conv.index_select(1, index)


def cut_float32(conv, bn, next_conv, keep):
    return cut_torch(conv, bn, next_conv, keep, torch.float32)


def cut_standard(conv, bn, next_conv, keep):
    small = {name: list(compress(vector.tolist(), keep)) for name, vector in bn.items()}
    slices = [list(compress(filters, keep)) for filters in next_conv.tolist()]
    return list(compress(conv.tolist(), keep)), small, slices


def shared_plain(scores, k):
    channels = range(len(scores[0]))
    total = [sum(float(layer[i]) for layer in scores) for i in channels]
    order = sorted(channels, key=lambda i: (-total[i], i))
    return [i in order[:k] for i in channels]


def shared_numpy(scores, k):
    total = np.sum(scores, axis=0)
    keep = np.zeros(len(total), dtype=bool)
    keep[np.argsort(-total, kind="stable")[:k]] = True
    return keep


def shared_torch(scores, k, kind=torch.float64):
    mean = torch.tensor(np.stack(scores), dtype=kind).mean(dim=0)
    rank = mean.argsort(descending=True, stable=True).argsort()
    return rank < k


def shared_float32(scores, k):
    return shared_torch(scores, k, torch.float32)


def shared_standard(scores, k):
    total = list(map(sum, zip(*(layer.tolist() for layer in scores), strict=True)))
    stay = set(sorted(range(len(total)), key=total.__getitem__, reverse=True)[:k])
    return [i in stay for i in range(len(total))]


def overhead_plain(macs, times):
    count = len(macs)
    mean_macs, mean_time = sum(macs) / count, sum(times) / count
    together = squares = 0.0
    for m, t in zip(macs, times, strict=True):
        together += (m - mean_macs) * (t - mean_time)
        squares += (m - mean_macs) ** 2
    rate = squares / together
    return mean_time - mean_macs / rate, rate


def overhead_numpy(macs, times):
    slope, overhead = np.polyfit(macs, times, 1)
    return overhead, 1 / slope


def overhead_torch(macs, times, kind=torch.float64):
    macs, times = (torch.tensor(array, dtype=kind) for array in (macs, times))
    table = torch.stack([torch.ones_like(macs), macs / macs.mean()], dim=1)
    overhead, slope = torch.linalg.lstsq(table, times[:, None]).solution.flatten()
    return [overhead, macs.mean() / slope]


def overhead_float32(macs, times):
    return overhead_torch(macs, times, torch.float32)


def overhead_standard(macs, times):
    line = statistics.linear_regression(macs.tolist(), times.tolist())
    return line.intercept, 1 / line.slope


def shrunk(network, first, second):
    return {
        "W1": network["W1"][first],
        "b1": network["b1"][first],
        "W2": network["W2"][second][:, first],
        "b2": network["b2"][second],
        "W3": network["W3"][:, second],
        "b3": network["b3"],
    }


def percent_right(network, split):
    x, labels = split
    for i in (1, 2, 3):
        x = x @ network[f"W{i}"].T + network[f"b{i}"]
        x = x.clip(0) if i < 3 else x
    return 100 * (x.argmax(1) == labels).mean()


def macs_of(network):
    return sum(network[name].size for name in ("W1", "W2", "W3"))


def top(scores, count):
    return np.isin(np.arange(len(scores)), np.argsort(scores)[::-1][:count])


def shape_plain(network, splits, max_drop):
    """Every pair of widths, units ranked by the weights with which they are read."""
    scores = [np.abs(network[name]).sum(axis=0) for name in ("W2", "W3")]
    unpruned = percent_right(network, splits["validation"])
    best, fewest = None, math.inf
    for a in range(1, len(scores[0]) + 1, 2):
        for b in range(1, len(scores[1]) + 1, 2):
            masks = top(scores[0], a), top(scores[1], b)
            smaller = shrunk(network, *masks)
            if macs_of(smaller) < fewest:
                drop = unpruned - percent_right(smaller, splits["validation"])
                if drop <= max_drop:
                    best, fewest = masks, macs_of(smaller)
    return best


def shape_numpy(network, splits, max_drop):
    """The norm of a unit's own weights, widths in order of their MACs."""
    scores = [np.linalg.norm(network[name], axis=1) for name in ("W1", "W2")]
    least = percent_right(network, splits["validation"]) - max_drop
    pairs = [(a, b) for a in range(2, 50, 2) for b in range(2, 80, 2)]
    inputs = network["W1"].shape[1]
    for a, b in sorted(pairs, key=lambda ab: ab[0] * (inputs + ab[1]) + 10 * ab[1]):
        masks = top(scores[0], a), top(scores[1], b)
        if percent_right(shrunk(network, *masks), splits["validation"]) >= least:
            return masks


def shape_torch(network, splits, max_drop, kind=torch.float64):
    tensors = {name: torch.as_tensor(a, dtype=kind) for name, a in network.items()}
    images, labels = map(torch.as_tensor, splits["validation"])
    seen, scores = torch.as_tensor(splits["train"][0], dtype=kind), []
    for i in (1, 2):
        seen = torch.relu(seen @ tensors[f"W{i}"].T + tensors[f"b{i}"])
        scores.append(seen.mean(dim=0) * tensors[f"W{i + 1}"].abs().sum(dim=0))
    orders = [score.argsort(descending=True) for score in scores]

    def right(a, b):
        small = shrunk(tensors, orders[0][:a], orders[1][:b])
        x = images.to(kind)
        for i in (1, 2, 3):
            x = torch.nn.functional.linear(x, small[f"W{i}"], small[f"b{i}"])
            x = x.relu() if i < 3 else x
        return int((x.argmax(dim=1) == labels).sum()), macs_of_tensors(small)

    def macs_of_tensors(small):
        return sum(small[f"W{i}"].numel() for i in (1, 2, 3))

    sizes = [len(order) for order in orders]
    allowed = right(*sizes)[0] - max_drop / 100 * len(labels)
    best, fewest = sizes, math.inf
    for a in range(sizes[0], 0, -2):
        for b in range(sizes[1], 0, -2):
            found, macs = right(a, b)
            if found < allowed:
                continue
            if macs < fewest:
                best, fewest = (a, b), macs
    masks = [torch.zeros(size, dtype=torch.bool) for size in sizes]
    for mask, order, count in zip(masks, orders, best, strict=True):
        mask[order[:count]] = True
    return masks


def shape_float32(network, splits, max_drop):
    return shape_torch(network, splits, max_drop, torch.float32)


def shape_standard(network, splits, max_drop):
    """One unit after the other: of the quietest, that which costs least a MAC."""
    split = splits["validation"]
    unpruned = percent_right(network, split)
    masks = [[True] * len(network[name]) for name in ("b1", "b2")]
    while True:
        tries = []
        for layer, mask in enumerate(masks):
            other = sum(masks[1 - layer]) + (48 if layer == 0 else 10)
            reads = np.abs(network[f"W{layer + 2}"]).sum(axis=0).tolist()
            quiet = sorted(
                (i for i, kept in enumerate(mask) if kept), key=reads.__getitem__
            )
            for unit in quiet[:6]:
                mask[unit] = False
                found = percent_right(shrunk(network, *map(np.array, masks)), split)
                mask[unit] = True
                if unpruned - found <= max_drop:
                    tries.append(((unpruned - found + 1) / other, layer, unit))
        if not tries:
            return masks[0], masks[1]
        _, layer, unit = min(tries)
        masks[layer][unit] = False


CORRECT = {
    "cut_conv_bn": (cut_plain, cut_numpy, cut_torch, cut_float32, cut_standard),
    "shared_keep": (
        shared_plain,
        shared_numpy,
        shared_torch,
        shared_float32,
        shared_standard,
    ),
    "fit_overhead": (
        overhead_plain,
        overhead_numpy,
        overhead_torch,
        overhead_float32,
        overhead_standard,
    ),
    "fastest_shape": (
        shape_plain,
        shape_numpy,
        shape_torch,
        shape_float32,
        shape_standard,
    ),
}
