"""Three correct answers to each exercise of chapter 03, in different styles."""

from __future__ import annotations

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


def keep_torch(W, k):
    size = torch.as_tensor(W).abs()
    mask = torch.zeros(size.shape, dtype=torch.bool)
    return mask.scatter(1, size.topk(k, dim=1).indices, True)


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


def shares_torch(layers, sparsity):
    flat = torch.cat([torch.as_tensor(w).abs().flatten() for w in layers.values()])
    gone = torch.zeros_like(flat)
    gone[flat.argsort()[: round(sparsity * len(flat))]] = 1
    pieces = gone.split([w.size for w in layers.values()])
    return {name: piece.mean() for name, piece in zip(layers, pieces, strict=True)}


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


def step_torch(w, velocity, grad, mask, lr, momentum):
    w, velocity, grad, keep = map(torch.as_tensor, (w, velocity, grad, mask))
    velocity = torch.add(grad, velocity, alpha=momentum).mul(keep)
    return torch.sub(w, velocity, alpha=lr).masked_fill(~keep, 0), velocity


def compound_plain(amounts):
    pruned, shares = 0.0, []
    for amount in amounts:
        pruned += (1 - pruned) * amount
        shares.append(pruned)
    return shares


def compound_numpy(amounts):
    return 1 - np.cumprod(1 - np.array(amounts, dtype=float))


def compound_torch(amounts):
    left = torch.ones(len(amounts), dtype=torch.float64)
    for i, amount in enumerate(amounts):
        left[i:] *= 1 - amount
    return 1 - left


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


def bill_torch(W, mask):
    bill = {}
    pair = (torch.as_tensor(W), torch.as_tensor(W * mask))
    for name in ("parameters", "dense_macs"):
        bill[name] = torch.tensor([weight.numel() for weight in pair])
    for name in ("nonzeros", "effective_macs"):
        bill[name] = tuple(weight.count_nonzero() for weight in pair)
    bill["bytes"] = [4 * weight.numel() for weight in pair]
    return bill


CORRECT = {
    "keep_k_per_row": (keep_plain, keep_numpy, keep_torch),
    "layer_shares": (shares_plain, shares_numpy, shares_torch),
    "masked_step": (step_plain, step_numpy, step_torch),
    "compound": (compound_plain, compound_numpy, compound_torch),
    "bill": (bill_plain, bill_numpy, bill_torch),
}
