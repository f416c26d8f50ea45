"""How each part of a page is worked by keyboard, and which number must move.

The first control of a part adds one to a number that a readout of it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator

from .hands import Hands


@dataclass(frozen=True)
class Part:
    """How to move the first control, and the number that one is added to.

    ``number`` captures it in a readout; ``starts`` is what it is on a page that
    nobody touched, None where that depends on the chapter.
    """

    act: Callable[[Hands, Locator], None]
    number: str
    starts: int | None = 0


def choose(hands: Hands, area: Locator) -> None:
    """Choose the next option of the first choice."""
    hands.choose_next(area)


def step(hands: Hands, area: Locator) -> None:
    """Move the first slider by one stop."""
    hands.move_slider(area)


def nudge(hands: Hands, area: Locator) -> None:
    """Ask for a nudge."""
    hands.press_button(area, "nudge")


def commit(hands: Hands, area: Locator) -> None:
    """Choose the first answer, be surer by a stop, and commit."""
    hands.choose_next(area)
    hands.move_slider(area)
    hands.press_button(area, "commit")


PARTS = {
    "map": Part(choose, r"place (\d+) of", starts=None),
    "predict": Part(commit, r"(\d+) guess"),
    "storyboard": Part(step, r"frame (\d+) of", starts=1),
    "inquiry": Part(choose, r"(\d+) of \d+ looked at"),
    "claims": Part(choose, r"(\d+) of \d+ judged"),
    "practice": Part(nudge, r"(\d+) of \d+ nudges"),
    "research-note": Part(choose, r"object (\d+) of", starts=1),
    "again": Part(choose, r"(\d+) answer"),
}


def work(hands: Hands, area: Locator, tag: str) -> None:
    """Work a part that has not been touched: its number goes up by one."""
    part = PARTS[tag]
    before = hands.read_number(area, part.number)
    assert part.starts in (None, before)
    part.act(hands, area)
    hands.wait_for_number(area, part.number, before + 1)
