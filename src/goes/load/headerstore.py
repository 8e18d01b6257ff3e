"""Heads of Go files kept from one command to the next, under GOCACHE.

    store = HeaderStore("/home/u/.cache/go-build/goes-headers")
    store.header(path, entry)       read again only if the file's size or time has changed
    store.save()

One file for each group of directories (see _shard), so that a command reads what it needs. A file that was changed a
moment ago is not kept: the next change may come without another time. A damaged store is as good as none.
"""

from __future__ import annotations

import marshal
import os
import time
from hashlib import sha256
from typing import Final, final

from ..util.wholefile import write_whole
from .constraint import FileConstraint
from .header import Header, Place, read_header
from .view import Entry, FileView

_FORMAT: Final = 3
_RECENT: Final = 2_000_000_000  # nanoseconds; how coarse a file system's clock may be
_LIMIT: Final = 20_000  # files in one shard; beyond, the shard begins anew

# A Header as marshal can write it: the attributes in the order of _pack, places as triples.
_Places = list[tuple[str, int, int]]
_Constraint = tuple[str, tuple[str, ...], str, bool]
_Packed = tuple[
    str, _Places, _Places, bool, tuple[int, int, str] | None, int, _Constraint, str, _Places, str, str, int
]  # fmt: skip
_Row = tuple[int, int, _Packed]  # size and time of the file


@final
class HeaderStore:
    __slots__ = ("directory", "view", "shards", "changed")

    def __init__(self, directory: str, view: FileView) -> None:
        self.directory = directory
        self.view = view
        self.shards: dict[str, dict[str, _Row]] = {}
        self.changed: set[str] = set()

    def header(self, path: str, entry: Entry) -> Header:
        """Raises OSError."""
        size, mtime = entry.stamp()
        key = _shard(path)
        rows = self.shards.get(key)
        if rows is None:
            rows = self._load(key)
            self.shards[key] = rows
        row = rows.get(path)
        if row is not None and row[0] == size and row[1] == mtime:
            return _unpack(row[2])
        header = read_header(self.view.read(path))
        if size >= 0 and time.time_ns() - mtime > _RECENT and self.view.actual(path) == path:
            rows[path] = (size, mtime, _pack(header))
            self.changed.add(key)
        return header

    def _file(self, key: str) -> str:
        return os.path.join(self.directory, sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:24])

    def _load(self, key: str) -> dict[str, _Row]:
        try:
            with open(self._file(key), "rb") as f:
                form, kept, rows = marshal.loads(f.read())
            if form == _FORMAT and kept == key and isinstance(rows, dict) and len(rows) < _LIMIT:
                return rows
        except (OSError, ValueError, EOFError, TypeError):
            pass
        return {}

    def save(self) -> None:
        """Write what is new; a cache that cannot be written costs time only."""
        for key in sorted(self.changed):
            try:
                write_whole(self._file(key), marshal.dumps((_FORMAT, key, self.shards[key])))
            except (OSError, ValueError):
                pass
        self.changed.clear()


def _shard(path: str) -> str:
    """Files that are usually needed together: those below one of the first five directories of the path."""
    return "/".join(os.path.dirname(path).split("/")[:6])


def _places(places: list[Place]) -> _Places:
    return [(p.text, p.line, p.column) for p in places]


def _pack(h: Header) -> _Packed:
    c = h.constraint
    return (
        h.name, _places(h.imports), _places(h.embeds), h.uses_cgo, h.error, h.end,
        (c.go_build, c.plus_build, c.problem, c.binary_only), h.doc, _places(h.directives), h.cgo, h.import_comment,
        h.import_comment_line,
    )  # fmt: skip


def _unpack(row: _Packed) -> Header:
    header = Header()
    (
        header.name, imports, embeds, header.uses_cgo, header.error, header.end, constraint, header.doc,
        directives, header.cgo, header.import_comment, header.import_comment_line,
    ) = row  # fmt: skip
    header.imports = [Place(*p) for p in imports]
    header.embeds = [Place(*p) for p in embeds]
    header.directives = [Place(*p) for p in directives]
    header.constraint = FileConstraint(*constraint)
    return header
