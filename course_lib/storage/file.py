"""A network in one file with an account of every byte.

====== ===== ==========================================================================
offset bytes what
====== ===== ==========================================================================
0      4     ``PRUN``
4      1     version of the format: 1, or 2 for a network that is not the course's
5      4     CRC-32 of all bytes from offset 9
9      4     CRC-32 of the tensors as they are after reading
13     2, 4  length of the architecture, 4 bytes in version 2
…      …     architecture: the output of ``describe()``, deflated JSON (``text.py``);
             in version 2 shapes and attributes of modules (``foreign.py``)
…      …     for each tensor its encoding and codebook (``tensors.py``); of a large one
             its mask and values, too (``gaps.py``)
…      …     masks and values of all others in one arithmetic code (``symbols.py``)
====== ===== ==========================================================================

Numbers are little-endian. Nothing in the file is ever executed. The first checksum
detects damage before anything is decoded; the second verifies the decoded tensors.
Neither protects against a deliberate forgery: its author can write any network.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor, nn

from course_lib import files
from course_lib.arguments import floating, integer
from course_lib.calling import copied_module
from course_lib.magnitude import apply_masks
from course_lib.models import Network, build_model, description_of
from course_lib.storage import foreign
from course_lib.storage.coder import ended, finish, reader, writer
from course_lib.storage.fields import BadFileError, Fields, unsigned
from course_lib.storage.tensors import (
    NO_UNITS,
    capacity,
    plan,
    read_plan,
    read_tensor,
    write_tensor,
)
from course_lib.storage.text import deflated, inflated
from course_lib.storage.weight_sharing import share_weights

MAGIC, VERSION, FOREIGN = b"PRUN", 1, 2
LENGTH = {VERSION: 2, FOREIGN: 4}  # bytes of the architecture's length, from offset 13


def save(
    model: nn.Module,
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
    ``positions``, ``values``, and ``codebook`` bytes. The bytes of all rows, of which
    the last two are the header and the coder's overhead, add up to the size of the
    file. The file is written atomically. Raises ValueError for an unknown mask, for
    weights beyond float32, and for a model that ``load`` could not rebuild.

    A network that is not the course's may be any module, also one that units were
    removed from: the file holds its parameters and buffers, a shared one once, with
    their shapes and the attributes of its modules that are numbers or strings. ``load``
    needs the network as its code builds it. A ``config`` is not in the file.
    """
    if masks is not None:
        model = copied_module(model)
        apply_masks(model, masks)
    if bits is not None:
        model = share_weights(model, bits)
    content, bill = encode(model)
    with files.atomic_write(path) as partial:
        partial.write_bytes(content)
    return bill


def load(
    path: str | Path,
    dtype: torch.dtype | None = None,
    *,
    max_parameters: int = 4_000_000,
    model: nn.Module | None = None,
) -> Any:
    """Return the network in a file that ``save`` wrote, with zeros where it was pruned.

    In evaluation mode, converted from float32 to ``dtype``, which is float64 by
    default. A few bytes can declare a network of any size, so one with more than
    ``max_parameters`` is refused before any memory is allocated. Raises
    ``BadFileError``, a ValueError, for that and for any other file that ``save`` did
    not write.

    For a network that is not the course's, ``model`` is one with the same code, as it
    is built before units are removed, with any weights. The result is a copy with the
    shapes, attributes, and numbers of the file, by default in the precision that
    ``model`` has; ``model`` is unchanged. It limits what the file may declare in place
    of ``max_parameters``. Raises ValueError, with the name of the tensor or module,
    where the two do not belong together.
    """
    path = Path(path)
    if dtype is not None:
        floating("dtype", dtype)
    max_parameters = integer("max_parameters", max_parameters, 0)
    if model is not None:
        max_parameters = sum(value.numel() for value in model.state_dict().values())
    # more than any network of this size can need
    size = path.stat().st_size
    if size > 8 * max_parameters + 2**16:
        raise BadFileError(f"{path} has {size} bytes, too many to be read")
    try:
        loaded = decode(path.read_bytes(), max_parameters, model)
    except BadFileError as error:
        raise BadFileError(f"{path} cannot be loaded: {error}") from None
    except ValueError as error:
        raise ValueError(f"{path} does not fit: {error}") from None
    if model is None:
        dtype = dtype or torch.float64
    return (loaded if dtype is None else loaded.to(dtype)).eval()


def encode(model: nn.Module) -> tuple[bytes, pd.DataFrame]:
    """Return the bytes of the file, and the table of them (see ``save``)."""
    if isinstance(model, Network):
        version, architecture = VERSION, deflated(description_of(model))
        named = model.state_dict().items()
        tensors = {name: foreign.as_stored(name, value) for name, value in named}
    else:
        version, architecture = FOREIGN, foreign.description(model)
        tensors = foreign.stored_tensors(model)
    plans, alive = {}, NO_UNITS
    for name, value in tensors.items():
        plans[name] = plan(value, alive)
        alive = plans[name].alive(alive)
    coder, alive, rows = writer(*capacity(plans.values())), NO_UNITS, {}
    for name, stored in plans.items():
        rows[name] = write_tensor(coder, stored, alive)
        alive = stored.alive(alive)
    code = finish(coder)
    headers = b"".join(stored.header for stored in plans.values())
    rest = unsigned(_checksum(tensors), 4)
    rest += unsigned(len(architecture), LENGTH[version]) + architecture
    checksum = zlib.crc32(rest + headers + code)
    start = MAGIC + unsigned(version, 1) + unsigned(checksum, 4)
    rows["header"] = {"header": len(start) + len(rest)}
    rest += headers + code
    rows["rounding"] = {"header": len(code) - float(coder.cost[0]) / 8}
    bill = pd.DataFrame.from_dict(rows, orient="index").fillna(0.0)
    return start + rest, bill.astype({"weights": int, "nonzeros": int})


def decode(
    content: bytes, max_parameters: int, model: nn.Module | None = None
) -> nn.Module:
    """Return the network in the bytes of a file; raises as ``load`` does."""
    fields = Fields(content)
    if fields.take(4) != MAGIC:
        raise BadFileError(f"it must begin with {MAGIC!r}, got {content[:4]!r}")
    version = fields.unsigned(1)
    if version not in LENGTH:
        raise BadFileError(f"its version must be in {list(LENGTH)}, got {version}")
    if fields.unsigned(4) != zlib.crc32(content[9:]):
        raise BadFileError("its checksum is wrong: bytes have changed or are missing")
    checksum = fields.unsigned(4)
    architecture = fields.take(fields.unsigned(LENGTH[version]))
    if version == FOREIGN:
        if model is None:
            raise BadFileError(
                "model must be an untrained network of the same class, as the file "
                "holds one that is not the course's, got None"
            )
        found = foreign.described(architecture)
        tensors = _read(fields, foreign.templates(found, model), checksum)
        return foreign.restored(found, tensors, model)
    if model is not None:
        raise ValueError(
            "model must be left out, because the file holds a network of the course, "
            f"got {type(model).__name__}"
        )
    empty = _empty_model(architecture, max_parameters)
    tensors = _read(fields, empty.state_dict(), checksum)
    empty.load_state_dict(tensors, assign=True)
    return empty


def _read(
    fields: Fields, template: Mapping[str, Tensor], checksum: int
) -> dict[str, Tensor]:
    """Return the tensors in the rest of a file."""
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
    return tensors


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
            else "its architecture has entries that the network does not"
        )
    return model


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    """Return the CRC-32 of the bytes of all tensors, in order."""
    value = 0
    for tensor in tensors.values():
        value = zlib.crc32(tensor.contiguous().numpy().data, value)
    return value
