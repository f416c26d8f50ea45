"""Five correct answers to each exercise of chapter 03, in different styles."""

from array import array
from bisect import bisect_left
from heapq import nlargest
from itertools import chain, compress

import numpy as np
import torch


def keep_plain(W, k):
    mask = []
    for row in W.tolist():
        order = sorted(range(len(row)), key=lambda j: -abs(row[j]))
        stay = set(order[:k])
        mask.append([j in stay for j in range(len(row))])
    return mask


def keep_numpy(W, k):
    mask = np.ones(W.shape, dtype=bool)
    order = np.argsort(np.abs(W), axis=1, kind="stable")
    np.put_along_axis(mask, order[:, : W.shape[1] - k], False, axis=1)
    return mask


def keep_torch(W, k, dtype):
    size = torch.as_tensor(W, dtype=dtype).abs()
    mask = torch.zeros(size.shape, dtype=torch.bool)
    return mask.scatter(1, size.topk(k, dim=1).indices, True)


def keep_float32(W, k):
    return keep_torch(W, k, torch.float32)


def keep_float64(W, k):
    return keep_torch(W, k, torch.float64)


def keep_standard(W, k):
    mask = []
    for row in W.tolist():
        stays = set(nlargest(k, range(len(row)), key=lambda j: abs(row[j])))
        mask.append(tuple(j in stays for j in range(len(row))))
    return mask


def shares_plain(layers, sparsity):
    sizes = [
        (abs(float(weight)), name)
        for name, array in layers.items()
        for weight in array.flat
    ]
    gone = dict.fromkeys(layers, 0)
    for _, name in sorted(sizes)[: round(sparsity * len(sizes))]:
        gone[name] += 1
    return {name: gone[name] / array.size for name, array in layers.items()}


def shares_numpy(layers, sparsity):
    sizes = np.sort(np.concatenate([np.abs(w).ravel() for w in layers.values()]))
    # one value more, so that there is a next one when everything goes
    limit = np.append(sizes, np.inf)[round(sparsity * len(sizes))]
    return {name: np.mean(np.abs(w) < limit) for name, w in layers.items()}


def shares_torch(layers, sparsity, dtype):
    flat = [torch.as_tensor(w, dtype=dtype).abs().flatten() for w in layers.values()]
    everything = torch.cat(flat)
    gone = torch.zeros_like(everything)
    gone[everything.argsort()[: round(sparsity * len(gone))]] = 1
    pieces = gone.split([len(w) for w in flat])
    return {name: piece.mean() for name, piece in zip(layers, pieces, strict=True)}


def shares_float32(layers, sparsity):
    return shares_torch(layers, sparsity, torch.float32)


def shares_float64(layers, sparsity):
    return shares_torch(layers, sparsity, torch.float64)


def shares_standard(layers, sparsity):
    sizes = {name: sorted(map(abs, w.ravel().tolist())) for name, w in layers.items()}
    ranked = sorted(chain.from_iterable(sizes.values()))
    line = [*ranked, float("inf")][round(sparsity * len(ranked))]
    return {name: bisect_left(s, line) / len(s) for name, s in sizes.items()}


def step_plain(w, velocity, grad, mask, lr, momentum):
    new_w, new_velocity = np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if mask[i]:
            new_velocity[i] = momentum * velocity[i] + grad[i]
            new_w[i] = w[i] - lr * new_velocity[i]
    return new_w, new_velocity


def step_numpy(w, velocity, grad, mask, lr, momentum):
    velocity = np.where(mask, momentum * velocity + grad, 0)
    return np.where(mask, w - lr * velocity, 0), velocity


def step_float32(w, velocity, grad, mask, lr, momentum):
    w, velocity, grad = (torch.tensor(a).float() for a in (w, velocity, grad))
    keep = torch.tensor(mask)
    velocity = torch.add(grad, velocity, alpha=momentum).mul(keep)
    return torch.sub(w, velocity, alpha=lr).masked_fill(~keep, 0), velocity


def step_float64(w, velocity, grad, mask, lr, momentum):
    """PyTorch's own optimizer, on a vector of the kept weights alone."""
    kept = torch.nn.Parameter(torch.tensor(w[mask]))
    optimizer = torch.optim.SGD([kept], lr=lr, momentum=momentum)
    optimizer.state[kept]["momentum_buffer"] = torch.tensor(velocity[mask])
    kept.grad = torch.tensor(grad[mask])
    optimizer.step()
    # without momentum SGD keeps no velocity
    moving = optimizer.state[kept]["momentum_buffer"] if momentum else kept.grad
    new = torch.zeros(2, *w.shape, dtype=torch.float64)
    new[:, torch.tensor(mask)] = torch.stack([kept.detach(), moving])
    return new


def step_standard(w, velocity, grad, mask, lr, momentum):
    def step(w, velocity, grad, kept):
        if isinstance(w, list):
            rows = zip(w, velocity, grad, kept, strict=True)
            return list(zip(*(step(*row) for row in rows), strict=True))
        if not kept:
            return 0.0, 0.0
        velocity = momentum * velocity + grad
        return w - lr * velocity, velocity

    return tuple(step(*(array.tolist() for array in (w, velocity, grad, mask))))


def bill_plain(W, mask):
    size = before = after = 0
    for row, stays in zip(W.tolist(), mask.tolist(), strict=True):
        for weight, is_kept in zip(row, stays, strict=True):
            size += 1
            before += weight != 0
            after += weight != 0 and is_kept
    return {
        "parameters": (size, size),
        "nonzeros": (before, after),
        "bytes": (4 * size, 4 * size),
        "dense_macs": (size, size),
        "effective_macs": (before, after),
    }


def bill_numpy(W, mask):
    both = np.stack([W, W * mask])
    size, nonzeros = np.full(2, W.size), np.count_nonzero(both, axis=(1, 2))
    return {
        "parameters": size,
        "nonzeros": nonzeros,
        "bytes": [array.astype(np.float32).nbytes for array in both],
        "dense_macs": size,
        "effective_macs": nonzeros,
    }


def bill_torch(W, mask, dtype):
    bill, W = {}, torch.tensor(W, dtype=dtype)
    pair = W, W * torch.tensor(mask)
    for name in ("parameters", "dense_macs"):
        bill[name] = torch.tensor([weight.numel() for weight in pair])
    for name in ("nonzeros", "effective_macs"):
        bill[name] = tuple(weight.count_nonzero() for weight in pair)
    bill["bytes"] = [weight.float().numpy().nbytes for weight in pair]
    return bill


def bill_float32(W, mask):
    return bill_torch(W, mask, torch.float32)


def bill_float64(W, mask):
    return bill_torch(W, mask, torch.float64)


def bill_standard(W, mask):
    weights = list(chain.from_iterable(W.tolist()))
    kept = list(compress(weights, chain.from_iterable(mask.tolist())))
    size = (len(weights), len(weights))
    nonzeros = [len(list(filter(None, some))) for some in (weights, kept)]
    stored = len(array("f", weights).tobytes())
    return {
        "effective_macs": nonzeros,
        "nonzeros": nonzeros,
        "parameters": size,
        "dense_macs": size,
        "bytes": (stored, stored),
    }


def percent_right(network, split):
    x, labels = split
    for i in (1, 2, 3):
        x = x @ network[f"W{i}"].T + network[f"b{i}"]
        x = x.clip(0) if i < 3 else x
    return 100 * (x.argmax(1) == labels).mean()


def masks_plain(network, splits, max_drop):
    sizes = sorted(abs(w) for i in (1, 2, 3) for w in network[f"W{i}"].ravel())
    unpruned = percent_right(network, splits["validation"])
    best = {f"W{i}": np.full(network[f"W{i}"].shape, True) for i in (1, 2, 3)}
    for threshold in sizes[::40]:
        masks = {name: abs(network[name]) > threshold for name in best}
        smaller = dict(network)
        for name in masks:
            smaller[name] = network[name] * masks[name]
        drop = unpruned - percent_right(smaller, splits["validation"])
        if drop <= max_drop and sum(map(np.sum, masks.values())) < sum(
            map(np.sum, best.values())
        ):
            best = masks
    return best


def masks_numpy(network, splits, max_drop):
    """By the size of a weight times the size of what it reads."""
    x, scores = splits["train"][0], {}
    for i in (1, 2, 3):
        scores[f"W{i}"] = np.abs(network[f"W{i}"]) * np.linalg.norm(x, axis=0)
        x = np.maximum(x @ network[f"W{i}"].T + network[f"b{i}"], 0)
    ranked = np.sort(np.concatenate([s.ravel() for s in scores.values()]))[::-1]
    least = percent_right(network, splits["validation"]) - max_drop
    for kept in range(50, len(ranked), 25):
        masks = {name: score >= ranked[kept] for name, score in scores.items()}
        smaller = network | {name: network[name] * masks[name] for name in masks}
        if percent_right(smaller, splits["validation"]) >= least:
            return masks


def masks_torch(network, splits, max_drop, kind=torch.float64):
    tensors = {name: torch.as_tensor(a, dtype=kind) for name, a in network.items()}
    images, labels = map(torch.as_tensor, splits["validation"])
    names = ["W1", "W2", "W3"]
    flat = torch.cat([tensors[name].abs().flatten() for name in names])
    order = flat.argsort()

    def right(keep):
        x, parts = images.to(kind), keep.split([tensors[n].numel() for n in names])
        for i, part in enumerate(parts, 1):
            weights = tensors[f"W{i}"]
            weights = weights * part.view_as(weights)
            x = torch.nn.functional.linear(x, weights, tensors[f"b{i}"])
            x = x.relu() if i < 3 else x
        return int((x.argmax(dim=1) == labels).sum())

    whole = best = torch.ones(len(flat), dtype=torch.bool)
    allowed = right(whole) - max_drop / 100 * len(labels)
    for share in torch.arange(0.01, 1, 0.01):
        keep = whole.clone()
        keep[order[: int(share * len(flat))]] = False
        if right(keep) >= allowed:
            best = keep
    parts = best.split([tensors[name].numel() for name in names])
    return {
        n: part.view(network[n].shape) for n, part in zip(names, parts, strict=True)
    }


def masks_float32(network, splits, max_drop):
    return masks_torch(network, splits, max_drop, torch.float32)


def masks_standard(network, splits, max_drop):
    """Halving the interval of the threshold, and lists in lists."""
    names = "W1", "W2", "W3"
    ranked = sorted(
        chain.from_iterable(abs(network[n]).ravel().tolist() for n in names)
    )
    least = percent_right(network, splits["validation"]) - max_drop

    def masks(gone):
        limit = ranked[gone]
        return {
            n: [[abs(w) >= limit for w in row] for row in network[n].tolist()]
            for n in names
        }

    low, high = 0, len(ranked) - 1
    while high - low > 5:
        middle = (low + high) // 2
        found = masks(middle)
        smaller = network | {n: network[n] * np.array(found[n]) for n in names}
        if percent_right(smaller, splits["validation"]) >= least:
            low = middle
        else:
            high = middle
    return masks(low)


CORRECT = {
    "keep_k_per_row": (
        keep_plain,
        keep_numpy,
        keep_float32,
        keep_float64,
        keep_standard,
    ),
    "layer_shares": (
        shares_plain,
        shares_numpy,
        shares_float32,
        shares_float64,
        shares_standard,
    ),
    "masked_step": (step_plain, step_numpy, step_float32, step_float64, step_standard),
    "bill": (bill_plain, bill_numpy, bill_float32, bill_float64, bill_standard),
    "sparsest_masks": (
        masks_plain,
        masks_numpy,
        masks_torch,
        masks_float32,
        masks_standard,
    ),
}
