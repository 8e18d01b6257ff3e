"""Files that several commands use at once, each under the file's own lock (flock, as the go command on Linux and BSD).

    with locked("/cache/lock"): …            a file that is nothing but a lock
    write_locked("/cache/list", data)        in place, and not while someone reads it with read_locked

Source: cmd/go/internal/lockedfile.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager


def lock(path: str) -> int:
    """A descriptor of the file, which is made, as is its directory; the lock ends when it is closed."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def locked(path: str) -> Iterator[int]:
    """Hold the lock of that file, for this process alone."""
    descriptor = lock(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_locked(path: str) -> bytes:
    """The contents, while no one is writing them."""
    with open(path, "rb") as f:
        fcntl.flock(f, fcntl.LOCK_SH)
        return f.read()


def write_locked(path: str, data: bytes) -> None:
    """Rewrite a file in place under its lock."""
    with locked(path) as descriptor:
        replace_contents(descriptor, data)


def replace_contents(descriptor: int, data: bytes) -> None:
    """The new contents in one write; on a full disk the file is left empty rather than half-written."""
    os.ftruncate(descriptor, 0)
    try:
        done = 0
        while done < len(data):
            done += os.pwrite(descriptor, data[done:], done)
    except OSError:
        os.ftruncate(descriptor, 0)
        raise
