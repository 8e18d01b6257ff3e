"""Debug information for gdb, perf and delve: lines, functions and call frames.

    pcln, pcfile, pcsp of main.f   →   a sequence in .debug_line, a subprogram in .debug_info, an FDE in .debug_frame

One compile unit describes the program. Everything comes from the runtime's own tables, so a debugger sees exactly what
a traceback sees; types and variables are not described. The call frame information says where the return address is;
which registers a function saved is not known to the linker.

Sources: DWARF 5; cmd/link/internal/ld/dwarf.go (sections, compression).
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, final

from ..obj.pcvalue import decode_runs, tables_of
from ..obj.symbol import Definition
from ..obj.varint import read_uvarint, svarint, uvarint
from .elf import Extra
from .layout import SHT_PROGBITS, Section
from .pclntab import Prefixes, display_name, shown_file

SHF_COMPRESSED: Final = 0x800
_ELFCOMPRESS_ZLIB: Final = 1

# Line programs: special opcodes advance the line by -4..5 and the address by up to (255 - 10) / 10 bytes.
_LINE_BASE: Final = -4
_LINE_RANGE: Final = 10
_OPCODE_BASE: Final = 10
_STANDARD_LENGTHS: Final = bytes([0, 1, 1, 1, 1, 0, 0, 0, 1])
_MAX_SPECIAL_ADVANCE: Final = (255 - _OPCODE_BASE) // _LINE_RANGE
_DW_LNS_COPY: Final = 1
_DW_LNS_ADVANCE_PC: Final = 2
_DW_LNS_ADVANCE_LINE: Final = 3
_DW_LNS_SET_FILE: Final = 4
_END_SEQUENCE: Final = b"\x00\x01\x01"

_DW_LANG_GO: Final = 0x16
_PRODUCER: Final = b"goes\0"

# Abbreviations: 1 compile unit, 2 subprogram.
_ABBREVIATIONS: Final = bytes(
    [1, 0x11, 1]  # DW_TAG_compile_unit, has children
    + [0x03, 0x08, 0x25, 0x08, 0x13, 0x0B, 0x10, 0x17, 0x11, 0x01, 0x12, 0x07, 0x1B, 0x08, 0, 0]
    #  name string, producer string, language data1, stmt_list, low_pc addr, high_pc data8, comp_dir string
    + [2, 0x2E, 0]  # DW_TAG_subprogram
    + [0x03, 0x08, 0x11, 0x01, 0x12, 0x0F, 0x40, 0x18, 0x3F, 0x19, 0x3A, 0x0F, 0x3B, 0x0F, 0, 0]
    #  name string, low_pc addr, high_pc udata, frame_base exprloc, external, decl_file udata, decl_line udata
    + [0]
)
_FRAME_BASE: Final = b"\x01\x9c"  # DW_OP_call_frame_cfa

# def_cfa rsp+8; the return address is at cfa-8.
_CIE: Final = b"\xff\xff\xff\xff\x03\x00\x01\x78\x10\x0c\x07\x08\x90\x01"
_DW_CFA_DEF_CFA_OFFSET: Final = 0x0E


@final
class _Files:
    """File numbers of the unit's line table; number 0 is the unit's own name."""

    __slots__ = ("numbers",)

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"go": 0}

    def number(self, name: str) -> int:
        n = self.numbers.get(name)
        if n is None:
            n = len(self.numbers)
            self.numbers[name] = n
        return n


def sections(text: Section, prefixes: Prefixes = (), compress: bool = True) -> list[Extra]:
    """The debug sections for the functions in `text`."""
    files = _Files()
    lines = bytearray()
    frames = _unit(_CIE, 8)
    info = bytearray()
    frame_programs: dict[bytes, bytes] = {}
    functions = dict(zip([d.name for d in text.symbols], text.offsets))
    for d, offset in zip(text.symbols, text.offsets):
        tables = tables_of(d)
        address = text.address + offset
        numbers = _file_numbers(d, files, prefixes)
        if tables.pcln:
            lines += b"\x00\x09\x02" + struct.pack("<Q", address)
            _line_program(tables.pcln, tables.pcfile, numbers, lines)
        program = frame_programs.get(tables.pcsp)
        if program is None:
            program = _frame_program(tables.pcsp)
            frame_programs[tables.pcsp] = program
        frames += _unit(struct.pack("<IQQ", 0, address, tables.extent) + program, 8)
        name = display_name(d, functions).encode("utf-8", "surrogateescape")
        info += b"\x02" + name + b"\0" + struct.pack("<Q", address)
        start_line = d.text.start_line if d.text is not None else 0
        info += uvarint(d.size) + _FRAME_BASE + uvarint(numbers[0] if numbers else 0) + uvarint(start_line)
    out = [
        Extra(".debug_abbrev", SHT_PROGBITS, _ABBREVIATIONS),
        Extra(".debug_line", SHT_PROGBITS, _line_section(bytes(lines), files)),
        Extra(".debug_frame", SHT_PROGBITS, bytes(frames), 8),
        Extra(".debug_info", SHT_PROGBITS, _info_section(bytes(info), text)),
    ]
    if compress:
        for extra in out:
            _compress(extra)
    return out


def _unit(content: bytes, align: int) -> bytearray:
    """A length-prefixed entry, padded with DW_CFA_nop."""
    out = bytearray(4)
    out += content
    out += bytes(-len(out) % align)
    struct.pack_into("<I", out, 0, len(out) - 4)
    return out


def _file_numbers(d: Definition, files: _Files, prefixes: Prefixes) -> list[int]:
    text = d.text
    out: list[int] = []
    if text is not None:
        for name in text.files:
            out.append(files.number(shown_file(name, prefixes)))
    return out


def _line_program(pcln: bytes, pcfile: bytes, files: list[int], out: bytearray) -> None:
    """One sequence: rows wherever the line or the file changes."""
    file_starts: list[int] = []
    file_values: list[int] = []
    for start, _, value in decode_runs(pcfile):
        file_starts.append(start)
        file_values.append(files[value])
    file_starts.append(1 << 62)
    next_file = 0
    line = 1  # the state machine's
    value = -1  # the table's
    pc = 0  # of the current run
    row_pc = 0  # of the last row
    at = 0
    while True:
        delta = pcln[at]
        at += 1
        if delta >= 128:
            delta, at = read_uvarint(pcln, at - 1)
        if delta == 0 and at > 1:
            break
        length = pcln[at]
        at += 1
        if length >= 128:
            length, at = read_uvarint(pcln, at - 1)
        value += delta >> 1 if delta & 1 == 0 else -((delta + 1) >> 1)
        end = pc + length
        while True:
            if file_starts[next_file] <= pc:
                if file_values[next_file] != 1 or next_file > 0:
                    out.append(_DW_LNS_SET_FILE)
                    out += uvarint(file_values[next_file])
                next_file += 1
            step = value - line
            advance = pc - row_pc
            if _LINE_BASE <= step < _LINE_BASE + _LINE_RANGE and advance < _MAX_SPECIAL_ADVANCE:
                out.append(_OPCODE_BASE + step - _LINE_BASE + _LINE_RANGE * advance)
            else:
                if step:
                    out.append(_DW_LNS_ADVANCE_LINE)
                    out += svarint(step)
                if advance:
                    out.append(_DW_LNS_ADVANCE_PC)
                    out += uvarint(advance)
                out.append(_DW_LNS_COPY)
            line = value
            row_pc = pc
            if file_starts[next_file] >= end:
                break
            pc = file_starts[next_file]
        pc = end
    out.append(_DW_LNS_ADVANCE_PC)
    out += uvarint(pc - row_pc)
    out += _END_SEQUENCE


def _line_section(program: bytes, files: _Files) -> bytes:
    header = bytearray([1, 1, 1, _LINE_BASE & 255, _LINE_RANGE, _OPCODE_BASE])
    header += _STANDARD_LENGTHS
    header += bytes([1, 1, 0x08, 1]) + b".\0"  # one directory: path as string
    header += bytes([2, 1, 0x08, 2, 0x0F]) + uvarint(len(files.numbers))  # files: path, directory index
    for name in files.numbers:
        header += name.encode("utf-8", "surrogateescape") + b"\0\0"
    body = struct.pack("<HBBI", 5, 8, 0, len(header)) + header + program
    return struct.pack("<I", len(body)) + body


def _info_section(subprograms: bytes, text: Section) -> bytes:
    unit = b"\x01go\0" + _PRODUCER + struct.pack("<BIQQ", _DW_LANG_GO, 0, text.address, text.size) + b".\0"
    body = struct.pack("<HBBI", 5, 1, 8, 0) + unit + subprograms + b"\0"
    return struct.pack("<I", len(body)) + body


def _frame_program(pcsp: bytes) -> bytes:
    out = bytearray()
    at = 0
    depth = 0
    for start, _, value in decode_runs(pcsp):
        advance = start - at
        if value == depth:
            continue
        if 0 < advance < 64:
            out.append(0x40 | advance)
        elif advance >= 65536:
            out += b"\x04" + struct.pack("<I", advance)
        elif advance >= 64:
            out += b"\x03" + struct.pack("<H", advance)
        out.append(_DW_CFA_DEF_CFA_OFFSET)
        out += uvarint(value + 8 if value >= -8 else 8)
        at = start
        depth = value
    return bytes(out)


def _compress(extra: Extra) -> None:
    """Keep the compressed form if it is smaller."""
    packed = zlib.compress(extra.data, 1)
    if len(packed) + 24 < len(extra.data):
        extra.data = struct.pack("<IIQQ", _ELFCOMPRESS_ZLIB, 0, len(extra.data), extra.align) + packed
        extra.flags |= SHF_COMPRESSED
        extra.align = 8
