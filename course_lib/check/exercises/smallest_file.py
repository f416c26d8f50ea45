"""An open exercise: a network in as few bytes as possible within a budget of points."""

import zlib
from contextlib import suppress
from functools import lru_cache, partial
from itertools import takewhile

import numpy as np

from course_lib.check.compare import parts_of
from course_lib.check.exercise import Exercise
from course_lib.check.failure import CheckFailed
from course_lib.check.open_task import (
    AS_FRACTION,
    OVER_BUDGET,
    UNUSED,
    WRONG_SPLIT,
    drawn_task,
    levels,
    require_budget,
    require_level,
    smallest_within,
)

exercise = Exercise(
    name="smallest_file",
    chapter="05",
    section=5,
    title="As small as you can",
    points=3,
    difficulty=3,
    minutes=18,
    misconception="M1",
    room="Code",
    returns=("the file",),
    expected="bytes for a dict that holds a network, and a dict for bytes",
    hint="The file is read back correctly and within the budget, but simple programs "
    "need fewer bytes. What does a value cost, and what do all the zeros cost?",
    score="bytes",
)

CHOICES = [
    (share, bits) for share in (0, 0.5, 0.7, 0.8, 0.85, 0.9) for bits in range(3, 9)
]


def _header(network):
    """The two widths that differ from network to network, and those of the ends."""
    widths = [network["W1"].shape[1], *(len(network[f"b{i}"]) for i in (1, 2, 3))]
    return bytes(widths)


def _shapes(data):
    widths = list(data[:4])
    for i in (1, 2, 3):
        yield f"W{i}", (widths[i], widths[i - 1])
        yield f"b{i}", (widths[i],)


def _numbers(shapes, numbers):
    """A network of these shapes from numbers that lie one behind the other."""
    network = {}
    for name, shape in shapes:
        size = int(np.prod(shape))
        network[name], numbers = numbers[:size].reshape(shape), numbers[size:]
    return network


def _pruned(network, share):
    """The network without a share of its weights, all layers ranked together."""
    sizes = [np.abs(network[name]).ravel() for name in ("W1", "W2", "W3")]
    ranked = np.sort(np.concatenate(sizes))
    threshold = ranked[int(share * len(ranked))]
    return {
        name: array * (np.abs(array) >= threshold) if name[0] == "W" else array
        for name, array in network.items()
    }


def _packed(network, share, bits):
    """Whole numbers of a few bits in a byte each, deflated, and a scale per array."""
    scales, codes = [], []
    for array in _pruned(network, share).values():
        scales.append(np.abs(array).max() / (2 ** (bits - 1) - 1) or 1.0)
        codes.append(np.round(array / scales[-1]).astype(np.int8).ravel())
    deflated = zlib.compress(np.concatenate(codes).tobytes(), 9)
    return _header(network) + np.array(scales, np.float32).tobytes() + deflated


def _unpacked(data):
    scales = np.frombuffer(data[4:28], np.float32)
    codes = np.frombuffer(zlib.decompress(data[28:]), np.int8)
    network = _numbers(_shapes(data), codes)
    return {
        name: array * float(scale)
        for (name, array), scale in zip(network.items(), scales, strict=True)
    }


def _tries(network, choices=CHOICES, pack=_packed, unpack=_unpacked):
    for share, bits in choices:
        data = pack(network, share, bits)
        yield len(data), data, unpack(data)


def _smallest(given, max_drop=None, split="validation", **ways):
    tries = _tries(given["network"], **ways)
    limit = given["max_drop"] if max_drop is None else max_drop
    return smallest_within(given["network"], given["splits"][split], limit, tries)


@exercise.solution
def solution(given):
    return _unpacked(given) if isinstance(given, bytes) else _smallest(given)


@lru_cache(maxsize=32)
def _limits(task):
    """The most bytes of a file; see ``levels``."""
    count = sum(array.size for array in task.network.values())
    # fewer bits may fit by luck where more do not: ask for what every search meets
    coarser = takewhile(
        lambda data: task.fits(_unpacked(data)),
        (_packed(task.network, 0, bits) for bits in range(8, 2, -1)),
    )
    sizes = [len(data) for data in coarser]
    careless = _unpacked(_smallest(vars(task), split="train"))
    if len(sizes) < 4 or task.fits(careless):
        return []
    return [2.2 * count, 1.1 * count, 1.3 * sizes[-1]]


def _call(answer, task):
    """Write a file, and read it in a process that has never seen the network."""
    data = answer(given=vars(task))
    answer.parts(data, b"", exercise.returns)  # is it bytes?
    data = bytes(data)
    remembered = None
    with suppress(CheckFailed):  # an empty file holds nothing
        remembered = parts_of(answer(given=b""), task.network)
    if remembered is not None:
        answer.fail_with("remembered")
    answer.renew()
    network = answer(given=data)
    names = tuple(task.network)
    parts = answer.parts(network, task.network, names)
    for name, part in zip(names, parts, strict=True):
        if part.shape != task.network[name].shape:
            answer.fail_with("fixed-shapes", got=f"{name} of shape {part.shape}")
    return data, dict(zip(names, parts, strict=True))


def _grade(answer, task, got, limit):
    data, network = got
    if not task.fits(network):
        _fail_by_content(answer, task.network, network)
    require_budget(answer, task, network)
    numbers = sum(array.size for array in network.values())
    nonzeros = sum(np.count_nonzero(array) for array in network.values())
    is_sparse = nonzeros < 0.8 * numbers
    mistake = "budget-unused" if 2 * task.lost(network) < task.max_drop else ""
    if len(data) > 6 * numbers:
        mistake = "eight-bytes"
    elif is_sparse and len(data) > 3.6 * numbers:
        mistake = "M1"
    elif is_sparse and len(data) > 5 * nonzeros:
        mistake = "M13"
    require_level(answer, len(data), limit, mistake)
    return len(data)


def _fail_by_content(answer, wanted, network):
    """Name what is wrong with the numbers of a network that answers wrongly."""
    pairs = [(network[name].ravel(), wanted[name].ravel()) for name in ("W1", "W2")]
    if sum(np.count_nonzero(got) for got, _ in pairs) < 0.05 * len(pairs[0][0]):
        return  # too few are left to see it
    if not any((got < 0).any() for got, _ in pairs):
        answer.fail_with("sign")
    for got, right in pairs:
        large = np.abs(right) > 0.9 * np.abs(right).max()
        if (got[large] * right[large] < 0).any():
            answer.fail_with("overflow")
        with np.errstate(all="ignore"):
            alike = np.corrcoef(got, right)[0, 1]
        if alike < 0.3:
            answer.fail_with("order")


levels(
    exercise,
    partial(drawn_task, widths=(64, 40, 24)),
    _limits,
    _grade,
    "a file of at most two bytes per number, read back within the budget",
    "a file of at most one byte per number",
    "a file as small as pruning, a few bits, and deflate make it",
    call=_call,
)


def _either(given, pack, unpack):
    return unpack(given) if isinstance(given, bytes) else pack(given)


def _dense(given, share, kind):
    """All numbers in one type, zeros of a share of the weights among them."""
    if isinstance(given, bytes):
        return _numbers(_shapes(given), np.frombuffer(given[4:], kind).astype(float))
    arrays = _pruned(given["network"], share).values()
    return _header(given["network"]) + b"".join(
        a.astype(kind).tobytes() for a in arrays
    )


@exercise.mistake(
    "M1",
    "Many weights are zero, but the file is as large as before: a zero in a dense "
    "array takes as many bytes as any other number.",
)
def zeros_stored_densely(given):
    """Zeros make a file smaller by themselves."""
    return _dense(given, 0.8, "<f4")


@exercise.mistake(
    "M13",
    "Each weight that is left takes a full value and a full position. Use fewer bits "
    "for both, or leave the zeros to a general compressor.",
)
def positions_and_values(given):
    """Only the nonzeros are stored, so the file cannot be large."""

    def pack(g):
        stored = []
        for array in _pruned(g["network"], 0.7).values():
            places = np.flatnonzero(array).astype("<u4")
            values = array.ravel()[places].astype("<f4")
            stored += [np.uint32(len(places)), places, values]
        return _header(g["network"]) + b"".join(part.tobytes() for part in stored)

    def unpack(data):
        network, rest = {}, data[4:]
        for name, shape in _shapes(data):
            count, array = int.from_bytes(rest[:4], "little"), np.zeros(shape)
            places = np.frombuffer(rest[4 : 4 + 4 * count], "<u4")
            array.flat[places] = np.frombuffer(
                rest[4 + 4 * count : 4 + 8 * count], "<f4"
            )
            network[name], rest = array, rest[4 + 8 * count :]
        return network

    return _either(given, pack, unpack)


@exercise.mistake(
    "eight-bytes",
    "Each number takes eight bytes or more. Float64 arrays do that, and so does text.",
)
def as_float64(given):
    """The bytes of an array are as few as they can be."""
    return _dense(given, 0, "<f8")


@exercise.mistake("budget-unused", UNUSED)
def as_float32(given):
    """A file must hold the weights as they are."""
    return _dense(given, 0, "<f4")


@exercise.mistake("wrong-split", WRONG_SPLIT)
def chosen_on_training_images(given):
    """Images are images: the drop can be measured on any of them."""
    return _either(given, lambda g: _smallest(g, split="train"), _unpacked)


@exercise.mistake("over-budget", OVER_BUDGET)
def always_few_bits(given):
    """Three bits and one weight in ten are always enough."""
    return _either(given, lambda g: _packed(g["network"], 0.9, 3), _unpacked)


@exercise.mistake("points-as-fraction", AS_FRACTION)
def drop_as_fraction(given):
    """A difference of two accuracies is a drop in points."""
    choices = [(0.99, 3), *CHOICES]
    return _either(given, lambda g: _smallest(g, 100.0, choices=choices), _unpacked)


@exercise.mistake(
    "sign", "No weight that was read back is negative. A code needs room for the sign."
)
def sizes_without_signs(given):
    """Only the sizes of the weights have to be stored."""
    return _either(
        given,
        _smallest,
        lambda data: {name: np.abs(a) for name, a in _unpacked(data).items()},
    )


@exercise.mistake(
    "overflow",
    "Large weights came back with the opposite sign: their codes are larger than the "
    "type can hold, so they wrapped around.",
)
def eight_bits_and_a_sign(given):
    """An integer of one byte holds 255 steps on either side of zero."""
    return _either(given, lambda g: _packed(g["network"], 0.5, 9), _unpacked)


@exercise.mistake(
    "order",
    "The numbers came back in the wrong order: rows and columns of a matrix are "
    "swapped.",
)
def columns_first(given):
    """A matrix is read as it comes, column by column."""

    def unpack(data):
        return {
            name: array.reshape(array.shape[::-1]).T
            for name, array in _unpacked(data).items()
        }

    return _either(given, _smallest, unpack)


@exercise.mistake(
    "fixed-shapes",
    "An array came back in the wrong shape. Weights are (outputs, inputs), and hidden "
    "layers differ in width from network to network: the file has to hold the widths.",
)
def always_the_same_widths(given):
    """All networks have the same shapes."""

    def unpack(data):
        numbers = np.concatenate([a.ravel() for a in _unpacked(data).values()])
        return _numbers(_shapes(bytes([64, 32, 16, 10])), np.resize(numbers, 9999))

    return _either(given, _smallest, unpack)


_kept: list = []


@exercise.mistake(
    "remembered",
    "A network came back from an empty file, so it was not in the file. Your class's "
    "files are read in a process that has never seen the network.",
)
def kept_in_a_variable(given):
    """A function may keep what it has seen for later."""
    if isinstance(given, bytes):
        return _kept[-1]
    _kept.append(given["network"])
    return b"see above"
