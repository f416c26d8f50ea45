"""Correct answers to each exercise of chapter 04, in different styles."""

from __future__ import annotations

import statistics
from itertools import chain, compress, pairwise, repeat, starmap
from operator import mul

import numpy as np
import torch


def columns_plain(keep, height, width):
    columns = []
    for stays in keep:
        for _ in range(height):
            columns += [bool(stays)] * width
    return columns


def columns_numpy(keep, height, width):
    return np.repeat(keep, height * width)


def columns_torch(keep, height, width):
    maps = torch.as_tensor(keep)[:, None, None].expand(-1, height, width)
    return maps.flatten()


def columns_by_ones(keep, height, width):
    maps = torch.ones(len(keep), height, width, dtype=torch.float32)
    return (maps * torch.as_tensor(keep)[:, None, None]).flatten() > 0


def columns_standard(keep, height, width):
    return list(chain.from_iterable(repeat(k, height * width) for k in keep.tolist()))


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


def macs_plain(widths, per_pair, kept):
    small = [widths[0], *kept, widths[-1]]
    macs = []
    for i, times in enumerate(per_pair):
        macs.append(small[i] * small[i + 1] * times)
    return macs


def macs_numpy(widths, per_pair, kept):
    small = np.array([widths[0], *kept, widths[-1]])
    return small[:-1] * small[1:] * per_pair


def macs_by_shares(widths, per_pair, kept):
    left = torch.ones(len(widths), dtype=torch.float64)
    left[1:-1] = torch.tensor(kept) / torch.tensor(widths[1:-1]).double()
    before = [a * b for a, b in pairwise(widths)]
    pairs = torch.tensor(before) * left[:-1] * left[1:]
    return pairs * torch.tensor(per_pair)


def macs_float32(widths, per_pair, kept):
    small = torch.tensor([widths[0], *kept, widths[-1]], dtype=torch.float32)
    return small[:-1] * small[1:] * torch.tensor(per_pair, dtype=torch.float32)


def macs_standard(widths, per_pair, kept):
    pairs = starmap(mul, pairwise((widths[0], *kept, widths[-1])))
    return list(map(mul, pairs, per_pair))


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


CORRECT = {
    "flat_columns": (
        columns_plain,
        columns_numpy,
        columns_torch,
        columns_by_ones,
        columns_standard,
    ),
    "cut_conv_bn": (cut_plain, cut_numpy, cut_torch, cut_float32, cut_standard),
    "shared_keep": (
        shared_plain,
        shared_numpy,
        shared_torch,
        shared_float32,
        shared_standard,
    ),
    "macs_after": (
        macs_plain,
        macs_numpy,
        macs_by_shares,
        macs_float32,
        macs_standard,
    ),
    "fit_overhead": (
        overhead_plain,
        overhead_numpy,
        overhead_torch,
        overhead_float32,
        overhead_standard,
    ),
}
