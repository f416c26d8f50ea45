"""Numbers among bytes, taken one after the other, never beyond the end."""

from __future__ import annotations


class BadFileError(ValueError):
    """A file that is not, or no longer, what ``storage.save`` writes."""


def unsigned(value: int, size: int) -> bytes:
    """A whole number from 0 in ``size`` bytes, the lowest first."""
    return value.to_bytes(size, "little")


class Fields:
    """Takes fields from the front of some bytes; ``BadFileError`` at their end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        end = self._place + size
        if end > len(self._content):
            raise BadFileError(
                f"it ends after {len(self._content)} bytes, where {end} are needed"
            )
        found, self._place = self._content[self._place : end], end
        return found

    def unsigned(self, size: int) -> int:
        """The whole number in the next ``size`` bytes, the lowest first."""
        return int.from_bytes(self.take(size), "little")

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(len(self._content) - self._place)
