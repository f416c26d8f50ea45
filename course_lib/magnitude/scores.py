"""Scores of weights that also take their inputs into account."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.arguments import finite, wide
from course_lib.calling import Batches, batches, call, watching
from course_lib.evaluation import evaluating
from course_lib.magnitude.weights import prunable_weights
from course_lib.surgery import reads_along


@torch.no_grad()
def input_scores(
    model: nn.Module, split: Batches, batch_size: int = 250
) -> dict[str, Tensor]:
    """Return, for every weight, |weight| times the typical size of its input.

    The typical size of input j is √(mean of x_j²) over the images of ``split`` (and the
    positions, for a convolution): a large weight on a pixel that is always black does
    nothing. This is the score of Wanda (Sun et al. 2024), which compares within a row;
    here scores may be compared across the whole network. ``split`` may be any iterable
    of batches, see ``calling``. Half precision is scored in float32.

    Raises ValueError for an empty split, for a layer that the model never calls, for
    MultiheadAttention, which does not call its projections as modules, and for scores
    that are NaN or infinite.
    """
    _refuse_attention(model)
    weights = prunable_weights(model)
    readers = [
        (module, name, along)
        for module in model.modules()
        for name, weight in weights.items()
        # an embedding may share the tensor, but looks up tokens in it
        if (along := reads_along(module)) and module.weight is weight
    ]
    sides = {name: along.weight_dim for _, name, along in readers}
    # sums of squares and numbers of observations of each layer's inputs
    squares: dict[str, Tensor] = {}
    counts = dict.fromkeys(weights, 0)

    def recorder(name: str, axis: int) -> Callable[[Tensor], None]:
        def record(inputs: Tensor) -> None:
            rows = wide(inputs).movedim(axis, 0).flatten(1)  # [inputs, observations]
            squares[name] = squares.get(name, 0) + rows.pow(2).sum(1)
            counts[name] += rows.shape[1]

        return record

    layers = [(m, recorder(name, along.input_axis)) for m, name, along in readers]
    with evaluating(model), watching(layers):
        for batch in batches(split, batch_size):
            call(model, batch.inputs, batch.name)
    scores = {}
    for name, weight in weights.items():
        if not counts[name]:
            raise ValueError(
                f"model must call the layer of {name!r}, got no call of it"
            )
        typical = (squares[name] / counts[name]).sqrt()
        score = _scored(wide(weight.detach()).abs(), typical, sides[name])
        scores[name] = finite(f"score of {name}", score)
    return scores


def _scored(sizes: Tensor, typical: Tensor, side: int) -> Tensor:
    """Return the sizes of weights times those of the inputs that they multiply."""
    if side == 0:  # transposed, with all inputs in front
        return sizes * typical.reshape(-1, *(1,) * (sizes.dim() - 1))
    # Shape [groups, outputs, inputs, ...]: a grouped convolution's inputs differ
    grouped = sizes.unflatten(0, (len(typical) // sizes.shape[1], -1))
    shape = (len(grouped), 1, -1) + (1,) * (sizes.dim() - 2)
    score: Tensor = (grouped * typical.reshape(shape)).flatten(0, 1)
    return score


def _refuse_attention(model: nn.Module) -> None:
    for name, module in model.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            raise ValueError(
                f"layer {name or 'model'!r} must be made of Linear layers to be scored "
                "by its inputs, got MultiheadAttention"
            )
