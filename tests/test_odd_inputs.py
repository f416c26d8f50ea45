"""Odd inputs, as people bring them: an error that names them, or the right answer.

A table, one row per input: what is called, and the error with a part of its message, or
the value that must come back.
"""

import copy
import math
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from course_lib import (
    activation,
    experiments,
    magnitude,
    measure,
    models,
    structured,
    training,
)
from course_lib.activation_regularization import activation_penalty, penalized
from course_lib.augmentation import random_affine
from course_lib.data import Split
from course_lib.models import MLP, LeNet5
from course_lib.storage.csr import csr
from course_lib.storage.relative_index import relative_index
from course_lib.storage.sizes import bytes_per_nonzero, part_bytes
from tests.small import chain, small_split

NAN = math.nan
WEIGHT = torch.tensor([[1.0, -2.0], [0.5, 4.0]])
ARRAY = WEIGHT.numpy()


def _model(dtype=torch.float64, widths=(6, 5, 3)):
    torch.manual_seed(0)
    return MLP(widths, dtype=dtype)


def _split(images=None, labels=None):
    generator = torch.Generator().manual_seed(0)
    if images is None:
        images = torch.rand(12, 6, generator=generator, dtype=torch.float64)
    if labels is None:
        labels = torch.arange(len(images)) % 3
    return Split(images, labels)


GOOD = _split()
IMAGES, LABELS = GOOD
STATISTICS = activation.activation_statistics(_model(), GOOD)


def _fit(split=GOOD, validation=None, model=None, **settings):
    model = _model() if model is None else model
    settings = {"epochs": 1, "seed": 0, "progress": False} | settings
    return training.fit(model, split, validation, **settings)


def _accuracy(split=GOOD, model=None):
    return training.accuracy(_model() if model is None else model, split)


def _answering(answer):
    """A model that answers to everything what the function makes of it."""

    class Fixed(nn.Module):
        def forward(self, images):
            return answer(images)

    return Fixed()


class Refused(NamedTuple):
    """An input that must end in an error of this type with this message."""

    name: str
    call: object
    error: type[Exception]
    message: str


REFUSED = [
    # splits and labels
    Refused("labels as floats, in training",
            lambda: _fit(_split(labels=LABELS.double())), ValueError,
            r"train\.labels must be classes in torch.int64 .*, got torch.float64"),
    Refused("labels as floats, in accuracy",
            lambda: _accuracy(_split(labels=LABELS.float())), ValueError,
            r"split\.labels must be classes in torch.int64 .*, got torch.float32"),
    Refused("labels as 32-bit numbers", lambda: _fit(_split(labels=LABELS.int())),
            ValueError, r"train\.labels .*, got torch.int32"),
    Refused("labels one too high",
            lambda: _fit(_split(labels=LABELS + 1)), ValueError,
            r"train\.labels must be from 0 to 2, got 1 to 3"),
    Refused("labels one too high, in accuracy",
            lambda: _accuracy(_split(labels=LABELS + 1)), ValueError,
            r"split\.labels must be from 0 to 2, got 1 to 3"),
    Refused("label -100, which PyTorch passes over",
            lambda: _fit(_split(labels=LABELS.where(LABELS > 0, -100))), ValueError,
            r"train\.labels must be from 0 to 2, got -100 to 2"),
    Refused("a column of labels",
            lambda: _fit(_split(labels=LABELS[:, None])), ValueError,
            r"train\.labels .* got torch.int64 of shape \(12, 1\)"),
    Refused("one label too few", lambda: _fit(Split(IMAGES, LABELS[1:])), ValueError,
            "train must have one label per image"),
    Refused("labels too high behind an augmentation",
            lambda: _fit(_split(labels=LABELS + 7), augment=lambda x, _: x), ValueError,
            r"train\.images \(labels: torch.int64, \(12,\)\).* out of bounds"),
    Refused("labels too high in validation",
            lambda: _fit(validation=_split(labels=LABELS + 1)), ValueError,
            r"validation\.labels must be from 0 to 2"),
    Refused("soft labels for other classes",
            lambda: _fit(_split(labels=torch.ones(12, 4) / 4)), ValueError,
            r"train\.labels .* probabilities of shape \(12, 3\), got .* \(12, 4\)"),
    Refused("logits as soft labels",
            lambda: _fit(_split(labels=torch.full((12, 3), 5.0))), ValueError,
            r"train\.labels must be from 0 to 1, got 5 to 5"),
    Refused("NaN among soft labels",
            lambda: _fit(_split(labels=torch.full((12, 3), NAN))), ValueError,
            r"train\.labels must be from 0 to 1, got nan"),
    Refused("accuracy by soft labels, as many as classes",
            lambda: _accuracy(_split(IMAGES[:3], torch.eye(3))), ValueError,
            r"split\.labels must be classes .*, got torch.float32 of shape \(3, 3\)"),
    Refused("a teacher asked about soft labels",
            lambda: training.soft_labels(
                _model(), _split(labels=torch.ones(12, 3) / 3)),
            ValueError, r"split\.labels must be classes"),
    Refused("comparison by soft labels",
            lambda: experiments.compare(
                _model(), _model(), _split(IMAGES[:3], torch.eye(3))),
            ValueError, r"split\.labels must be classes"),
    Refused("known answers of other images",
            lambda: experiments.compare(_model(), _model(), GOOD, known=LABELS[:1]),
            ValueError, r"known must have shape \(12,\), got \(1,\)"),
    Refused("taylor scores with labels too high",
            lambda: structured.taylor_scores(_model(), _split(labels=LABELS + 9)),
            ValueError, r"split\.labels must be from 0 to 2, got 9 to 11"),
    Refused("images and labels in a plain tuple",
            lambda: _accuracy((IMAGES, LABELS)), TypeError,
            r"split must be a Split\(images, labels\), got tuple"),
    Refused("images as a NumPy array",
            lambda: _accuracy(_split(IMAGES.numpy(), LABELS)), TypeError,
            r"split\.images must be a torch.Tensor, got ndarray; torch.from_numpy"),
    Refused("labels as a list", lambda: _fit(_split(labels=LABELS.tolist())), TypeError,
            r"train\.labels must be a torch.Tensor, got list"),
    Refused("an empty validation split", lambda: _fit(validation=GOOD.first(0)),
            ValueError, "validation must have at least one example"),
    *(Refused(f"an empty split, in {of.__name__}", partial(of, _model(), GOOD.first(0)),
              ValueError, "split must have at least one example")
      for of in (training.accuracy, activation.activation_statistics,
                 structured.taylor_scores, magnitude.input_scores)),
    # images
    Refused("bytes as images, in training",
            lambda: _fit(_split((255 * IMAGES).byte())), ValueError,
            r"train\.images must be a batch that MLP with weights in torch.float64 "
            r"can read, got shape \(1, 6\) in torch.uint8"),
    Refused("bytes as images, in statistics",
            lambda: activation.activation_statistics(
                LeNet5((2, 2), 3), Split(torch.zeros(2, 1, 28, 28).byte(), LABELS[:2])),
            ValueError, r"split\.images must be a batch .* in torch.uint8"),
    Refused("float32 images for a float64 model", lambda: _accuracy(
        _split(IMAGES.float())), ValueError, r"in torch.float64 .* in torch.float32"),
    Refused("images of another size", lambda: _accuracy(_split(IMAGES[:, :5])),
            ValueError, r"split\.images .* got shape \(12, 5\)"),
    Refused("images of another size, in taylor scores",
            lambda: structured.taylor_scores(_model(), _split(IMAGES[:, :5])),
            ValueError, r"split\.images .* got shape \(12, 5\)"),
    Refused("words beyond the table",
            lambda: _accuracy(Split(torch.tensor([9]), torch.tensor([0])),
                              nn.Embedding(3, 3)),
            ValueError, r"split\.images .* index out of range"),
    Refused("NaN in the first image",
            lambda: _fit(_split(torch.full((12, 6), NAN, dtype=torch.float64))),
            ValueError, r"nan or inf for 1 of 1 images; .* at train\.images"),
    # answers
    Refused("NaN as answers", lambda: _accuracy(
        model=_answering(lambda x: torch.full((len(x), 3), NAN))), ValueError,
        "model must return numbers as logits, got nan or inf for 12 of 12 images"),
    Refused("infinity as an answer", lambda: _accuracy(
        model=_answering(lambda x: torch.tensor([[1.0, math.inf]] * len(x)))),
        ValueError, "got nan or inf for 12 of 12"),
    Refused("answers in a tuple",
            lambda: _accuracy(model=_answering(lambda x: (x, x))), ValueError,
            r"must return logits of shape \(12, classes\), got tuple"),
    Refused("answers for every token",
            lambda: _accuracy(model=_answering(lambda x: x[:, :, None])), ValueError,
            r"must return logits of shape \(12, classes\), got \(12, 6, 1\)"),
    Refused("a single logit for two classes",
            lambda: _accuracy(model=_answering(lambda x: x[:, :1])), ValueError,
            r"split\.labels must be from 0 to 0, got 0 to 2"),
    # training
    Refused("a rate as text", lambda: _fit(learning_rate="1e-3"), TypeError,
            "learning_rate must be a number ≥ 0 and < inf, got '1e-3'"),
    Refused("a rate without end", lambda: _fit(learning_rate=math.inf), ValueError,
            "learning_rate must be"),
    Refused("half an epoch", lambda: _fit(epochs=0.5), TypeError,
            "epochs must be a whole number ≥ 1, got 0.5"),
    Refused("a batch of True", lambda: _fit(batch_size=True), TypeError,
            "batch_size must be a whole number ≥ 1, got True"),
    Refused("batches of nothing",
            lambda: training.accuracy(_model(), GOOD, batch_size=0), ValueError,
            "batch_size must be a whole number ≥ 1, got 0"),
    Refused("penalties for another depth",
            lambda: _fit(loss=penalized(activation_penalty(
                [1.0, 1.0], peak=0, hold=1, end=1))), ValueError,
            r"weights must have one entry per layer, \['fc1'\], got 2"),
    Refused("a penalty of NaN",
            lambda: activation_penalty([NAN], peak=0, hold=1, end=1), ValueError,
            "each of weights must be a number ≥ 0, got nan"),
    Refused("degrees as text", lambda: random_affine(degrees="10"), TypeError,
            "degrees must be a number ≥ 0"),
    # masks
    Refused("NumPy weights, by threshold",
            lambda: magnitude.threshold_mask(ARRAY, 0.5), TypeError,
            "weight must be a torch.Tensor, got ndarray; torch.from_numpy"),
    Refused("NumPy weights, by sparsity",
            lambda: magnitude.magnitude_mask(ARRAY, 0.5), TypeError,
            "weight must be a torch.Tensor, got ndarray"),
    Refused("NumPy weights, 2:4", lambda: magnitude.n_m_mask(ARRAY, 1, 2), TypeError,
            "weight must be a torch.Tensor, got ndarray"),
    Refused("sparsity as text", lambda: magnitude.magnitude_mask(WEIGHT, "0.5"),
            TypeError, r"sparsity must be a number from 0 to 1, got '0.5' \(str\)"),
    Refused("True as sparsity", lambda: magnitude.global_magnitude_masks(
        _model(), True), TypeError, "sparsity must be .*, got True"),
    Refused("NaN as sparsity of one layer",
            lambda: magnitude.layerwise_masks(_model(), {"fc1.weight": NAN}),
            ValueError, r"sparsity\['fc1.weight'\] must be a number from 0 to 1"),
    Refused("a mask as a NumPy array", lambda: magnitude.apply_masks(
        _model(), {"fc1.weight": np.ones((5, 6), bool)}), TypeError,
        r"masks\['fc1.weight'\] must be a torch.Tensor, got ndarray"),
    Refused("scores as NumPy arrays", lambda: magnitude.global_magnitude_masks(
        _model(), 0.5, scores={"fc1.weight": np.ones((5, 6))}), TypeError,
        r"scores\['fc1.weight'\] must be a torch.Tensor, got ndarray"),
    Refused("2:4 with a fraction", lambda: magnitude.n_m_mask(WEIGHT, 1.0, 2),
            TypeError, "n must be a whole number from 1 to 2"),
    # units
    Refused("importance as a NumPy array",
            lambda: structured.select_units({"fc1": np.ones(3)}, 0.5), TypeError,
            r"importance\['fc1'\] must be a torch.Tensor, got ndarray"),
    Refused("importance of every weight",
            lambda: structured.select_units({"fc1": WEIGHT}, 0.5), ValueError,
            r"importance\['fc1'\] must have shape \(units,\), got \(2, 2\)"),
    Refused("True as a ratio",
            lambda: structured.select_units({"fc1": WEIGHT[0]}, True), TypeError,
            "ratio must be a number from 0 to 1, got True"),
    Refused("NaN to be folded", lambda: activation.remove_neurons(
        _model(), {"fc1": torch.arange(5) > 0}, fold_mean_of={
            "fc1": activation.NeuronStatistics(
                1, *[torch.full((5,), NAN)] * 3)}), ValueError,
        r"fold\['fc1'\] of removed units must be finite, got 1 of 5"),
    Refused("no constant for units that go", lambda: activation.remove_neurons(
        _model(widths=(6, 5, 4, 3)), {"fc2": torch.arange(4) > 0},
        fold_mean_of={"fc1": STATISTICS["fc1"]}), ValueError,
        r"fold must have values for 'fc2', .* got \['fc1'\]"),
    Refused("a norm of the third power", lambda: structured.weight_norms(
        _model(), p=3), ValueError, "from 1 to 2, got 3"),
    # costs and files
    Refused("an example of another shape",
            lambda: measure.mac_count(_model(), torch.zeros(1, 7).double()), ValueError,
            r"example must be a batch .* got shape \(1, 7\)"),
    Refused("an example of bytes", lambda: measure.mac_count(
        _model(), torch.zeros(1, 6).byte()), ValueError, "example .* in torch.uint8"),
    Refused("a NumPy example",
            lambda: measure.mac_count(_model(), np.zeros((1, 6))), TypeError,
            "example must be a torch.Tensor, got ndarray"),
    Refused("weights that want a gradient, to be stored",
            lambda: csr(_model(torch.float32).fc1.weight), TypeError,
            r"array must be a NumPy array, got Parameter; weight\.detach"),
    Refused("gaps of three and a half bits", lambda: relative_index(ARRAY, 3.5),
            TypeError, "bits must be a whole number from 1 to 32, got 3.5"),
    Refused("a density of zero", lambda: bytes_per_nonzero([0.0]), ValueError,
            "each of densities must be a number > 0"),
    Refused("nonzeros as text", lambda: part_bytes("csr", (2, 3), "4"), TypeError,
            "nonzeros must be a number from 0 to 6"),
    Refused("whole numbers as a dtype",
            lambda: models.load_checkpoint("mlp300-0", torch.int8), TypeError,
            "dtype must be a floating-point torch.dtype, got torch.int8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [row[1:] for row in REFUSED], ids=[row.name for row in REFUSED],
)  # fmt: skip
def test_odd_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


def _magnitude(values, dtype, sparsity):
    weight = torch.tensor(values, dtype=dtype)
    return magnitude.magnitude_mask(weight, sparsity).int().tolist()


def _one_left():
    model = LeNet5((4, 3), 5, dtype=torch.float64)
    keep = structured.select_units(structured.weight_norms(model, p=2), 1.0)
    smaller = structured.remove_units(model, keep)
    logits = smaller(small_split(3).images)
    return [
        *smaller.describe()["arguments"]["channels"],
        logits.isfinite().all().item(),
    ]


def _weight_normed():
    model = chain(parametrizations.weight_norm(nn.Linear(6, 4)), nn.ReLU())
    found = activation.activation_statistics(model, GOOD)
    return len(found["1"].mean)


def _stays_soft():
    soft = training.soft_labels(_model(), GOOD)
    return _fit(soft, GOOD).rows[0].keys() == {"loss", "validation_accuracy"}


def _frozen():
    model = _model()
    model.fc1.requires_grad_(False)
    before = copy.deepcopy(model.fc1.state_dict())
    _fit(model=model)
    return all(torch.equal(before[k], v) for k, v in model.fc1.state_dict().items())


HOLDS = {
    "bfloat16 just above a threshold": (
        lambda: magnitude.threshold_mask(
            torch.tensor([0.1], dtype=torch.bfloat16), 0.1).tolist(), [True]),
    "int8 with -128": (lambda: _magnitude([-128, 127, 1, 0], torch.int8, 0.75),
                       [1, 0, 0, 0]),
    "int8 with -128, by threshold": (
        lambda: magnitude.threshold_mask(
            torch.tensor([-128, 3], dtype=torch.int8), 100).tolist(), [True, False]),
    "int8 with -128, 1:2": (
        lambda: magnitude.n_m_mask(
            torch.tensor([[-128, 127]], dtype=torch.int8), 1, 2).tolist(),
        [[True, False]]),
    "NumPy's number as sparsity": (
        lambda: _magnitude([3, 1, 2], torch.float32, np.float32(1 / 3)), [1, 0, 1]),
    "a tensor's number as sparsity": (
        lambda: _magnitude([3, 1, 2], torch.float32, torch.tensor(2 / 3)), [1, 0, 0]),
    "weight normalization": (_weight_normed, 4),
    "one filter left": (_one_left, [1, 1, True]),
    "soft labels to train on": (_stays_soft, True),
    "a frozen layer": (_frozen, True),
    "classes that are ruled out by minus infinity": (
        lambda: _accuracy(model=_answering(
            lambda x: torch.tensor([[0.0, -math.inf, -1.0]] * len(x)))), 4 / 12),
    "a single image": (lambda: len(training.predictions(_model(), GOOD.first(1))), 1),
}  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), HOLDS.values(), ids=HOLDS.keys())
def test_odd_input_gets_the_right_answer(call, expected):
    assert call() == expected
