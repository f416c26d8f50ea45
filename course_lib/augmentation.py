"""Small random changes of the training images that preserve the digit."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from course_lib.arguments import number
from course_lib.training import Augment


def random_affine(
    *, degrees: float = 10.0, scale: float = 0.1, shift: float = 0.08
) -> Augment:
    """Return an augmentation for ``fit``: small rotations, scalings, and shifts.

    Each image, in a batch of shape (N, 1, height, width), is rotated by up to
    ``degrees`` in either direction, scaled by a factor within 1 ± ``scale``, and
    shifted by up to ``shift`` of its width and height. New pixels at the border are
    black. Simard, Steinkraus & Platt (2003) showed the gain on MNIST. Raises
    ValueError for negative amounts and for images that are not four-dimensional.
    """
    degrees = number("degrees", degrees, minimum=0)
    scale = number("scale", scale, minimum=0, below=1)
    shift = number("shift", shift, minimum=0)

    def augment(images: Tensor, generator: torch.Generator) -> Tensor:
        def draw(*shape: int) -> Tensor:
            """Draw uniform numbers in [-1, 1)."""
            return 2 * torch.rand(*shape, generator=generator).to(images) - 1

        if images.dim() != 4:
            raise ValueError(
                "images must have shape (N, channels, height, width), "
                f"got {tuple(images.shape)}"
            )
        count = len(images)
        angle = math.radians(degrees) * draw(count)
        size = 1 + scale * draw(count)
        matrix = torch.zeros(count, 2, 3).to(images)
        matrix[:, 0, 0] = matrix[:, 1, 1] = angle.cos() / size
        matrix[:, 0, 1] = -angle.sin() / size
        matrix[:, 1, 0] = angle.sin() / size
        matrix[:, :, 2] = 2 * shift * draw(count, 2)  # the grid runs from -1 to 1
        grid = affine_grid(matrix, list(images.shape), align_corners=False)
        return grid_sample(images, grid, align_corners=False)

    return augment
