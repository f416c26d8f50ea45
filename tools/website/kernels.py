"""`python -m tools.website.kernels`: assemble the WebAssembly kernels from their text.

The text form of WebAssembly is its instructions by name, so an assembler has nothing to
choose but whether to write down the names of variables, which are left out here.
"""

from pathlib import Path

import wasmtime

SOURCE = Path(__file__).parents[2] / "course_lib/web/digit/kernels.wat"
MAGIC = 8  # bytes before the first section


def assembled(text: str) -> bytes:
    """Return the binary module for a text module, without its name section."""
    module = wasmtime.wat2wasm(text)
    kept, place = module[:MAGIC], MAGIC
    while place < len(module):
        size, start = _unsigned(module, place + 1)
        if module[place]:  # sections of kind 0 are for people
            kept += module[place : start + size]
        place = start + size
    return bytes(kept)


def _unsigned(data: bytes, place: int) -> tuple[int, int]:
    """Return a LEB128 number (seven bits per byte), and where it ends."""
    value = shift = 0
    while True:
        value |= (data[place] & 127) << shift
        shift, place = shift + 7, place + 1
        if data[place - 1] < 128:
            return value, place


def main() -> None:
    """Write ``kernels.wasm`` beside its text."""
    module = assembled(SOURCE.read_text(encoding="utf-8"))
    SOURCE.with_suffix(".wasm").write_bytes(module)
    print(f"{SOURCE.with_suffix('.wasm').name}: {len(module)} bytes")


if __name__ == "__main__":
    main()
