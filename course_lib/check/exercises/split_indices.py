"""Splitting the positions of a data set into three parts at random."""

import numpy as np

from course_lib.check.answer import Answer
from course_lib.check.exercise import Exercise
from course_lib.check.failure import show
from course_lib.check.kinds import Rng

PARTS = ("train", "validation", "test")

exercise = Exercise(
    name="split_indices",
    chapter="01",
    section=1,
    title="Split without a leak",
    points=2,
    difficulty=1,
    minutes=8,
    misconception="leak",
    room="Math",
    returns=PARTS,
    expected="three parts that share nothing, drawn from the entire file",
    hint="Shuffle all positions once, then cut the shuffled list.",
)

LEAK = (
    "Some images are in two parts at once: the network would be judged on images it "
    "has seen. Shuffle once, then cut the result."
)
UNSHUFFLED = (
    "A part is one block of the file. Files are often sorted, by class or by date; "
    "then a part holds a single kind. Shuffle all positions before you cut."
)
NOT_REPRODUCIBLE = (
    "The same seed gave two different splits, so nobody could repeat your "
    "measurement. Where does the seed enter? Zero is a seed like any other."
)
PART_OF_THE_FILE = (
    "Some positions never end up in a certain part, whatever the seed. Every image "
    "must be able to land in every part."
)


def _parts(order, validation, test):
    train = len(order) - validation - test
    return {
        "train": order[:train],
        "validation": order[train : train + validation],
        "test": order[train + validation :],
    }


@exercise.solution
def solution(count, validation, test, seed):
    return _parts(np.random.default_rng(seed).permutation(count), validation, test)


@exercise.judged("a split of all positions, the same for the same seed")
def split(answer: Answer, rng: Rng) -> None:
    validation, test = (int(n) for n in rng.choice(np.arange(20, 60), 2, replace=False))
    count, seed = 300 + int(rng.integers(60)), int(rng.integers(1, 1000))
    parts = _split(answer, count, validation, test, seed)
    blocks = [p for p in parts if np.ptp(p) == len(p) - 1]
    _require(answer, not blocks, "unshuffled")
    again = _split(answer, count, validation, test, seed)
    _require(answer, _same(again, parts), "not-reproducible")
    other = _split(answer, count, validation, test, seed + 1)
    _require(answer, not _same(other, parts), "ignores-seed")


@exercise.judged("drawn from the entire file, anew for every seed")
def many_seeds(answer: Answer, rng: Rng) -> None:
    seeds = [int(seed) for seed in rng.choice(10_000, size=15, replace=False)]
    splits = [_split(answer, 40, 10, 9, seed) for seed in seeds]
    different = {tuple(map(tuple, parts)) for parts in splits}
    _require(answer, len(different) == len(seeds), "ignores-seed")
    for drawn in zip(*splits, strict=True):
        seen = np.unique(np.concatenate(drawn))
        _require(answer, len(seen) >= 30, "part-of-the-file")


@exercise.judged("the same split again after others, with seed zero too")
def again(answer: Answer, rng: Rng) -> None:
    count, validation, test = 4000 + int(rng.integers(1000)), 700, 300
    for seed in (0, int(rng.integers(2**31))):
        first = _split(answer, count, validation, test, seed)
        _split(answer, count, validation, test, seed + 1)
        second = _split(answer, count, validation, test, seed)
        _require(answer, _same(first, second), "not-reproducible")


@exercise.judged("parts of a single position")
def tiny(answer: Answer, rng: Rng) -> None:
    for count, validation, test in ((3, 1, 1), (9, 1, 7), (9, 7, 1)):
        _split(answer, count, validation, test, int(rng.integers(1000)))


def _require(answer: Answer, holds: object, mistake: str) -> None:
    if not holds:
        answer.fail_with(mistake, expected=exercise.expected)


def _same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def _split(
    answer: Answer, count: int, validation: int, test: int, seed: int
) -> list[np.ndarray]:
    """The three parts, sorted, once they are known to be a split of all positions."""
    got = answer(count=count, validation=validation, test=test, seed=seed)
    parts = answer.parts(got, {name: [0] for name in PARTS}, PARTS)
    for name, part in zip(PARTS, parts, strict=True):
        if part.ndim != 1:
            answer.wrong_shape(part, f"the part {name!r}", (len(part.ravel()),))
        inside = (part >= 0) & (part < count) & (part == np.floor(part))
        if not inside.all():
            answer.fail(
                "wrong-type",
                "Each part is a one-dimensional array of positions: integers, counted "
                "from zero.",
                got=f"{name}: {show(part)}",
                expected=f"positions from 0 to {count - 1}",
            )
        is_integer = part.dtype.kind in "iu" or part.size == 0
        _require(answer, is_integer, "float-positions")
        _require(answer, len(np.unique(part)) == len(part), "replacement")
    everything, sizes = np.concatenate(parts), [len(part) for part in parts]
    wanted = [count - validation - test, validation, test]
    if sizes != wanted:
        few = 0 < count - sum(sizes) <= 4
        answer.fail_with(
            "off-by-one" if few else "sizes",
            got=f"sizes {sizes}",
            expected=f"sizes {wanted}",
        )
    _require(answer, len(np.unique(everything)) == count, "leak")
    return [np.sort(part) for part in parts]


@exercise.mistake("leak", LEAK)
def three_separate_draws(count, validation, test, seed):
    """Drawing each part at random is enough to make it independent."""
    rng = np.random.default_rng(seed)
    sizes = {"train": count - validation - test, "validation": validation, "test": test}
    return {name: rng.choice(count, n, replace=False) for name, n in sizes.items()}


@exercise.mistake("leak", LEAK)
def nested_parts(count, validation, test, seed):
    """The test set may be a part of the validation set."""
    order = np.random.default_rng(seed).permutation(count)
    return {
        "train": order[validation + test :],
        "validation": order[:validation],
        "test": order[:test],
    }


@exercise.mistake(
    "replacement",
    "A part holds some images more than once: they were drawn with replacement. A "
    "shuffle uses every position exactly once.",
)
def draw_with_replacement(count, validation, test, seed):
    """A random number for every place is a shuffle."""
    order = np.random.default_rng(seed).integers(0, count, size=count)
    return _parts(order, validation, test)


@exercise.mistake("unshuffled", UNSHUFFLED)
def last_rows_held_out(count, validation, test, seed):
    """The order in the file does not matter."""
    return _parts(np.arange(count), validation, test)


@exercise.mistake("unshuffled", UNSHUFFLED)
def shuffle_inside_each_part(count, validation, test, seed):
    """It is enough to shuffle after cutting."""
    rng = np.random.default_rng(seed)
    parts = _parts(np.arange(count), validation, test)
    return {name: rng.permutation(part) for name, part in parts.items()}


@exercise.mistake(
    "ignores-seed",
    "A different seed gave the same split, so the argument is never used. It is there "
    "so that you can try other splits.",
)
def always_seed_zero(count, validation, test, seed):
    """Any fixed seed is as good as the one that was asked for."""
    return solution(count, validation, test, 0)


@exercise.mistake("not-reproducible", NOT_REPRODUCIBLE)
def seed_not_used(count, validation, test, seed):
    """Random means different every time."""
    return _parts(np.random.default_rng().permutation(count), validation, test)


@exercise.mistake(
    "off-by-one",
    "A few images got lost along the way. A slice a[i:j] ends before j, so the next "
    "one starts at j, not after it.",
)
def slices_with_gaps(count, validation, test, seed):
    """The next part starts one after the end of the last."""
    order = np.random.default_rng(seed).permutation(count)
    train = count - validation - test
    return {
        "train": order[:train],
        "validation": order[train + 1 : train + validation],
        "test": order[train + validation + 1 :],
    }


@exercise.mistake(
    "sizes",
    "A part has the wrong size. The validation size comes before the test size, and "
    "what is in neither part goes to train.",
)
def sizes_swapped(count, validation, test, seed):
    """Validation and test are the same thing, so their sizes may be swapped."""
    return solution(count, test, validation, seed)


@exercise.mistake("part-of-the-file", PART_OF_THE_FILE)
def halves_of_the_file(count, validation, test, seed):
    """One half of the file is for validation, the other one for testing."""
    rng = np.random.default_rng(seed)
    low = rng.permutation(count // 2)
    high = rng.permutation(np.arange(count // 2, count))
    train = np.concatenate([low[validation:], high[test:]])
    return {"train": train, "validation": low[:validation], "test": high[:test]}


@exercise.mistake("not-reproducible", NOT_REPRODUCIBLE)
def zero_is_no_seed(count, validation, test, seed):
    """The seed 0 means that there is no seed."""
    order = np.random.default_rng(seed or None).permutation(count)
    parts = np.split(order, [validation, validation + test])
    return dict(zip(("validation", "test", "train"), parts, strict=True))


@exercise.mistake("part-of-the-file", PART_OF_THE_FILE)
def only_late_images(count, validation, test, seed):
    """Held-out images are those of the second half, in random order."""
    late = np.arange(count - max(count // 2, validation + test), count)
    late = np.random.default_rng(seed).permutation(late)
    train = np.setdiff1d(np.arange(count), late[: validation + test])
    parts = _parts(np.concatenate([train, late[: validation + test]]), validation, test)
    return {
        name: np.random.default_rng(seed).permutation(p) for name, p in parts.items()
    }


@exercise.mistake(
    "float-positions",
    "The positions are floats. An array cannot be indexed with them: they must be "
    "integers.",
)
def positions_as_floats(count, validation, test, seed):
    """A number is a number."""
    parts = solution(count, validation, test, seed)
    return {name: part * 1.0 for name, part in parts.items()}
