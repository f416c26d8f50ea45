"""Answers that return right values in odd clothes: full points for ``mlp_costs``."""

import enum
import types
from fractions import Fraction

import numpy as np
import torch

from .hostile_replies import right


def kept_by_a_subclass(widths):
    class Dict(dict):
        pass

    class Int(int):
        def __repr__(self):
            raise ValueError

        __eq__ = None

    return Dict({name: Int(value) for name, value in right(widths).items()})


def keys_from_numpy(widths):
    found = right(widths)
    return {name: np.int64(found[name]) for name in np.array(sorted(found))}


def fractions_and_tensors(widths):
    found = right(widths)
    return {
        "parameters": Fraction(found["parameters"]),
        "macs": torch.tensor(float(found["macs"]), requires_grad=True),
    }


def read_only(widths):
    return types.MappingProxyType(right(widths))


def named(widths):
    class Name(enum.StrEnum):
        PARAMETERS = "parameters"
        MACS = "macs"

    return {Name(name): value for name, value in right(widths).items()}
