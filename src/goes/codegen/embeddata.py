"""The data of //go:embed variables.

    //go:embed a.txt
    var s string      →  main.s (DATA: pointer to the file's content, length)
    var b []byte      →  main.b (DATA: pointer to a writable copy, length, capacity)
    var f embed.FS    →  main.f (DATA: pointer to main.f.files), main.f.files (RODATA: slice header, then one record
    per file)

An embed.FS record is {name string; data string; hash [16]byte}; directories stand in the list with a trailing slash.
The list
is sorted by (directory, element), as embed.FS searches it.

Sources: package embed (file, FS.lookup); compiler-contracts 9.5.
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final, final

from ..obj import symbol as sym
from ..obj.symbol import Definition, Relocation
from ..types import types as t
from ..types.sizes import pointer_mask, sizeof
from .staticdata import StaticEnvironment

UNKNOWN: Final = 0
BYTES: Final = 1
STRING: Final = 2
FILES: Final = 3

_HASH_SIZE: Final = 16
_RECORD_SIZE: Final = 48
_HEADER_SIZE: Final = 24


@final
class EmbeddedFile:
    """A file by the name the program sees. A directory's name ends in a slash."""

    __slots__ = ("name", "data")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data


def embed_kind(typ: t.Type) -> int:
    """What a variable of this type may hold."""
    actual = t.unalias(typ)
    if isinstance(actual, t.Named) and actual.obj.name == "FS":
        package = actual.obj.pkg
        if package is not None and package.path == "embed":
            return FILES
    u = t.under(actual)
    if isinstance(u, t.Basic) and u.kind == t.STRING:
        return STRING
    if isinstance(u, t.Slice):
        element = t.under(u.elem)
        if isinstance(element, t.Basic) and element.kind == t.UINT8:
            return BYTES
    return UNKNOWN


def _order(name: str) -> tuple[str, str]:
    """Directory and element, the key of the list."""
    bare = name.removesuffix("/")
    slash = bare.rfind("/")
    return (".", bare) if slash < 0 else (bare[:slash], bare[slash + 1 :])


def with_directories(files: list[EmbeddedFile]) -> list[EmbeddedFile]:
    """The files and all directories above them, each once, in the order of embed.FS."""
    found: dict[str, EmbeddedFile] = {}
    for f in files:
        found.setdefault(f.name, f)
        folder = f.name
        while "/" in folder:
            folder = folder[: folder.rindex("/")]
            found.setdefault(folder + "/", EmbeddedFile(folder + "/", b""))
    return sorted(found.values(), key=lambda f: _order(f.name))


def content_hash(data: bytes) -> bytes:
    """The hash embed.FS keeps of a file: gc's variant of SHA-256, shortened."""
    digest = hashlib.sha256(data).digest()
    return bytes([digest[0] ^ 0xFF]) + digest[1:_HASH_SIZE]


def embed_definitions(
    env: StaticEnvironment, symbol: str, typ: t.Type, package: str, files: list[EmbeddedFile]
) -> list[Definition]:
    """The variable `symbol` of the package (escaped link path), and what it points at. A string or slice takes the one
    file there is."""
    kind = embed_kind(typ)
    variable = Definition(symbol, sym.DATA, bytes(sizeof(typ)), align=8, package=package)
    variable.ptrmask = pointer_mask(typ)
    if kind == FILES:
        listing = _listing(env, symbol + ".files", package, with_directories(files))
        variable.relocations.append(Relocation(0, sym.R_ADDR64, listing.name))
        return [variable, listing]
    data = files[0].data
    out = [variable]
    if kind == STRING:
        variable.data = bytes(8) + struct.pack("<Q", len(data))
        variable.gotype = env.type_symbol(typ)
        if data:
            variable.relocations.append(Relocation(0, sym.R_ADDR64, env.string_symbol(data)))
        return out
    variable.data = bytes(8) + struct.pack("<QQ", len(data), len(data))
    # A slice that is empty but not nil still points somewhere.
    copy = Definition(symbol + ".data", sym.NOPTRDATA, data or b"\0", align=1, flags=sym.LOCAL, package=package)
    variable.relocations.append(Relocation(0, sym.R_ADDR64, copy.name))
    out.append(copy)
    return out


def _listing(env: StaticEnvironment, symbol: str, package: str, files: list[EmbeddedFile]) -> Definition:
    """The slice of records of an embed.FS: the header points just behind itself."""
    data = bytearray(_HEADER_SIZE + _RECORD_SIZE * len(files))
    d = Definition(symbol, sym.RODATA, align=8, flags=sym.LOCAL, package=package)
    d.relocations.append(Relocation(0, sym.R_ADDR64, symbol, _HEADER_SIZE))
    struct.pack_into("<QQ", data, 8, len(files), len(files))
    at = _HEADER_SIZE
    for f in files:
        name = f.name.encode("utf-8", "surrogateescape")
        d.relocations.append(Relocation(at, sym.R_ADDR64, env.string_symbol(name)))
        struct.pack_into("<Q", data, at + 8, len(name))
        if not f.name.endswith("/"):
            if f.data:
                d.relocations.append(Relocation(at + 16, sym.R_ADDR64, env.string_symbol(f.data)))
            struct.pack_into("<Q", data, at + 24, len(f.data))
            data[at + 32 : at + 48] = content_hash(f.data)
        at += _RECORD_SIZE
    d.data = bytes(data)
    d.size = len(d.data)
    return d
