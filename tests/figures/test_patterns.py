"""Pattern figures show each cell once, and tell zeros from what was cut out."""

import numpy as np
import pytest

from course_lib.figures import pattern_meanings, pruned_layer


def mask_with_rows(kept, side=64):
    mask = np.zeros((side, side), bool)
    mask[list(kept)] = True
    return mask


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def drawn(figure):
    """What the images hold: shares kept, masked where something was cut out."""
    return [image.get_array() for image in figure.axes[0].images]


def hatched(figure):
    return [patch for patch in figure.axes[0].patches if patch.get_hatch()]


def filled(figure):
    """Width and height of the matrices that a product sees, in pixels."""
    patches = [p for p in figure.axes[0].patches if p.get_fill() and not p.get_hatch()]
    return [(patch.get_width(), patch.get_height()) for patch in patches]


def test_whole_picture_holds_the_share_of_each_tile():
    rng = np.random.default_rng(0)
    mask = rng.random((64, 96)) < 0.3
    whole, near = drawn(pruned_layer("any", mask, cut=False))
    assert whole.shape == (16, 24)
    assert whole[2, 5] == pytest.approx(mask[8:12, 20:24].mean())
    assert whole.mean() == pytest.approx(mask.mean())
    assert near.shape == (32, 32)


def test_close_up_is_a_piece_of_the_mask_where_it_says():
    rng = np.random.default_rng(1)
    mask = rng.random((128, 128)) < 0.5
    figure = pruned_layer("any", mask, cut=False)
    (place,) = (text for text in texts(figure) if text.startswith("from row"))
    row, column = (int(part.split()[-1]) for part in place.split(","))
    near = drawn(figure)[1]
    assert np.array_equal(near, mask[row : row + 32, column : column + 32])


def test_close_up_keeps_about_the_share_of_the_whole():
    mask = np.zeros((128, 128), bool)
    mask[96:] = True  # the first corners keep nothing
    near = drawn(pruned_layer("rows", mask, cut=False))[1]
    assert near.mean() == mask.mean() == 0.25


def test_rows_of_zeros_stay_white_and_leave_the_shapes_alone():
    figure = pruned_layer("row", mask_with_rows(range(16)), cut=False)
    assert not hatched(figure)
    assert not any(np.ma.getmaskarray(image).any() for image in drawn(figure))
    assert filled(figure) == [(210, 210), (210, 210)]
    assert "this layer: 64 × 64" in texts(figure)
    assert "the next layer: 64 columns" in texts(figure)


def test_rows_cut_out_are_hatched_and_both_layers_shrink():
    figure = pruned_layer("filter", mask_with_rows(range(16)), cut=True)
    assert len(hatched(figure)) == 2
    whole = drawn(figure)[0]
    assert np.ma.getmaskarray(whole)[4:].all()
    assert not np.ma.getmaskarray(whole)[:4].any()
    assert filled(figure) == [(210, 210 / 4), (210 / 4, 210)]
    assert "this layer: 16 × 64" in texts(figure)
    assert "the next layer: 16 columns" in texts(figure)


@pytest.mark.parametrize("shape", [(28, 64), (64, 66), (62, 64)])
def test_shape_without_whole_tiles_is_refused(shape):
    with pytest.raises(ValueError, match=r"mask must .*multiples of 4 and at least 32"):
        pruned_layer("any", np.ones(shape, bool), cut=False)


def test_each_pattern_stands_under_its_name_and_above_its_meaning():
    masks = {
        "row\nbecomes zeros": mask_with_rows([0, 2], 4),
        "filter\nis cut out": mask_with_rows([0, 2], 4),
    }
    figure = pattern_meanings(masks, cut={"filter"})
    assert texts(figure) == ["row", "becomes zeros", "filter", "is cut out"]
    row, cut = drawn(figure)
    assert np.array_equal(row, masks["row\nbecomes zeros"])
    assert np.ma.getmaskarray(cut).all(axis=1).tolist() == [False, True, False, True]
    assert len(hatched(figure)) == 1
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["kept", "zero, in its place", "cut out"]
