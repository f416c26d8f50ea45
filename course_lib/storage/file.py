"""A network in one file with an account of every byte.

====== ===== ==========================================================================
offset bytes what
====== ===== ==========================================================================
0      4     ``PRUN``
4      1     version of the format, 1
5      4     CRC-32 of all bytes from offset 9
9      4     CRC-32 of the tensors as they are after reading
13     2     length of the architecture
15     …     architecture: the output of ``describe()``, deflated JSON (``text.py``)
…      …     for each tensor its encoding and codebook (``tensors.py``); of a large one
             its mask and values, too (``gaps.py``)
…      …     masks and values of all others in one arithmetic code (``symbols.py``)
====== ===== ==========================================================================

Numbers are little-endian. Nothing in the file is ever executed. The first checksum
detects damage before anything is decoded; the second verifies the decoded tensors.
Neither protects against a deliberate forgery: its author can write any network.
"""

from __future__ import annotations

import copy
import zlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from course_lib import files
from course_lib.arguments import floating, integer
from course_lib.magnitude import apply_masks
from course_lib.measure import float32_state
from course_lib.models import Network, build_model, description_of
from course_lib.storage.coder import ended, finish, reader, writer
from course_lib.storage.fields import BadFileError, Fields, unsigned
from course_lib.storage.tensors import (
    NO_UNITS,
    plan,
    read_plan,
    read_tensor,
    room_for,
    write_tensor,
)
from course_lib.storage.text import deflated, inflated
from course_lib.storage.weight_sharing import share_weights

MAGIC, VERSION = b"PRUN", 1
FIXED = 15  # bytes before the architecture


def save(
    model: Network,
    path: str | Path,
    *,
    masks: Mapping[str, Tensor] | None = None,
    bits: int | Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Write a network that ``load`` restores exactly; return its bytes, part by part.

    Weights are written as float32; zeros cost their positions only, and a negative
    zero comes back as zero. What ``masks`` (True = kept, by parameter name) prunes is
    zero in the file; without them the model's own zeros are used. ``bits`` shares the
    weights first, see ``share_weights``. A tensor with few distinct values is written
    as a codebook and codes in any case, so shared weights stay unchanged.

    The result has one row per tensor: ``weights`` and ``nonzeros`` are counts,
    ``positions``, ``values`` and ``codebook`` bytes. The bytes of all rows, of which
    the last two are the header and the coder's overhead, add up to the size of the
    file. The file is written atomically. Raises ValueError for an unknown mask, for
    weights beyond float32, and for a model that ``load`` could not rebuild.
    """
    if masks is not None:
        model = copy.deepcopy(model)
        apply_masks(model, masks)
    if bits is not None:
        model = share_weights(model, bits)
    content, bill = encode(model)
    with files.atomic_write(path) as partial:
        partial.write_bytes(content)
    return bill


def load(
    path: str | Path,
    dtype: torch.dtype = torch.float64,
    *,
    max_parameters: int = 4_000_000,
) -> Network:
    """Return the network in a file that ``save`` wrote, with zeros where it was pruned.

    In evaluation mode, converted from float32 to ``dtype``. A few bytes can declare a
    network of any size, so one with more than ``max_parameters`` is refused before any
    memory is allocated. Raises ``BadFileError``, a ValueError, for that and for any
    other file that ``save`` did not write.
    """
    path, dtype = Path(path), floating("dtype", dtype)
    max_parameters = integer("max_parameters", max_parameters, 0)
    # more than any network of this size can need
    if path.stat().st_size > 8 * max_parameters + 2**16:
        raise BadFileError(
            f"{path} has {path.stat().st_size} bytes, too many to be read"
        )
    try:
        model = decode(path.read_bytes(), max_parameters)
    except BadFileError as error:
        raise BadFileError(f"{path} cannot be loaded: {error}") from None
    return model.to(dtype).eval()


def encode(model: Network) -> tuple[bytes, pd.DataFrame]:
    """Return the bytes of the file, and the table of them (see ``save``)."""
    architecture = deflated(description_of(model))
    tensors = _as_stored(model)
    plans, alive = {}, NO_UNITS
    for name, value in tensors.items():
        plans[name] = plan(value, alive)
        alive = plans[name].alive(alive)
    coder, alive, rows = writer(*room_for(plans.values())), NO_UNITS, {}
    for name, stored in plans.items():
        rows[name] = write_tensor(coder, stored, alive)
        alive = stored.alive(alive)
    code = finish(coder)
    headers = b"".join(stored.header for stored in plans.values())
    rest = unsigned(_checksum(tensors), 4) + unsigned(len(architecture), 2)
    rest += architecture + headers + code
    start = MAGIC + unsigned(VERSION, 1) + unsigned(zlib.crc32(rest), 4)
    rows["header"] = {"header": FIXED + len(architecture)}
    rows["rounding"] = {"header": len(code) - float(coder.cost[0]) / 8}
    bill = pd.DataFrame.from_dict(rows, orient="index").fillna(0.0)
    return start + rest, bill.astype({"weights": int, "nonzeros": int})


def decode(content: bytes, max_parameters: int) -> Network:
    """Return the network in the bytes of a file; raises ``BadFileError``."""
    fields = Fields(content)
    if fields.take(4) != MAGIC:
        raise BadFileError(f"it must begin with {MAGIC!r}, got {content[:4]!r}")
    version = fields.unsigned(1)
    if version != VERSION:
        raise BadFileError(f"its version must be {VERSION}, got {version}")
    if fields.unsigned(4) != zlib.crc32(content[9:]):
        raise BadFileError("its checksum is wrong: bytes have changed or are missing")
    checksum = fields.unsigned(4)
    model = _empty_model(fields.take(fields.unsigned(2)), max_parameters)
    template = model.state_dict()
    plans = {name: read_plan(fields, value) for name, value in template.items()}
    coder = reader(fields.rest())
    tensors, alive = {}, NO_UNITS
    for name, stored in plans.items():
        tensors[name] = read_tensor(coder, stored, alive)
        alive = stored.alive(alive)
    if not ended(coder):
        raise BadFileError("its code does not end where its symbols do")
    if _checksum(tensors) != checksum:
        raise BadFileError("its tensors are not those that were written")
    model.load_state_dict(tensors, assign=True)
    return model


def _empty_model(architecture: bytes, max_parameters: int) -> Network:
    """Return the described network, without memory for its tensors."""
    try:
        description = inflated(architecture)
        with torch.device("meta"):
            model = build_model(description)
        parameters = sum(value.numel() for value in model.state_dict().values())
        faithful = model.describe() == description
    except Exception as error:  # an invalid description may raise any error
        raise BadFileError(f"its architecture cannot be built ({error})") from None
    if not faithful or parameters > max_parameters:
        raise BadFileError(
            f"it must describe at most {max_parameters} parameters, got {parameters}"
            if faithful
            else "its architecture says more than the network has"
        )
    return model


def _as_stored(model: Network) -> dict[str, Tensor]:
    """Return float32 or integers without negative zeros, which masking leaves."""
    return {
        name: value + 0.0 if value.is_floating_point() else value.to(torch.int64)
        for name, value in float32_state(model).items()
    }


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    """Return the CRC-32 of the bytes of all tensors, in order."""
    value = 0
    for tensor in tensors.values():
        value = zlib.crc32(tensor.contiguous().numpy().data, value)
    return value
