"""What an entry of the corpus says, and the whole corpus in the order of its names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_lib.check import EXERCISES

from .notebooks import dump, names


@dataclass(frozen=True)
class World:
    """What a submission would like to reach, and must not.

    ``marker`` stands in files, in the grader's environment and behind sockets;
    ``port`` and ``address`` (an abstract Unix socket) are listening; ``places`` are
    folders and files of the grader.
    """

    marker: str
    port: int
    address: str
    places: list[str]
    note: str  # the name of files that it may try to leave

    def literal(self) -> str:
        """A statement that tells a notebook all of it."""
        known = {name: getattr(self, name) for name in self.__dataclass_fields__}
        # in two halves: a submission that repeats its own text has learned nothing
        known["marker"] = [self.marker[:8], self.marker[8:]]
        return f"WORLD = {known!r}\nMARKER = ''.join(WORLD['marker'])\n"


@dataclass(frozen=True)
class Entry:
    """A submission and what it deserves: a share of each exercise's points.

    ``make`` gives the file's content, a notebook or bytes; ``place`` puts something
    else than a plain file there. ``shares`` names exercises that do not get ``share``.
    ``note`` is a piece of what the result must tell a human.
    """

    name: str
    make: Callable[[World], bytes | dict[str, Any]] | None = None
    chapter: str = "01"
    share: float = 1.0
    shares: dict[str, float] = field(default_factory=dict)
    note: str = ""
    place: Callable[[Path, World], None] | None = None
    shown: str = ""  # the name in the results, where it is not ``name``

    def write(self, folder: Path, world: World) -> None:
        """Put the submission below ``folder``."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.place is not None:
            self.place(path, world)
        if self.make is not None:
            made = self.make(world)
            path.write_bytes(made if isinstance(made, bytes) else dump(made))

    def points(self) -> dict[str, float]:
        """The points that each exercise of the chapter must get."""
        return {
            name: round(EXERCISES[name].points * self.shares.get(name, self.share), 2)
            for name in (names(self.chapter) if self.chapter else ())
        }
