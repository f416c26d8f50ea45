"""A network as a city: weights are the widths of streets, the file is the sheet.

Erasing streets leaves the sheet as large as before. Removing streets from end to end
lets the rest be redrawn on a smaller one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

LINES = 13  # streets in each direction
MARGIN = 0.7  # paper around the outermost streets


@dataclass(frozen=True)
class City:
    """Crossing streets, and the width of each stretch between two crossings.

    ``crossings`` has shape (rows, columns, 2): x and y. ``across`` are the widths of
    stretches along a row, (rows, columns − 1), ``down`` those along a column,
    (rows − 1, columns); a width of 0 is an erased stretch. ``river`` and ``park`` are
    lines of shape (points, 2), ``side`` is (width, height) from the first to the last
    street.
    """

    crossings: np.ndarray
    across: np.ndarray
    down: np.ndarray
    river: np.ndarray
    park: np.ndarray
    side: tuple[float, float]

    @property
    def widths(self) -> np.ndarray:
        """Return all widths in one vector, those across first."""
        return np.concatenate([self.across.ravel(), self.down.ravel()])

    @property
    def streets(self) -> int:
        """Return the number of stretches that are not erased."""
        return int(np.count_nonzero(self.widths))

    @property
    def paper(self) -> float:
        """Return the area of the sheet, margins included."""
        width, height = self.side
        return (width + 2 * MARGIN) * (height + 2 * MARGIN)

    def stretches(self) -> Iterator[tuple[np.ndarray, float]]:
        """Return both ends, shape (2, 2), and the width of every stretch."""
        at = self.crossings
        for (row, column), width in np.ndenumerate(self.across):
            yield at[row, column : column + 2], float(width)
        for (row, column), width in np.ndenumerate(self.down):
            yield at[row : row + 2, column], float(width)


def make_city(lines: int = LINES, seed: int = 4) -> City:
    """Return a city with ``lines`` streets in each direction; a few are main roads."""
    if lines < 3:
        raise ValueError(f"lines must be an integer from 3, got {lines}")
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:lines, 0:lines].astype(float)
    bend = 0.22 * np.sin(0.9 * y + 0.4), 0.22 * np.sin(0.8 * x + 2.0)
    jitter = rng.uniform(-0.16, 0.16, size=(2, lines, lines))
    crossings = np.stack([x + bend[0] + jitter[0], y + bend[1] + jitter[1]], axis=-1)
    main = np.where(rng.permuted(np.arange(lines)) < lines // 4, 3.0, 1.0)
    busy = np.where(rng.permuted(np.arange(lines)) < lines // 4, 3.0, 1.0)
    across = rng.lognormal(0.0, 0.6, (lines, lines - 1)) * main[:, None]
    down = rng.lognormal(0.0, 0.6, (lines - 1, lines)) * busy[None, :]
    t = np.linspace(-MARGIN, lines - 1 + MARGIN, 200)
    river = np.stack([t, 0.42 * lines + 1.5 * np.sin(0.55 * t)], axis=-1)
    angle = np.linspace(0, 2 * np.pi, 60)
    middle, radius = 0.73 * lines, 0.12 * lines * (1 + 0.12 * np.sin(3 * angle))
    park = np.stack([radius * np.cos(angle), 0.7 * radius * np.sin(angle)], axis=-1)
    side = (lines - 1.0, lines - 1.0)
    return City(crossings, across, down, river, park + middle, side)


def erase(city: City, fraction: float) -> City:
    """Return the same sheet without this fraction of stretches, the narrowest ones."""
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be from 0 to 1, got {fraction}")
    widths = city.widths
    kept = np.ones(len(widths), bool)
    kept[np.argsort(widths, kind="stable")[: round(fraction * len(widths))]] = False
    left = np.where(kept, widths, 0.0)
    across, down = np.split(left, [city.across.size])
    return replace(
        city, across=across.reshape(city.across.shape),
        down=down.reshape(city.down.shape),
    )  # fmt: skip


def redraw(city: City, lines: int) -> City:
    """Return the widest ``lines`` streets of each direction, drawn closer together.

    Streets that were a few lines apart become neighbors, so the sheet is smaller.
    """
    rows, columns = _widest(city.across, 1, lines), _widest(city.down, 0, lines)
    row_starts = np.arange(len(city.crossings))
    grid = np.stack(np.meshgrid(row_starts, row_starts), axis=-1)
    offsets = (city.crossings - grid)[np.ix_(rows, columns)]
    closer, scale = np.arange(lines), (lines - 1) / (len(city.crossings) - 1)
    crossings = offsets + np.stack(np.meshgrid(closer, closer), axis=-1)
    across, down = _joined(city.across[rows], columns), city.down[:, columns]
    return City(
        crossings, across, _joined(down.T, rows).T, city.river * scale,
        city.park * scale, (lines - 1.0, lines - 1.0),
    )  # fmt: skip


def _widest(widths: np.ndarray, along: int, lines: int) -> np.ndarray:
    """Return the indices of the streets that are widest on average, ascending."""
    mean = widths.mean(axis=along)
    if not 2 <= lines <= len(mean):
        raise ValueError(f"lines must be from 2 to {len(mean)}, got {lines}")
    return np.sort(np.argsort(mean)[::-1][:lines])


def _joined(widths: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return mean widths between kept crossings, shape (rows, kept − 1)."""
    parts = [widths[:, a:b].mean(axis=1) for a, b in pairwise(kept)]
    return np.stack(parts, axis=1)
