"""The break-even map of a browser: what this machine's Chromium measured."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from course_lib import web
from tools.chromium import browser, find_chromium
from tools.website.kernels import SOURCE
from tools.website.machine import in_words, machine

SIZES = ((300, 784), (1536, 384), (1024, 1024))
DENSITIES = (0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
REPEATS = 3  # the machine may be busy
FORMS = ("CSR rows", "4 × 1 blocks")
NOTE = (
    "Measured just now: one vector at a time on one thread, with the WebAssembly "
    "kernels of this site; the fastest of 5 samples of at least 200 runs; the kernels "
    "took turns. Positions are random; what blocks cost in accuracy is not measured "
    "here."
)


def data() -> dict[str, Any]:
    """Measure speedups over the dense kernel in Chromium, [form][size][density].

    Raises RuntimeError where there is no Chromium.
    """
    asked = grid()
    speedups, version = measured(asked)
    measured_on = machine()
    measured_on["versions"] = {"Chromium": version}
    built = [[[float(f"{one:.3g}") for one in row] for row in of] for of in speedups]
    where = in_words(measured_on)
    told = f"Our machine: medians of {REPEATS} maps, measured on {where}."
    return asked | {"built": built, "machine": measured_on, "measured": told}


def grid() -> dict[str, Any]:
    """Return the grid of what is measured, and the kernels."""
    kernels = SOURCE.with_suffix(".wasm").read_bytes()
    return {
        "sizes": SIZES,
        "densities": DENSITIES,
        "forms": FORMS,
        "note": NOTE,
        "kernels": base64.b64encode(kernels).decode(),
    }


def measured(asked: dict[str, Any]) -> tuple[list[list[list[float]]], str]:
    """Return medians of speedups, and the version of the Chromium that measured."""
    executable = find_chromium()
    if executable is None:
        raise RuntimeError("no Chromium here; sh tools/system_packages.sh installs one")
    with browser(executable) as context:
        page = context.new_page()
        page.add_script_tag(content=web.bundled("demos/break_even.js"))
        found = [page.evaluate("evenMeasured", asked) for _ in range(REPEATS)]
        agent = page.evaluate("navigator.userAgent").partition("Chrome/")[2]
    return np.median(found, axis=0).tolist(), agent.partition(" ")[0]
