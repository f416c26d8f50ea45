"""A mechanism in six to eight pictures: step through it, or let it play.

Each frame has one sentence; the whole storyboard has one question, which is asked once
the last frame has been seen. The typed answer is kept; ours is one click away. Without
a kernel, the page shows all frames on one sheet.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache

import ipywidgets as widgets

from course_lib import controls
from course_lib.figures.frames import panel, png, sheet, small_png
from course_lib.page.kept_text import KeptText
from course_lib.page.positions import Positions
from course_lib.page.storyboards import NAMES, Storyboard, board

SECONDS = 2.0  # per frame while the storyboard plays


def show(name: str) -> None:
    """Display the storyboard with this name; ValueError for an unknown name."""
    controls.display_bundle(*build(name))


def build(name: str) -> tuple[widgets.VBox, bytes, str]:
    """Return the player, the sheet of all frames, and all sentences as alt text."""
    story = board(name)
    return Player(story), contact_sheet(name), alt_text(story)


def alt_text(story: Storyboard) -> str:
    """Return all text of a storyboard, for readers who cannot see its pictures."""
    numbered = [f"{i}. {frame.sentence}" for i, frame in enumerate(story.frames, 1)]
    return (
        f"Storyboard “{story.title}”: {' '.join(numbered)} Question: {story.question}"
    )


@lru_cache(maxsize=len(NAMES))
def contact_sheet(name: str) -> bytes:
    """Return all frames with their sentences as one PNG picture."""
    story = board(name)
    drawn = sheet(
        [frame.draw for frame in story.frames],
        [frame.sentence for frame in story.frames],
        [str(number) for number in range(1, len(story.frames) + 1)],
        title=f"Storyboard: {story.title}",
        closing=f"Question: {story.question}",
    )
    return small_png(drawn)


class Player(widgets.VBox):  # type: ignore[misc]
    """Shows one frame at a time: a slider, three buttons, a sentence and a picture.

    ``play`` moves the slider every ``seconds`` inside the kernel, so that its buttons
    have names that a screen reader reads out, which those of widgets.Play have not. A
    step by hand stops it. Pictures are drawn when they are first seen.
    """

    def __init__(self, story: Storyboard, seconds: float = SECONDS) -> None:
        self.story, self.seconds = story, seconds
        self._pictures: dict[int, bytes] = {}
        self._playing: asyncio.Task[None] | None = None
        self._own_step = False
        count = len(story.frames)
        options: list[tuple[str, float]]
        options = [(str(number), number) for number in range(1, count + 1)]
        self.frame = controls.slider("frame", options, 1)
        self.back = controls.button("previous", lambda: self.step(-1))
        self.forward = controls.button("next", lambda: self.step(1))
        self.play = controls.button("play", self._play_or_stop)
        self.line, self.image = controls.readout(), controls.Picture()
        self.image.add_class("course-frame")  # as large as it is drawn
        self.answer = KeptText(story.kept_as)
        asked = controls.prose(f"**One question**: {story.question}")
        self.ours = controls.prose("")
        self.ask = controls.button("show our answer", self._answer)
        self.question = widgets.VBox([asked, self.answer, self.ask, self.ours])
        # an answer from an earlier visit stays visible to its author
        controls.show_or_hide(self.question, bool(self.answer.area.value))
        self.frame.observe(self._moved, names="value")
        kept = Positions(story.kept_as, {"frame": self.frame})
        self._refresh()
        buttons = widgets.HBox([self.back, self.forward, self.play])
        shown = [self.frame, buttons, kept.saving, self.line, self.image]
        super().__init__([*shown, self.question])

    def step(self, by: int) -> None:
        """Move by this many frames, within the ends, and stop playing."""
        self.stop()
        last = len(self.story.frames)
        self.frame.value = min(max(self.frame.value + by, 1), last)

    def start(self) -> None:
        """Play to the end, from the start if the last frame is shown.

        Without a running event loop nothing can play: the last frame is shown at once.
        """
        self.stop()
        last = len(self.story.frames)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.frame.value = last
            return
        if self.frame.value == last:
            self.frame.value = 1
        self.play.description = "stop"
        self._playing = loop.create_task(self._run())

    def stop(self) -> None:
        """Stop playing."""
        if self._playing is not None:
            self._playing.cancel()
        self._finished()

    def _answer(self) -> None:
        self.ours.value = controls.html(self.story.answer)
        self.ask.disabled = True

    def _play_or_stop(self) -> None:
        if self._playing is None:
            self.start()
        else:
            self.stop()

    async def _run(self) -> None:
        while self.frame.value < len(self.story.frames):
            await asyncio.sleep(self.seconds)
            self._own_step = True
            try:
                self.frame.value += 1
            finally:
                self._own_step = False
        self._finished()

    def _finished(self) -> None:
        self._playing = None
        self.play.description = "play"

    def _moved(self, change: object = None) -> None:
        if not self._own_step:
            self.stop()
        self._refresh()

    def _refresh(self) -> None:
        number, count = self.frame.value, len(self.story.frames)
        frame = self.story.frames[number - 1]
        if number not in self._pictures:
            self._pictures[number] = png(panel(frame.draw))
        # the picture first: once the sentence is new, so is the picture
        self.image.png = self._pictures[number]
        self.line.value = f"frame {number} of {count}: {frame.sentence}"
        if number == count:
            controls.show_or_hide(self.question, True)
