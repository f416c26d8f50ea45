"""Answers that return something that no check can use: 0 points for ``mlp_costs``."""

import os
from contextlib import suppress

import numpy as np


def lying_dict(widths):
    """A dict that says that it equals everything."""

    class Dict(dict):
        __eq__ = __contains__ = lambda self, other: True
        __hash__ = None

    return Dict(parameters=1, macs=1)


def equal_to_all(widths):
    class Equal:
        __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = lambda *_: True
        __hash__ = __len__ = __int__ = __index__ = lambda self: 1
        __array__ = None

    return {"parameters": Equal(), "macs": Equal()}


def lying_array(widths):
    """An array whose comparisons are all true."""

    class Array(np.ndarray):
        def __array_function__(self, *_):
            return True

        def __array_ufunc__(self, *_, **__):
            return True

        def __eq__(self, other):
            return True

    value = np.zeros(()).view(Array)
    return {"parameters": value, "macs": value}


def array_by_code(widths):
    """An object that NumPy turns into an array by running its code."""

    class Array:
        def __array__(self, *_, **__):
            os.environ["RAN"] = "yes"
            raise SystemExit

    return {"parameters": Array(), "macs": Array()}


def array_for_ever(widths):
    class Array:
        def __array__(self, *_, **__):
            return Array()

        def __len__(self):
            return 2**60

        def __getitem__(self, _):
            return Array()

    return Array()


def lying_class(widths):
    class Liar:
        __class__ = dict

        def keys(self):
            raise KeyboardInterrupt

    return Liar()


def no_class(widths):
    class Hidden:
        def __getattribute__(self, name):
            raise MemoryError(name)

    return Hidden()


def pickle_bomb(widths):
    class Bomb:
        def __reduce__(self):
            return eval, ("open('/tmp/ran', 'w')",)

    return {"parameters": Bomb(), "macs": Bomb()}


def detached(widths):
    """Something that looks like a tensor."""

    class Tensor:
        def detach(self):
            while True:
                raise RecursionError

    return {"parameters": Tensor(), "macs": Tensor()}


def a_function(widths):
    return lambda: 0


def a_generator(widths):
    return (width for width in widths)


def everything_python_has(widths):
    return [..., NotImplemented, open, type, int, iter([]), memoryview(b"1"), {1}, 1j]


def no_numbers(widths):
    return {"parameters": float("nan"), "macs": float("inf")}


def no_numbers_in_an_array(widths):
    return {"parameters": np.array([np.nan]), "macs": np.float16("inf")}


def halves_of_characters(widths):
    raise ValueError("\ud800 \udfff \x00 \x1b[31m <script>alert(1)</script> \u202e")


def halves_as_values(widths):
    return {"parameters": "\ud800", "\udfff": b"\xff", "macs": 1}


def object_array(widths):
    return {"parameters": np.array([open, print]), "macs": np.array([[], [1]], object)}


def every_type_of_array(widths):
    kinds = "?bhilqpBHILQPefdgFDGSUVOMm"
    return {kind: np.zeros(3, kind) for kind in kinds}


def records(widths):
    return np.zeros(2, [("parameters", "i4"), ("macs", "O")])


def changed_arguments(widths):
    """Empty the argument, in case that the grader looks at it afterwards."""
    with suppress(AttributeError):
        widths.clear()
    return {"parameters": 0, "macs": 0}


def hostile_error(widths):
    class Text(str):
        def __getitem__(self, _):
            return 7

        def __format__(self, _):
            raise SystemExit

    class Kind(type):
        @property
        def __name__(cls):
            raise KeyboardInterrupt

    class HostileError(Exception, metaclass=Kind):
        def __str__(self):
            return Text("text")

    raise HostileError
