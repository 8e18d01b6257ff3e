"""Files that appear whole or not at all: written under another name beside their place, then renamed.

    write_whole("/cache/ab/ab12-d", data)       /cache/ab/ab12-d123456789.tmp, then /cache/ab/ab12-d
    with replacing("/src/app", 0o777) as f:     the same for contents that come in pieces
        copyfileobj(built, f)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


def temporary(path: str, mode: int = 0o666) -> tuple[int, str]:
    """A new file beside the path, to be renamed to it: its descriptor and its name, which ends with ".tmp"."""
    while True:
        name = f"{path}{int.from_bytes(os.urandom(4), 'little') % 1_000_000_000}.tmp"
        try:
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), name
        except FileExistsError:
            continue


@contextmanager
def replacing(path: str, mode: int = 0o666, hidden: bool = False) -> Iterator[BinaryIO]:
    """A new file that takes the path when all has been written. `hidden`: its name until then begins with a dot, for
    directories that people look into."""
    folder, base = os.path.split(path)
    descriptor, name = temporary(os.path.join(folder, "." + base) if hidden else path, mode)
    try:
        with open(descriptor, "wb") as f:
            yield f
        os.replace(name, path)
    except BaseException:
        unlink_quietly(name)
        raise


def write_whole(path: str, data: bytes, mode: int = 0o666) -> None:
    """Write a file; its directory is made."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with replacing(path, mode) as f:
        f.write(data)


def unlink_quietly(path: str) -> None:
    """Remove a file that may not be there, or not be ours to remove."""
    try:
        os.unlink(path)
    except OSError:
        pass
