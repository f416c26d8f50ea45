"""Five correct answers to each exercise of chapter 01, in different styles."""

# ruff: noqa: B905  # written as learners write them

import math
import random
import statistics
from collections import Counter
from fractions import Fraction
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


def gradient_plain(W, b, X, labels, rate):
    new_W = [[w - rate * 0.01 * w for w in row] for row in W]
    new_b = [float(value) for value in b]
    for x, label in zip(X, labels, strict=True):
        logits = [sum(w * v for w, v in zip(W[k], x)) + b[k] for k in range(len(b))]
        powers = [math.exp(logit - max(logits)) for logit in logits]
        for k in range(len(b)):
            slope = (powers[k] / sum(powers) - (k == label)) / len(X)
            new_b[k] -= rate * slope
            for j in range(len(x)):
                new_W[k][j] -= rate * slope * x[j]
    return new_W, new_b


def gradient_numpy(W, b, X, labels, rate):
    logits = np.einsum("ni,ki->nk", X, W) + b
    slopes = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    slopes[np.arange(len(X)), labels] -= 1
    gradient = np.einsum("nk,ni->ki", slopes, X) / len(X)
    return (1 - rate * 0.01) * W - rate * gradient, b - rate * slopes.mean(axis=0)


def gradient_torch(W, b, X, labels, rate):
    W, b = (torch.tensor(part, requires_grad=True) for part in (W, b))
    logits = torch.nn.functional.linear(torch.tensor(X), W, b)
    chosen = logits.log_softmax(dim=1).gather(1, torch.tensor(labels)[:, None])
    (0.005 * (W**2).sum() - chosen.mean()).backward()
    return W - rate * W.grad, b - rate * b.grad


def pair_plain(before, after, labels):
    lost = gained = 0
    for first, second, label in zip(before, after, labels, strict=True):
        lost += int(first == label != second)
        gained += int(second == label != first)
    tosses = lost + gained
    ways, tail = 1, 0
    for k in range(min(lost, gained) + 1):
        tail += ways
        ways = ways * (tosses - k) // (k + 1)
    return {"lost": lost, "gained": gained, "p_value": min(1, 2 * tail * 0.5**tosses)}


def pair_numpy(before, after, labels):
    change = (after == labels).astype(int) - (before == labels)
    lost, gained = np.sum(change < 0), np.sum(change > 0)
    heads = np.arange(lost + gained + 1)
    # every outcome at least as uneven, from the distribution of the coins itself
    logs = [math.lgamma(k + 1) for k in heads]
    logs = np.array(logs) + logs[::-1]
    chances = np.exp(logs[0] - logs - len(heads) * np.log(2) + np.log(2))
    uneven = np.abs(2 * heads - heads[-1]) >= abs(lost - gained)
    return {"gained": gained, "lost": lost, "p_value": chances[uneven].sum()}


def pair_torch(before, after, labels):
    return pair_in(torch.float64, before, after, labels)


def pair_float32(before, after, labels):
    return pair_in(torch.float32, before, after, labels)


def pair_in(kind, before, after, labels):
    before, after, labels = map(torch.as_tensor, (before, after, labels))
    lost = ((before == labels) & (after != labels)).sum()
    gained = ((before != labels) & (after == labels)).sum()
    tosses = (lost + gained).to(kind)
    k = torch.arange(int(torch.minimum(lost, gained)), dtype=kind)
    ways = torch.cat(
        [torch.ones(1, dtype=kind), torch.cumprod((tosses - k) / (k + 1), 0)]
    )
    ways = ways * 0.5**tosses
    if not ways.isfinite().all():  # too many for single precision
        k, logs = torch.cat([k, k[-1:] + 1]), tosses * torch.tensor(0.5).log()
        logs = logs + (tosses + 1).lgamma()
        ways = (logs - (k + 1).lgamma() - (tosses - k + 1).lgamma()).exp()
    p_value = (2 * ways.sum()).clamp(max=1)
    return {"lost": lost.to(kind), "gained": gained, "p_value": p_value}


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


def gradient_float32(W, b, X, labels, rate):
    W, b, X = (torch.tensor(part, dtype=torch.float32) for part in (W, b, X))
    W.requires_grad_(), b.requires_grad_()
    optimizer = torch.optim.SGD(
        [{"params": W, "weight_decay": 0.01}, {"params": b}], lr=rate
    )
    torch.nn.functional.cross_entropy(X @ W.T + b, torch.tensor(labels)).backward()
    optimizer.step()
    return [W, b]


def gradient_standard(W, b, X, labels, rate):
    slopes = []
    for x, label in zip(X.tolist(), labels.tolist(), strict=True):
        logits = [sum(map(mul, w, x)) + bias for w, bias in zip(W.tolist(), b.tolist())]
        total = sum(math.exp(z - max(logits)) for z in logits)
        slopes.append([math.exp(z - max(logits)) / total for z in logits])
        slopes[-1][label] -= 1
    columns, inputs = list(zip(*slopes)), list(zip(*X.tolist()))
    moved = [
        [
            w - rate * (sum(map(mul, s, x)) / len(X) + 0.01 * w)
            for w, x in zip(row, inputs)
        ]
        for row, s in zip(W.tolist(), columns)
    ]
    return moved, [v - rate * statistics.fmean(s) for v, s in zip(b.tolist(), columns)]


def pair_standard(before, after, labels):
    seen = Counter(zip((before == labels).tolist(), (after == labels).tolist()))
    sides = seen[True, False], seen[False, True]
    outcomes = [math.comb(sum(sides), k) for k in range(sum(sides) + 1)]
    uneven = outcomes[: min(sides) + 1] + outcomes[max(max(sides), min(sides) + 1) :]
    p_value = float(Fraction(sum(uneven), sum(outcomes)))
    return {"lost": sides[0], "gained": sides[1], "p_value": p_value}


def costs_float32(widths):
    layers = torch.tensor(widths, dtype=torch.float32)
    macs = layers[:-1] @ layers[1:]
    return {"parameters": macs + layers[1:].sum(), "macs": macs}


def costs_standard(widths):
    macs = sum(starmap(mul, pairwise(widths)))
    return {"parameters": list(accumulate((macs, *widths[1:])))[-1], "macs": macs}


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
    "gradient_step": (
        gradient_plain,
        gradient_numpy,
        gradient_torch,
        gradient_float32,
        gradient_standard,
    ),
    "compare_pair": (pair_plain, pair_numpy, pair_torch, pair_float32, pair_standard),
    "mlp_costs": (costs_plain, costs_numpy, costs_torch, costs_float32, costs_standard),
}
