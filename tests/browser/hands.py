"""The keyboard on a page with widgets, and what the widgets say."""

import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page

from .chromium import SCREENSHOTS

ANSWER_SECONDS = 60
CHOICES = ".course-control:has(select, [type=radio]):visible"


class Hands:
    """Work the widgets of a page as a learner does who uses no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str, times: int = 1) -> None:
        """Press a key on what has the focus."""
        for _ in range(times):
            self.page.keyboard.press(key)

    def move_slider(self, area: Locator, stops: int = 1) -> None:
        """Move the first slider of an output area by stops to the right, or left."""
        area.locator(".noUi-handle:visible").first.focus()
        self.press("ArrowRight" if stops > 0 else "ArrowLeft", abs(stops))

    def choose_next(self, area: Locator, label: str | None = None) -> None:
        """Choose the next option of the choice with this label, or of the first one.

        It is a group of radio buttons, of which none may be selected yet, or a list.
        """
        chooser = area.locator(CHOICES)
        if label is not None:
            named = self.page.locator("label").get_by_text(label, exact=True)
            chooser = chooser.filter(has=named)
        chooser = chooser.first
        chooser.wait_for()
        options = chooser.get_by_role("radio")
        if options.count():
            selected = chooser.get_by_role("radio", checked=True)
            (selected if selected.count() else options.first).focus()
            self.press("ArrowDown" if selected.count() else "Space")
            return
        chooser.locator("select").focus()
        for key in ("Space", "ArrowDown", "Enter"):
            self.press(key)
            self.page.wait_for_timeout(300)  # the list opens and closes

    def press_button(self, area: Locator, name: str) -> None:
        """Press a button of an output area with the space bar."""
        area.get_by_role("button", name=name, exact=True).first.focus()
        self.press("Space")

    def type_text(self, area: Locator, text: str) -> None:
        """Type at the end of the first text area."""
        area.locator("textarea:visible").first.focus()
        self.press("Control+End")
        self.page.keyboard.type(text)

    def type_line(self, area: Locator, text: str) -> None:
        """Type in place of what the first line of text has, and press Enter."""
        area.locator("input[type=text]:visible").first.focus()
        self.press("Control+A")
        self.page.keyboard.type(text)
        self.press("Enter")

    def readouts(self, area: Locator) -> list[str]:
        """Wait for a visible readout in an output area; list what all of them say."""
        found = area.locator(".course-readout:visible")
        found.first.wait_for()
        return [text.strip() for text in found.all_inner_texts()]

    def wait_for_readout(self, area: Locator, pattern: str) -> str:
        """Wait until a readout matches a regular expression; return its text.

        Raises AssertionError with what the readouts say instead.
        """
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            texts = self.readouts(area)
            for text in texts:
                if re.search(pattern, text):
                    return text
            if time.monotonic() > deadline:
                raise AssertionError(f"no readout matches {pattern!r}: {texts}")
            self.page.wait_for_timeout(150)

    def wait_for_sentence(self, area: Locator, sentence: str) -> str:
        """Wait until a readout says exactly this; return it."""
        return self.wait_for_readout(area, f"^{re.escape(sentence)}$")

    def wait_for_number(self, area: Locator, pattern: str, number: int) -> int:
        """Wait until the number that ``pattern`` captures in a readout is this."""
        expected = pattern.replace(r"(\d+)", rf"\b{number}\b")
        self.wait_for_readout(area, expected)
        return number

    def read_number(self, area: Locator, pattern: str) -> int:
        """Return the number that ``pattern`` captures in a readout."""
        found = re.search(pattern, self.wait_for_readout(area, pattern))
        assert found is not None
        return int(found[1])

    def screenshot(self, name: str) -> Path:
        """Write build/screenshots/`name`.png and return its path."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path
