"""Rewrite go.mod or go.work so that nobody sees half a file and no other command's change is lost.

    write_file("go.mod", new, expected=old, module_cache="/home/me/go/pkg/mod")

The file is locked as the go command locks it (flock), compared with what was read before, and replaced by a rename;
its mode and owner stay. The module cache's lock is held too if there is one, as the go command does.

Source: cmd/go/internal/lockedfile; cmd/go/internal/modfetch (SideLock).
"""

from __future__ import annotations

import fcntl
import os
from typing import final

from ..util.lockedfile import lock
from ..util.wholefile import unlink_quietly


@final
class ChangedError(Exception):
    """The file is not what it was when it was read."""


def write_file(path: str, data: bytes, expected: bytes | None, module_cache: str = "") -> bool:
    """Make `data` the contents. False if they are it already. Raises ChangedError if the contents are neither that nor
    `expected` (None: whatever they are), and OSError."""
    side = _side_lock(module_cache)
    try:
        return _write(os.path.realpath(path), data, expected)
    finally:
        if side >= 0:
            os.close(side)


def _side_lock(module_cache: str) -> int:
    """Holding it is polite, not necessary."""
    if not module_cache:
        return -1
    try:
        return lock(os.path.join(module_cache, "cache", "lock"))
    except OSError:
        return -1


def _write(path: str, data: bytes, expected: bytes | None) -> bool:
    new = not os.path.exists(path)
    descriptor = _lock(path)
    try:
        with open(descriptor, "rb", closefd=False) as f:
            old = f.read()
        if old == data and (not new or data):
            return False
        if expected is not None and old != expected:
            raise ChangedError
        status = os.fstat(descriptor)
        # One name will do while the lock is held, and the next writer uses up what one that was killed left.
        temporary = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.goes")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            with open(os.open(temporary, flags, 0o666), "wb") as f:
                f.write(data)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                _keep_owner(temporary, status)
            os.chmod(temporary, status.st_mode & 0o7777)
            os.rename(temporary, path)
        except BaseException as error:
            unlink_quietly(temporary)
            if new and not old:
                os.unlink(path)  # made here for the lock
            if not isinstance(error, PermissionError):
                raise
            # The file may be written, its directory may not.
            os.pwrite(descriptor, data, 0)
            os.ftruncate(descriptor, len(data))
        return True
    finally:
        os.close(descriptor)


def _keep_owner(path: str, status: os.stat_result) -> None:
    """Where the system lets us: root edits files of others."""
    try:
        os.chown(path, status.st_uid, status.st_gid)
    except OSError:
        pass


def _lock(path: str) -> int:
    """An open, locked file that is still the one of that name."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)
