"""The temporary work directory of a command: $GOTMPDIR/go-build123456789.

    work = WorkDirectory(os.environ)
    work.path()       made on first use
    work.remove()     gone, whatever happened; with `keep` it stays

Source: cmd/go documentation (-work, GOTMPDIR).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import final

from ..diag.diagnostic import UserError


def temporary_directory(env: Mapping[str, str]) -> str:
    """Where temporary files go, as os.TempDir of Go."""
    return env.get("TMPDIR") or "/tmp"


def make_directory(base: str, prefix: str) -> str:
    """A new private directory base/prefix<number>. Raises OSError."""
    while True:
        path = os.path.join(base, f"{prefix}{int.from_bytes(os.urandom(4), 'little')}")
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            continue
        return path


def remove_tree(path: str) -> None:
    """Delete a directory tree; what cannot be deleted stays."""
    try:
        with os.scandir(path) as entries:
            found = [(e.path, e.is_dir(follow_symlinks=False)) for e in entries]
    except OSError:
        return
    for inner, is_directory in found:
        if is_directory:
            remove_tree(inner)
        else:
            try:
                os.unlink(inner)
            except OSError:
                pass
    try:
        os.rmdir(path)
    except OSError:
        pass


@final
class WorkDirectory:
    """Made when somebody asks for its path."""

    __slots__ = ("keep", "_base", "_path")

    def __init__(self, env: Mapping[str, str]) -> None:
        self.keep = False
        self._base = os.path.abspath(env.get("GOTMPDIR") or temporary_directory(env))
        self._path = ""

    def path(self) -> str:
        if not self._path:
            try:
                self._path = make_directory(self._base, "go-build")
            except OSError as e:
                reason = os.strerror(e.errno or 0).lower()
                if not os.path.isdir(self._base):
                    raise UserError(f"go: creating work dir: stat {self._base}: {reason}") from None
                raise UserError(f"go: creating work dir: mkdir {e.filename}: {reason}") from None
        return self._path

    def remove(self) -> None:
        if self._path and not self.keep:
            remove_tree(self._path)
            self._path = ""
