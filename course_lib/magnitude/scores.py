"""How much a weight matters, beyond its own size."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.data import Split
from course_lib.magnitude.networks import PRUNED_LAYERS, prunable_weights
from course_lib.training import device_of


@torch.no_grad()
def input_scores(
    model: nn.Module, split: Split, batch_size: int = 250
) -> dict[str, Tensor]:
    """|weight| times the typical size of the input it reads, keyed and shaped alike.

    The typical size of input j is √(mean of x_j²) over the images of ``split`` (and
    the positions, for a convolution): a large weight on a pixel that is always black
    does nothing. The score of Wanda (Sun et al. 2024), which compares within a row;
    here it may be compared over the whole network. Raises ValueError for an empty
    split and for a layer that the model never calls.
    """
    if len(split.labels) == 0:
        raise ValueError("split is empty; allowed are splits with at least one image")
    weights = prunable_weights(model)
    squares: dict[str, Tensor] = {}
    counts = dict.fromkeys(weights, 0)

    def recorder(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def record(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            # Shape [inputs, observations]; a linear layer's inputs stand last
            dim = 1 if isinstance(module, nn.Conv2d) else -1
            rows = inputs[0].movedim(dim, 0).flatten(1)
            squares[name] = squares.get(name, 0) + rows.pow(2).sum(1)
            counts[name] += rows.shape[1]

        return record

    handles = [
        module.register_forward_pre_hook(recorder(name))
        for module in model.modules()
        for name, weight in weights.items()
        if isinstance(module, PRUNED_LAYERS) and module.weight is weight
    ]
    try:
        model.eval()
        for images in split.images.split(batch_size):
            model(images.to(device_of(model)))
    finally:
        for handle in handles:
            handle.remove()
    scores = {}
    for name, weight in weights.items():
        if not counts[name]:
            raise ValueError(f"model never calls the layer of {name!r}; it must")
        typical = (squares[name] / counts[name]).sqrt()
        # Shape [groups, outputs, inputs, ...]: a grouped convolution's inputs differ
        sizes = (
            weight.detach().abs().unflatten(0, (len(typical) // weight.shape[1], -1))
        )
        shape = (len(sizes), 1, -1) + (1,) * (weight.dim() - 2)
        scores[name] = (sizes * typical.reshape(shape)).flatten(0, 1)
    return scores
