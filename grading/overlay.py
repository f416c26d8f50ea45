"""An instructor's own exercises, laid over the public ones.

An overlay is a folder of modules like those in ``course_lib/check/exercises``. One with
the name of a public exercise replaces it; any other name adds an exercise.
"""

from __future__ import annotations

import hashlib
import sys
import types
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from course_lib.check import EXERCISES, CheckFailed, Exercise
from course_lib.check.exercise import REGISTERED
from grading.policy import CHAPTERS

PUBLIC = dict(EXERCISES)
_installed = [""]  # the digest of the overlay that this process uses


@dataclass(frozen=True)
class Overlay:
    """The modules of a folder as text, so that any worker can load them.

    ``modules`` are pairs of an exercise's name and its source.
    """

    modules: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Return a digest of all modules, empty without any."""
        text = repr(self.modules).encode()
        return hashlib.sha256(text).hexdigest()[:16] if self.modules else ""

    def install(self) -> None:
        """Lay the exercises over the public ones here, replacing an earlier overlay.

        Raises ValueError, and changes nothing, if a module is not an exercise.
        """
        if self.digest == _installed[0]:
            return
        before = dict(EXERCISES)
        try:
            own = {
                name: _checked(name, _load(name, source, self.digest))
                for name, source in self.modules
            }
        except ValueError:
            _use(before)
            raise
        _use(PUBLIC | own)
        _installed[0] = self.digest

    def verify(self) -> None:
        """Raise ValueError unless each solution passes its own checks in every class.

        ``install`` first.
        """
        for name, _ in self.modules:
            exercise = EXERCISES[name]
            for class_seed in range(len(exercise.variations) or 1):
                answer = partial(exercise.solved, **exercise.rules(class_seed))
                try:
                    exercise.examine(answer, class_seed=class_seed)
                except CheckFailed as failed:
                    raise ValueError(
                        f"the overlay's {name}: the solution must pass its own check "
                        f"in class {class_seed}, got: {failed}"
                    ) from None


def read(folder: Path) -> Overlay:
    """Return the overlay in ``folder``: every ``.py`` file is an exercise.

    Raises ValueError if there is none, and OSError if one cannot be read.
    """
    found = sorted(folder.glob("*.py")) if folder.is_dir() else []
    if not found:
        raise ValueError(
            f"overlay must be a folder with modules such as masked_step.py, got "
            f"{str(folder)!r} without any"
        )
    return Overlay(tuple((p.stem, p.read_text(encoding="utf-8")) for p in found))


def _use(exercises: dict[str, Exercise]) -> None:
    """Make these the exercises of this process, in page order."""
    ordered = sorted(exercises.values(), key=lambda each: (each.chapter, each.section))
    for known in (EXERCISES, REGISTERED):
        known.clear()
        known.update({exercise.name: exercise for exercise in ordered})


def _load(name: str, source: str, digest: str) -> object:
    """Run a module and return its ``exercise``."""
    module = types.ModuleType(f"overlay_{digest}_{name}")
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    except Exception as error:  # the instructor's own code
        raise ValueError(
            f"the overlay's {name}.py must be a module that runs, got "
            f"{type(error).__name__}: {error}"
        ) from error
    return getattr(module, "exercise", None)


def _checked(name: str, exercise: object) -> Exercise:
    """Return a module's exercise. Raises ValueError if it is incomplete."""

    def refuse(problem: str) -> NoReturn:
        raise ValueError(f"the overlay's {name}.py {problem}")

    public = PUBLIC.get(name)
    if not isinstance(exercise, Exercise):
        refuse(f"must define exercise = Exercise(...), got {exercise!r}")
    if exercise.name != name:
        refuse(f"must have the name of its exercise, got name={exercise.name!r}")
    if exercise.chapter not in CHAPTERS:
        refuse(f"must be for a chapter in {CHAPTERS}, got {exercise.chapter!r}")
    if public is not None and exercise.chapter != public.chapter:
        refuse(
            f"replaces an exercise of chapter {public.chapter} and must stay there, "
            f"got chapter {exercise.chapter}"
        )
    if not exercise._solution:
        refuse("must declare a solution, got none")
    if not exercise.inputs:
        refuse("must declare at least one kind of input, got none")
    if len(exercise.variations) == 1:
        refuse("must declare no variations or at least two, got 1")
    return exercise
