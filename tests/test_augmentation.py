"""Changes stay within what was asked for, reach it, and come from the generator."""

import math

import pytest
import torch

from course_lib.augmentation import random_affine

STILL = {"degrees": 0.0, "scale": 0.0, "shift": 0.0}


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


def _blobs(count, x=0.0, y=0.0, size=28):
    """Copies of one round blob, ``x`` to the right of the centre and ``y`` below it."""
    place = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    row = torch.exp(-((place - x) ** 2) / 8)
    column = torch.exp(-((place - y) ** 2) / 8)
    return (column[:, None] * row).expand(count, 1, size, size).clone()


def _centres(images):
    """Centre of mass, (N, 2): pixels to the right of the middle, and below it."""
    height, width = images.shape[2:]
    mass = images[:, 0] / images.sum(dim=(1, 2, 3))[:, None, None]
    right = mass.sum(1) @ (torch.arange(width).double() - (width - 1) / 2)
    below = mass.sum(2) @ (torch.arange(height).double() - (height - 1) / 2)
    return torch.stack([right, below], dim=1)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-13)]
)
@pytest.mark.parametrize("shape", [(5, 1, 28, 28), (1, 3, 9, 14), (2, 1, 1, 1)])
def test_no_change_is_the_identity(shape, dtype, tolerance):
    images = torch.rand(shape, generator=_generator(), dtype=dtype)
    changed = random_affine(**STILL)(images, _generator())
    assert changed.dtype == dtype
    torch.testing.assert_close(changed, images, rtol=0, atol=tolerance)


def test_shift_fills_its_range_in_both_directions():
    augment = random_affine(**(STILL | {"shift": 0.1}))
    moved = _centres(augment(_blobs(3000), _generator()))
    assert moved.abs().max() < 2.8 + 1e-3  # a tenth of 28 pixels
    for direction in moved.T:
        assert direction.min() < -2.75
        assert direction.max() > 2.75
        # uniform: a standard deviation of 2.8 / √3 pixels around nothing
        assert abs(direction.mean()) < 0.15
        assert direction.std() == pytest.approx(2.8 / math.sqrt(3), rel=0.05)
    assert abs(torch.corrcoef(moved.T)[0, 1]) < 0.1


def test_turn_fills_its_range_in_both_directions():
    augment = random_affine(**(STILL | {"degrees": 20.0}))
    centres = _centres(augment(_blobs(3000, x=6.0), _generator()))
    angles = torch.rad2deg(torch.atan2(centres[:, 1], centres[:, 0]))
    assert angles.abs().max() < 20.1
    assert angles.min() < -19.5
    assert angles.max() > 19.5
    assert abs(angles.mean()) < 1
    torch.testing.assert_close(
        centres.norm(dim=1), torch.full((3000,), 6.0).double(), rtol=0, atol=0.02
    )


def test_size_fills_its_range_and_does_not_turn():
    augment = random_affine(**(STILL | {"scale": 0.2}))
    centres = _centres(augment(_blobs(3000, x=3.0, y=4.0), _generator()))
    factors = centres.norm(dim=1) / 5
    assert 0.795 < factors.min() < 0.81
    assert 1.19 < factors.max() < 1.205
    torch.testing.assert_close(
        centres[:, 1] / centres[:, 0], torch.full((3000,), 4 / 3).double(),
        rtol=0, atol=0.02,
    )  # fmt: skip


def test_generator_decides_and_nothing_else_does():
    images, augment = _blobs(4, x=5.0), random_affine()
    runs = []
    for seed, disturbance in ((0, 1), (0, 2), (1, 1)):
        torch.manual_seed(disturbance)
        runs.append(augment(images, _generator(seed)))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    again = _generator(0)
    assert torch.equal(augment(images, again), runs[0])
    assert not torch.equal(augment(images, again), runs[0])


def test_each_image_of_a_batch_is_changed_by_itself_and_left_as_it_was():
    images = _blobs(4, x=5.0)
    before = images.clone()
    changed = random_affine()(images, _generator())
    assert torch.equal(images, before)
    assert len({tuple(image.flatten().tolist()) for image in changed}) == 4


def test_precision_does_not_decide_the_change():
    images, augment = _blobs(6, x=5.0), random_affine()
    wide = augment(images, _generator())
    narrow = augment(images.float(), _generator())
    torch.testing.assert_close(narrow.double(), wide, rtol=0, atol=1e-5)


def test_what_comes_in_from_outside_is_black():
    augment = random_affine(**(STILL | {"shift": 0.3}))
    changed = augment(torch.ones(50, 1, 28, 28), _generator())
    assert changed.min() >= 0
    assert changed.max() <= 1 + 1e-6
    darkest = changed.amin(dim=(1, 2, 3))
    assert (darkest < 1).all()  # also after less than a pixel
    assert (darkest == 0).double().mean() > 0.9


@pytest.mark.parametrize(
    "change", [{"degrees": -1}, {"scale": -0.1}, {"scale": 1}, {"shift": -0.5},
               {"degrees": math.nan}, {"scale": math.nan}, {"shift": math.nan}],
)  # fmt: skip
def test_negative_changes_and_a_size_of_nothing_are_refused(change):
    ((name, value),) = change.items()
    with pytest.raises(ValueError, match=f"{name} must be .* ≥ 0.*, got {value}"):
        random_affine(**change)


@pytest.mark.parametrize("shape", [(28, 28), (5, 28, 28), (5, 784)])
def test_images_without_channels_are_refused(shape):
    with pytest.raises(ValueError, match=r"images must have shape \(N"):
        random_affine()(torch.zeros(shape), _generator())
