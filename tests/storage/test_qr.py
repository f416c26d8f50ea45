"""Networks that fit into one QR code, scanned by a reader that we did not write."""

import io

import numpy as np
import pytest
import segno
import torch
import zxingcpp
from PIL import Image

from course_lib import figures
from course_lib.data import load_mnist
from course_lib.measure import file_size
from course_lib.models import LeNet5
from course_lib.storage import load, shipped
from course_lib.training import accuracy

CAPACITY = 2953  # bytes in a code of version 40, level L
BUDGETS = {"lenet5-qr": CAPACITY, "lenet5-tiny": 1530}  # bytes
SEEDS = (0, 1, 2)


def drawn(content):
    """The pixels of the page's figure of a code that holds these bytes."""
    code = segno.make(content, error="L", mode="byte", version=40, boost_error=False)
    assert code.designator == "40-L"
    modules = np.array([[*row] for row in code.matrix_iter(border=4)])
    png = figures.picture(figures.qr_code(modules))
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


@pytest.mark.parametrize("seed", SEEDS)
def test_network_is_scanned_from_its_code_and_predicts(seed, tmp_path):
    path = shipped(f"lenet5-qr-{seed}")
    (found,) = zxingcpp.read_barcodes(drawn(path.read_bytes()))
    assert found.bytes == path.read_bytes()
    scanned = tmp_path / "scanned.pruned"
    scanned.write_bytes(found.bytes)
    network = load(scanned, torch.float32)
    assert isinstance(network, LeNet5)
    assert accuracy(network, load_mnist("test", torch.float32).first(500)) > 0.97


def test_one_byte_more_does_not_fit():
    with pytest.raises(segno.DataOverflowError):
        drawn(bytes(CAPACITY + 1))


@pytest.mark.parametrize("name", BUDGETS)
def test_files_keep_their_budgets_of_bytes(name):
    sizes = [file_size(shipped(f"{name}-{seed}")) for seed in SEEDS]
    assert max(sizes) <= BUDGETS[name]
