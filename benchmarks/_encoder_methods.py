"""Everything that is compared: each method returns an encoder to be measured."""

import copy
from collections.abc import Callable, Mapping
from functools import cache, partial

import torch
import torch.nn.utils.prune as torch_prune
from _encoder_task import Task
from torch import Tensor, nn

from course_lib import magnitude, structured
from course_lib.encoder import Encoder, corrected, encode
from course_lib.surgery import remove_units

BLOCKS = [f"encoder.layer.{i}" for i in range(6)]
# what no unit is removed from the inputs of
OTHERS = [
    f"{block}.{name}"
    for block in BLOCKS
    for name in ("attention.self.query", "attention.self.key", "attention.self.value",
                 "intermediate.dense")
]  # fmt: skip


def ours(task: Task, shape: Mapping[str, int], ridge: float, taught: bool) -> nn.Module:
    """Return the network pruned layer by layer."""
    return structured.prune_layer_by_layer(
        task.model,
        shape,
        task.batches,
        select=partial(structured.least_error, ridge=ridge),
        refit=partial(structured.least_squares, ridge=ridge),
        teacher=task.model if taught else None,
        others=OTHERS,
        blocks=BLOCKS,
    )


def structured_methods(
    task: Task, shape: Mapping[str, int], ridge: float, best: Callable[[], nn.Module]
) -> dict[str, Callable[[], Encoder]]:
    """Return everything that is compared at the same number of units per layer."""
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
    least = partial(structured.least_squares, ridge=ridge)
    networks: dict[str, Callable[[], nn.Module]] = {
        "ours: least error, least squares": best,
        "norm of incoming weights": lambda: remove_units(model, kept(norms())),
        "activation × outgoing norm": lambda: contribution(structured.keep_weights),
        "activation × outgoing norm, means folded": lambda: contribution(
            structured.fold_means
        ),
        "activation × outgoing norm, least squares": lambda: contribution(least),
        "Torch-Pruning, group magnitude": lambda: torch_pruning(task, shape),
        "random units": partial(drawn, 0),
        "norm, least squares": lambda: structured.fold_units(
            model, kept(norms()), task.batches, refit=least
        ),
    }
    found = {n: lambda m=m: task.pruned(m()) for n, m in networks.items()}
    found["ours, with a final correction"] = lambda: corrected(
        task.pruned(best()), task.encoder, task.calibration
    )
    return found


def torch_pruning(task: Task, shape: Mapping[str, int]) -> nn.Module:
    """Return what Torch-Pruning cuts, told the shape and which layers have heads."""
    import torch_pruning as tp

    model = copy.deepcopy(task.model).requires_grad_(True)
    example = {"input_ids": torch.full((1, 8), 2000)}
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


def without_layers(task: Task, number: int) -> Encoder:
    """Drop whole layers one by one, each time that which is missed least."""
    left, target = list(range(6)), encode(task.encoder, task.few)

    def network(layers: list[int]) -> Encoder:
        model = copy.copy(task.model)
        model._modules = dict(model._modules)
        model.encoder = copy.copy(task.model.encoder)
        model.encoder._modules = dict(model.encoder._modules)
        model.encoder.layer = nn.ModuleList(task.model.encoder.layer[i] for i in layers)
        return task.pruned(model)

    for _ in range(number):
        losses = {}
        for layer in left:
            rest = [i for i in left if i != layer]
            losses[layer] = -float((encode(network(rest), task.few) * target).sum())
        left.remove(min(losses, key=losses.__getitem__))
    return network(left)


def unstructured_methods(task: Task) -> dict[str, Callable[[], Encoder]]:
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

        def by_size(choose=choose, label=label, share=share) -> Encoder:
            weights = magnitude.prunable_weights(model)
            masks = {n: choose(w) for n, w in weights.items()}
            if label != "2:4":  # the same as PyTorch's own
                for name, mask in masks.items():
                    layer = nn.Linear(1, 1, bias=False)
                    layer.weight = nn.Parameter(weights[name].clone())
                    torch_prune.l1_unstructured(layer, "weight", share)
                    assert torch.equal(layer.weight_mask.bool(), mask)
            return task.pruned(magnitude.masked(model, masks))

        def by_wanda(label=label, share=share) -> Encoder:
            masks = {
                n: magnitude.n_m_mask(s, 2, 4) if label == "2:4" else
                magnitude.n_m_mask(s, round((1 - share) * s.shape[1]), s.shape[1])
                for n, s in magnitude.input_scores(model, task.batches).items()
            }  # fmt: skip
            return task.pruned(magnitude.masked(model, masks))

        def by_solve(choose=choose, blocks=blocks) -> Encoder:
            net, _ = magnitude.prune_sparse_gpt(model, products(), choose, blocks)
            return task.pruned(net)

        found |= {f"{label} magnitude": by_size, f"{label} Wanda": by_wanda,
                  f"{label} SparseGPT": by_solve}  # fmt: skip
    return found
