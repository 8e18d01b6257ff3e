"""Decode `.debug_line`: which line number each program counter carries.

    read_line_table(obj)  →  {section index: [(pc, line id), (pc, line id), ..., (end pc, -1)]}

The code generator stores ids, not lines, in DILocations; files and columns are ignored. A row holds up to the next one.
Sources: DWARF 5 section 6.2 (versions 4 and 5 differ only in the header).
"""

from __future__ import annotations

import struct
from typing import Final

from ..diag.diagnostic import Bug
from .elfreader import ElfObject
from .varint import read_svarint, read_uvarint

DW_LNS_COPY: Final = 1
DW_LNS_ADVANCE_PC: Final = 2
DW_LNS_ADVANCE_LINE: Final = 3
DW_LNS_SET_FILE: Final = 4
DW_LNS_SET_COLUMN: Final = 5
DW_LNS_NEGATE_STMT: Final = 6
DW_LNS_SET_BASIC_BLOCK: Final = 7
DW_LNS_CONST_ADD_PC: Final = 8
DW_LNS_FIXED_ADVANCE_PC: Final = 9
DW_LNS_SET_PROLOGUE_END: Final = 10
DW_LNS_SET_EPILOGUE_BEGIN: Final = 11
DW_LNS_SET_ISA: Final = 12
DW_LNE_END_SEQUENCE: Final = 1
DW_LNE_SET_ADDRESS: Final = 2

# End-of-sequence mark in place of a line.
END: Final = -1


def read_line_table(obj: ElfObject) -> dict[int, list[tuple[int, int]]]:
    """Rows (pc in section, line) of every sequence, by section, in program counter order."""
    out: dict[int, list[tuple[int, int]]] = {}
    at = obj.find(".debug_line")
    if at < 0:
        return out
    data = obj.content(at)
    base: dict[int, tuple[int, int]] = {}
    for r in obj.relocations(at):
        base[r.offset] = (r.symbol.section, r.symbol.value + r.addend)
    pos = 0
    while pos + 4 <= len(data):
        length = struct.unpack_from("<I", data, pos)[0]
        if length >= 0xFFFFFFF0:
            raise Bug("obj", "64-bit DWARF")
        end = pos + 4 + length
        _read_unit(data, pos + 4, end, base, out)
        pos = end
    for rows in out.values():
        rows.sort(key=_pc_order)
    return out


def _pc_order(row: tuple[int, int]) -> int:
    # Stable: rows of one pc keep their order, so that the last one wins.
    return row[0]


def _read_unit(
    data: bytes, pos: int, end: int, base: dict[int, tuple[int, int]], out: dict[int, list[tuple[int, int]]]
) -> None:
    version = data[pos] | data[pos + 1] << 8
    pos += 2
    if version == 5:
        pos += 2  # address size, segment selector size
    elif version < 2 or version > 5:
        raise Bug("obj", f"line table version {version}")
    header_length = struct.unpack_from("<I", data, pos)[0]
    pos += 4
    program = pos + header_length
    min_length = data[pos]
    pos += 1
    if version >= 4:
        pos += 1  # maximum operations per instruction
    pos += 1  # default_is_stmt
    line_base = data[pos] - 256 if data[pos] > 127 else data[pos]
    line_range = data[pos + 1]
    opcode_base = data[pos + 2]
    lengths = data[pos + 3 : pos + 3 + opcode_base - 1]
    const_add = (255 - opcode_base) // line_range * min_length

    pc = 0
    line = 1
    rows: list[tuple[int, int]] = []
    pos = program
    while pos < end:
        op = data[pos]
        pos += 1
        if op >= opcode_base:
            op -= opcode_base
            pc += op // line_range * min_length
            line += line_base + op % line_range
            rows.append((pc, line))
        elif op == DW_LNS_COPY:
            rows.append((pc, line))
        elif op == DW_LNS_ADVANCE_LINE:
            delta, pos = read_svarint(data, pos)
            line += delta
        elif op == DW_LNS_ADVANCE_PC:
            delta, pos = read_uvarint(data, pos)
            pc += delta * min_length
        elif op == DW_LNS_CONST_ADD_PC:
            pc += const_add
        elif op == DW_LNS_SET_FILE or op == DW_LNS_SET_COLUMN or op == DW_LNS_SET_ISA:
            while data[pos] & 128:
                pos += 1
            pos += 1
        elif op == 0:
            size, pos = read_uvarint(data, pos)
            sub = data[pos]
            if sub == DW_LNE_SET_ADDRESS:
                section, pc = base[pos + 1]
                rows = out.setdefault(section, [])
            elif sub == DW_LNE_END_SEQUENCE:
                rows.append((pc, END))
                pc = 0
                line = 1
                rows = []
            pos += size
        elif op == DW_LNS_FIXED_ADVANCE_PC:
            pc += data[pos] | data[pos + 1] << 8
            pos += 2
        elif op in (DW_LNS_NEGATE_STMT, DW_LNS_SET_BASIC_BLOCK, DW_LNS_SET_PROLOGUE_END, DW_LNS_SET_EPILOGUE_BEGIN):
            pass
        else:
            for _ in range(lengths[op - 1]):
                _, pos = read_uvarint(data, pos)
