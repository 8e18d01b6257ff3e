"""runtime.firstmoduledata: where the runtime finds everything else.

The structure is a definition with references to the linker's marker symbols, so that relocation fills in addresses;
lengths and counts that are only known after layout are written by `fill`.

Sources: runtime/symtab.go:moduledata; cmd/link/internal/ld/symtab.go; linker-and-runtime-contracts A.3.
"""

from __future__ import annotations

import struct
from typing import Final

from ..obj.symbol import LOCAL, NOPTRDATA, R_ADDR64, RODATA, Definition, Relocation

SIZE: Final = 568
NAME: Final = "runtime.firstmoduledata"

# Pointer fields: offset, marker symbol.
_POINTERS: Final = (
    (0, "runtime.pcheader"),
    (152, "runtime.findfunctab"),
    (160, "runtime.text"),  # minpc
    (168, "runtime.etext"),  # maxpc
    (176, "runtime.text"),
    (184, "runtime.etext"),
    (192, "runtime.noptrdata"),
    (200, "runtime.enoptrdata"),
    (208, "runtime.data"),
    (216, "runtime.edata"),
    (224, "runtime.bss"),
    (232, "runtime.ebss"),
    (240, "runtime.noptrbss"),
    (248, "runtime.enoptrbss"),
    (256, "runtime.covctrs"),
    (264, "runtime.ecovctrs"),
    (272, "runtime.end"),
    (280, "runtime.gcdata"),
    (288, "runtime.gcbss"),
    (296, "runtime.types"),
    (312, "runtime.etypes"),
    (336, "runtime.rodata"),
    (344, "go:func.*"),
    (352, "runtime.epclntab"),
)

# Slices into .gopclntab: offset, block, element size.
_TABLES: Final = (
    (8, "runtime.funcnametab", 1),
    (32, "runtime.cutab", 4),
    (56, "runtime.filetab", 1),
    (80, "runtime.pctab", 1),
    (104, "runtime.functab", 1),  # pclntable
)

_FTAB: Final = 128
_TYPEDESCLEN: Final = 304
_ITABOFFSET: Final = 320
_ITABSIZE: Final = 328
_TEXTSECTMAP: Final = 360
_INITTASKS: Final = 448
_HASMAIN: Final = 512


def moduledata(inittasks: int) -> Definition:
    """The definition, for a program with that many scheduled init tasks."""
    data = bytearray(SIZE)
    out = Definition(NAME, NOPTRDATA, b"", SIZE, align=32)
    references = out.relocations
    for offset, name in _POINTERS:
        references.append(Relocation(offset, R_ADDR64, name))
    for offset, name, _ in _TABLES:
        references.append(Relocation(offset, R_ADDR64, name))
    references.append(Relocation(_FTAB, R_ADDR64, "runtime.functab"))
    references.append(Relocation(_TEXTSECTMAP, R_ADDR64, "runtime.textsectionmap"))
    struct.pack_into("<QQ", data, _TEXTSECTMAP + 8, 1, 1)
    if inittasks:
        references.append(Relocation(_INITTASKS, R_ADDR64, "go:main.inittasks"))
        struct.pack_into("<QQ", data, _INITTASKS + 8, inittasks, inittasks)
    data[_HASMAIN] = 1
    out.data = bytes(data)
    return out


def fill(
    d: Definition, blocks: dict[str, tuple[int, int]], nfunc: int, typedesclen: int, itaboffset: int, itabsize: int
) -> None:
    """Write what layout has found out."""
    data = bytearray(d.data)
    for offset, name, unit in _TABLES:
        count = blocks[name][1] // unit
        struct.pack_into("<QQ", data, offset + 8, count, count)
    struct.pack_into("<QQ", data, _FTAB + 8, nfunc + 1, nfunc + 1)
    struct.pack_into("<Q", data, _TYPEDESCLEN, typedesclen)
    struct.pack_into("<QQ", data, _ITABOFFSET, itaboffset, itabsize)
    d.data = bytes(data)


def text_section_map(text_size: int) -> Definition:
    """runtime.textsectionmap: one text section, {0, size, runtime.text}."""
    out = Definition("runtime.textsectionmap", RODATA, struct.pack("<QQQ", 0, text_size, 0), align=8, flags=LOCAL)
    out.relocations.append(Relocation(16, R_ADDR64, "runtime.text"))
    return out
