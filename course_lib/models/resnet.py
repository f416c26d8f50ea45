"""A small residual network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.models.base import Activations, Network
from course_lib.surgery import UnitGroup


class ResidualBlock(nn.Module):
    """Two 3 × 3 convolutions with batch normalization, added to the input.

    ``inner`` is the number of channels between the two. If the block changes the number
    of channels or the stride, the input passes through a 1 × 1 convolution.
    """

    def __init__(
        self,
        inputs: int,
        inner: int,
        outputs: int,
        stride: int,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            inputs, inner, 3, stride, padding=1, bias=False, dtype=dtype
        )
        self.norm1 = nn.BatchNorm2d(inner, dtype=dtype)
        self.conv2 = nn.Conv2d(inner, outputs, 3, padding=1, bias=False, dtype=dtype)
        self.norm2 = nn.BatchNorm2d(outputs, dtype=dtype)
        self.changes_shape = stride != 1 or inputs != outputs
        if self.changes_shape:
            self.shortcut = nn.Conv2d(
                inputs, outputs, 1, stride, bias=False, dtype=dtype
            )
            self.shortcut_norm = nn.BatchNorm2d(outputs, dtype=dtype)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the block's output and its inner channels, both after ReLU."""
        inside = torch.relu(self.norm1(self.conv1(x)))
        if self.changes_shape:
            x = self.shortcut_norm(self.shortcut(x))
        return torch.relu(x + self.norm2(self.conv2(inside))), inside


class TinyResNet(Network):
    """A residual network for MNIST: a stem and two stages of two blocks each.

    ``streams`` are the channels of the residual stream of each stage, at 7 × 7 and at
    4 × 4 positions; ``inner[stage][block]`` the channels inside each block. A block
    with 0 inner channels is omitted; the first block of the second stage is required.
    After He et al. (2016), with a stem that reduces the image to a quarter.
    """

    def __init__(
        self,
        streams: Sequence[int] = (16, 32),
        inner: Sequence[Sequence[int]] = ((16, 16), (32, 32)),
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        widths = [len(streams), *map(len, inner)]
        least = min(width for stage in inner for width in stage)
        if widths != [2, 2, 2] or min(streams) < 1 or least < 0 or inner[1][0] < 1:
            raise ValueError(
                "streams must be two widths ≥ 1 and inner two pairs of widths ≥ 0 with "
                f"inner[1][0] ≥ 1, got {streams!r} and {inner!r}"
            )
        first, second = streams
        self.stem = nn.Conv2d(1, first, 5, stride=2, padding=2, bias=False, dtype=dtype)
        self.stem_norm = nn.BatchNorm2d(first, dtype=dtype)
        for stage, block, inputs, outputs in (
            (1, 1, first, first),
            (1, 2, first, first),
            (2, 1, first, second),
            (2, 2, second, second),
        ):
            width = inner[stage - 1][block - 1]
            stride = 2 if (stage, block) == (2, 1) else 1
            self.add_module(
                f"stage{stage}_block{block}",
                ResidualBlock(inputs, width, outputs, stride, dtype)
                if width
                else nn.Identity(),
            )
        self.fc = nn.Linear(second, 10, dtype=dtype)

    def blocks(self) -> dict[str, ResidualBlock]:
        """Return the residual blocks of the network by name, first to last."""
        return {
            name: module
            for name, module in self.named_children()
            if isinstance(module, ResidualBlock)
        }

    @property
    def removable_blocks(self) -> tuple[str, ...]:
        """Return the names of blocks whose input and output have the same shape."""
        return tuple(
            name for name, block in self.blocks().items() if not block.changes_shape
        )

    @property
    def unit_groups(self) -> dict[str, UnitGroup]:
        """Return the channels inside each block, and those of each residual stream."""
        blocks = self.blocks()
        groups = {
            name: UnitGroup([f"{name}.conv1"], [f"{name}.conv2"], [f"{name}.norm1"])
            for name in blocks
        }
        first = [name for name in blocks if name.startswith("stage1")]
        stage2 = [name for name in blocks if name.startswith("stage2")]
        downsample_block, *second = stage2
        # the downsampling block reads the first stream and starts the second
        groups["stream1"] = UnitGroup(
            ["stem", *(f"{name}.conv2" for name in first)],
            [
                *(f"{name}.conv1" for name in (*first, downsample_block)),
                f"{downsample_block}.shortcut",
            ],
            ["stem_norm", *(f"{name}.norm2" for name in first)],
        )
        groups["stream2"] = UnitGroup(
            [f"{downsample_block}.shortcut", *(f"{name}.conv2" for name in stage2)],
            [*(f"{name}.conv1" for name in second), "fc"],
            [
                f"{downsample_block}.shortcut_norm",
                *(f"{name}.norm2" for name in stage2),
            ],
        )
        return groups

    def describe(self) -> dict[str, Any]:
        """Return what ``build_model`` needs to build a network of this shape."""
        blocks = self.blocks()
        inner = [
            [
                blocks[name].conv1.out_channels if name in blocks else 0
                for name in (f"stage{stage}_block1", f"stage{stage}_block2")
            ]
            for stage in (1, 2)
        ]
        streams = [self.stem.out_channels, self.fc.in_features]
        return {"name": "TinyResNet", "arguments": {"streams": streams, "inner": inner}}

    def forward(self, x: Tensor, return_activations: bool = False) -> Any:
        """Return logits of shape (N, 10).

        With ``return_activations``, also a dict keyed as ``unit_groups``: the channels
        inside each block and, for a stream, the output of its last block.
        """
        activations: Activations = {}
        x = torch.relu(self.stem_norm(self.stem(x)))  # Shape [N, 16, 14, 14]
        x = nn.functional.max_pool2d(x, 2)
        for stage in (1, 2):
            for block in (1, 2):
                name = f"stage{stage}_block{block}"
                module = self.get_submodule(name)
                if isinstance(module, ResidualBlock):
                    x, activations[name] = module(x)
            activations[f"stream{stage}"] = x
        logits = self.fc(x.mean(dim=(2, 3)))
        return (logits, activations) if return_activations else logits
