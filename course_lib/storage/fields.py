"""Reading numbers from bytes, one after another, never beyond the end."""

from __future__ import annotations


class BadFileError(ValueError):
    """The file is not, or no longer, one that ``storage.save`` wrote."""


def unsigned(value: int, size: int) -> bytes:
    """Return an unsigned integer as ``size`` bytes, little-endian."""
    return value.to_bytes(size, "little")


class Fields:
    """Reads fields from the front of some bytes; ``BadFileError`` beyond their end."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def take(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        end = self._place + size
        if end > len(self._content):
            raise BadFileError(
                f"it ends after {len(self._content)} bytes, where {end} are needed"
            )
        found, self._place = self._content[self._place : end], end
        return found

    def unsigned(self, size: int) -> int:
        """Return the unsigned integer in the next ``size`` bytes, little-endian."""
        return int.from_bytes(self.take(size), "little")

    def rest(self) -> bytes:
        """Return all remaining bytes."""
        return self.take(len(self._content) - self._place)
