"""Answers that return right values in odd clothes: full points for ``mlp_costs``."""

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
    import numpy as np

    found = right(widths)
    return {name: np.int64(found[name]) for name in np.array(sorted(found))}


def fractions_and_tensors(widths):
    from fractions import Fraction

    import torch

    found = right(widths)
    return {
        "parameters": Fraction(found["parameters"]),
        "macs": torch.tensor(float(found["macs"]), requires_grad=True),
    }


def read_only(widths):
    import types

    return types.MappingProxyType(right(widths))


def named(widths):
    import enum

    class Name(enum.StrEnum):
        PARAMETERS = "parameters"
        MACS = "macs"

    return {Name(name): value for name, value in right(widths).items()}
