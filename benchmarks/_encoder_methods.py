"""Everything that is compared: each method returns an encoder to be measured."""

import copy
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import torch
import torch.nn.utils.prune as torch_prune
from _encoder_task import Task, unit_macs
from torch import Tensor, nn

from course_lib import magnitude, structured
from course_lib.encoder import encode, mean_of_tokens
from course_lib.structured.moments import linear, with_bias
from course_lib.structured.refitting import damping
from course_lib.surgery import remove_units

DRAWS = 20  # of random units
BLOCKS = [f"encoder.layer.{i}" for i in range(6)]
# in the order in which the network calls them
LAYERS = [
    f"{block}.{name}"
    for block in BLOCKS
    for name in ("attention.self.query", "attention.self.key", "attention.self.value",
                 "attention.output.dense", "intermediate.dense", "output.dense")
]  # fmt: skip
# whose answers are added to what came in, and what reads the sums
SUMS = {
    f"{block}.{part}output.dense": f"{block}.{part}output.LayerNorm"
    for block in BLOCKS
    for part in ("attention.", "")
}
OTHERS = [name for name in LAYERS if name not in SUMS]  # which lose no inputs


def ours(task: Task, shape: Mapping[str, int]) -> nn.Module:
    """Return the network pruned layer by layer."""
    return structured.prune_layer_by_layer(
        task.model,
        shape,
        task.batches,
        teacher=task.model,
        others=OTHERS,
        sums=SUMS,
        blocks=BLOCKS,
    )


def structured_methods(
    task: Task, shape: Mapping[str, int]
) -> dict[str, Callable[[], nn.Module]]:
    """Return what is compared with ours at the same number of units per layer."""
    model = task.model

    def kept(scores: Mapping[str, Tensor]) -> dict[str, Tensor]:
        shares = {n: 1 - left / task.counts[n] for n, left in shape.items()}
        return structured.select_units(scores, shares)

    def drawn(seed: int) -> nn.Module:
        generator = torch.Generator().manual_seed(seed)
        return remove_units(model, kept(structured.random_scores(model, generator)))

    def contribution(refit: structured.folding.Refit) -> nn.Module:
        return structured.prune_layer_by_layer(
            model, shape, task.batches, select=structured.largest_contribution,
            refit=refit, blocks=BLOCKS,
        )  # fmt: skip

    norms = partial(structured.weight_norms, model, 2)
    named: dict[str, Callable[[], nn.Module]] = {
        "norm of incoming weights": lambda: remove_units(model, kept(norms())),
        "Torch-Pruning, group magnitude": lambda: torch_pruning(task, shape),
        "activation × outgoing norm": lambda: contribution(structured.keep_weights),
        "activation × outgoing norm, means folded": lambda: contribution(
            structured.fold_means
        ),
        "activation × outgoing norm, least squares": lambda: contribution(
            structured.least_squares
        ),
        "norm of incoming weights, least squares": lambda: structured.fold_units(
            model, kept(norms()), task.batches, blocks=BLOCKS
        ),
    }
    return named | {f"random units {i}": partial(drawn, i) for i in range(DRAWS)}


def kwon(task: Task) -> nn.Module:
    """Return the encoder pruned as Kwon et al. (2022) do, at half of the arithmetic.

    Section 4.1: units by their squared gradients and as many heads as is best for the
    sum; section 4.3: what is left is scaled by least squares. The swaps of section 4.2
    are left out. The loss is that a query of the calibration texts finds its document.
    """
    scores = structured.taylor_scores(task.model, task.matched, loss=contrast)
    heads = [(float(s), n, i) for n, own in scores.items() if len(own) == 12
             for i, s in enumerate(own)]  # fmt: skip
    units = [(float(s), n, i) for n, own in scores.items() if len(own) == 1536
             for i, s in enumerate(own)]  # fmt: skip
    heads.sort(reverse=True)
    units.sort(reverse=True)
    budget = sum(unit_macs(count) * count for count in task.counts.values()) / 2

    def split(number: int) -> int:
        return int((budget - number * unit_macs(12)) // unit_macs(1536))

    def kept_score(number: int) -> float:
        return sum(s for s, *_ in heads[:number] + units[: split(number)])

    number = max((n for n in range(6, 73) if split(n) >= 6), key=kept_score)
    keep = {n: torch.zeros(count, dtype=torch.bool) for n, count in task.counts.items()}
    for _, name, place in heads[:number] + units[: split(number)]:
        keep[name][place] = True
    for name, own in keep.items():  # remove_units leaves no group empty
        if not own.any():
            own[scores[name].argmax()] = True
    return structured.fold_units(
        task.model, keep, task.batches, refit=scaled, teacher=task.model, blocks=BLOCKS
    )


def contrast(model: Callable[..., Any], batch: Mapping[str, Tensor]) -> Tensor:
    """Return the cross-entropy of each query's own document among those of a batch."""
    hidden = model(**batch).last_hidden_state
    means = mean_of_tokens(hidden, batch["attention_mask"])
    found = nn.functional.normalize(means, dim=1)
    queries, documents = found.chunk(2)
    target = torch.arange(len(queries))
    return nn.functional.cross_entropy(20 * queries @ documents.T, target)


def scaled(
    matrix: Tensor, moments: structured.Moments, kept: Tensor, ridge: float = 1e-2
) -> Tensor:
    """Scale what reads each kept input so that the answers come closest to the targets.

    Kwon et al. scale a unit; here each of a head's 32 entries has a scale of its own.
    """
    used = torch.cat([kept, kept.new_ones(1)])
    own = matrix[:, used].double()
    products = (own.T @ own) * moments.inputs[used][:, used]
    pull = ridge * products.diagonal().mean()
    wanted = (own * moments.targets[:, used]).sum(0) + pull
    scales = torch.linalg.solve(products + pull * torch.eye(len(products)), wanted)
    found = torch.zeros_like(matrix)
    found[:, used] = (own * scales).to(found)
    return found


def torch_pruning(task: Task, shape: Mapping[str, int]) -> nn.Module:
    """Return what Torch-Pruning cuts, told the shape and which layers have heads."""
    import torch_pruning as tp

    model = copy.deepcopy(task.model).requires_grad_(True)
    example = {"input_ids": torch.full((1, 8), 2000)}
    with torch.enable_grad():
        graph = tp.DependencyGraph().build_dependency(model, example_inputs=example)
    measure = tp.importance.GroupMagnitudeImportance(p=2)
    for name, left in shape.items():
        layer, units = model.get_submodule(name), task.counts[name]
        width, cut_outputs = layer.out_features, tp.prune_linear_out_channels
        whole = graph.get_pruning_group(layer, cut_outputs, list(range(width)))
        scores = measure(whole).reshape(units, -1).sum(1)
        going = scores.argsort()[: units - left]
        rows = (
            going[:, None] * (width // units) + torch.arange(width // units)
        ).flatten()
        if len(rows):
            graph.get_pruning_group(layer, cut_outputs, rows.tolist()).prune()
        if units == 12:
            owner = model.get_submodule(name.removesuffix(".query"))
            owner.num_attention_heads, owner.all_head_size = left, 32 * left
    return model.requires_grad_(False).eval()


def without_layers(task: Task, number: int) -> nn.Module:
    """Drop whole layers one by one, each time that which is missed least."""
    texts = task.few.texts
    left, target = list(range(6)), encode(task.encoder, texts)

    def network(layers: list[int]) -> nn.Module:
        model = copy.copy(task.model)
        model._modules = dict(model._modules)
        model.encoder = copy.copy(task.model.encoder)
        model.encoder._modules = dict(model.encoder._modules)
        model.encoder.layer = nn.ModuleList(task.model.encoder.layer[i] for i in layers)
        return model

    for _ in range(number):
        losses = {}
        for layer in left:
            rest = task.pruned(network([i for i in left if i != layer]))
            losses[layer] = -float((encode(rest, texts) * target).sum())
        left.remove(min(losses, key=losses.__getitem__))
    return network(left)


def unstructured_methods(task: Task) -> dict[str, Callable[[], nn.Module]]:
    """Return three methods at the same share of zeros."""
    model = task.model
    products = cache(lambda: magnitude.input_products(model, task.batches))
    patterns = {f"{s:.0%}": partial(magnitude.magnitude_mask, sparsity=s)
                for s in (0.5, 0.7, 0.8)}  # fmt: skip
    patterns["2:4"] = partial(magnitude.n_m_mask, n=2, m=4)
    found = {}
    for label, choose in patterns.items():
        blocks = 4 if label == "2:4" else 128
        share = 0.5 if label == "2:4" else float(label[:-1]) / 100

        def by_size(choose=choose, label=label, share=share) -> nn.Module:
            weights = magnitude.prunable_weights(model)
            masks = {n: choose(w) for n, w in weights.items()}
            if label != "2:4":  # as PyTorch's own, but for weights of the same size
                for name, mask in masks.items():
                    layer = nn.Linear(1, 1, bias=False)
                    layer.weight = nn.Parameter(weights[name].clone())
                    torch_prune.l1_unstructured(layer, "weight", share)
                    theirs = weights[name].abs()[layer.weight_mask.bool()]
                    own = weights[name].abs()[mask]
                    assert torch.equal(theirs.sort().values, own.sort().values)
            return magnitude.masked(model, masks)

        def by_wanda(label=label, share=share) -> nn.Module:
            masks = {
                n: magnitude.n_m_mask(s, 2, 4) if label == "2:4" else
                magnitude.n_m_mask(s, round((1 - share) * s.shape[1]), s.shape[1])
                for n, s in magnitude.input_scores(model, task.batches).items()
            }  # fmt: skip
            return magnitude.masked(model, masks)

        def by_solve(choose=choose, blocks=blocks) -> nn.Module:
            net, _ = magnitude.prune_sparse_gpt(model, products(), choose, blocks)
            return net

        found |= {f"{label} magnitude": by_size, f"{label} Wanda": by_wanda,
                  f"{label} SparseGPT": by_solve}  # fmt: skip
    return found | {"50% layer by layer": partial(sparse_layer_by_layer, task, 0.5)}


def sparse_layer_by_layer(task: Task, share: float) -> nn.Module:
    """Return the network with SparseGPT's masks, and the kept weights refitted.

    As in ``ours``, layer after layer, with the inputs that it has by then and with
    sums corrected. The dense weights first come closer to the unpruned encoder's
    answers; then those that SparseGPT keeps are solved for exactly, row by row.
    """
    model = copy.deepcopy(task.model)
    passes, taught = (structured.Passes(task.batches, BLOCKS) for _ in range(2))
    choose = partial(magnitude.magnitude_mask, sparsity=share)
    for name in LAYERS:
        moments = structured.record_moments(
            model, name, passes, task.model, taught, SUMS.get(name, "")
        )
        layer = linear(model, name)
        every = torch.ones(layer.in_features, dtype=torch.bool)
        start = structured.least_change(with_bias(layer), moments, every)
        products = moments.inputs[:-1, :-1]
        _, mask = magnitude.sparse_gpt(start[:, :-1], products, choose)
        used = torch.cat([mask, torch.ones(len(mask), 1, dtype=torch.bool)], dim=1)
        found = _solved_by_row(start.double(), moments, used)
        layer.weight.copy_(found[:, :-1])
        layer.bias.copy_(found[:, -1])
    return model


def _solved_by_row(start: Tensor, moments: structured.Moments, used: Tensor) -> Tensor:
    """Return each row's used entries closest to its targets, pulled to ``start``."""
    pull = damping(moments, 0.01)
    products = moments.inputs + pull.diag()
    wanted = (moments.targets + start * pull) * used
    rows = []
    for some, right in zip(used.split(64), wanted.split(64), strict=True):
        systems = products * (some[:, :, None] & some[:, None, :])
        systems.diagonal(dim1=1, dim2=2)[~some] = 1  # entries that stay zero
        root = torch.linalg.cholesky(systems)
        rows.append(torch.cholesky_solve(right[..., None], root)[..., 0])
    return torch.cat(rows) * used
