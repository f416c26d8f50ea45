"""The file format: what is saved is loaded, and every byte of it is counted."""

import copy
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_lib import magnitude
from course_lib.measure import file_size, nonzero_count, saved_size
from course_lib.models import MLP, load_checkpoint
from course_lib.storage import BadFileError, load, save
from course_lib.storage.file import decode, encode
from tests.small import NETWORKS, random_network

PARTS = ["positions", "values", "codebook", "header"]


def same(first, second):
    """Whether two networks have equal tensors, in float32, nan being equal to nan."""
    pairs = zip(first.state_dict().items(), second.state_dict().items(), strict=True)
    return all(
        a == b and torch.equal(x.float().nan_to_num(7), y.float().nan_to_num(7))
        for (a, x), (b, y) in pairs
    )


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("sparsity", [0.0, 0.6, 0.99, 1.0])
def test_what_is_saved_is_loaded(kind, sparsity, tmp_path):
    model = random_network(kind, 3).float()
    masks = magnitude.global_magnitude_masks(model, sparsity)
    path = tmp_path / "network"
    save(model, path, masks=masks)
    loaded = load(path)
    assert same(loaded, magnitude.masked(model, masks))
    images = torch.rand(5, 1, 28, 28, dtype=torch.float64)
    assert torch.equal(loaded(images), magnitude.masked(model, masks).double()(images))
    assert not loaded.training


def test_masks_and_zeroed_weights_make_the_same_file(tmp_path):
    model = random_network("lenet5", 1).float()
    masks = magnitude.global_magnitude_masks(model, 0.8)
    before = copy.deepcopy(model)
    save(model, tmp_path / "masks", masks=masks)
    assert same(model, before)  # saving changes nothing
    with torch.no_grad():
        for name, mask in masks.items():
            model.get_parameter(name).mul_(mask)  # also leaves negative zeros
    save(model, tmp_path / "zeroed")
    assert (tmp_path / "masks").read_bytes() == (tmp_path / "zeroed").read_bytes()


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(np.float32, st.tuples(st.just(4), st.integers(1, 30)),
               elements=st.floats(width=32, allow_subnormal=True))
)  # fmt: skip
def test_any_numbers_come_back(values):
    model = MLP((values.shape[1], 4, 2))
    with torch.no_grad():
        model.fc1.weight.copy_(torch.from_numpy(values))
    content, bill = encode(model)
    assert same(decode(content, 10_000), model)
    assert bill[PARTS].sum().sum() == pytest.approx(len(content))


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(np.int64, st.tuples(st.just(6), st.integers(1, 40)),
               elements=st.integers(-20, 20)),
    st.sampled_from([1.0, 0.5, 0.1, 1e-3, 3e38 / 20]),
)  # fmt: skip
def test_few_values_come_back_by_a_codebook(steps, scale):
    model = MLP((steps.shape[1], 6, 2))
    with torch.no_grad():
        model.fc1.weight.copy_(torch.from_numpy(steps) * scale)
    content, _ = encode(model)
    assert same(decode(content, 10_000), model)


def test_a_codebook_takes_its_smallest_exact_form():
    model = MLP((50, 60, 2))
    even = torch.linspace(-1, 1, 16)
    books = {
        "float32": even + 1e-7,
        "float16": (even.half().float() ** 3).half().float(),
        "int8": torch.tensor([*range(-100, 100, 14), 127.0]) * 0.37,
    }
    costs = {}
    for name, book in books.items():
        codes = torch.arange(3000).reshape(60, 50) % len(book)
        with torch.no_grad():
            model.fc1.weight.copy_(book[codes])
        costs[name] = encode(model)[1].loc["fc1.weight", "codebook"]
    assert costs == {"float32": 1 + 64, "float16": 1 + 32, "int8": 1 + 4 + 16}


def test_the_bill_adds_up_to_the_file(tmp_path):
    model = load_checkpoint("mlp300-sparse-augmented-0")
    path = tmp_path / "network"
    bill = save(model, path, bits=4)
    assert bill[PARTS].sum().sum() == pytest.approx(file_size(path))
    assert bill["nonzeros"].sum() == nonzero_count(model)
    assert file_size(path) < saved_size(model) / 200


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path):
    path = tmp_path / "network"
    path.write_bytes(b"earlier work")
    model = random_network("mlp", 0).float()
    with pytest.raises(ValueError, match="masks"):
        save(model, path, masks={"fc9.weight": torch.ones(2, dtype=torch.bool)})
    assert path.read_bytes() == b"earlier work"
    assert list(tmp_path.iterdir()) == [path]


def test_another_process_reads_the_same(tmp_path):
    model = load_checkpoint("mlp300-sparse-augmented-3")
    path = tmp_path / "network"
    save(model, path)
    images = torch.linspace(0, 1, 784, dtype=torch.float64).reshape(1, 1, 28, 28)
    program = (
        "import sys, torch; from course_lib.storage import load;"
        "x = torch.linspace(0, 1, 784, dtype=torch.float64).reshape(1, 1, 28, 28);"
        "print(load(sys.argv[1])(x).tolist())"
    )
    run = [sys.executable, "-c", program, str(path)]
    out = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert torch.equal(torch.tensor(eval(out), dtype=torch.float64), model(images))


def test_a_network_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "network"
    save(random_network("mlp", 0).float(), path)
    with pytest.raises(BadFileError, match="at most 100 parameters"):
        load(path, max_parameters=100)
