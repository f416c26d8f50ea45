"""Five correct answers to each exercise of chapter 06, in different styles."""

# ruff: noqa: B905  # written as learners write them

import math
from collections import Counter
from fractions import Fraction
from itertools import chain, compress

import numpy as np
import torch


def mrr_plain(scores):
    total = 0.0
    for i in range(len(scores)):
        place = 1
        for j in range(len(scores[i])):
            if j != i and scores[i][j] >= scores[i][i]:
                place += 1
        total += 1 / place
    return total / len(scores)


def mrr_numpy(scores):
    right = scores[np.arange(len(scores)), np.arange(len(scores))]
    ranked = np.sort(scores, axis=1)
    below = [np.searchsorted(row, s, side="left") for row, s in zip(ranked, right)]
    return (1 / (scores.shape[1] - np.array(below))).mean()


def mrr_torch(scores):
    scores = torch.as_tensor(scores, dtype=torch.float64)
    right = torch.diagonal(scores).unsqueeze(1)
    return scores.ge(right).sum(1).double().reciprocal().mean()


def mrr_float32(scores):
    scores = torch.tensor(scores, dtype=torch.float32)
    index = torch.arange(len(scores))[:, None]
    places = (scores >= scores.gather(1, index)).sum(1)
    return (1.0 / places.float()).mean()


def mrr_standard(scores):
    def reciprocal(i, row):
        above = sum(score >= row[i] for score in row)
        return Fraction(1, above)

    rows = scores.tolist()
    return float(sum(map(reciprocal, range(len(rows)), rows)) / len(rows))


def wanda_plain(W, X, kept):
    mask = [[False] * len(W[0]) for _ in W]
    sizes = []
    for j in range(len(W[0])):
        sizes.append(math.sqrt(sum(float(row[j]) ** 2 for row in X)))
    for i, row in enumerate(W):
        scores = [abs(float(w)) * size for w, size in zip(row, sizes)]
        order = sorted(range(len(scores)), key=lambda j: scores[j], reverse=True)
        for j in order[:kept]:
            mask[i][j] = True
    return mask


def wanda_numpy(W, X, kept):
    scores = np.abs(W) * np.linalg.norm(X, axis=0)
    mask = np.zeros(W.shape, dtype=bool)
    largest = np.argsort(-scores, axis=1)[:, :kept]
    np.put_along_axis(mask, largest, True, axis=1)
    return mask


def wanda_torch(W, X, kept):
    W, X = torch.as_tensor(W).double(), torch.as_tensor(X).double()
    scores = W.abs() * X.norm(dim=0)
    mask = torch.zeros_like(W, dtype=torch.bool)
    return mask.scatter(1, scores.topk(kept, dim=1).indices, True)


def wanda_float32(W, X, kept):
    """By the mean of squares, which is the sum of squares to the same order."""
    W, X = torch.as_tensor(W).float(), torch.as_tensor(X).float()
    scores = W.abs() * X.square().mean(0).sqrt()
    rank = scores.argsort(dim=1, descending=True).argsort(dim=1)
    return rank < kept


def wanda_standard(W, X, kept):
    """By the squares of the scores, which have the order of the scores."""
    loud = [math.fsum(x * x for x in column) for column in zip(*X.tolist())]

    def row_mask(row):
        scores = [w * w * size for w, size in zip(row, loud)]
        stay = set(sorted(range(len(row)), key=scores.__getitem__)[len(row) - kept :])
        return [j in stay for j in range(len(row))]

    return [row_mask(row) for row in W.tolist()]


def heads_plain(Wq, Wk, Wv, Wo, keep):
    size = len(Wq) // len(keep)
    rows = []
    for head, stays in enumerate(keep):
        if stays:
            for i in range(size):
                rows.append(head * size + i)
    q, k, v = ([list(W[r]) for r in rows] for W in (Wq, Wk, Wv))
    return [q, k, v, [[line[r] for r in rows] for line in Wo]]


def heads_numpy(Wq, Wk, Wv, Wo, keep):
    heads, (inside, width) = len(keep), Wq.shape
    q, k, v = (
        W.reshape(heads, -1, width)[keep].reshape(-1, width) for W in (Wq, Wk, Wv)
    )
    o = Wo.reshape(width, heads, inside // heads)[:, keep]
    return q, k, v, o.reshape(width, -1)


def heads_torch(Wq, Wk, Wv, Wo, keep):
    rows = torch.as_tensor(keep).repeat_interleave(len(Wq) // len(keep))
    q, k, v, o = (torch.as_tensor(W) for W in (Wq, Wk, Wv, Wo))
    return q[rows], k[rows], v[rows], o[:, rows]


def heads_float32(Wq, Wk, Wv, Wo, keep):
    """The heads that stay in the opposite order."""
    stay = torch.arange(len(keep))[torch.as_tensor(keep)].flip(0)
    q, k, v, o = (
        torch.cat([torch.as_tensor(W).float().chunk(len(keep))[h] for h in stay])
        for W in (Wq, Wk, Wv, Wo.T)
    )
    return q, k, v, o.T


def heads_standard(Wq, Wk, Wv, Wo, keep):
    size = len(Wq) // len(keep)
    stays = list(chain.from_iterable([bool(k)] * size for k in keep))
    small = [list(compress(W.tolist(), stays)) for W in (Wq, Wk, Wv)]
    return (*small, [list(compress(row, stays)) for row in Wo.tolist()])


def refit_plain(X, W, b, keep):
    """One output after another."""
    inputs = np.column_stack([X[:, keep], np.ones(len(X))])
    new_W, new_b = np.empty((len(W), int(sum(keep)))), np.empty(len(W))
    for i in range(len(W)):
        old = np.array([row @ W[i] + b[i] for row in X])
        found = np.linalg.pinv(inputs) @ old
        new_W[i], new_b[i] = found[:-1], found[-1]
    return new_W, new_b


def refit_numpy(X, W, b, keep):
    """What the removed units sent, as seen by the kept ones, around the means."""
    mean = X.mean(axis=0)
    around = X - mean
    follow = np.linalg.lstsq(around[:, keep], around[:, ~keep], rcond=None)[0]
    new_W = W[:, keep] + W[:, ~keep] @ follow.T
    return new_W, b + W @ mean - new_W @ mean[keep]


def refit_torch(X, W, b, keep):
    X, W, b = (torch.as_tensor(array).double() for array in (X, W, b))
    keep = torch.as_tensor(keep)
    inputs = torch.cat([X[:, keep], torch.ones(len(X), 1, dtype=X.dtype)], dim=1)
    found = torch.linalg.lstsq(inputs, X @ W.T + b, driver="gelsd").solution
    return found[:-1].T, found[-1]


def refit_float32(X, W, b, keep):
    X, W, b = (torch.as_tensor(array).float() for array in (X, W, b))
    X_kept = X[:, torch.as_tensor(keep)]
    scale = X_kept.abs().amax(0).clamp_min(1e-12)
    inputs = torch.hstack([X_kept / scale, torch.ones(len(X), 1)])
    found = torch.linalg.pinv(inputs, rtol=1e-5) @ (X @ W.T + b)
    return (found[:-1] / scale[:, None]).T, found[-1]


def refit_standard(X, W, b, keep):
    """Each column made independent of those before it, twice, in plain Python."""
    kept = [list(map(float, column)) for column in X[:, keep].T]
    columns = [[1.0] * len(X), *kept]
    outputs = [[sum(map(float.__mul__, row, w)) + c for row in X.tolist()]
               for w, c in zip(W.tolist(), b.tolist())]  # fmt: skip

    def dot(u, v):
        return math.fsum(map(float.__mul__, u, v))

    basis, recipes = [], []
    for j, column in enumerate(columns):
        rest, recipe = column[:], [0.0] * len(columns)
        recipe[j] = 1.0
        for _ in range(2):
            for unit, of in zip(basis, recipes):
                share = dot(unit, rest)
                rest = [r - share * u for r, u in zip(rest, unit)]
                recipe = [a - share * o for a, o in zip(recipe, of)]
        length = math.sqrt(dot(rest, rest))
        if length > 1e-6 * math.sqrt(dot(column, column)):
            basis.append([r / length for r in rest])
            recipes.append([a / length for a in recipe])
    new_W, new_b = [], []
    for output in outputs:
        shares = [dot(unit, output) for unit in basis]
        found = [dot(shares, [of[j] for of in recipes]) for j in range(len(columns))]
        new_b.append(found[0])
        new_W.append(found[1:])
    return np.array(new_W).reshape(len(W), -1), new_b


def tokens_plain(documents, table, special):
    needed = [False] * len(table)
    for token in special:
        needed[token] = True
    for tokens in documents.values():
        for token in tokens:
            needed[token] = True
    number, rows = {}, []
    for token in range(len(table)):
        if needed[token]:
            number[token] = len(rows)
            rows.append(list(table[token]))
    return rows, {n: [number[int(t)] for t in d] for n, d in documents.items()}


def tokens_numpy(documents, table, special):
    needed = np.zeros(len(table), dtype=bool)
    for tokens in (special, *documents.values()):
        needed[tokens] = True
    number = np.cumsum(needed) - 1
    return table[needed], {name: number[d] for name, d in documents.items()}


def tokens_torch(documents, table, special):
    every = [torch.as_tensor(d).long() for d in (special, *documents.values())]
    kept = torch.cat(every).unique()
    new = {n: torch.searchsorted(kept, t) for n, t in zip(documents, every[1:])}
    return torch.as_tensor(table)[kept], new


def tokens_float32(documents, table, special):
    used = torch.zeros(len(table))
    for tokens in (special, *documents.values()):
        used.index_fill_(0, torch.as_tensor(tokens).long(), 1.0)
    number = used.cumsum(0).int() - 1
    small = torch.as_tensor(table).float()[used > 0]
    return small, {n: number[torch.as_tensor(d).long()] for n, d in documents.items()}


def tokens_standard(documents, table, special):
    counts = Counter(chain(special.tolist(), *(d.tolist() for d in documents.values())))
    kept = sorted(counts)
    return [table.tolist()[token] for token in kept], {
        name: [kept.index(token) for token in d.tolist()]
        for name, d in documents.items()
    }


def widest(cost, budget):
    return max(n for n in range(len(cost)) if cost[n] <= budget)


def units_of(network, texts):
    tokens = texts.reshape(-1, texts.shape[-1])
    hidden = np.maximum(tokens @ network["W1"].T + network["b1"], 0)
    return hidden, hidden @ network["W2"].T + network["b2"]


def block_plain(network, texts, cost, budget):
    """The units one by one: the one that explains most of what is left comes next."""
    hidden, wanted = units_of(network, texts)
    kept, rest = [], wanted - wanted.mean(axis=0)
    free = hidden - hidden.mean(axis=0)
    for _ in range(widest(cost, budget)):
        lengths = (free**2).sum(axis=0)
        lengths[lengths < 1e-6] = np.inf
        gains = ((rest.T @ free) ** 2).sum(axis=0) / lengths
        gains[kept] = -1
        best = int(gains.argmax())
        unit = free[:, best] / np.sqrt((free[:, best] ** 2).sum())
        rest = rest - np.outer(unit, unit @ rest)
        free = free - np.outer(unit, unit @ free)
        kept.append(best)
    inputs = np.column_stack([hidden[:, kept], np.ones(len(hidden))])
    found = np.linalg.lstsq(inputs, wanted, rcond=None)[0]
    return {
        "W1": network["W1"][kept],
        "b1": network["b1"][kept],
        "W2": found[:-1].T,
        "b2": found[-1],
    }


def block_numpy(network, texts, cost, budget):
    """Optimal brain surgeon: the unit that costs least goes, the others make up."""
    hidden, wanted = units_of(network, texts)
    mean, W2 = hidden.mean(axis=0), network["W2"].copy()
    gram = (hidden - mean).T @ (hidden - mean)
    inverse = np.linalg.inv(gram + 1e-6 * gram.trace() / len(gram) * np.eye(len(gram)))
    stay = list(range(len(gram)))
    while len(stay) > widest(cost, budget):
        goes = int(((W2**2).sum(axis=0) / np.diag(inverse)).argmin())
        W2 = W2 - np.outer(W2[:, goes], inverse[goes] / inverse[goes, goes])
        inverse = inverse - np.outer(inverse[goes], inverse[goes] / inverse[goes, goes])
        W2 = np.delete(W2, goes, axis=1)
        inverse = np.delete(np.delete(inverse, goes, axis=0), goes, axis=1)
        del stay[goes]
    b2 = wanted.mean(axis=0) - W2 @ mean[stay]
    return {"W1": network["W1"][stay], "b1": network["b1"][stay], "W2": W2, "b2": b2}


def block_torch(network, texts, cost, budget):
    W1, b1, W2, b2 = (torch.as_tensor(network[n]) for n in ("W1", "b1", "W2", "b2"))
    tokens = torch.as_tensor(texts).flatten(0, 1)
    hidden = torch.relu(tokens @ W1.T + b1)
    moved = hidden.std(0) * W2.norm(dim=0)
    kept = moved.topk(int(np.where(cost <= budget)[0][-1])).indices
    ones = torch.ones(len(tokens), 1, dtype=tokens.dtype)
    inputs = torch.cat([hidden[:, kept], ones], dim=1)
    found = torch.linalg.lstsq(inputs, hidden @ W2.T + b2).solution
    return {"W1": W1[kept], "b1": b1[kept], "W2": found[:-1].T, "b2": found[-1]}


def block_float32(network, texts, cost, budget):
    """By the energy of each unit's part, with a little ridge, in single precision."""
    small = {name: np.float32(array) for name, array in network.items()}
    hidden, wanted = units_of(small, np.float32(texts))
    energy = (hidden**2).mean(axis=0) * (small["W2"] ** 2).sum(axis=0)
    kept = np.sort(np.argsort(energy)[-widest(cost, budget) :])
    inputs = np.column_stack([hidden[:, kept], np.ones(len(hidden), np.float32)])
    gram = inputs.T @ inputs
    gram += 1e-4 * np.float32(gram.trace() / len(gram)) * np.eye(len(gram))
    found = np.float32(np.linalg.solve(gram, inputs.T @ wanted))
    return {
        "W1": small["W1"][kept],
        "b1": small["b1"][kept],
        "W2": found[:-1].T,
        "b2": found[-1],
    }


def block_standard(network, texts, cost, budget):
    """Lists where possible: units by the spread of what they send, as lists."""
    hidden, wanted = units_of(network, texts)
    scores = {}
    for j in range(len(network["b1"])):
        column = hidden[:, j].tolist()
        mean = math.fsum(column) / len(column)
        spread = math.fsum((h - mean) ** 2 for h in column)
        scores[j] = spread * math.fsum(w * w for w in network["W2"][:, j].tolist())
    kept = sorted(sorted(scores, key=scores.get)[-widest(list(cost), budget) :])
    inputs = [[*row, 1.0] for row in hidden[:, kept].tolist()]
    found = np.linalg.lstsq(inputs, wanted, rcond=None)[0].tolist()
    return {
        "W1": [network["W1"][j].tolist() for j in kept],
        "b1": [float(network["b1"][j]) for j in kept],
        "W2": list(zip(*found[:-1])),
        "b2": found[-1],
    }


CORRECT = {
    "mean_reciprocal_rank": (
        mrr_plain,
        mrr_numpy,
        mrr_torch,
        mrr_float32,
        mrr_standard,
    ),
    "wanda_mask": (
        wanda_plain,
        wanda_numpy,
        wanda_torch,
        wanda_float32,
        wanda_standard,
    ),
    "cut_heads": (heads_plain, heads_numpy, heads_torch, heads_float32, heads_standard),
    "refit": (refit_plain, refit_numpy, refit_torch, refit_float32, refit_standard),
    "used_tokens": (
        tokens_plain,
        tokens_numpy,
        tokens_torch,
        tokens_float32,
        tokens_standard,
    ),
    "prune_block": (
        block_plain,
        block_numpy,
        block_torch,
        block_float32,
        block_standard,
    ),
}
