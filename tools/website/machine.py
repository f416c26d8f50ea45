"""The machine that measured what a page shows as a committed run."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch

CPUS = Path("/proc/cpuinfo")


def machine(*packages: str) -> dict[str, object]:
    """Return processor, cores, threads, versions, and the date of today in UTC."""
    versions = {"Python": platform.python_version()}
    versions |= {name: version(name) for name in packages}
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": platform.system(),
        "versions": versions,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def processor() -> str:
    """Return the name of the processor as the system has it."""
    text = CPUS.read_text() if CPUS.exists() else ""
    names = (line for line in text.splitlines() if line.startswith("model name"))
    named = next(names, "").partition(":")[2]
    return " ".join(named.split()) or platform.processor() or platform.machine()
