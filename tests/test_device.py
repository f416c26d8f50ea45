"""A GPU changes nothing by itself; a model that was moved is what moves the rest."""

import ast
import io
import re
import subprocess
import sys
import tokenize

import pytest
import torch
from torch import nn

from course_lib.activation import activation_statistics
from course_lib.augmentation import random_affine
from course_lib.data import load_mnist
from course_lib.magnitude import global_magnitude_masks
from course_lib.magnitude.scores import input_scores
from course_lib.models import MLP, LeNet5, load_checkpoint
from course_lib.structured.importance import taylor_scores
from course_lib.training import (
    accuracy,
    device_of,
    fit,
    predictions,
    seed_everything,
    soft_labels,
)
from tests.small import small_model, small_split
from tools.colab_cells import first_cell, last_cell
from tools.settings import ROOT, Settings

CHOOSES = {"cuda", "mps", "xpu", "accelerator", "set_default_device"}
DEVICE = re.compile(r"(cuda|mps|xpu|gpu)(:\d+)?")


def chosen(source):
    """List what in a program could choose a device: names, and names as texts."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.string in CHOOSES:
            found.append(token.string)
        if token.type == tokenize.STRING and token.string[0] in "'\"":
            text = ast.literal_eval(token.string)
            found += [text] if DEVICE.fullmatch(text) else []
    return found


@pytest.fixture
def with_gpu(monkeypatch):
    """PyTorch says that there are two GPUs; nothing can be computed on them."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda **_: True)


class Elsewhere(nn.Module):
    """Its parameter is on another device; it notes where its images are."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, device="meta"))
        self.seen = set()

    def forward(self, images):
        self.seen.add(images.device.type)
        return torch.eye(10, dtype=torch.float64)[[3] * len(images)]


@pytest.mark.parametrize(
    "planted", ["x.cuda()", 'x.to("cuda:0")', "torch.set_default_device(d)"]
)
def test_search_finds_what_chooses_a_device(planted):
    assert len(chosen(planted)) == 1
    assert chosen(f'"""See {planted.replace(chr(34), "")}."""  # {planted}') == []


def test_no_line_of_the_course_chooses_a_device():
    files = [*(ROOT / "course_lib").rglob("*.py"), *(ROOT / "source").glob("*.py")]
    assert len(files) > 100
    for path in files:
        assert chosen(path.read_text(encoding="utf-8")) == [], path


def test_no_stamped_cell_chooses_a_device():
    settings = Settings.load()
    for chapter in ("01", "05"):
        text = first_cell(settings, chapter).text.replace("    %pip", "    pass  #")
        assert chosen(text) == []
    assert chosen(last_cell().text) == []


def trained():
    generator = seed_everything(0)
    model = MLP([784, 8, 10], dtype=torch.float64)
    split = small_split(200)
    augment = random_affine()
    history = fit(
        model, split, split, epochs=2, seed=1, augment=augment, progress=False
    )
    tensors = list(model.state_dict().values())
    tensors += [torch.rand(3, generator=generator), predictions(model, split)]
    tensors += [s.std for s in activation_statistics(model, split).values()]
    tensors += input_scores(model, split).values()
    tensors += global_magnitude_masks(model, 0.5).values()
    return tensors, history.rows, accuracy(model, split)


def test_results_are_the_same_to_the_bit_when_a_gpu_is_there(request):
    tensors, rows, share = trained()
    request.getfixturevalue("with_gpu")
    again, rows_again, share_again = trained()
    assert all(tensor.device.type == "cpu" for tensor in again)
    assert all(torch.equal(a, b) for a, b in zip(tensors, again, strict=True))
    assert (rows, share) == (rows_again, share_again)


@pytest.mark.usefixtures("with_gpu")
def test_data_networks_and_checkpoints_are_on_the_cpu_when_a_gpu_is_there():
    split = load_mnist("test")
    assert (split.images.device.type, split.labels.device.type) == ("cpu", "cpu")
    for model in (MLP([784, 4, 10]), LeNet5(), load_checkpoint("lenet5-0")):
        assert device_of(model).type == "cpu"


def test_a_model_without_parameters_is_on_the_cpu():
    assert device_of(nn.Flatten()).type == "cpu"


def test_predictions_are_asked_where_the_model_is_and_come_back():
    model, split = Elsewhere(), small_split()
    found = predictions(model, split)
    assert model.seen == {"meta"}
    assert found.device == split.labels.device
    assert accuracy(model, split) == (split.labels == 3).double().mean()


def test_a_teacher_is_asked_where_it_is_and_its_labels_come_back():
    teacher, split = Elsewhere(), small_split()
    soft = soft_labels(teacher, split)
    assert teacher.seen == {"meta"}
    assert soft.labels.device == soft.images.device == split.images.device


def test_training_brings_each_batch_to_the_model_and_augments_before():
    seen, one = [], torch.ones(1, requires_grad=True)

    def augment(images, generator):
        seen.append((images.device.type, generator.device.type))
        return images

    def loss(model, images, labels, progress):
        seen.append((images.device.type, labels.device.type))
        return one.sum()

    fit(Elsewhere(), small_split(), None, epochs=1, seed=0, loss=loss, augment=augment)
    assert seen == [("cpu", "cpu"), ("meta", "meta")]


@pytest.mark.parametrize("measure", [input_scores, taylor_scores])
def test_scores_are_measured_where_the_model_is(measure):
    scores = measure(small_model("lenet5").to("meta"), small_split())
    assert {score.device.type for score in scores.values()} == {"meta"}


@pytest.mark.parametrize("kind", ["lenet5", "relu"])
def test_statistics_are_measured_where_the_model_is(kind):
    found = activation_statistics(small_model(kind).to("meta"), small_split())
    assert {one.mean.device.type for one in found.values()} == {"meta"}


def test_importing_the_course_looks_for_no_compiler_of_cuda():
    # PyTorch 2.11 warns on every page where it finds one and no GPU
    code = "import sys, course_lib.activation, course_lib.storage, course_lib.figures\n"
    code += 'print("torch.utils.cpp_extension" in sys.modules)'
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("False\n", "")
