"""`ar` archives, as the compiler and `pack` write them.

    write_archive([Member("__.PKGDEF", ...), Member("_go_.o", dump(definitions))])   →   "!<arch>\\n" ...

Entries carry no time, owner or group, so that equal contents are equal files. A Go object member begins with a text
line `go object linux amd64 <version> ...`, ended by "!\\n"; ours is followed by obj/store.py's bytes.

Sources: cmd/internal/archive; cmd/pack.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.diagnostic import UserError
from .store import Store, dump
from .symbol import Definition

MAGIC: Final = b"!<arch>\n"
PACKAGE_MEMBER: Final = "__.PKGDEF"
OBJECT_MEMBER: Final = "_go_.o"
OBJECT_PREFIX: Final = b"go object "
_HEADER_SIZE: Final = 60
_NAME_SIZE: Final = 16
_DEFAULT_MODE: Final = 0o644


@final
class Member:
    __slots__ = ("name", "data", "mode", "mtime", "uid", "gid")

    def __init__(self, name: str, data: bytes, mode: int = _DEFAULT_MODE) -> None:
        self.name = name
        self.data = data
        self.mode = mode
        self.mtime = 0
        self.uid = 0
        self.gid = 0


def write_archive(members: list[Member]) -> bytes:
    out = bytearray(MAGIC)
    for m in members:
        name = m.name.encode()
        while len(name) > _NAME_SIZE:
            name = name[:_NAME_SIZE].decode("utf-8", "ignore").encode()
        header = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, m.mtime, m.uid, m.gid, m.mode, len(m.data))
        out += header
        out += m.data
        if len(out) & 1:
            out.append(0)
    return bytes(out)


def read_archive(data: bytes, path: str) -> list[Member]:
    """The members of an archive; damaged ones are the user's business."""
    if data[: len(MAGIC)] != MAGIC:
        raise UserError(f"{path}: not an archive")
    out: list[Member] = []
    at = len(MAGIC)
    while at < len(data):
        header = data[at : at + _HEADER_SIZE]
        if len(header) < _HEADER_SIZE or header[58:60] != b"`\n":
            raise UserError(f"{path}: corrupt archive")
        name = header[:16].rstrip(b" ").decode("utf-8", "replace")
        try:
            size = int(header[48:58])
            mode = int(header[40:48], 8)
            m = Member(name, data[at + _HEADER_SIZE : at + _HEADER_SIZE + size], mode)
            m.mtime, m.uid, m.gid = int(header[16:28]), int(header[28:34]), int(header[34:40])
        except ValueError:
            raise UserError(f"{path}: corrupt archive") from None
        if len(m.data) != size:
            raise UserError(f"{path}: truncated archive")
        out.append(m)
        at += _HEADER_SIZE + size + (size & 1)
    return out


def object_member(header: str, definitions: list[Definition]) -> Member:
    """The `_go_.o` of an archive. `header`: the text behind "go object "."""
    return Member(OBJECT_MEMBER, OBJECT_PREFIX + header.encode() + b"\n!\n" + dump(definitions))


def open_object(member: Member) -> Store | None:
    """The definitions in a Go object member, None if it is something else or of another compiler."""
    if not member.data.startswith(OBJECT_PREFIX):
        return None
    at = member.data.find(b"\n!\n")
    if at < 0 or not member.data.startswith(b"goesobj", at + 3):
        return None
    return Store(member.data[at + 3 :])


def is_compiler_object(members: list[Member]) -> bool:
    """Whether an archive is what one compilation writes: __.PKGDEF, _go_.o, or both."""
    names = [m.name for m in members]
    return len(names) in (1, 2) and len(set(names)) == len(names) and set(names) <= {PACKAGE_MEMBER, OBJECT_MEMBER}
