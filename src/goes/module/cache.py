"""The module cache: names, locks and writes. The layout is the official one; both may use one cache at once.

    $GOMODCACHE/cache/download/example.com/!m/@v/list, v1.0.0.info .mod .zip .ziphash .lock .partial
    $GOMODCACHE/cache/lock, cache/vcs/<hash>, cache/download/sumdb/…
    $GOMODCACHE/example.com/!m@v1.0.0/…           read-only

Files appear by rename. A directory is complete when there is no .partial beside its .ziphash.
Sources: Go modules reference "Module cache"; cmd/go/internal/modfetch/cache.go.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

from ..util.lockedfile import locked, replace_contents
from ..util.wholefile import write_whole
from . import semver
from .escape import check_canonical, escape, escape_path, escape_version
from .problem import FetchError

EROFS: Final = 30


def remove_all(directory: str) -> None:
    """A directory tree, even a read-only one."""
    import shutil

    if os.path.islink(directory) or not os.path.isdir(directory):
        if os.path.lexists(directory):
            os.unlink(directory)
        return
    for current, _, _ in os.walk(directory):
        try:
            os.chmod(current, 0o777)
        except OSError:
            pass
    try:
        shutil.rmtree(directory)
    except FileNotFoundError:
        pass


def make_read_only(directory: str) -> None:
    """Take the right to write from all directories of a tree, the inner ones first."""
    for current, _, _ in os.walk(directory, topdown=False):
        mode = os.stat(current).st_mode
        if mode & 0o222:
            os.chmod(current, mode & 0o7777 & ~0o222)


@final
class ModuleCache:
    """The cache in a directory. Errors of the directory itself are raised once something is wanted of it."""

    def __init__(self, directory: str, writable: bool = False) -> None:
        self.directory = directory
        self.writable = writable  # -modcacherw
        self._checked = False
        self._lock = threading.Lock()

    def check_directory(self) -> None:
        """Is there a cache, or can there be one?"""
        if self._checked:
            return
        directory = self.directory
        if not directory:
            raise FetchError("module cache not found: neither GOMODCACHE nor GOPATH is set")
        if not os.path.isabs(directory):
            raise FetchError(f'GOMODCACHE entry is relative; must be absolute path: "{directory}".\n')
        try:
            os.makedirs(directory, exist_ok=True)
        except FileExistsError:
            raise FetchError(f'could not create module cache: "{directory}" is not a directory') from None
        except OSError as e:
            reason = os.strerror(e.errno or 0).lower()
            raise FetchError(f"could not create module cache: mkdir {e.filename}: {reason}") from None
        self._checked = True

    def versions_directory(self, path: str) -> str:
        """…/@v of a module."""
        self.check_directory()
        return f"{self.directory}/cache/download/{escape_path(path)}/@v"

    def file(self, path: str, version: str, suffix: str) -> str:
        """The name of a file about a version: suffix info, mod, zip, ziphash, lock or partial."""
        directory = self.versions_directory(path)
        check_canonical(version)
        return f"{directory}/{escape_version(version)}.{suffix}"

    def module_directory(self, path: str, version: str) -> tuple[str, str]:
        """Where the module is extracted, and why not: "" if it is there and whole, "missing" if nothing is there,
        else what is wrong with it."""
        self.check_directory()
        escaped = escape_path(path)
        check_canonical(version)
        directory = f"{self.directory}/{escaped}@{escape_version(version)}"
        if not os.path.lexists(directory):
            return directory, "missing"
        if not os.path.isdir(directory):
            return directory, "not a directory"
        if os.path.exists(self.file(path, version, "partial")):
            return directory, "not completely extracted"
        if not os.path.exists(self.file(path, version, "ziphash")):
            return directory, "ziphash file is missing"
        return directory, ""

    @contextmanager
    def lock_version(self, path: str, version: str) -> Iterator[None]:
        """One process at a time downloads or extracts a version."""
        with locked(self.file(path, version, "lock")):
            yield

    @contextmanager
    def side_lock(self) -> Iterator[None]:
        """The lock for edits of go.mod and go.sum."""
        self.check_directory()
        with locked(f"{self.directory}/cache/lock"):
            yield

    def read(self, path: str, version: str, suffix: str) -> bytes | None:
        """The cached file, or None."""
        try:
            with open(self.file(path, version, suffix), "rb") as f:
                return f.read()
        except (FetchError, OSError, ValueError):
            return None

    def write(self, path: str, version: str, suffix: str, data: bytes, what: str) -> None:
        """Keep a file. That this fails is no reason to stop; it is said, unless the cache is read-only by intention."""
        try:
            name = self.file(path, version, suffix)
        except FetchError:
            return
        try:
            write_whole(name, data)
            if suffix == "mod":
                self.rewrite_list(os.path.dirname(name))
        except OSError as e:
            if e.errno != EROFS:
                sys.stderr.write(f"go: writing {what} cache: open {e.filename or name}: {os.strerror(e.errno or 0).lower()}\n")

    def rewrite_list(self, directory: str) -> None:
        """Bring @v/list up to date with the .mod files beside it."""
        with locked(directory + "/list") as descriptor:
            versions = [n[:-4] for n in os.listdir(directory) if n.endswith(".mod")]
            versions = [v for v in versions if v and semver.canonical_version(v) == v]
            data = "".join(v + "\n" for v in sort_versions(versions)).encode()
            if os.pread(descriptor, len(data) + 1, 0) != data:
                replace_contents(descriptor, data)

    def clean(self) -> None:
        """Remove the whole cache (`go clean -modcache`)."""
        if not self.directory:
            raise FetchError("cannot clean -modcache without a module cache")
        remove_all(self.directory)


def sort_versions(versions: list[str]) -> list[str]:
    """In semantic order; equal ones by text."""
    from functools import cmp_to_key

    def order(a: str, b: str) -> int:
        return semver.compare(a, b) or (a > b) - (a < b)

    return sorted(versions, key=cmp_to_key(order))


def clean_modcache(directory: str) -> None:
    """`go clean -modcache`."""
    ModuleCache(directory).clean()


__all__ = [
    "EROFS", "ModuleCache", "clean_modcache", "escape", "make_read_only", "remove_all", "sort_versions",
]  # fmt: skip
