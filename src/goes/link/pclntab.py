"""The runtime's function table: .gopclntab.

    functions at their addresses  →  header, names, cutab, file names, pc tables, functab with _func records,
                                     go:func.* (inline trees, wrap infos), findfunctab

The per-function tables come encoded from the object (obj/pcvalue.py); here they are pooled by content and pointed to.
Each distinct list of a function's files is a "compilation unit" of its own, so that encoded file numbers need no
rewriting. Every block is padded to 8 bytes; offsets are relative to their block as the reader wants them.

Sources: runtime/symtab.go, runtime/symtabinl.go, runtime/runtime2.go:_func; cmd/link/internal/ld/pcln.go;
linker-and-runtime-contracts B.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Final, final

from ..obj.pcvalue import tables_of
from ..obj.symbol import ASM, SPWRITE, TOPFRAME, WRAPPER, Definition
from .funcid import func_id

MAGIC: Final = 0xFFFFFFF1
_HEADER_SIZE: Final = 72
_MIN_LC: Final = 1
_POINTER_SIZE: Final = 8
_NONE: Final = 0xFFFFFFFF

# PCDATA and FUNCDATA indices.
_PCDATA_UNSAFE_POINT: Final = 0
_PCDATA_INLINE: Final = 2
_FUNCDATA_LOCALS: Final = 1
_FUNCDATA_INLINE: Final = 3
_FUNCDATA_WRAP: Final = 7

_FLAG_TOPFRAME: Final = 1
_FLAG_SPWRITE: Final = 2
_FLAG_ASM: Final = 4

BUCKET: Final = 4096
SUBBUCKET: Final = 256
_SUBBUCKETS: Final = 16

_FUNC: Final = struct.Struct("<IiiIIIIIIiBBBB")
_INLINED: Final = struct.Struct("<BxxxIII")


@final
class PclnTab:
    """The section's bytes, and where its blocks are: offset and size of each, in section order."""

    __slots__ = ("data", "blocks", "nfunc", "nfiles")

    def __init__(self) -> None:
        self.data = b""
        self.blocks: dict[str, tuple[int, int]] = {}
        self.nfunc = 0
        self.nfiles = 0


@final
class _Pool:
    """Byte strings behind one another, equal ones once."""

    __slots__ = ("data", "offsets")

    def __init__(self, first: bytes) -> None:
        self.data = bytearray(first)
        self.offsets: dict[bytes, int] = {}

    def place(self, content: bytes) -> int:
        at = self.offsets.get(content, -1)
        if at < 0:
            at = len(self.data)
            self.offsets[content] = at
            self.data += content
        return at


@final
class _Names:
    """NUL-terminated strings, equal ones once."""

    __slots__ = ("data", "offsets")

    def __init__(self, first: bytes) -> None:
        self.data = bytearray(first)
        self.offsets: dict[str, int] = {}

    def place(self, name: str) -> int:
        at = self.offsets.get(name, -1)
        if at < 0:
            at = len(self.data)
            self.offsets[name] = at
            self.data += name.encode("utf-8", "surrogateescape")
            self.data.append(0)
        return at


def display_name(d: Definition, functions: dict[str, int]) -> str:
    """The name tracebacks show: upstream assembly carries its calling convention as a suffix."""
    name = d.name
    if name.endswith(".abi0"):
        plain = name[:-5]
    elif name.endswith(".abiint"):
        plain = name[:-7]
    else:
        return name
    return plain if d.flags & ASM or plain in functions else name


Prefixes = Sequence[tuple[str, str]]


def shown_file(name: str, prefixes: Prefixes) -> str:
    """The file name as it is recorded: the first of the prefixes it has is replaced."""
    for old, new in prefixes:
        if name.startswith(old):
            return new + name[len(old) :]
    return name


def build(functions: list[Definition], offsets: list[int], text_end: int, prefixes: Prefixes = ()) -> PclnTab:
    """`offsets[i]` is the distance of functions[i] from runtime.text, ascending; text_end that of the last one's end.
    `prefixes` replaces beginnings of file names."""
    by_name = {d.name: offsets[i] for i, d in enumerate(functions)}
    names = _Names(b"\0")  # offset 0 reads as the empty name
    files = _Names(b"")
    pctab = _Pool(b"\0")  # offset 0 means "no table"
    cutab = array("I")
    units: dict[str, int] = {}
    # One shared stack map without bits: its presence says that a function is ours and may be preempted.
    funcdata = _Pool(struct.pack("<ii", 1, 0))
    nfunc = len(functions)
    functab = array("I", bytes(4 * (2 * nfunc + 1)))
    records = bytearray()
    records_start = (8 * nfunc + 4 + 7) & ~7
    place = pctab.place
    for i, d in enumerate(functions):
        text = d.text
        tables = tables_of(d)
        if text is None:
            text = d.text
            assert text is not None
        unit = _NONE
        if tables.pcfile:
            key = "\0".join(text.files)
            unit = units.get(key, _NONE)
            if unit == _NONE:
                unit = len(cutab)
                units[key] = unit
                for file in text.files:
                    cutab.append(files.place(shown_file(file, prefixes)))
        inline = 0
        inline_tree = _NONE
        if tables.inline_tree:
            inline = place(tables.inline)
            tree = bytearray()
            for callee, pc, line, callee_id in tables.inline_tree:
                tree += _INLINED.pack(callee_id or func_id(callee, False), names.place(callee), pc, line)
            inline_tree = funcdata.place(bytes(tree))
        wrap = _NONE
        if text.wrapped:
            wrapped = by_name.get(text.wrapped, -1)
            if wrapped >= 0:
                wrap = funcdata.place(struct.pack("<I", wrapped))
        unsafe = place(tables.unsafe) if tables.unsafe else 0
        npcdata = _PCDATA_INLINE + 1 if inline else 1 if unsafe else 0
        flags = d.flags
        is_asm = flags & ASM != 0
        nfuncdata = 0
        if wrap != _NONE:
            nfuncdata = _FUNCDATA_WRAP + 1
        elif inline_tree != _NONE:
            nfuncdata = _FUNCDATA_INLINE + 1
        elif not is_asm:
            nfuncdata = _FUNCDATA_LOCALS + 1
        flag = (
            (_FLAG_TOPFRAME if flags & TOPFRAME else 0)
            | (_FLAG_SPWRITE if flags & SPWRITE else 0)
            | (_FLAG_ASM if is_asm else 0)
        )
        name = display_name(d, by_name)
        functab[2 * i] = offsets[i]
        functab[2 * i + 1] = records_start + len(records)
        records += _FUNC.pack(
            offsets[i],
            names.place(name),
            text.args,
            text.landing,
            place(tables.pcsp) if tables.pcsp else 0,
            place(tables.pcfile) if tables.pcfile else 0,
            place(tables.pcln) if tables.pcln else 0,
            npcdata,
            unit,
            text.start_line,
            func_id(name, flags & WRAPPER != 0),
            flag,
            0,
            nfuncdata,
        )
        if npcdata == 3:
            records += struct.pack("<III", unsafe, 0, inline)
        elif npcdata == 1:
            records += struct.pack("<I", unsafe)
        if nfuncdata:
            slots = [_NONE] * nfuncdata
            if not is_asm:
                slots[_FUNCDATA_LOCALS] = 0
            if inline_tree != _NONE:
                slots[_FUNCDATA_INLINE] = inline_tree
            if wrap != _NONE:
                slots[_FUNCDATA_WRAP] = wrap
            records += struct.pack(f"<{nfuncdata}I", *slots)
        if len(records) & 7:
            records += bytes(-len(records) & 7)
    functab[2 * nfunc] = text_end
    table = bytearray(functab.tobytes())
    table += bytes(records_start - len(table))
    table += records
    out = PclnTab()
    out.nfunc = nfunc
    out.nfiles = len(files.offsets)
    blocks: list[tuple[str, bytes | bytearray]] = [
        ("runtime.funcnametab", names.data),
        ("runtime.cutab", cutab.tobytes()),
        ("runtime.filetab", files.data),
        ("runtime.pctab", pctab.data),
        ("runtime.functab", table),
        ("go:func.*", funcdata.data),
        ("runtime.findfunctab", find_func_table(offsets, text_end)),
    ]
    data = bytearray(_HEADER_SIZE)
    out.blocks["runtime.pcheader"] = (0, _HEADER_SIZE)
    for name, content in blocks:
        out.blocks[name] = (len(data), (len(content) + 7) & ~7)
        data += content
        data += bytes(-len(data) & 7)
    struct.pack_into("<IBBBB", data, 0, MAGIC, 0, 0, _MIN_LC, _POINTER_SIZE)
    struct.pack_into(
        "<8Q",
        data,
        8,
        nfunc,
        out.nfiles,
        0,
        out.blocks["runtime.funcnametab"][0],
        out.blocks["runtime.cutab"][0],
        out.blocks["runtime.filetab"][0],
        out.blocks["runtime.pctab"][0],
        out.blocks["runtime.functab"][0],
    )
    out.data = bytes(data)
    return out


def find_func_table(offsets: list[int], text_end: int) -> bytes:
    """For each 4096 bytes of text the index of the first function in it, and for each 256 bytes the distance from that:
    the lowest function that overlaps them. Functions are at least 16 bytes apart, so a distance fits a byte."""
    nsub = (text_end + SUBBUCKET - 1) // SUBBUCKET
    lowest = [0] * nsub
    # The function that covers a sub-bucket's first byte is the lowest one that overlaps it.
    index = 0
    nfunc = len(offsets)
    for sub in range(nsub):
        start = sub * SUBBUCKET
        while index + 1 < nfunc and offsets[index + 1] <= start:
            index += 1
        lowest[sub] = index
    out = bytearray()
    for bucket in range(0, nsub, _SUBBUCKETS):
        base = lowest[bucket]
        out += struct.pack("<I", base)
        for sub in range(bucket, min(bucket + _SUBBUCKETS, nsub)):
            out.append(lowest[sub] - base)
    out += bytes(-len(out) % 4)
    return bytes(out)
