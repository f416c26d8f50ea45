"""Any module is stored without pickle, and comes back in a fresh process."""

import os
import subprocess
import sys
import zlib
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from course_lib import magnitude, structured
from course_lib.calling import arguments_of
from course_lib.measure import parameter_count
from course_lib.models import MLP
from course_lib.storage import BadFileError, foreign, load, save
from course_lib.storage.file import decode, encode
from course_lib.surgery import remove_units, trace_groups
from tests.surgery.foreign import (
    BERT,
    GPT2_LM,
    IDS,
    IMAGES,
    Llama,
    ViT,
    mobilenet,
    of_transformers,
)

ROOT = Path(__file__).resolve().parents[2]
# name -> how the network is built, and its inputs
MODELS = {
    "mobilenet": (mobilenet, IMAGES),
    "llama": (Llama, IDS),
    "vit": (ViT, IMAGES),
    "bert": (partial(of_transformers, "BertModel", **BERT), {"input_ids": IDS}),
    "gpt2": (
        partial(of_transformers, "GPT2LMHeadModel", **GPT2_LM),
        {"input_ids": IDS},
    ),
}


def shrunk(name):
    """The network without half of each group's units, after some steps in training."""
    make, inputs = MODELS[name]
    torch.manual_seed(1)
    model = make()
    answers(model.train(), inputs)  # running statistics
    args, kwargs = arguments_of(inputs)
    model.eval().unit_groups = trace_groups(model, *args, **kwargs)
    keep = structured.select_units(structured.weight_norms(model, p=1), 0.5)
    smaller = remove_units(model, keep, verify=inputs)
    assert parameter_count(smaller) < parameter_count(model)
    return smaller.eval()


@torch.no_grad()
def answers(model, inputs):
    args, kwargs = arguments_of(inputs)
    leaves = tree_leaves(model(*args, **kwargs))
    return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]


FRESH = """
import sys, torch
from tests.storage.test_foreign import MODELS, answers
from course_lib.storage import load
torch.manual_seed(7)
found = {}
for name, (make, inputs) in MODELS.items():
    found[name] = answers(load(f"{sys.argv[1]}/{name}", model=make()), inputs)
torch.save(found, f"{sys.argv[1]}/answers")
"""


def test_pruned_networks_are_loaded_in_a_fresh_process_and_answer_the_same(tmp_path):
    wanted = {}
    for name, (_, inputs) in MODELS.items():
        model, path = shrunk(name), tmp_path / name
        bill = save(model, path)
        parts = bill[["positions", "values", "codebook", "header"]]
        assert parts.sum().sum() == pytest.approx(path.stat().st_size)
        wanted[name] = answers(model, inputs)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FRESH, tmp_path]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    found = torch.load(tmp_path / "answers")
    assert list(found) == list(MODELS)
    for name, ours in wanted.items():
        assert len(ours) == len(found[name]) > 0
        assert all(torch.equal(a, b) for a, b in zip(ours, found[name], strict=True))


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_shared_tensor_is_stored_once_and_shared_again(name, tmp_path):
    model = shrunk(name)
    bill = save(model, tmp_path / "network")
    tied = sum(v.numel() for n, v in model.named_parameters())
    assert bill["weights"].sum() == tied + sum(b.numel() for b in persistent(model))
    loaded = load(tmp_path / "network", model=MODELS[name][0]())
    if name == "llama":
        assert loaded.head.weight is loaded.embed.weight
    else:
        assert loaded.lm_head.weight is loaded.transformer.wte.weight
    assert parameter_count(loaded) == parameter_count(model)


def persistent(model):
    names = set(model.state_dict())
    return [value for name, value in model.named_buffers() if name in names]


def test_loading_changes_nothing_of_the_network_that_is_given(tmp_path):
    model = shrunk("mobilenet")
    save(model, tmp_path / "network")
    given = mobilenet().train()
    given.unit_groups = {}
    before = {key: value.clone() for key, value in given.state_dict().items()}
    loaded = load(tmp_path / "network", model=given)
    assert given.training
    assert not loaded.training
    assert not hasattr(loaded, "unit_groups")  # they were those of the larger one
    assert given[2].body[3].groups == 10
    assert loaded[2].body[3].groups == loaded[2].body[3].out_channels == 5
    after = given.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())
    again = load(tmp_path / "network", model=loaded)  # shrunk already
    assert torch.equal(again(IMAGES), loaded(IMAGES))


class Kinds(nn.Module):
    """Parameters and buffers of every kind, also ones that state_dict leaves out."""

    def __init__(self):
        super().__init__()
        self.fc, self.norm = nn.Linear(4, 6), nn.BatchNorm1d(6)
        self.scale = nn.Parameter(torch.randn(6), requires_grad=False)
        self.register_buffer("mask", torch.tensor([True, False, True]))
        self.register_buffer("steps", torch.tensor(2**40))
        self.register_buffer("table", torch.arange(4.0), persistent=False)

    def forward(self, x):
        return self.norm(self.fc(x + self.table)) * self.scale


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_every_kind_of_tensor_comes_back_as_it_was(dtype, tmp_path):
    model = Kinds().to(dtype)
    save(model, tmp_path / "network")
    loaded = load(tmp_path / "network", model=Kinds().to(dtype))
    for name, value in model.state_dict().items():
        found = loaded.state_dict()[name]
        assert found.dtype == value.dtype
        assert torch.equal(found, value)
    assert torch.equal(loaded.table, model.table)
    assert not loaded.scale.requires_grad
    double = load(tmp_path / "network", torch.float64, model=Kinds())
    assert double.fc.weight.dtype == torch.float64


def test_masks_and_shared_weights_make_a_smaller_file(tmp_path):
    model = shrunk("vit")
    sizes = {}
    masks = magnitude.global_magnitude_masks(model, 0.8)
    for name, options in {
        "dense": {}, "masked": {"masks": masks}, "both": {"masks": masks, "bits": 3},
    }.items():  # fmt: skip
        save(model, tmp_path / name, **options)
        sizes[name] = (tmp_path / name).stat().st_size
    assert sizes["both"] < sizes["masked"] < sizes["dense"]
    loaded = load(tmp_path / "masked", model=ViT())
    assert torch.equal(loaded(IMAGES), magnitude.masked(model, masks)(IMAGES))


def test_bias_that_folding_has_added_is_stored(tmp_path):
    def make():
        return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2, bias=False))

    model, x = make(), torch.rand(3, 4)
    model.unit_groups = trace_groups(model, x)
    keep, ones = {"0": torch.arange(6) > 1}, {"0": torch.ones(6)}
    smaller = remove_units(model, keep, fold=ones)
    save(smaller, tmp_path / "network")
    assert torch.equal(load(tmp_path / "network", model=make())(x), smaller(x))


class Gained(nn.Module):
    """Multiplies its units by a buffer that state_dict leaves out."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 6), nn.Linear(6, 2)
        self.register_buffer("gain", torch.arange(6.0), persistent=False)

    def forward(self, x):
        return self.fc2(self.fc1(x) * self.gain)


def test_buffer_of_removed_units_is_stored_though_it_is_not_persistent(tmp_path):
    model, x = Gained(), torch.rand(3, 4)
    model.unit_groups = trace_groups(model, x)
    smaller = remove_units(model, {"fc1": torch.arange(6) > 1}, verify=x)
    save(smaller, tmp_path / "network")
    loaded = load(tmp_path / "network", model=Gained())
    assert torch.equal(loaded(x), smaller(x))


def test_bias_of_a_forged_size_is_refused_before_memory_is_asked_for():
    model = nn.Linear(4, 3, bias=False)
    found = {
        "tensors": {"weight": ["float", 3, 4], "bias": ["float", 2**50]},
        "ties": {}, "modules": {},
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"'bias' .* got float of \(4,\)"):
        foreign.templates(found, model)
    found["tensors"]["bias"] = ["float", 3]
    assert foreign.templates(found, model)["bias"].shape == (3,)
    found["ties"] = {"forward": "weight"}
    with pytest.raises(ValueError, match="model must have 'forward'"):
        foreign.templates(found, model)


def test_attributes_that_say_how_to_compute_come_back(tmp_path):
    model = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6, eps=0.3), nn.LeakyReLU(0.7))
    save(model, tmp_path / "network")
    given = nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.LeakyReLU())
    x = torch.rand(3, 4)
    assert torch.equal(load(tmp_path / "network", model=given)(x), model(x))


def _linear(*sizes, **options):
    return nn.Sequential(nn.Linear(*sizes, **options), nn.ReLU())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "model must be an untrained network .* not the course's, got None"),
        (_linear(3, 6), r"'0.weight' of model must be float of shape \(6, 4\) or larger"
         r", as in the file, got float of \(6, 3\); give the network as it was built"),
        (_linear(4, 5), r"'0.weight' of model must be .*got float of \(5, 4\)"),
        (nn.Sequential(nn.Linear(4, 6)), "module '1' of model must be ReLU.* got none"),
        (nn.Sequential(nn.Linear(4, 6), nn.GELU()), "'1' .* must be ReLU.* got GELU"),
        (nn.Linear(4, 6), "module 'model' of model must be Sequential"),
        (nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)),
         "tensor '2.weight' of model must also be in the file"),
    ],
)  # fmt: skip
def test_network_that_does_not_fit_is_refused_by_name(given, message, tmp_path):
    save(_linear(4, 6), tmp_path / "network")
    with pytest.raises(ValueError, match=message) as caught:
        load(tmp_path / "network", model=given)
    assert str(tmp_path / "network") in str(caught.value)


def test_network_of_other_functions_is_refused():
    layer = nn.TransformerEncoderLayer(4, 2, 8, activation="relu")
    content, _ = encode(layer)
    other = nn.TransformerEncoderLayer(4, 2, 8, activation="gelu")
    message = "activation of module 'model' must be {'function': 'relu'}.*'gelu'"
    with pytest.raises(ValueError, match=message):
        decode(content, 0, other)


def test_file_of_the_course_takes_no_other_network(tmp_path):
    save(MLP([4, 3, 2]), tmp_path / "network")
    with pytest.raises(ValueError, match=r"model must be left out, .* got Sequential"):
        load(tmp_path / "network", model=_linear(200, 6))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (torch.zeros(2, dtype=torch.complex64), "'x' must be .* got torch.complex64"),
        (torch.tensor([1e300], dtype=torch.float64), "x must fit into float32"),
    ],
)
def test_tensor_that_cannot_be_stored_is_named(value, message):
    model = nn.Linear(2, 2)
    model.register_buffer("x", value)
    with pytest.raises(ValueError, match=message):
        encode(model)


def test_damage_anywhere_is_found():
    model = _linear(4, 6)
    content, _ = encode(model)
    for place in range(len(content)):
        wrong = bytearray(content)
        wrong[place] ^= 1 << place % 8
        with pytest.raises(BadFileError):
            decode(bytes(wrong), 0, model)
    for length in range(len(content)):
        with pytest.raises(BadFileError):
            decode(content[:length], 0, model)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b'{"tensors":[],"ties":{},"modules":{}}',
        b'{"tensors":{"a":["float",-1]},"ties":{},"modules":{}}',
        b'{"tensors":{"a":["float",1.5]},"ties":{},"modules":{}}',
        b'{"tensors":{"a":["code",1]},"ties":{},"modules":{}}',
        b'{"tensors":{},"ties":{"a":"b"},"modules":{}}',
        b'{"tensors":{},"ties":{},"modules":{"a":["Linear",3]}}',
        b'{"tensors":{},"ties":{},"modules":{"a":[["Linear"]]}}', b"\xff" * 9,
    ],
)  # fmt: skip
def test_forged_description_is_refused(text):
    with pytest.raises(BadFileError, match="its description cannot be read"):
        foreign.described(zlib.compress(text))


@pytest.mark.parametrize("key", ["forward", "weight", "__class__"])
def test_file_cannot_replace_what_is_no_plain_attribute(key):
    found = {"tensors": {}, "ties": {}, "modules": {"": ["Linear", {key: 3}]}}
    with pytest.raises(ValueError, match=f"{key} of module 'model' must be 3"):
        foreign.restored(found, {}, nn.Linear(2, 2))
