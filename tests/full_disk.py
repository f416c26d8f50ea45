"""A disk on which a file can still be made, but nothing be written into it."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

REASON = os.strerror(errno.ENOSPC)


@contextmanager
def full_disk(folder: Path, names: str = "*") -> Iterator[None]:
    """Let every write below a folder fail, to files with such names."""
    really = io.open

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        found = really(file, mode, *args, **kwargs)
        inside = isinstance(file, Path) and folder in file.parents
        if inside and "r" not in mode and fnmatch(file.name, names):
            found.write = no_room
        return found

    def no_room(_: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, REASON)

    with mock.patch.object(io, "open", opened):
        yield


def written(folder: Path) -> list[Path]:
    """List the files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
