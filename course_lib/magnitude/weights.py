"""Which parameters of a network are weights that can be pruned."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import nn
from torch.nn.parameter import is_lazy

PRUNED_LAYERS = (
    *(nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.MultiheadAttention),
    *(nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
)
EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)
# Their parameters may have two dimensions, and no unit is computed from a whole row
DENSE_LAYERS = (*EMBEDDINGS, nn.LayerNorm, nn.RMSNorm)


def prunable_weights(
    model: nn.Module, *, embeddings: bool = False
) -> dict[str, nn.Parameter]:
    """Return the weights that masks are made for, by name, each tensor once.

    These are the weights of Linear and Conv layers, transposed ones and GPT-2's
    ``Conv1D`` included, and the projections of queries, keys, and values inside
    MultiheadAttention. Embeddings are pruned on request, or where a Linear layer shares
    them. ``Conv1D`` and transposed convolutions hold their inputs along the first
    dimension, all others along the second. Norms and biases are not pruned, and neither
    are parameters that a custom module holds directly, such as a table of positions:
    ``left_dense`` names them.

    Raises ValueError for a model without any weights, for weights that are computed
    from others (``torch.nn.utils.prune`` and ``parametrize`` do so), for lazy layers
    before their first batch, and for layers of other kinds with a matrix of weights:
    those would silently stay dense.
    """
    weights: dict[str, nn.Parameter] = {}
    for name, module in model.named_modules():
        own = dict(module.named_parameters(recurse=False))
        prunable = _prunable_names(module, embeddings)
        for key in prunable:
            if key not in own:
                raise ValueError(
                    f"layer {name or 'model'!r} must have a plain parameter {key!r}, "
                    "got one that is computed from others"
                )
            if is_lazy(own[key]):
                raise ValueError(
                    f"layer {name or 'model'!r} must know its shape, got a lazy layer "
                    "before its first batch"
                )
            if not any(own[key] is other for other in weights.values()):
                weights[f"{name}.{key}" if name else key] = own[key]
        if not prunable:
            _refuse_matrices(name, module, own)
    if not weights:
        raise ValueError(
            f"model must have weights to prune, got {type(model).__name__} without "
            f"any; looked for {[kind.__name__ for kind in PRUNED_LAYERS]}"
        )
    return weights


def left_dense(model: nn.Module, *, embeddings: bool = False) -> str:
    """Return a sentence about the parameters that ``prunable_weights`` leaves out.

    By kind of layer, with their number and the share of all parameters. Raises the same
    errors.
    """
    pruned = prunable_weights(model, embeddings=embeddings).values()
    known = {id(value) for value in pruned}
    passed: dict[str, list[int]] = defaultdict(list)
    for module in model.modules():
        for key, value in module.named_parameters(recurse=False):
            if id(value) not in known:
                known.add(id(value))
                passed[f"{type(module).__name__}.{key}"].append(value.numel())
    total = sum(value.numel() for value in model.parameters())
    rest = sum(map(sum, passed.values()))
    parts = [
        f"{kind} ({len(sizes)}, {sum(sizes):,} parameters)"
        for kind, sizes in sorted(passed.items(), key=lambda item: -sum(item[1]))
    ]
    return (
        f"Masks cover {total - rest:,} of {total:,} parameters; left dense: "
        f"{', '.join(parts) or 'nothing'}."
    )


def nonzero_weights(model: nn.Module) -> int:
    """Count the nonzero prunable weights; biases do not count."""
    weights = prunable_weights(model).values()
    return sum(int(torch.count_nonzero(weight)) for weight in weights)


def _prunable_names(module: nn.Module, embeddings: bool) -> tuple[str, ...]:
    """Return a module's own weight names; its output projection is a Linear layer."""
    match module:
        case nn.Embedding() | nn.EmbeddingBag():
            return ("weight",) if embeddings else ()
        case nn.MultiheadAttention(_qkv_same_embed_dim=True):
            return ("in_proj_weight",)
        case nn.MultiheadAttention():
            return ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        case _ if isinstance(module, PRUNED_LAYERS):
            return ("weight",)
        case nn.Module(nx=int(), nf=int()):  # GPT-2's Conv1D
            return ("weight",)
        case _:
            return ()


def _refuse_matrices(
    name: str, module: nn.Module, own: dict[str, nn.Parameter]
) -> None:
    if isinstance(module, DENSE_LAYERS):
        return
    from_torch = type(module).__module__.startswith("torch.nn.")
    for key, value in own.items():
        # in a custom module, only the usual name distinguishes a layer from a table
        if (from_torch or key == "weight") and (is_lazy(value) or value.dim() > 1):
            raise ValueError(
                f"layer {name or 'model'!r} must be one of "
                f"{[kind.__name__ for kind in PRUNED_LAYERS]} to be pruned, got "
                f"{type(module).__name__} with a matrix {key!r}"
            )
