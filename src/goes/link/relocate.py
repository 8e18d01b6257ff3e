"""Write sections' contents and fill in addresses.

    call main.f   e8 00 00 00 00, R_PC32 main.f -4   →   e8 2b 01 00 00

Source: obj/symbol.py (kinds), cmd/link/internal/ld/data.go:relocsym (messages).
"""

from __future__ import annotations

import struct
from typing import Final

from ..diag.diagnostic import Bug
from ..obj.symbol import (
    R_ADDR32,
    R_ADDR32S,
    R_ADDR64,
    R_KEEP,
    R_METHODOFF,
    R_PC32,
    R_PC64,
    R_TEXTOFF,
    R_TPOFF32,
    R_TYPEOFF,
    R_WEAK_ADDR64,
    R_WEAK_TYPEOFF,
    TEXT,
    Definition,
)
from .layout import SHT_NOBITS, Section

# Dead methods: reflect reads -1 as runtime.unreachableMethod.
_REMOVED: Final = -1
# The g slot below the thread pointer, when there is no thread-local segment.
TLS_G_OFFSET: Final = -8
UNREACHABLE_METHOD: Final = "runtime.unreachableMethod"
_INT3: Final = b"\xcc"


def write_section(section: Section, fill: bytes = b"\0") -> None:
    """The symbols' bytes at their offsets."""
    if section.type == SHT_NOBITS:
        return
    pieces: list[bytes] = []
    at = 0
    for d, offset in zip(section.symbols, section.offsets):
        if offset > at:
            pieces.append(fill * (offset - at))
        data = d.data
        pieces.append(data)
        at = offset + len(data)
    if section.size > at:
        pieces.append(fill * (section.size - at))
    section.data = bytearray(b"".join(pieces))


def write_text(section: Section) -> None:
    """Padding traps."""
    write_section(section, _INT3)


def relocate(
    section: Section,
    address: dict[str, int],
    definitions: dict[str, Definition],
    types: int,
    text: int,
    errors: list[str],
) -> None:
    """Apply every relocation of a section. Targets nobody defines are reported in the words of Go's linker."""
    data = section.data
    base = section.address
    pack_int = struct.Struct("<i").pack_into
    pack_long = struct.Struct("<Q").pack_into
    for d, offset in zip(section.symbols, section.offsets):
        relocations = d.relocations
        if not relocations:
            continue
        for r in relocations:
            kind = r.kind
            if kind >= R_KEEP:
                continue
            s = address.get(r.target)
            at = offset + r.offset
            try:
                if s is None:
                    _without_target(d, r.target, kind, data, at, address, errors)
                elif kind == R_PC32:
                    pack_int(data, at, s + r.addend - base - at)
                elif kind == R_ADDR64 or kind == R_WEAK_ADDR64:
                    pack_long(data, at, s + r.addend & 0xFFFFFFFFFFFFFFFF)
                elif kind == R_TYPEOFF or kind == R_WEAK_TYPEOFF:
                    pack_int(data, at, s + r.addend - types)
                elif kind == R_METHODOFF:
                    target = definitions.get(r.target)
                    origin = text if target is not None and target.kind == TEXT else types
                    pack_int(data, at, s + r.addend - origin)
                elif kind == R_TEXTOFF:
                    pack_int(data, at, s + r.addend - text)
                elif kind == R_ADDR32S:
                    pack_int(data, at, s + r.addend)
                elif kind == R_ADDR32:
                    struct.pack_into("<I", data, at, s + r.addend)
                elif kind == R_PC64:
                    struct.pack_into("<q", data, at, s + r.addend - base - at)
                elif kind == R_TPOFF32:
                    pack_int(data, at, TLS_G_OFFSET + r.addend)
                else:
                    raise Bug("link", f"unknown relocation kind {kind}", d.name)
            except struct.error:
                errors.append(f"{d.name}: relocation to {r.target} at {r.offset:#x} is out of range")


def _without_target(
    d: Definition, target: str, kind: int, data: bytearray, at: int, address: dict[str, int], errors: list[str]
) -> None:
    if kind == R_METHODOFF:
        struct.pack_into("<i", data, at, _REMOVED)
    elif kind == R_WEAK_TYPEOFF:
        struct.pack_into("<i", data, at, 0)
    elif kind == R_WEAK_ADDR64:
        struct.pack_into("<Q", data, at, address.get(UNREACHABLE_METHOD, 0))
    elif kind == R_TPOFF32:
        struct.pack_into("<i", data, at, TLS_G_OFFSET)
    elif target == "main.main":
        errors.append(f"{d.name}: function main is undeclared in the main package")
    else:
        errors.append(f"{d.name}: relocation target {target} not defined")
