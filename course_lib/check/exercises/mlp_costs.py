"""The parameters and MACs of a fully connected network."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from course_lib.check.exercise import Exercise
from course_lib.check.kinds import Arguments, Calls, Rng

exercise = Exercise(
    name="mlp_costs",
    chapter="01",
    section=4,
    title="Count before you build",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="M16",
    room="Measure",
    returns=("parameters", "macs"),
    expected="the parameters and MACs of the network {widths}",
    hint="Draw the network with all its arrows. Each arrow is a weight. What belongs "
    "to a neuron besides its arrows?",
)


def _products(widths):
    return sum(a * b for a, b in pairwise(widths))


@exercise.solution
def solution(widths):
    macs = _products(widths)
    return {"parameters": macs + sum(widths[1:]), "macs": macs}


@exercise.drawn("networks of one to four layers")
def small(rng: Rng) -> Calls:
    yield {"widths": (4, 3, 2)}
    for layers in (1, 2, 4):
        yield _network(rng.choice(np.arange(5, 30), layers + 1, replace=False))


@exercise.drawn("networks as deep and wide as real ones")
def real(rng: Rng) -> Calls:
    yield _network(rng.choice(np.arange(5, 60), 9, replace=False))
    yield _network([784, *rng.integers(300, 900, size=2), 10])


@exercise.drawn(
    "equal widths, and layers of one neuron",
    name="equal-widths",
    hint="Some of these layers have the same width, or a single neuron. A layer is "
    "identified by its place in the list, not by its width.",
)
def equal(rng: Rng) -> Calls:
    a, b = rng.integers(5, 20, size=2)
    for widths in ((a, b, b, b), (a, b, a, b, a), (1, 1), (a, 1, b), (1, a, 1, 1)):
        yield _network(widths)


def _network(widths: Iterable[int]) -> Arguments:
    return {"widths": tuple(map(int, widths))}


@exercise.mistake(
    "M16",
    "You counted neurons as parameters. A neuron is not one number: it has a weight "
    "for each of its inputs. Always say which of the two you mean.",
)
def neurons_as_parameters(widths):
    """A network with 400 neurons has 400 parameters."""
    return solution(widths) | {"parameters": sum(widths[1:])}


@exercise.mistake(
    "forgets-biases",
    "The weights are all there. What is missing is the bias of every neuron.",
)
def weights_only(widths):
    """The parameters are the weights."""
    return solution(widths) | {"parameters": _products(widths)}


@exercise.mistake(
    "M3",
    "The parameters are right. MACs count the multiplications of weights and nothing "
    "else: they are not a stopwatch, although a bias takes time too.",
)
def biases_as_macs(widths):
    """MACs stand for time, and adding a bias takes time too."""
    costs = solution(widths)
    return costs | {"macs": costs["parameters"]}


@exercise.mistake(
    "flops",
    "You count twice as many MACs as there are: one multiplication with its addition "
    "is one MAC. (Counted separately, they are two FLOPs.)",
)
def flops_as_macs(widths):
    """A multiplication and an addition are two."""
    return solution(widths) | {"macs": 2 * _products(widths)}


@exercise.mistake(
    "input-bias",
    "You counted biases for the inputs too, but pixels are given: nothing is computed "
    "there, so nothing is learned there.",
)
def biases_for_pixels(widths):
    """Every width in the list is a layer with biases, the pixels included."""
    return solution(widths) | {"parameters": _products(widths) + sum(widths)}


@exercise.mistake(
    "off-by-one", "The last layer is missing. A list of n widths has n − 1 layers."
)
def forgets_output_layer(widths):
    """The output layer is not a layer."""
    return solution(widths[:-1])


@exercise.mistake(
    "one-bias-per-layer", "You counted one bias per layer. How long is the vector b?"
)
def one_bias_per_layer(widths):
    """A layer has one bias."""
    return solution(widths) | {"parameters": _products(widths) + len(widths) - 1}


@exercise.mistake(
    "overflow",
    "Right for small networks, wrong for large ones: the counts do not fit into the "
    "integers that you chose.",
)
def two_byte_widths(widths):
    """Two bytes are enough for a width, and so for what is made of them."""
    widths = np.array(widths, dtype=np.int16)
    macs = int((widths[:-1] * widths[1:]).sum())
    return {"parameters": macs + int(widths[1:].sum()), "macs": macs}


@exercise.mistake(
    "equal-widths", "A neuron that is alone in its layer also has a bias."
)
def no_bias_for_one(widths):
    """A neuron that is alone in its layer needs no bias."""
    macs = _products(widths)
    return {"parameters": macs + sum(b for b in widths[1:] if b > 1), "macs": macs}


@exercise.mistake(
    "equal-widths",
    "Two layers of the same width are two layers. A layer is identified by its place "
    "in the list, not by its width.",
)
def equal_layers_once(widths):
    """Layers of the same shape share their weights."""
    pairs = set(pairwise(widths))
    macs = sum(a * b for a, b in pairs)
    return {"parameters": macs + sum(b for _, b in pairs), "macs": macs}
