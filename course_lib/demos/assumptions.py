"""The assumptions of *Will it fit?* about devices and prices.

None of these figures is a fact; each is a field that the reader can change.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

MILLION, BILLION = 10**6, 10**9
UNPACK = "the program puts the zeros back before it runs (ordinary ones do)"
LABELS = {
    "phone": "memory of the phone (GB)",
    "laptop": "memory of the laptop (GB)",
    "server": "memory of the server (GB)",
    "share": "share for one program (%)",
    "working": "extra memory to run (%)",
    "speed": "download speed (Mbit/s)",
    "sending": "price per GB sent",
    "holding": "price per GB of memory per month",
}
_LARGEST = sys.float_info.max
# the minimum and maximum of each field, and both in words
LIMITS = dict.fromkeys(LABELS, (0.0, _LARGEST, "from 0 up")) | {
    "share": (0.0, 100.0, "from 0 to 100"),
    "speed": (math.ulp(0.0), _LARGEST, "above 0"),
}


@dataclass(frozen=True)
class Assumptions:
    """Assumptions about devices and prices, which the reader can change.

    Memory in GB (10⁹ bytes), ``share`` the percentage of it that one program can use,
    ``working`` the percentage of the model needed on top while it runs, ``speed`` in
    Mbit/s, prices in any one currency: per GB sent, and per GB of memory per month.
    With ``unpack``, stored zeros are expanded again before the model runs.
    Raises ValueError for an impossible number.
    """

    phone: float = 8.0
    laptop: float = 16.0
    server: float = 80.0
    share: float = 50.0
    working: float = 20.0
    speed: float = 50.0
    sending: float = 0.1
    holding: float = 5.0
    unpack: bool = True

    def __post_init__(self) -> None:
        wrong = first_invalid(asdict(self))
        if wrong:
            value = getattr(self, wrong)
            raise ValueError(
                f"{wrong} must be a number {LIMITS[wrong][2]}, got {value}"
            )

    def rooms(self) -> dict[str, float]:
        """Return the bytes of memory that one program can use, by device."""
        devices = {"phone": self.phone, "laptop": self.laptop, "server": self.server}
        return {k: BILLION * v * self.share / 100 for k, v in devices.items()}


def first_invalid(given: Mapping[str, float]) -> str | None:
    """Return the name of the first number outside its ``LIMITS``, or None."""
    for name, (least, most, _) in LIMITS.items():
        if not least <= given[name] <= most:
            return name
    return None


def refusal(name: str) -> str:
    """Return the message for a field whose number is missing or out of range."""
    return f"Not computed: “{LABELS[name]}” must be a number {LIMITS[name][2]}."


def count(weights: int) -> str:
    """Return a number of weights in words: ``"3 billion"``."""
    for unit, name in ((BILLION, "billion"), (MILLION, "million"), (1000, "thousand")):
        if weights >= unit:
            return f"{weights / unit:g} {name}"
    return str(weights)


def in_bytes(size: float) -> str:
    """Return bytes in the largest fitting unit, with two decimals."""
    for unit, name in ((BILLION, "GB"), (MILLION, "MB"), (1000, "KB")):
        if size >= unit:
            return f"{size / unit:.2f} {name}"
    return f"{size:.0f} bytes"


def in_time(seconds: float) -> str:
    """Return a time in hours, minutes or seconds."""
    for unit, name in ((3600, "hours"), (60, "minutes")):
        if seconds >= unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.2f} seconds"
