"""Passes through a network that end at the layer whose inputs are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.arguments import wide
from course_lib.calling import call, watching
from course_lib.evaluation import evaluating

Batches = Sequence[Any]


class Passes:
    """Reads what the layers of a network read, from the first to the last.

    A batch is what the model is called with: one input, a tuple of inputs, or a dict of
    inputs by name. All positions count alike, so that texts must not be padded.

    ``blocks`` are names of modules that follow each other, each a function from one
    tensor to one of the same shape, such as the layers of a transformer. What a block
    computes is kept once a later one is asked about, and not computed again: a network
    of many blocks is then read in the time of a few passes. Nothing before the block
    that is being read may change in the meantime.
    """

    def __init__(self, batches: Batches, blocks: Sequence[str] = ()) -> None:
        if not len(batches):
            raise ValueError("batches must have at least one batch, got none")
        self.batches, self.blocks = batches, tuple(blocks)
        self._done, self._outputs = 0, list[Tensor]()

    @torch.no_grad()
    def layer_inputs(self, model: nn.Module, name: str) -> Iterator[Tensor]:
        """Yield what a layer reads in each batch, shape (observations, inputs).

        Raises ValueError for a layer that the model does not call.
        """
        own = [i for i, b in enumerate(self.blocks) if f"{name}.".startswith(f"{b}.")]
        while own and self._done < own[0]:
            block = model.get_submodule(self.blocks[self._done])
            hook = block.register_forward_hook
            outputs = [self._found(model, i, hook) for i in range(len(self.batches))]
            self._done, self._outputs = self._done + 1, outputs
        layer = model.get_submodule(name)
        for i in range(len(self.batches)):
            found = self._found(model, i, layer.register_forward_pre_hook, name)
            yield wide(found).flatten(0, -2)

    def _found(
        self, model: nn.Module, number: int, hook: Callable[..., Any], name: str = ""
    ) -> Tensor:
        """Return what a hook sees last, of one batch; the pass ends there."""
        found: list[Tensor] = []

        def stop(module: nn.Module, *seen: Any) -> None:
            found.append(seen[-1] if isinstance(seen[-1], Tensor) else seen[-1][0])
            raise _Reached

        # only during the call: a model may be read twice at once, as its own teacher
        replayed = self._replayed(model, number)
        with evaluating(model), replayed, hook(stop), suppress(_Reached):
            call(model, self.batches[number])
        if not found:
            raise ValueError(f"model must call layer {name!r}, got no call of it")
        return found[0]

    @contextmanager
    def _replayed(self, model: nn.Module, number: int) -> Iterator[None]:
        """Let the blocks that are done return what the last of them computed."""
        done = [model.get_submodule(name) for name in self.blocks[: self._done]]
        for block in done:
            vars(block)["forward"] = _first
        if done:
            vars(done[-1])["forward"] = lambda *args, **kwargs: self._outputs[number]
        try:
            yield
        finally:
            for block in done:
                del vars(block)["forward"]


@torch.no_grad()
def calling_order(model: nn.Module, names: Iterable[str], batch: Any) -> list[str]:
    """Return ``names`` in the order in which the model calls these layers for a batch.

    Raises ValueError for a layer that it does not call once.
    """
    names, called = list(names), list[str]()

    def recorder(name: str) -> Callable[[Tensor], None]:
        return lambda inputs: called.append(name)

    layers = [(model.get_submodule(name), recorder(name)) for name in names]
    with evaluating(model), watching(layers):
        call(model, batch)
    for name in names:
        if called.count(name) != 1:
            raise ValueError(
                f"layer {name!r} must be called once per pass, "
                f"got {called.count(name)} calls"
            )
    return called


class _Reached(Exception):  # noqa: N818  no error: the rest of the pass is not needed
    pass


def _first(*args: Any, **kwargs: Any) -> Any:
    return [*args, *kwargs.values()][0]
