"""How much a weight matters, beyond its own size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, integer, wide
from course_lib.data import Split
from course_lib.evaluation import check_split, device_of, evaluating, reading
from course_lib.magnitude.weights import PRUNED_LAYERS, prunable_weights


@torch.no_grad()
def input_scores(
    model: nn.Module, split: Split, batch_size: int = 250
) -> dict[str, Tensor]:
    """Return |weight| times the typical size of its input, keyed and shaped alike.

    The typical size of input j is √(mean of x_j²) over the images of ``split`` (and the
    positions, for a convolution): a large weight on a pixel that is always black does
    nothing. This is the score of Wanda (Sun et al. 2024), which compares within a row;
    here scores may be compared across the whole network. Half precision is scored in
    float32. Raises ValueError for an empty split, for a layer that the model never
    calls, for MultiheadAttention, which calls its projections out of sight, and for
    scores that are NaN or infinite.
    """
    check_split(split)
    _refuse_attention(model)
    weights = prunable_weights(model)
    # sums of squares and numbers of observations of each layer's inputs
    squares: dict[str, Tensor] = {}
    counts = dict.fromkeys(weights, 0)
    with evaluating(model), _recorded(model, weights, squares, counts):
        for images in split.images.split(integer("batch_size", batch_size, 1)):
            images = images.to(device_of(model))
            with reading("split.images", images, model):
                model(images)
    scores = {}
    for name, weight in weights.items():
        if not counts[name]:
            raise ValueError(
                f"model must call the layer of {name!r}, got no call of it"
            )
        typical = (squares[name] / counts[name]).sqrt()
        # Shape [groups, outputs, inputs, ...]: a grouped convolution's inputs differ
        sizes = wide(weight.detach()).abs()
        sizes = sizes.unflatten(0, (len(typical) // weight.shape[1], -1))
        shape = (len(sizes), 1, -1) + (1,) * (weight.dim() - 2)
        score = (sizes * typical.reshape(shape)).flatten(0, 1)
        scores[name] = finite(f"score of {name}", score)
    return scores


@contextmanager
def _recorded(
    model: nn.Module,
    weights: Mapping[str, nn.Parameter],
    squares: dict[str, Tensor],
    counts: dict[str, int],
) -> Iterator[None]:
    """Record each layer's squared inputs and their counts inside this ``with``."""

    def recorder(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        # inputs are last for a linear layer, before the positions for a convolution
        dim = 1 - weights[name].dim()

        def record(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            rows = wide(inputs[0]).movedim(dim, 0).flatten(1)  # [inputs, observations]
            squares[name] = squares.get(name, 0) + rows.pow(2).sum(1)
            counts[name] += rows.shape[1]

        return record

    handles = [
        module.register_forward_pre_hook(recorder(name))
        for module in model.modules()
        for name, weight in weights.items()
        # an embedding may share the tensor, but looks up tokens in it
        if isinstance(module, PRUNED_LAYERS) and module.weight is weight
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _refuse_attention(model: nn.Module) -> None:
    for name, module in model.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            raise ValueError(
                f"layer {name or 'model'!r} must be made of Linear layers to be scored "
                "by its inputs, got MultiheadAttention"
            )
