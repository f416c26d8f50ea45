"""Partial forward passes, which stop at the layer whose inputs are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
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

    def layer_inputs(self, model: nn.Module, name: str) -> Iterator[Tensor]:
        """Yield what a layer reads in each batch, shape (observations, inputs).

        Raises ValueError for a layer that the model does not call.
        """
        return (rows for (rows,) in self.inputs_of(model, [name]))

    @torch.no_grad()
    def inputs_of(
        self, model: nn.Module, names: Sequence[str]
    ) -> Iterator[tuple[Tensor, ...]]:
        """Yield what modules of one block read, each as ``layer_inputs`` does.

        The errors are those of ``layer_inputs``.
        """
        first = f"{names[0]}."
        own = [
            i for i, block in enumerate(self.blocks) if first.startswith(f"{block}.")
        ]
        while own and self._done < own[0]:
            block = model.get_submodule(self.blocks[self._done])
            hook = {"": block.register_forward_hook}
            outputs = [self._found(model, i, hook)[0] for i in range(len(self.batches))]
            self._done, self._outputs = self._done + 1, outputs
        layers = {n: model.get_submodule(n).register_forward_pre_hook for n in names}
        for i in range(len(self.batches)):
            yield tuple(
                wide(read).flatten(0, -2) for read in self._found(model, i, layers)
            )

    def _found(
        self, model: nn.Module, number: int, hooks: Mapping[str, Callable[..., Any]]
    ) -> list[Tensor]:
        """Return what each hook sees, of one batch; the pass ends at the last."""
        found: dict[str, Tensor] = {}

        def seeing(name: str) -> Callable[..., None]:
            def see(module: nn.Module, *seen: Any) -> None:
                last = seen[-1]
                found[name] = last if isinstance(last, Tensor) else last[0]
                if len(found) == len(hooks):
                    raise _Reached

            return see

        # only during the call: a model may be read twice at once, as its own teacher
        with ExitStack() as during:
            during.enter_context(evaluating(model))
            during.enter_context(self._replayed(model, number))
            for name, hook in hooks.items():
                during.enter_context(hook(seeing(name)))
            with suppress(_Reached):
                call(model, self.batches[number])
        missing = [name for name in hooks if name not in found]
        if missing:
            raise ValueError(f"model must call layer {missing[0]!r}, got no call of it")
        return [found[name] for name in hooks]

    @contextmanager
    def _replayed(self, model: nn.Module, number: int) -> Iterator[None]:
        """Make the finished blocks return the last one's stored output."""
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
