"""Plain data between two processes: JSON and the raw bytes of arrays, no pickle.

A frame is a line of two integers – the lengths of the JSON text and of the bytes after
it – followed by these two. Reading one runs no foreign code: types come from a short
list, and every byte is used once, so that a small frame cannot become a large object.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

MAX_TEXT = 2 * 2**20  # bytes of JSON that a reader accepts
MAX_BYTES = 32 * 2**20  # bytes of arrays
MAX_ARRAYS = 20_000  # with single numbers of NumPy; each takes microseconds
MAX_ENTRIES = 2000  # of dicts: keys of equal hash take the square of their number
DTYPES = ["|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"]
DTYPES += ["<f2", "<f4", "<f8"]


class WireError(Exception):
    """The received bytes are not a frame of plain data."""


class Opaque:
    """Placeholder for an object that is not plain data."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"an object of type {self.kind}"


def write(stream: IO[bytes], message: Any) -> None:
    """Write one frame and flush."""
    blobs: list[bytes] = []
    text = json.dumps(encode(message, blobs)).encode()
    body = b"".join(blobs)
    stream.write(b"%d %d\n" % (len(text), len(body)))
    stream.write(text)
    stream.write(body)
    stream.flush()


def read(
    stream: IO[bytes], max_text: int = MAX_TEXT, max_bytes: int = MAX_BYTES
) -> Any:
    """Return the next frame's message; EOFError at the end, WireError otherwise."""
    head = stream.readline(64)
    if not head:
        raise EOFError
    numbers = head.split()
    if len(numbers) != 2 or not all(n.isdigit() and len(n) < 12 for n in numbers):
        raise WireError("not a frame")
    size, rest = map(int, numbers)
    if size > max_text or rest > max_bytes:
        raise WireError(f"a frame of {size + rest} bytes is too large")
    text, body = _exactly(stream, size), _exactly(stream, rest)
    try:
        return Decoder(body).decode(json.loads(text))
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise WireError(f"not plain data: {type(error).__name__}") from None


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def plain(value: Any) -> Any:
    """Return ``value`` as it arrives in another process."""
    blobs: list[bytes] = []
    text = json.dumps(encode(value, blobs))
    return Decoder(b"".join(blobs)).decode(json.loads(text))


def encode(value: Any, blobs: list[bytes]) -> Any:
    """Return ``value`` as JSON; arrays and bytes go to ``blobs``, others as a name."""
    if value is None or type(value) in (bool, int, float):
        return value
    if isinstance(value, str):  # also NumPy strings and members of an Enum
        return str.__str__(value)
    if type(value) is Opaque:
        return {"opaque": value.kind}
    if isinstance(value, bytes | bytearray):  # also NumPy's
        blobs.append(bytes(value))
        return {"bytes": len(blobs[-1])}
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "detach"):
        return _encode_array(value, blobs)
    if isinstance(value, tuple):
        return {"tuple": [encode(part, blobs) for part in tuple(value)]}
    if isinstance(value, list):
        return [encode(part, blobs) for part in list(value)]
    if isinstance(value, Mapping):
        pairs = [[encode(k, blobs), encode(v, blobs)] for k, v in dict(value).items()]
        return {"dict": pairs}
    for plain in (int, float):
        if isinstance(value, plain):
            return plain(value)
    return _encode_array(value, blobs)


def _encode_array(value: Any, blobs: list[bytes]) -> Any:
    kind = type(value).__name__[:60]
    name = "scalar" if isinstance(value, np.generic) else "array"
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu().numpy()
        array = np.array(value, order="C", subok=False)
        if array.dtype.kind == "O":  # a list of tensors, for example
            array = np.array(value, dtype=np.float64)
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if array.dtype.str not in DTYPES:
            return {"opaque": kind}
        data = array.tobytes()
    except Exception:  # a conversion runs the object's own code
        return {"opaque": kind}
    blobs.append(data)
    return {name: [array.dtype.str, list(array.shape)]}


class Decoder:
    """Decodes a frame's JSON, consuming its bytes from front to back."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._used = 0
        self._arrays, self._entries = MAX_ARRAYS, MAX_ENTRIES

    def decode(self, value: Any) -> Any:
        """Return the input of ``encode``; WireError for anything it does not write."""
        if isinstance(value, list):
            return [self.decode(part) for part in value]
        if isinstance(value, str):
            # a lone surrogate cannot be written to a file
            return value.encode("utf-8", "replace").decode()
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind == "tuple":
            return tuple(self.decode(part) for part in content)
        if kind == "dict":
            self._entries -= len(content)
            if self._entries < 0:
                raise WireError("too many entries")
            return {self.decode(k): self.decode(v) for k, v in content}
        if kind == "bytes":
            return self._take(content)
        if kind == "opaque":
            return Opaque(str(self.decode(content))[:60])
        if kind in ("array", "scalar"):
            array = self._array(*content)
            return array[()] if kind == "scalar" else array
        raise WireError("not plain data")

    def _array(self, dtype: Any, shape: Any) -> np.ndarray:
        if dtype not in DTYPES:
            raise WireError("an array type that is not allowed")
        if len(shape) > 16 or not all(type(n) is int and 0 <= n < 2**40 for n in shape):
            raise WireError("an invalid array shape")
        self._arrays -= 1
        if self._arrays < 0:
            raise WireError("too many arrays")
        size = np.dtype(dtype).itemsize
        # reductions of an empty array with huge sides could fill the memory
        if math.prod(side or 1 for side in shape) * size > MAX_BYTES:
            raise WireError("an array that is too large")
        data = self._take(math.prod(shape) * size)
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy()

    def _take(self, size: Any) -> bytes:
        if type(size) is not int or not 0 <= size <= len(self._body) - self._used:
            raise WireError("more bytes than the frame has")
        self._used += size
        return self._body[self._used - size : self._used]
