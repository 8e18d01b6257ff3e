"""Read a linked image back, independently of how it was written (`GOES_DEBUG=linkcheck`).

Checks what the runtime assumes and mostly does not verify: function table order, findfunctab by brute force, coverage
of the pc tables, inline trees whose call sites resolve, type and itab walks, GC programs against masks. Nosplit chains
that do not fit below the stack limit are reported on standard error.

Sources: runtime/symtab.go (moduledataverify1, findfunc, pcvalue), runtime/symtabinl.go,
runtime/type.go:moduleTypelinks.
"""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import Bug
from ..obj.pcvalue import decode_runs
from ..obj.symbol import ITAB, TYPE, TYPELINK
from . import gcprog, pclntab
from .stackcheck import StackCheck

if TYPE_CHECKING:
    from .link import Image

_FUNC_FIXED: Final = 44


def check(image: Image) -> None:
    check_functions(image)
    check_types(image)
    check_masks(image)
    for message in StackCheck(image.definitions).worst():
        sys.stderr.write(message + "\n")


def _fail(what: str, where: str = "") -> None:
    raise Bug("link", f"self-check: {what}", where)


def find_func(data: bytes, functab: int, findfunctab: int, nfunc: int, pc: int) -> int:
    """Index of the function at text offset pc, as runtime.findfunc computes it."""
    at = findfunctab + pc // pclntab.BUCKET * 20
    index = struct.unpack_from("<I", data, at)[0] + data[at + 4 + pc % pclntab.BUCKET // pclntab.SUBBUCKET]
    while struct.unpack_from("<I", data, functab + 8 * (index + 1))[0] <= pc:
        index += 1
        if index >= nfunc:
            _fail(f"pc {pc:#x} beyond the function table")
    return int(index)


def _value_at(table: bytes, at: int, pc: int, where: str) -> int:
    for start, end, value in decode_runs(table, at):
        if start <= pc < end:
            return value
    _fail(f"pc table at {at:#x} does not cover {pc:#x}", where)
    return -1


def check_functions(image: Image) -> None:
    text = image.layout.text
    data = bytes(image.layout.pclntab.data)
    blocks = image.table.blocks
    magic, pad1, pad2, min_lc, pointer = struct.unpack_from("<IBBBB", data, 0)
    if (magic, pad1, pad2, min_lc, pointer) != (0xFFFFFFF1, 0, 0, 1, 8):
        _fail("bad pclntab header")
    nfunc = struct.unpack_from("<Q", data, 8)[0]
    if nfunc != len(text.symbols):
        _fail("wrong number of functions")
    functab = blocks["runtime.functab"][0]
    findfunctab = blocks["runtime.findfunctab"][0]
    names = blocks["runtime.funcnametab"][0]
    pctab = blocks["runtime.pctab"][0]
    gofunc = blocks["go:func.*"][0]
    previous = -1
    for i, (d, offset) in enumerate(zip(text.symbols, text.offsets)):
        entry, record = struct.unpack_from("<II", data, functab + 8 * i)
        if entry != offset or entry <= previous:
            _fail("function table is out of order", d.name)
        previous = entry
        after = struct.unpack_from("<I", data, functab + 8 * (i + 1))[0]
        for pc in (entry, entry + d.size, (entry + after) // 2):
            if pc < after and find_func(data, functab, findfunctab, nfunc, pc) != i:
                _fail(f"findfunctab is wrong at {pc:#x}", d.name)
        at = functab + record
        fields = struct.unpack_from("<IiiIIIIIIiBBBB", data, at)
        if fields[0] != entry:
            _fail("entry offset", d.name)
        name_at = names + fields[1]
        if data[name_at : data.index(0, name_at)].decode("utf-8", "surrogateescape") not in d.name:
            _fail("name", d.name)
        npcdata, nfuncdata = fields[7], fields[13]
        for table in (fields[4], fields[5], fields[6]):
            if table:
                _value_at(data, pctab + table, d.size, d.name)
        funcdata = at + _FUNC_FIXED + 4 * npcdata
        if nfuncdata > 3 and npcdata > 2:
            tree = struct.unpack_from("<I", data, funcdata + 12)[0]
            inline = struct.unpack_from("<I", data, at + _FUNC_FIXED + 8)[0]
            if tree != 0xFFFFFFFF:
                _check_inline_tree(data, pctab + inline, gofunc + tree, d.name, after - entry)


def _check_inline_tree(data: bytes, table: int, tree: int, where: str, extent: int) -> None:
    for start, _, value in decode_runs(data, table):
        depth = 0
        index = value
        while index >= 0:
            parent_pc = struct.unpack_from("<i", data, tree + 16 * index + 8)[0]
            if not 0 <= parent_pc < extent - 1:
                _fail(f"call site {parent_pc:#x} of inlined call {index} is outside", where)
            index = _value_at(data, table, parent_pc, where)
            depth += 1
            if depth > 1000:
                _fail(f"inline tree at {start:#x} does not end", where)


def descriptor_size(data: bytes, at: int) -> int:
    """abi.Type.DescriptorSize of the descriptor at that offset."""
    kind = data[at + 23] & 31
    tflag = data[at + 20]
    base, extra = _KIND_SIZES.get(kind, (48, 0))
    size = base
    if kind == 19:  # func: parameters follow the uncommon part
        incount, outcount = struct.unpack_from("<HH", data, at + 48)
        extra = 8 * (incount + (outcount & 0x7FFF))
    elif kind == 20:
        extra = 8 * int(struct.unpack_from("<Q", data, at + 64)[0])
    elif kind == 25:
        extra = 24 * int(struct.unpack_from("<Q", data, at + 64)[0])
    if tflag & 1:
        mcount = struct.unpack_from("<H", data, at + size + 4)[0]
        extra += 16 + 16 * int(mcount)
    return size + extra


# abi kinds whose descriptor is larger than abi.Type: array, chan, func, interface, map, pointer, slice, struct.
_KIND_SIZES: Final[dict[int, tuple[int, int]]] = {
    17: (72, 0),
    18: (64, 0),
    19: (56, 0),
    20: (80, 0),
    21: (104, 0),
    22: (56, 0),
    23: (56, 0),
    25: (80, 0),
}


def check_types(image: Image) -> None:
    section = image.layout.types
    data = bytes(section.data)
    at = 8
    end_of_links = image.layout.typedesclen
    end_of_itabs = image.layout.itaboffset
    for d, offset in zip(section.symbols, section.offsets):
        if d.kind == TYPE and d.flags & TYPELINK:
            at = (at + 7) & ~7
            if offset != at:
                _fail(f"type walk finds {at:#x}, symbol is at {offset:#x}", d.name)
            if descriptor_size(data, offset) != d.size:
                _fail(f"descriptor of {d.size} bytes, the runtime expects {descriptor_size(data, offset)}", d.name)
            at = offset + d.size
        elif d.kind == ITAB:
            if offset != end_of_itabs:
                _fail("gap between itabs", d.name)
            end_of_itabs += d.size
    if at != end_of_links:
        _fail("length of composite types")
    if end_of_itabs != section.size:
        _fail("length of itabs")


def check_masks(image: Image) -> None:
    rodata = image.layout.rodata
    for name, section in (("runtime.gcdata", image.layout.data), ("runtime.gcbss", image.layout.bss)):
        start = image.address[name] - rodata.address
        bits = gcprog.expand(bytes(rodata.data[start:]))
        wanted: set[int] = set()
        for d, offset in zip(section.symbols, section.offsets):
            mask = int.from_bytes(d.ptrmask, "little")
            for word in range(mask.bit_length()):
                if mask >> word & 1:
                    wanted.add(offset // 8 + word)
        if {i for i, bit in enumerate(bits) if bit} != wanted:
            _fail(f"{name} does not describe {section.name}")
        if len(bits) > (section.size + 7) // 8 + 63:
            _fail(f"{name} is too long")
