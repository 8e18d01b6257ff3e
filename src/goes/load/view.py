"""The file system as the packages of a build see it: with the -overlay file's replacements.

    view = read_overlay("overlay.json", cwd)       {"Replace": {"a.go": "/tmp/new.go", "gone.go": ""}}
    view.read("/m/a.go")                           the bytes of /tmp/new.go
    view.entries("/m")                             gone.go is not there

Without an overlay (`PLAIN`) every call is one of os. Source: cmd/go/internal/fsys.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from typing import Final, final

from ..diag.diagnostic import UserError

_FILE: Final = 0
_DIRECTORY: Final = 1
_LINK: Final = 2
_OTHER: Final = 3


@final
class Entry:
    """One name in a directory. `size` and `mtime` (nanoseconds) are of the file that stands behind it; -1 if unknown."""

    __slots__ = ("name", "kind", "_path")

    def __init__(self, name: str, kind: int, path: str) -> None:
        self.name = name
        self.kind = kind
        self._path = path  # of the file that stands behind it

    def is_dir(self) -> bool:
        """A directory itself, not a link to one."""
        return self.kind == _DIRECTORY

    def is_link(self) -> bool:
        return self.kind == _LINK

    def is_regular(self) -> bool:
        return self.kind == _FILE

    def leads_to_directory(self) -> bool:
        return self.kind == _DIRECTORY or (self.kind == _LINK and os.path.isdir(self._path))

    def stamp(self) -> tuple[int, int]:
        """Size and time of change of the file behind, (-1, 0) if there is none."""
        try:
            s = os.stat(self._path)
        except OSError:
            return -1, 0
        return s.st_size, s.st_mtime_ns


@final
class FileView:
    """`replaced` maps absolute names to what stands for them, "" for a file that is to be gone."""

    __slots__ = ("replaced", "_sorted")

    def __init__(self, replaced: dict[str, str]) -> None:
        self.replaced = replaced
        self._sorted = sorted(replaced)

    def actual(self, path: str) -> str | None:
        """The file that stands behind a name; None for a file that is gone. Directories stand for themselves."""
        if not self.replaced:
            return path
        known = self.replaced.get(path)
        if known is not None:
            return known or None
        parent = os.path.dirname(path)
        while len(parent) > 1:
            if parent in self.replaced:
                return None
            parent = os.path.dirname(parent)
        return path

    def _below(self, path: str) -> list[str]:
        """The replaced names below a directory."""
        prefix = path.rstrip("/") + "/"
        i = bisect_left(self._sorted, prefix)
        found: list[str] = []
        while i < len(self._sorted) and self._sorted[i].startswith(prefix):
            found.append(self._sorted[i])
            i += 1
        return found

    def _implied_directory(self, path: str) -> bool:
        return any(self.replaced[name] for name in self._below(path))

    def is_dir(self, path: str) -> bool:
        if not self.replaced:
            return os.path.isdir(path)
        if self._implied_directory(path):
            return True
        return path not in self.replaced and self.actual(path) is not None and os.path.isdir(path)

    def is_file(self, path: str) -> bool:
        actual = self.actual(path)
        return actual is not None and os.path.isfile(actual) and not (self.replaced and self._implied_directory(path))

    def exists(self, path: str) -> bool:
        return self.is_file(path) or self.is_dir(path)

    def lexists(self, path: str) -> bool:
        if not self.replaced:
            return os.path.lexists(path)
        actual = self.actual(path)
        return self._implied_directory(path) or (actual is not None and os.path.lexists(actual))

    def mode(self, path: str) -> int:
        """The mode as lstat has it, 0 if there is nothing. A replacement is a regular file."""
        if self.replaced and self._implied_directory(path):
            return stat.S_IFDIR | 0o755
        actual = self.actual(path)
        if actual is None:
            return 0
        try:
            return os.stat(actual).st_mode if actual != path else os.lstat(path).st_mode
        except OSError:
            return 0

    def read(self, path: str) -> bytes:
        """Raises OSError."""
        actual = self.actual(path)
        if actual is None:
            raise FileNotFoundError(2, "No such file or directory", path)
        with open(actual, "rb") as f:
            return f.read()

    def entries(self, directory: str) -> list[Entry]:
        """What a directory holds, by name. Raises OSError."""
        found: dict[str, Entry] = {}
        try:
            if self.replaced and (directory in self.replaced or self.actual(directory) is None):
                raise FileNotFoundError(2, "No such file or directory", directory)
            with os.scandir(directory) as listing:
                for e in listing:
                    kind = (
                        _LINK if e.is_symlink()
                        else _FILE if e.is_file(follow_symlinks=False)
                        else _DIRECTORY if e.is_dir(follow_symlinks=False)
                        else _OTHER
                    )  # fmt: skip
                    found[e.name] = Entry(e.name, kind, e.path)
        except OSError:
            if not self.replaced or not self._implied_directory(directory):
                raise
        if self.replaced:
            cut = len(directory.rstrip("/")) + 1
            for path in self._below(directory):
                name, deeper, _ = path[cut:].partition("/")
                if deeper:
                    if self.replaced[path]:
                        found[name] = Entry(name, _DIRECTORY, os.path.join(directory, name))
                elif not self.replaced[path]:
                    found.pop(name, None)
                else:
                    found[name] = Entry(name, _FILE, self.replaced[path])
        return [found[name] for name in sorted(found)]


PLAIN: Final = FileView({})


def read_overlay(file: str, cwd: str) -> FileView:
    """The view of a -overlay file. Raises UserError."""
    if not file:
        return PLAIN
    from ..util.readjson import read_json, syntax_problem

    try:
        with open(os.path.join(cwd, file), "rb") as f:
            data = f.read()
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise UserError(f"go: reading overlay: open {file}: {reason}") from None
    text = data.decode("utf-8", "replace")
    try:
        parsed = read_json(text)
        replace = parsed.get("Replace", {}) or {}
        pairs = [(str(k), str(v)) for k, v in replace.items()]
    except RecursionError:
        raise UserError("go: parsing overlay JSON: exceeded max depth") from None
    except (ValueError, AttributeError) as error:
        problem = syntax_problem(text, error) or "json: cannot unmarshal into Go value of type fsys.overlayJSON"
        raise UserError(f"go: parsing overlay JSON: {problem}") from None
    replaced: dict[str, str] = {}
    written: dict[str, str] = {}
    for source, target in sorted(pairs):
        if not source:
            raise UserError("go: empty string key in overlay map")
        name = os.path.normpath(os.path.join(cwd, source))
        if name in replaced:
            raise UserError(f"go: duplicate paths {written[name]} and {source} in overlay map")
        written[name] = source
        replaced[name] = os.path.normpath(os.path.join(cwd, target)) if target else ""
    names = sorted(replaced)
    for i, name in enumerate(names[:-1]):
        if replaced[name] and names[i + 1].startswith(name + "/") and replaced[names[i + 1]]:
            raise UserError(f"go: inconsistent files {name} and {names[i + 1]} in overlay map")
    return FileView(replaced)
