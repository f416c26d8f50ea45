"""The machine that measured what a page shows as a committed run."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

CPUS = Path("/proc/cpuinfo")


def machine(*packages: str) -> dict[str, Any]:
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


def in_words(measured_on: Mapping[str, Any]) -> str:
    """Return a machine, as ``machine`` describes it, as a part of a sentence."""
    versions = ", ".join(f"{k} {v}" for k, v in measured_on["versions"].items())
    threads = measured_on["threads"]
    return (
        f"the machine that built this page ({measured_on['processor']}, {threads} "
        f"thread{'' if threads == 1 else 's'} of {measured_on['cores']} cores, "
        f"{measured_on['system']}; {versions}) on {measured_on['date']}"
    )


def processor() -> str:
    """Return the name of the processor as the system has it."""
    text = CPUS.read_text() if CPUS.exists() else ""
    names = (line for line in text.splitlines() if line.startswith("model name"))
    named = next(names, "").partition(":")[2]
    return " ".join(named.split()) or platform.processor() or platform.machine()
