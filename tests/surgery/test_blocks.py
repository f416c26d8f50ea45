"""Whole residual blocks left out."""

import pytest
import torch

from course_lib.models import MLP
from course_lib.surgery import remove_blocks
from tests.small import small_model, small_split


def _resnet():
    model = small_model("resnet")
    model(small_split(8).images)  # running statistics
    return model.eval()


def test_network_without_a_block_is_the_one_whose_block_adds_nothing():
    model, x = _resnet(), small_split(2).images
    smaller = remove_blocks(model, ["stage1_block2", "stage2_block2"])
    assert list(smaller.blocks()) == ["stage1_block1", "stage2_block1"]
    assert smaller.describe()["arguments"]["inner"] == [[2, 0], [4, 0]]
    assert len(model.blocks()) == 4
    with torch.no_grad():
        for block in (model.stage1_block2, model.stage2_block2):
            block.norm2.weight.zero_()
            block.norm2.bias.zero_()
    torch.testing.assert_close(smaller(x), model(x), rtol=0, atol=1e-12)


def test_network_without_a_block_shares_nothing_with_the_old_one():
    model = _resnet()
    smaller = remove_blocks(model, "stage1_block1")
    ours = {value.data_ptr() for value in smaller.state_dict().values()}
    assert not ours & {value.data_ptr() for value in model.state_dict().values()}
    assert not any(module.training for module in smaller.modules())


@pytest.mark.parametrize("name", ["stage2_block1", "fc", "stage9_block9"])
def test_block_that_changes_shape_or_is_none_is_refused(name):
    with pytest.raises(ValueError, match=rf"names must be .*'stage1.*, got '{name}'"):
        remove_blocks(_resnet(), ["stage1_block1", name])


def test_model_without_removable_blocks_is_refused():
    with pytest.raises(ValueError, match=r"names must be some of \[\], got 'fc1'"):
        remove_blocks(MLP([6, 5, 3]), ["fc1"])
