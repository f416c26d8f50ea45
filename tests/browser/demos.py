"""How each demo is worked by keyboard, and what exactly it has to say each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import ModuleType
from typing import Any

from playwright.sync_api import Locator

from course_lib.demos import (
    mask_explorer,
    sample_size,
    search_explorer,
    shape_explorer,
    storage_explorer,
    threshold_explorer,
    which_faster,
    will_it_fit,
)
from course_lib.demos.gallery import DEMOS
from course_lib.demos.pattern_words import before
from course_lib.demos.patterns import RATIOS
from course_lib.demos.pruned_encoders import NORM, SHARES
from course_lib.demos.search_explorer import UNPRUNED
from course_lib.encoder import encode

from .hands import Hands

OTHER_QUERY = "drop rows with missing values"
Act = Callable[[Hands, Locator], None]
Say = Callable[[], str]


@dataclass(frozen=True)
class Step:
    """What is done to a demo, and what it must say afterwards.

    ``says`` is the sentence, or, where the machine decides part of it, a pattern.
    """

    act: Act
    says: Say | str

    def take(self, hands: Hands, area: Locator) -> str:
        """Do it, wait for the answer, and return it."""
        self.act(hands, area)
        if isinstance(self.says, str):
            return hands.wait_for_readout(area, self.says)
        return hands.wait_for_sentence(area, self.says())


@dataclass(frozen=True)
class Demo:
    """What a demo says when it opens, and the steps that follow."""

    opens: Say
    steps: tuple[Step, ...]


@lru_cache(maxsize=1)
def given(name: str) -> tuple[Any, ...]:
    """Load what a demo's lesson gives it."""
    return DEMOS[name].arguments()


def beyond(values: Sequence[Any], start: Any, stops: int) -> Any:
    """Return the value that lies some stops after another."""
    return values[values.index(start) + stops]


def slide(stops: int) -> Act:
    """Move the first slider."""
    return lambda hands, area: hands.move_slider(area, stops)


def choose(hands: Hands, area: Locator) -> None:
    """Choose the next option of the first choice."""
    hands.choose_next(area)


def guess(hands: Hands, area: Locator) -> None:
    """Commit to the first guess of the race; nothing is told before."""
    assert not any("times as fast" in text for text in hands.readouts(area))
    hands.choose_next(area, "your guess")
    hands.press_button(area, "commit")


def says(demo: ModuleType, *state: Any) -> Say:
    """Return what asks Python for a demo's sentence in a state."""
    name = demo.__name__.rpartition(".")[2]
    return lambda: demo.compute(*given(name), *state).sentence()


def shapes(layer: str, share: float) -> str:
    model, importance, part = given("shape_explorer")
    keep = shape_explorer.choose_units(importance, layer, share)
    return shape_explorer.compute(model, keep, part).sentence()


def ask(hands: Hands, area: Locator) -> None:
    """Type another query in place of the first one."""
    hands.type_line(area, OTHER_QUERY)


@lru_cache
def search(query: str, key: search_explorer.Key) -> str:
    encoders, documents = given("search_explorer")
    embedded = {k: encode(encoders[k], documents) for k in {UNPRUNED, key}}
    return search_explorer.compute(encoders, embedded, query, key).sentence()


def _will_it_fit() -> Demo:
    weights, *widths, format = will_it_fit.START
    larger = beyond(will_it_fit.WEIGHTS, weights, 1)
    other = beyond(list(will_it_fit.FORMATS), format, 1)
    first = Step(slide(1), says(will_it_fit, larger, *widths, format))
    second = Step(choose, says(will_it_fit, larger, *widths, other))
    return Demo(says(will_it_fit, *will_it_fit.START), (first, second))


def _sample_size() -> Demo:
    step = Step(slide(2), says(sample_size, sample_size.SIZES[2]))
    return Demo(says(sample_size, sample_size.SIZES[0]), (step,))


def _threshold_explorer() -> Demo:
    mean, std = threshold_explorer.START
    further = beyond(threshold_explorer.GRID, mean, 2)
    step = Step(slide(2), says(threshold_explorer, (further, std)))
    return Demo(says(threshold_explorer, threshold_explorer.START), (step,))


def _mask_explorer() -> Demo:
    sparsity, scope = mask_explorer.START
    more = beyond(mask_explorer.GRID, sparsity, 2)
    first = Step(slide(2), says(mask_explorer, more, scope))
    second = Step(choose, says(mask_explorer, more, mask_explorer.LAYERWISE))
    return Demo(says(mask_explorer, *mask_explorer.START), (first, second))


def _which_faster() -> Demo:
    pattern, ratio, kernel = which_faster.START
    less = beyond(RATIOS, ratio, -1)
    first = Step(slide(-1), partial(before, pattern, less, kernel))
    measured = rf"^{pattern}, .* {kernel} kernel: .* \d+\.\d\d times as fast as"
    return Demo(partial(before, *which_faster.START), (first, Step(guess, measured)))


def _shape_explorer() -> Demo:
    layer, share = shape_explorer.START
    wider = beyond(shape_explorer.SHARES, share, 2)
    first = Step(slide(2), partial(shapes, layer, wider))
    second = Step(choose, partial(shapes, "conv2", wider))
    return Demo(partial(shapes, layer, share), (first, second))


def _storage_explorer() -> Demo:
    density, format, bits = storage_explorer.START
    denser = beyond(storage_explorer.DENSITIES, density, 2)
    first = Step(slide(2), says(storage_explorer, denser, format, bits))
    second = Step(choose, says(storage_explorer, denser, "csr-16", bits))
    return Demo(says(storage_explorer, *storage_explorer.START), (first, second))


def _search_explorer() -> Demo:
    query, share = search_explorer.QUERY, search_explorer.START
    less = beyond(SHARES, share, -1)
    first = Step(slide(-1), partial(search, query, (NORM, less)))
    second = Step(ask, partial(search, OTHER_QUERY, (NORM, less)))
    return Demo(partial(search, query, (NORM, share)), (first, second))


WORKED = {
    "will_it_fit": _will_it_fit(),
    "sample_size": _sample_size(),
    "threshold_explorer": _threshold_explorer(),
    "mask_explorer": _mask_explorer(),
    "which_faster": _which_faster(),
    "shape_explorer": _shape_explorer(),
    "storage_explorer": _storage_explorer(),
    "search_explorer": _search_explorer(),
}


def work(hands: Hands, area: Locator, name: str) -> None:
    """Work a demo that has not been touched, holding it to all that it says."""
    demo = WORKED[name]
    output = [hands.wait_for_sentence(area, demo.opens())]
    output += [step.take(hands, area) for step in demo.steps]
    assert len(set(output)) == len(output), output
