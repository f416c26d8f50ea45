"""The accuracy of ``course_lib.training``, fast enough for a slider.

Two shortcuts, neither of which changes a prediction. float32 takes at most half the
time of float64, so it runs first, and images whose two best classes are too close run
again in the network's own precision. And the layers before a cut do not depend on it:
their outputs are computed once and cached.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from course_lib.data import Split
from course_lib.evaluation import check_split, predictions
from course_lib.surgery import layer_groups_of

# The relative gap between the two best logits that float32 can resolve. In all states
# of the demos its errors were below a hundredth of that.
SURE = 1e-3
BATCH = 100
SPARE = 2  # images that run through the layers with cached outputs


class Entry(NamedTuple):
    """A layer at which a forward pass can begin, and its inputs for every image."""

    layer: str
    inputs: Tensor


@torch.no_grad()
def quick_accuracy(model: nn.Module, split: Split, entry: Entry | None = None) -> float:
    """Return the same as ``training.accuracy``: the fraction of correct predictions.

    With ``entry``, from ``entry_of`` for a cut copy, the pass begins there.
    """
    check_split(split)
    answers = _answers(model, split, entry)
    return (answers == split.labels).sum().item() / len(split.labels)


@torch.no_grad()
def remembered_inputs(model: nn.Module, split: Split) -> dict[str, Tensor]:
    """Return the float32 inputs of each layer that reads a unit group, by layer name.

    Only for networks that are a chain, in which each group is read by the layer that
    computes the next one; others have no layer at which a pass could begin.
    """
    groups = list(layer_groups_of(model).values())
    chain = all(len(g.consumers) == len(g.producers) == 1 for g in groups)
    if not chain or any(a.consumers != b.producers for a, b in pairwise(groups)):
        return {}
    quick, found = _single_precision(model), dict[str, list[Tensor]]()

    def recorder(name: str) -> Any:
        def record(module: nn.Module, inputs: tuple[Tensor]) -> None:
            found.setdefault(name, []).append(inputs[0])

        return record

    for group in groups:
        (name,) = group.consumers
        quick.get_submodule(name).register_forward_pre_hook(recorder(name))
    for images in split.images.split(BATCH):
        quick(_prepared(images))
    return {name: torch.cat(parts) for name, parts in found.items()}


def entry_of(
    model: nn.Module, keep: Mapping[str, Tensor], known: Mapping[str, Tensor]
) -> Entry | None:
    """Return where a pass through a cut copy can begin; None means at the images.

    ``keep`` maps unit groups to bool tensors of shape (units,), True = kept; ``known``
    is the result of ``remembered_inputs`` for ``model``. It is the first layer with
    fewer inputs than before, whose remaining inputs no cut changes; or the last layer
    if nothing is removed.
    """
    if not known:
        return None
    groups = layer_groups_of(model)
    cut = [name for name in groups if name in keep and not keep[name].all()]
    group = cut[0] if cut else list(groups)[-1]
    (layer,) = groups[group].consumers
    inputs = known[layer]
    if not cut:
        return Entry(layer, inputs)
    each = inputs.shape[1] // len(keep[group])  # columns per unit
    kept = keep[group].repeat_interleave(each).nonzero().flatten()
    return Entry(layer, inputs.index_select(1, kept))


def _answers(model: nn.Module, split: Split, entry: Entry | None) -> Tensor:
    """Return the class with the largest logit per image, as ``predictions`` does."""
    logits = _quick_logits(model, split, entry)
    best, answers = logits.topk(min(2, logits.shape[1]), dim=1)
    gap = best[:, 0] - best[:, -1]
    # not "smaller than": NaN counts as unsure, too
    unsure = ~(gap > SURE * logits.abs().amax(dim=1))
    places = unsure.nonzero().flatten()
    if len(places):
        close = Split(split.images[places], split.labels[places])
        answers[places, 0] = predictions(model, close)
    return answers[:, 0]


def _quick_logits(model: nn.Module, split: Split, entry: Entry | None) -> Tensor:
    quick = _single_precision(model)
    if entry is None:
        return torch.cat([quick(_prepared(x)) for x in split.images.split(BATCH)])
    layer, spare = quick.get_submodule(entry.layer), _prepared(split.images[:SPARE])
    logits = []
    for inputs in entry.inputs.split(BATCH):
        # earlier layers run on a few images, and their output is replaced
        hook = layer.register_forward_pre_hook(lambda *_, x=inputs: (_laid_out(x),))
        logits.append(quick(spare))
        hook.remove()
    return torch.cat(logits)


def _single_precision(model: nn.Module) -> nn.Module:
    quick: Any = copy.deepcopy(model).float().eval()
    quick.to(memory_format=torch.channels_last)  # the stubs do not allow this
    model = quick
    return model


def _prepared(images: Tensor) -> Tensor:
    return _laid_out(images.float())


def _laid_out(x: Tensor) -> Tensor:
    """Return the images channels last, which convolutions read faster."""
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x
