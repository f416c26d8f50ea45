"""The shipped MNIST is the original, and a damaged file says so."""

import gzip
import hashlib

import numpy as np
import pytest
import torch

from course_lib import data


@pytest.mark.parametrize("name", sorted(data.SHA256))
def test_shipped_file_has_the_published_sha256(name):
    raw = gzip.decompress((data._mnist_folder() / f"{name}.gz").read_bytes())
    assert hashlib.sha256(raw).hexdigest() == data.SHA256[name]


def test_splits_have_the_documented_sizes_and_ranges():
    for name, size in (("train", 50_000), ("validation", 10_000), ("test", 10_000)):
        split = data.load_mnist(name, torch.float32)
        assert split.images.shape == (size, 1, 28, 28)
        assert split.labels.shape == (size,)
        assert split.labels.dtype == torch.int64
        assert (split.images.min(), split.images.max()) == (0, 1)
        assert sorted(split.labels.unique().tolist()) == list(range(10))


def test_validation_is_the_end_of_the_original_training_file():
    images = data.read_verified("train-images-idx3-ubyte")
    labels = data.read_verified("train-labels-idx1-ubyte")
    validation = data.load_mnist("validation")
    assert np.array_equal((validation.images[0, 0] * 255).round(), images[50_000])
    assert validation.labels.tolist() == labels[50_000:].tolist()


def test_splits_share_no_image():
    seen = {}
    for name in data.SPLITS:
        images = (data.load_mnist(name, torch.float32).images * 255).byte().numpy()
        seen[name] = {image.tobytes() for image in images}
    assert not seen["train"] & seen["validation"]
    assert not seen["train"] & seen["test"]


def test_default_dtype_is_float64_and_changing_a_split_changes_no_other():
    first = data.load_mnist("test")
    assert first.images.dtype == torch.float64
    first.images.zero_()
    assert data.load_mnist("test").images.sum() > 0


@pytest.mark.parametrize("split", ["valid", "TEST", "", None])
def test_unknown_split_is_named_in_the_error(split):
    with pytest.raises(ValueError, match="split must be one of"):
        data.load_mnist(split)


@pytest.mark.parametrize("dtype", [torch.int64, "float32"])
def test_dtype_that_is_not_floating_point_is_refused(dtype):
    with pytest.raises(TypeError, match="dtype must be a floating-point"):
        data.load_mnist("test", dtype)


NAME = "t10k-labels-idx1-ubyte"
DAMAGES = {
    "truncated": (lambda raw: gzip.compress(raw)[:9], "not a complete gzip file"),
    "no gzip": (lambda raw: raw, "not a complete gzip file"),
    "one changed label": (
        lambda raw: gzip.compress(raw[:-1] + bytes([raw[-1] ^ 1])),
        "the file was altered",
    ),
    "shorter than its header declares": (
        lambda raw: gzip.compress(raw[:-1]),
        "declares shape",
    ),
    "another format": (lambda raw: gzip.compress(b"\x89PNG, no IDX"), "starts with"),
}


@pytest.mark.parametrize(("change", "message"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_file_is_refused(tmp_path, change, message):
    raw = gzip.decompress((data._mnist_folder() / f"{NAME}.gz").read_bytes())
    (tmp_path / f"{NAME}.gz").write_bytes(change(raw))
    with pytest.raises(ValueError, match=message):
        data.read_verified(NAME, tmp_path)


def test_missing_file_says_which(tmp_path):
    with pytest.raises(FileNotFoundError, match=NAME):
        data.read_verified(NAME, tmp_path)


def test_unknown_file_name_is_refused():
    with pytest.raises(ValueError, match=r"must be one of .*, got 'emnist'"):
        data.read_verified("emnist")
