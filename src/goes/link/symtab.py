"""The ELF symbol table: what nm, gdb and perf see.

    main.f  TEXT, 48 bytes   →   FUNC GLOBAL main.f

Left out, as Go's linker does: strings, masks, funcvals, descriptors, itabs. Local symbols come first; text is in
address order.

Sources: cmd/link/internal/ld/symtab.go (asmElfSym, putelfsym); linker-and-runtime-contracts C.3.
"""

from __future__ import annotations

import struct
from typing import Final

from ..obj.symbol import FUNCVAL, GCBITS, GOSTRING, ITAB, LOCAL, TEXT, TYPE, TYPENAME, Definition
from .layout import Section

_STT_OBJECT: Final = 1
_STT_FUNC: Final = 2
_STT_FILE: Final = 4
_SHN_ABS: Final = 0xFFF1
_ENTRY: Final = struct.Struct("<IBBHQQ")
_OMITTED: Final = (GOSTRING, GCBITS, FUNCVAL, TYPE, TYPENAME, ITAB)


def symbol_name(d: Definition, definitions: dict[str, Definition]) -> str:
    """The name in the table: a suffix for the calling convention only where the plain name is another symbol."""
    name = d.name
    if d.kind == TEXT:
        if name.endswith(".abi0") and name[:-5] not in definitions:
            name = name[:-5]
        elif name.endswith(".abiint") and name[:-7] not in definitions:
            name = name[:-7]
    return name.replace("·", ".")


def build(
    sections: list[Section],
    index_of: dict[str, int],
    definitions: dict[str, Definition],
    markers: list[tuple[str, int, str]],
) -> tuple[bytes, bytes, int]:
    """(.symtab, .strtab, number of local symbols). `markers`: name, address, section of the linker's own symbols."""
    strings = bytearray(b"\0")
    local = [_ENTRY.pack(0, 0, 0, 0, 0, 0)]
    strings += b"go.go\0"
    local.append(_ENTRY.pack(1, _STT_FILE, 0, _SHN_ABS, 0, 0))
    public: list[bytes] = []
    pack = _ENTRY.pack
    known = set(definitions)
    pending = [m for m in markers if m[0] not in known]
    for section in sections:
        index = index_of[section.name]
        base = section.address
        is_text = section.name == ".text"
        for name, address, where in pending:
            if where == section.name and name != "runtime.etext":
                kind = _STT_FUNC if is_text else _STT_OBJECT
                public.append(pack(len(strings), 1 << 4 | kind, 0, index, address, 0))
                strings += name.encode() + b"\0"
        for d, offset in zip(section.symbols, section.offsets):
            if d.kind in _OMITTED:
                continue
            name = symbol_name(d, definitions)
            if name.startswith((".", "go:cst.", "go:jump.")):
                continue
            at = len(strings)
            strings += name.encode("utf-8", "surrogateescape")
            strings.append(0)
            kind = _STT_FUNC if d.kind == TEXT else _STT_OBJECT
            if d.flags & LOCAL:
                local.append(pack(at, kind, 0, index, base + offset, d.size))
            else:
                public.append(pack(at, 1 << 4 | kind, 0, index, base + offset, d.size))
        if is_text:
            public.append(pack(len(strings), 1 << 4 | _STT_FUNC, 0, index, base + section.size, 0))
            strings += b"runtime.etext\0"
    return b"".join(local) + b"".join(public), bytes(strings), len(local)
