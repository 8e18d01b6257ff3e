"""The build cache: action id → output, in the official layout.

    $GOCACHE/ab/ab12...-a     "v1 <action id> <output id> <size, 20 wide> <time, 20 wide>\\n"
    $GOCACHE/cd/cd34...-d     the output, named by its SHA-256

Entries are written to a temporary file and renamed, so that readers never see half of one and concurrent builds may
race freely. Every read checks size and hash; a damaged entry is a miss, is removed, and is reported through `damaged`.
Entries not used for TRIM_AGE seconds are deleted at most once a day.

Source: cmd/go/internal/cache (format and policy).
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from typing import Final, final

from ..util.wholefile import unlink_quietly, write_whole

TRIM_AGE: Final = 5 * 24 * 3600
TRIM_INTERVAL: Final = 24 * 3600
TOUCH_INTERVAL: Final = 3600
_ENTRY_SIZE: Final = 2 + 1 + 64 + 1 + 64 + 1 + 20 + 1 + 20 + 1


def action_id(*parts: str | bytes) -> str:
    """SHA-256 over length-prefixed parts, as lower-case hex."""
    h = hashlib.sha256()
    for p in parts:
        b = p.encode("utf-8", "surrogateescape") if isinstance(p, str) else p
        h.update(b"%d:" % len(b))
        h.update(b)
    return h.hexdigest()


@final
class Cache:
    """One cache directory. `damaged`: files that were found broken and removed."""

    __slots__ = ("directory", "damaged")

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.damaged: list[str] = []

    def _path(self, id: str, kind: str) -> str:
        return os.path.join(self.directory, id[:2], f"{id}-{kind}")

    def output_path(self, output: str) -> str:
        """The file of an output id."""
        return self._path(output, "d")

    def entry(self, id: str) -> tuple[str, int] | None:
        """(output id, size) recorded for an action, or None."""
        path = self._path(id, "a")
        try:
            with open(path, "rb") as f:
                data = f.read(_ENTRY_SIZE + 1)
        except OSError:
            return None
        words = data.decode("ascii", "replace").split()
        if (
            len(data) != _ENTRY_SIZE
            or len(words) != 5
            or words[0] != "v1"
            or words[1] != id
            or len(words[2]) != 64
            or not words[3].isdigit()
        ):
            self._remove(path)
            return None
        return words[2], int(words[3])

    def output_file(self, id: str) -> str | None:
        """Path of an action's output if present with the right size (contents not hashed), or None."""
        e = self.entry(id)
        if e is None:
            return None
        path = self._path(e[0], "d")
        try:
            st = os.stat(path)
        except OSError:
            return None
        if st.st_size != e[1]:
            self._remove(path)
            return None
        self._touch(path, st.st_mtime)
        return path

    def get(self, id: str) -> bytes | None:
        """The output of an action, verified, or None."""
        e = self.entry(id)
        if e is None:
            return None
        path = self._path(e[0], "d")
        try:
            with open(path, "rb") as f:
                data = f.read()
        except OSError:
            return None
        if len(data) != e[1] or hashlib.sha256(data).hexdigest() != e[0]:
            self._remove(path)
            return None
        self._touch(path, 0.0)
        self._touch(self._path(id, "a"), 0.0)
        return data

    def put(self, id: str, data: bytes, executable: bool = False) -> str:
        """Record data as the output of an action; returns the output's path. Failures to write leave no entry."""
        out = hashlib.sha256(data).hexdigest()
        path = self._path(out, "d")
        try:
            known = os.stat(path).st_size == len(data)
        except OSError:
            known = False
        if not known:
            write_whole(path, data, 0o755 if executable else 0o666)
        line = f"v1 {id} {out} {len(data):20d} {time.time_ns():20d}\n"
        write_whole(self._path(id, "a"), line.encode("ascii"))
        return path

    def executable(self, id: str, name: str) -> str | None:
        """Path of the executable called name that put_executable recorded for an action, or None."""
        e = self.entry(id)
        if e is None:
            return None
        path = os.path.join(self._path(e[0], "d"), name)
        try:
            st = os.stat(path)
        except OSError:
            return None
        if st.st_size != e[1]:
            self._remove(path)
            return None
        self._touch(os.path.dirname(path), 0.0)
        self._touch(self._path(id, "a"), 0.0)
        return path

    def put_executable(self, id: str, name: str, data: bytes) -> str:
        """Record an executable under the name it is to be run by; returns its path: it lies in a directory of its own,
        where plain outputs are files."""
        h = hashlib.sha256(data)
        h.update(name.encode("utf-8", "surrogateescape"))
        out = h.hexdigest()
        path = os.path.join(self._path(out, "d"), name)
        try:
            known = os.stat(path).st_size == len(data)
        except OSError:
            known = False
        if not known:
            write_whole(path, data, 0o755)
        line = f"v1 {id} {out} {len(data):20d} {time.time_ns():20d}\n"
        write_whole(self._path(id, "a"), line.encode("ascii"))
        return path

    def _remove(self, path: str) -> None:
        self.damaged.append(path)
        unlink_quietly(path)

    def _touch(self, path: str, mtime: float) -> None:
        """Mark as used, at most once an hour."""
        try:
            now = time.time()
            if (mtime or os.stat(path).st_mtime) < now - TOUCH_INTERVAL:
                os.utime(path, (now, now))
        except OSError:
            pass

    def trim(self) -> None:
        """Delete what nobody used for TRIM_AGE, unless that was done within the last day."""
        from shutil import rmtree

        stamp = os.path.join(self.directory, "trim.txt")
        now = time.time()
        try:
            with open(stamp, encoding="ascii") as f:
                if now - float(f.read().strip() or "0") < TRIM_INTERVAL:
                    return
        except (OSError, ValueError):
            pass
        for i in range(256):
            folder = os.path.join(self.directory, f"{i:02x}")
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            for name in names:
                path = os.path.join(folder, name)
                try:
                    st = os.stat(path)
                    if st.st_mtime >= now - TRIM_AGE:
                        continue
                    if stat.S_ISDIR(st.st_mode):
                        rmtree(path, ignore_errors=True)
                    else:
                        os.unlink(path)
                except OSError:
                    pass
        try:
            write_whole(stamp, f"{int(now)}".encode("ascii"))
        except OSError:
            pass
