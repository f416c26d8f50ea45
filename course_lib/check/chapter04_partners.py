"""Checks of chapter 04, third part: layers that must lose the same channels."""

from __future__ import annotations

import numpy as np

from course_lib.check.answer import Answer, is_boolean
from course_lib.check.core import exercise
from course_lib.check.variations import variation

# channel → its score in each of three layers. Every rule keeps "a", none keeps "b".
CHANNELS: dict[str, tuple[int, int, int]] = {
    "a": (19, 18, 20),
    "b": (2, 1, 1),
    "c": (8, 10, 15),
    "d": (16, 11, 4),
    "e": (1, 19, 15),
    "f": (9, 3, 8),
    "g": (7, 15, 14),
    "h": (10, 2, 18),
    "i": (8, 7, 8),
}
# rule of joining the layers → the four channels that it keeps
KEPT = {
    "sum": "aceg",
    "max": "adeh",
    "squares": "aegh",
    "first": "adfh",
    "last": "aceh",
    "min": "acgi",
    "product": "acdg",
}
HINTS = {
    "sum": "You added the scores of the layers.",
    "max": "You judged each channel by the strongest of its filters.",
    "squares": "You added the scores squared.",
    "first": "You asked the first layer alone.",
    "last": "You asked the last layer alone. The others have to live with it.",
    "min": "You judged each channel by the weakest of its filters. A channel that one "
    "layer hardly uses may be all that another one has to say.",
    "product": "You multiplied the scores of the layers.",
}
# Two layers: equals stand between a strong pair and a weak one.
EQUALS = {"strong": (9, 8), "equal": (5, 4), "weak": (2, 3)}


@exercise(
    chapter="04",
    section=3,
    title="Partners lose the same channels",
    points=3,
    difficulty=2,
    minutes=11,
    misconception="separate-masks",
    room="Code",
)
def shared_keep(answer: Answer, rng: np.random.Generator) -> None:
    """Channels of which every rule keeps others; equal ones; nobody to remove."""
    join = variation("shared_keep", answer.class_seed)["join"]
    for _ in range(2):
        _check_rule(answer, join, rng)
    for equal in (2, 4):
        _check_equals(answer, equal, rng)
    scores = [layer.copy() for layer in rng.integers(1, 9, size=(2, 5)) / 2]
    mask = _mask_of(answer, scores, 5)
    if not mask.all():
        answer.fail(
            "nobody-goes",
            "As many channels stay as there are, so nobody goes. A slice that counts "
            "from the end of a list takes everything when it should take nothing.",
            came=str(mask),
            expected="5 times True",
        )


def _mask_of(answer: Answer, scores: list[np.ndarray], k: int) -> np.ndarray:
    """The mask that comes back, once it has the right shape."""
    channels = len(scores[0])
    came = answer(scores=scores, k=k)
    mask = answer.numbers(came, "the mask")
    if mask.shape == (channels,) and is_boolean(came):
        return mask.astype(bool)
    if mask.shape == (len(scores), channels):
        answer.fail(
            "separate-masks",
            "This is a mask for each layer. But their outputs are added, channel "
            "by channel: one that stays in any of the layers stays in the sum.",
            came=f"{len(scores)} masks",
            expected="one mask for all layers",
        )
    if mask.shape in ((k,), (channels - k,)):
        answer.fail(
            "indices",
            "Those are positions. Return a mask instead: True or False for each "
            "channel.",
            came=str(mask),
            expected=f"{channels} times True or False",
        )
    if mask.shape == (channels,):
        answer.fail(
            "numbers-not-bools",
            "Those are numbers. A mask is made of True and False: as an index, 1 and "
            "0 would fetch the channels 1 and 0 over and over.",
            came=str(mask),
            expected="booleans",
        )
    answer.wrong_shape(came, "the mask", (channels,))


def _check_rule(answer: Answer, join: str, rng: np.random.Generator) -> None:
    names = [list(CHANNELS)[i] for i in rng.permutation(len(CHANNELS))]
    # a power of two, so that equal sums stay equal to the last bit
    factor = float(2.0 ** rng.integers(-3, 3))
    scores = [np.array(layer) * factor for layer in _layers(names)]
    mask = _mask_of(answer, scores, len(KEPT[join]))
    kept = "".join(sorted(np.array(names)[mask]))
    if kept == KEPT[join]:
        return
    for misconception, hint in _rule_slips(kept, join):
        answer.fail(
            misconception,
            hint,
            came=f"{mask}: {len(kept)} channels",
            expected=f"the {len(KEPT[join])} channels that all layers together need "
            f"most, by the rule of your class: {join}",
        )


def _layers(names: list[str]) -> list[list[int]]:
    return [[CHANNELS[name][layer] for name in names] for layer in range(3)]


def _rule_slips(kept: str, join: str) -> list[tuple[str, str]]:
    """What this choice of channels looks like; the first one counts."""
    right, everyone = set(KEPT[join]), set(CHANNELS)
    rule = f" The rule of your class is {join!r}."
    found = [("wrong-join", HINTS[r] + rule) for r, k in KEPT.items() if k == kept]
    if set(kept) == everyone - right:
        found.append(
            (
                "mask-flipped",
                "It is the other way round: True means that the channel stays.",
            )
        )
    if "b" in kept and "a" not in kept:
        hint = "You kept the least important channels, the ones with the low scores."
        found.append(("keeps-weakest", hint))
    if len(kept) == len(everyone - right) and right < set(kept):
        found.append(("removes-k", "k says how many stay, not how many go."))
    number = "more" if len(kept) > len(right) else "fewer"
    if len(kept) != len(right):
        hint = f"These are {number} than k channels. Choosing in each layer and "
        hint += "joining the choices does that: join the scores, then choose once."
        found.append(("separate-masks", hint))
    hint = "Join the scores of a channel over all layers first, by the rule of your "
    hint += f"class, which is {join!r}. Then keep the k channels with the highest."
    return [*found, ("unrecognised", hint)]


def _check_equals(answer: Answer, equal: int, rng: np.random.Generator) -> None:
    """Of ``equal`` equally important channels the first half stays."""
    kinds = ["strong"] * 2 + ["equal"] * equal + ["weak"] * 2
    kinds = [kinds[i] for i in rng.permutation(len(kinds))]
    scores = [np.array([EQUALS[kind][i] / 4 for kind in kinds]) for i in range(2)]
    stays = [i for i, kind in enumerate(kinds) if kind == "strong"]
    stays += [i for i, kind in enumerate(kinds) if kind == "equal"][: equal // 2]
    mask = _mask_of(answer, scores, len(stays))
    if set(np.flatnonzero(mask)) == set(stays):
        return
    hint = "Some channels are equally important. Of those, the ones at the lower "
    hint += "position stay, so that everybody gets the same network."
    if mask.sum() != len(stays):
        hint = "Some channels are equally important, and a threshold cannot part them. "
        hint += "Exactly k channels stay."
    answer.fail(
        "tie",
        hint,
        came=f"{mask}: {mask.sum()} channels",
        expected=f"{len(stays)} channels, at the positions {sorted(stays)}",
    )
