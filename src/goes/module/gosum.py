"""go.sum: what modules were, the last time.

    rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=
    rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=

    sums = GoSums("/m/go.sum");  sums.check("rsc.io/quote", "v1.5.2", hash, ask_database);  sums.write(keep, readonly=False)

A hash that differs from the recorded one ends the command. New hashes are "dirty" until they are written; only those
that were used, and that `keep` names, are. In a workspace the go.sum files of all its modules count as well.
Sources: Go modules reference "go.sum files"; cmd/go/internal/modfetch/fetch.go for the rules and messages.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cmp_to_key
from typing import Final, final

from ..diag.diagnostic import UserError
from ..util.lockedfile import locked, read_locked
from ..util.wholefile import write_whole
from . import semver

Key = tuple[str, str]  # module path; version, or version/go.mod

EMPTY_GO_MOD: Final = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="
NEEDS_UPDATE: Final = "updates to go.sum needed, disabled by -mod=readonly"
MISMATCH: Final = """

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'.
"""
UNKNOWN_HASH: Final = """

SECURITY WARNING
This download is listed in go.sum, but using an unknown hash algorithm.
The download cannot be verified.

For more information, see 'go help module-auth'.

"""


@final
class _Status:
    __slots__ = ("used", "dirty")

    def __init__(self, used: bool, dirty: bool) -> None:
        self.used = used
        self.dirty = dirty


_Table = dict[Key, list[str]]


@final
class GoSums:
    """`path` "" is a command without a main module: nothing is recorded. `lenient` passes over malformed lines
    (`go mod tidy`, which repairs them). `overlay` maps files to the ones that are read instead."""

    def __init__(
        self, path: str = "", workspace: Iterable[str] = (), lenient: bool = False, overlay: Mapping[str, str] | None = None
    ) -> None:
        self.path = path
        self.workspace = list(workspace)
        self.lenient = lenient
        self.overlay: Mapping[str, str] = overlay or {}
        self._sums: _Table = {}
        self._others: dict[str, _Table] = {}
        self._status: dict[tuple[str, str, str], _Status] = {}
        self._overwrite = False
        self._loaded = False
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------------------ reading

    def _load(self) -> bool:
        """Is there a go.sum to work with?"""
        if not self.path:
            return False
        if not self._loaded:
            self._loaded = True
            for name in self.workspace:
                self._others[name] = self._parse(name, self._read(name))
            self._sums = self._parse(self.path, self._read(self.path))
        return True

    def _read(self, path: str) -> bytes:
        try:
            if path in self.overlay:
                with open(self.overlay[path], "rb") as f:
                    return f.read()
            return read_locked(path)
        except FileNotFoundError:
            return b""
        except OSError as e:
            raise UserError(f"go: open {path}: {os.strerror(e.errno or 0).lower()}") from None

    def _parse(self, path: str, data: bytes) -> _Table:
        out: _Table = {}
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = line.split()
            if not words:
                continue
            if len(words) != 3:
                if self.lenient:
                    continue
                raise UserError(f"malformed go.sum:\n{path}:{number}: wrong number of fields {len(words)}")
            if words[2] == EMPTY_GO_MOD:
                # Old versions of go recorded a missing go.mod as an empty one.
                continue
            out.setdefault((words[0], words[1]), []).append(words[2])
        return out

    def _settled(self, table: _Table, key: Key) -> list[str]:
        """The known h1 hashes that are no news of this command."""
        out = []
        for h in table.get(key, ()):
            status = self._status.get((key[0], key[1], h))
            if h.startswith("h1:") and not (status is not None and status.dirty):
                out.append(h)
        return out

    def has(self, path: str, version: str) -> bool:
        """Is there a hash for the module (or, with version "v1.0.0/go.mod", for its go.mod)?"""
        with self._lock:
            if not self._load():
                return False
            key = (path, version)
            return any(self._settled(t, key) for t in self._others.values()) or bool(self._settled(self._sums, key))

    def recorded(self, path: str, version: str) -> str:
        """The one hash that is recorded; "" if there is none, or several that differ."""
        with self._lock:
            if not self._load():
                return ""
            found = {h for t in (*self._others.values(), self._sums) for h in self._settled(t, (path, version))}
            return found.pop() if len(found) == 1 else ""

    # ------------------------------------------------------------------------------------------------ checking

    def check(self, path: str, version: str, hash: str, ask: Callable[[], None], ask_always: bool = False) -> None:
        """Compare a hash with the recorded one; `ask` the checksum database about one that is not recorded, and
        record it. `ask` raises if the database knows better."""
        with self._lock:
            loaded = self._load()
            known = loaded and self._matches((path, version), hash)
            if loaded:
                self._status.setdefault((path, version, hash), _Status(False, False)).used = True
        if known and not ask_always:
            return
        ask()
        if known or not loaded:
            return
        with self._lock:
            self._add((path, version), hash)
            self._status.setdefault((path, version, hash), _Status(True, False)).dirty = True

    def _matches(self, key: Key, hash: str) -> bool:
        for h in self._sums.get(key, ()):
            if h == hash:
                return True
            if h.startswith("h1:"):
                self._mismatch(key, hash, "go.work.sum" if self.path.endswith("go.work.sum") else "go.sum", h)
        found = False
        for name, table in self._others.items():
            for h in table.get(key, ()):
                if h == hash:
                    found = True
                elif h.startswith("h1:"):
                    self._mismatch(key, hash, name, h)
        return found

    def _mismatch(self, key: Key, hash: str, file: str, recorded: str) -> None:
        text = f"verifying {key[0]}@{key[1]}: checksum mismatch\n\tdownloaded: {hash}\n\t{file}:     {recorded}" + MISMATCH
        raise UserError(text.removesuffix("\n"))

    def _add(self, key: Key, hash: str) -> None:
        if self._matches(key, hash):
            return
        old = self._sums.setdefault(key, [])
        if old:
            sys.stderr.write(
                f"warning: verifying {key[0]}@{key[1]}: unknown hashes in go.sum: {', '.join(old)}; adding {hash}" + UNKNOWN_HASH
            )
        old.append(hash)

    # ------------------------------------------------------------------------------------------------ writing

    def trim(self, keep: set[Key]) -> None:
        """Forget all that `keep` does not name (`go mod tidy`)."""
        with self._lock:
            if not self._load():
                return
            for key, hashes in self._sums.items():
                if key not in keep:
                    for h in hashes:
                        self._status[(key[0], key[1], h)] = _Status(False, True)
                    self._overwrite = True

    def is_dirty(self, keep: set[Key]) -> bool:
        """Would `write` change the file?"""
        with self._lock:
            for key, hashes in self._sums.items():
                for h in hashes:
                    status = self._status.get((key[0], key[1], h))
                    if status is not None and status.dirty and (not status.used or key in keep):
                        return True
            return False

    def write(self, keep: set[Key], readonly: bool, side_lock: Callable[[], AbstractContextManager[None]] | None = None) -> None:
        """Bring the file up to date. `side_lock` is ModuleCache.side_lock: it keeps older commands from interfering."""
        if not self._loaded or not self.is_dirty(keep):
            return
        if readonly:
            raise UserError("go: " + NEEDS_UPDATE)
        if self.path in self.overlay:
            raise UserError("go: updates to go.sum needed, but go.sum is part of the overlay specified with -overlay")
        try:
            if side_lock is None:
                self._rewrite(keep)
            else:
                with side_lock():
                    self._rewrite(keep)
        except OSError as e:
            reason = os.strerror(e.errno or 0).lower()
            raise UserError(f"go: updating go.sum: open {e.filename or self.path}: {reason}") from None

    def _rewrite(self, keep: set[Key]) -> None:
        with self._lock, locked(self.path):
            with open(self.path, "rb") as f:
                before = f.read()
            after = self._tidied(before, keep)
            if after != before:
                # In place, because the lock is on this file: whoever waits for it must see the new text.
                _rewrite_in_place(self.path, before, after)
            self._status.clear()
            self._overwrite = False

    def tidy(self, keep: set[Key]) -> tuple[bytes, bytes]:
        """The file as it is and as `write` would make it (`go mod tidy -diff`)."""
        with self._lock:
            before = self._read(self.path) if self.path else b""
            return before, self._tidied(before, keep)

    def _tidied(self, data: bytes, keep: set[Key]) -> bytes:
        if not self._overwrite:
            # Others may have written since: theirs and ours.
            self._sums = self._parse(self.path, data)
            for (path, version, h), status in self._status.items():
                if status.used and not self._in_workspace((path, version)):
                    self._add((path, version), h)
        lines: list[str] = []
        for key in sorted(self._sums, key=cmp_to_key(_order)):
            if self._in_workspace(key):
                continue
            for h in sorted(set(self._sums[key])):
                known = self._status.get((key[0], key[1], h))
                if known is None or not known.dirty or (known.used and key in keep):
                    lines.append(f"{key[0]} {key[1]} {h}\n")
        return "".join(lines).encode("utf-8", "surrogateescape")

    def _in_workspace(self, key: Key) -> bool:
        return any(key in table for table in self._others.values())


def _rewrite_in_place(path: str, before: bytes, after: bytes) -> None:
    """On failure the old text is put back."""
    try:
        with open(path, "r+b") as f:
            # The longer text first: a full disk is noticed before anything is lost.
            if len(after) > len(before):
                f.seek(len(before))
                f.write(after[len(before) :])
                f.flush()
            f.seek(0)
            f.write(after)
            f.flush()
            f.truncate(len(after))
    except OSError:
        try:
            with open(path, "r+b") as f:
                f.write(before)
                f.truncate(len(before))
        except OSError:
            write_whole(path, before)
        raise


def _order(a: Key, b: Key) -> int:
    """By path, then version; the hash of a go.mod after the module's."""
    if a[0] != b[0]:
        return -1 if a[0] < b[0] else 1
    version_a, slash_a, rest_a = a[1].partition("/")
    version_b, slash_b, rest_b = b[1].partition("/")
    if version_a != version_b:
        return semver.compare(version_a, version_b) or (version_a > version_b) - (version_a < version_b)
    x, y = slash_a + rest_a, slash_b + rest_b
    return (x > y) - (x < y)
