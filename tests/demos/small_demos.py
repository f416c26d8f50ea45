"""Every demo with small networks and data, as ``build`` and ``show`` take them."""

from importlib import import_module

import numpy as np
import torch

from course_lib.activation import activation_statistics
from course_lib.data import Split
from course_lib.models import MLP
from course_lib.structured import weight_norms
from tests.demos import small_encoders


def network():
    torch.manual_seed(0)
    return MLP((784, 8, 6, 10)).double()


def split():
    return Split(torch.rand(8, 1, 28, 28, dtype=torch.float64), torch.arange(8))


def _thresholds():
    model, data = network(), split()
    return model, activation_statistics(model, data), data


def _shapes():
    model = network()
    return model, weight_norms(model, p=1), split(), ("fc1", 0.5)


def _searches():
    return small_encoders.encoders(), small_encoders.DOCUMENTS


ARGUMENTS = {
    "mask_explorer": lambda: (network(), split()),
    "sample_size": lambda: (np.arange(6400) % 50 > 0,),
    "search_explorer": _searches,
    "shape_explorer": _shapes,
    "storage_explorer": lambda: (torch.linspace(-1, 1, 600).reshape(20, 30),),
    "threshold_explorer": _thresholds,
    "which_faster": tuple,
    "will_it_fit": tuple,
}


def module(name):
    return import_module(f"course_lib.demos.{name}")


def build(name):
    return module(name).build(*ARGUMENTS[name]())
