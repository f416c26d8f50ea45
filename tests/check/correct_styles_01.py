"""Five correct answers to each exercise of chapter 01, in different styles."""

from __future__ import annotations

import math
import random
import statistics
from itertools import accumulate, pairwise, starmap
from operator import mul

import numpy as np
import torch


def split_plain(count, validation, test, seed):
    order = list(range(count))
    random.Random(seed).shuffle(order)
    return {
        "validation": order[:validation],
        "test": order[validation : validation + test],
        "train": order[validation + test :],
    }


def split_numpy(count, validation, test, seed):
    order = np.random.default_rng(seed).permutation(count)
    cuts = [count - validation - test, count - test]
    return dict(
        zip(("train", "validation", "test"), np.split(order, cuts), strict=True)
    )


def split_torch(count, validation, test, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(count, generator=generator)
    sizes = [count - validation - test, validation, test]
    train, held_out, last = order.split(sizes)
    return {"train": train.sort().values, "validation": held_out, "test": last}


def error_plain(correct):
    right = 0
    for one in correct:
        right += int(one)
    share = right / len(correct)
    return share, math.sqrt(share * (1 - share) / len(correct))


def error_numpy(correct):
    # n − 1: a different, equally respectable convention
    return np.array(
        [np.mean(correct), np.std(correct, ddof=1) / np.sqrt(np.size(correct))]
    )


def error_torch(correct):
    answers = torch.as_tensor(correct, dtype=torch.float64)
    error = answers.var(correction=0).div(len(answers)).sqrt()
    return [answers.mean(), error]


def add_plain(running, value):
    count, mean, m2 = running
    count += 1
    delta = value - mean
    mean += delta / count
    m2 += delta * (value - mean)
    return count, mean, m2


def add_by_weights(running, value):
    # the merge of a batch with one value, by the distance of the two means
    count, mean, m2 = running
    total = count + 1
    delta = np.float64(value) - mean
    return [total, mean + delta / total, m2 + delta**2 * count / total]


def add_torch(running, value):
    count, mean, m2 = (torch.tensor(part, dtype=torch.float64) for part in running)
    new = torch.lerp(mean, torch.tensor(value, dtype=torch.float64), 1 / (count + 1))
    return torch.stack([count + 1, new, m2 + (value - mean) * (value - new)])


def costs_plain(widths):
    parameters = macs = 0
    for i in range(1, len(widths)):
        for _ in range(widths[i]):
            macs += widths[i - 1]
            parameters += widths[i - 1] + 1
    return {"parameters": parameters, "macs": macs}


def costs_numpy(widths):
    widths = np.asarray(widths)
    macs = widths[:-1] @ widths[1:]
    return {"macs": macs, "parameters": macs + widths[1:].sum()}


def costs_torch(widths):
    layers = [torch.nn.Linear(a, b) for a, b in pairwise(widths)]
    model = torch.nn.Sequential(*layers)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "macs": sum(layer.weight.numel() for layer in layers),
    }


def bytes_plain(shapes, header_length):
    while header_length % 8:
        header_length += 1
    total = 8 + header_length
    for shape in shapes.values():
        numbers = 1
        for side in shape:
            numbers *= side
        total += 4 * numbers
    return total


def bytes_numpy(shapes, header_length):
    numbers = sum(int(np.prod(shape)) for shape in shapes.values())
    return np.int64(8 + 8 * np.ceil(header_length / 8) + 4 * numbers)


def bytes_torch(shapes, header_length):
    tensors = [torch.zeros(shape, dtype=torch.float32) for shape in shapes.values()]
    size = sum(tensor.nbytes for tensor in tensors)
    return torch.tensor(size + 8 + header_length + -header_length % 8)


def split_by_keys(count, validation, test, seed):
    rng = random.Random(seed)
    ranked = sorted((rng.random(), position) for position in range(count))
    order = iter(position for _, position in ranked)
    sizes = {"test": test, "train": count - validation - test}
    parts = {name: {next(order) for _ in range(n)} for name, n in sizes.items()}
    return {name: sorted(part) for name, part in parts.items()} | {
        "validation": list(order)
    }


def split_by_scores(count, validation, test, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.rand(count, generator=generator, dtype=torch.float64).argsort()
    return {
        "test": order[:test].int(),
        "validation": order[test : test + validation].int(),
        "train": order[test + validation :].int(),
    }


def error_float32(correct):
    answers = torch.as_tensor(correct, dtype=torch.float32)
    accuracy = answers.mean()
    return accuracy, (accuracy * (1 - accuracy) / len(answers)).sqrt()


def error_standard(correct):
    answers = list(map(int, correct))
    spread = statistics.pstdev(answers)
    return statistics.fmean(answers), spread / math.sqrt(len(answers))


def add_float32(running, value):
    count, mean, m2 = (torch.tensor(part, dtype=torch.float32) for part in running)
    delta = torch.tensor(value, dtype=torch.float32) - mean
    return count + 1, mean + delta / (count + 1), m2 + delta**2 * count / (count + 1)


def add_standard(running, value):
    count, mean, m2 = running
    new = math.fsum((mean * (count / (count + 1)), value / (count + 1)))
    return (count + 1, new, math.fsum((m2, (value - mean) * (value - new))))


def costs_float32(widths):
    layers = torch.tensor(widths, dtype=torch.float32)
    macs = layers[:-1] @ layers[1:]
    return {"parameters": macs + layers[1:].sum(), "macs": macs}


def costs_standard(widths):
    macs = sum(starmap(mul, pairwise(widths)))
    return {"parameters": list(accumulate((macs, *widths[1:])))[-1], "macs": macs}


def bytes_float32(shapes, header_length):
    sides = [
        torch.tensor(shape, dtype=torch.float32).prod() for shape in shapes.values()
    ]
    numbers = torch.stack(sides).sum() if sides else torch.tensor(0.0)
    return 4 * numbers + 8 * torch.ceil(torch.tensor(header_length / 8)) + 8


def bytes_standard(shapes, header_length):
    fillers = divmod(-header_length, 8)[1]
    return sum(
        map(mul, [4] * len(shapes), map(math.prod, shapes.values())), fillers
    ) + (8 + header_length)


CORRECT = {
    "split_indices": (
        split_plain,
        split_numpy,
        split_torch,
        split_by_scores,
        split_by_keys,
    ),
    "accuracy_with_error": (
        error_plain,
        error_numpy,
        error_torch,
        error_float32,
        error_standard,
    ),
    "add_value": (add_plain, add_by_weights, add_torch, add_float32, add_standard),
    "mlp_costs": (
        costs_plain,
        costs_numpy,
        costs_torch,
        costs_float32,
        costs_standard,
    ),
    "checkpoint_bytes": (
        bytes_plain,
        bytes_numpy,
        bytes_torch,
        bytes_float32,
        bytes_standard,
    ),
}
