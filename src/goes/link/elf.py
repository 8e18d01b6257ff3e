"""The executable file.

    header page: ELF header, program headers, section headers ... notes at its end
    .text | .rodata .gopclntab .go.type .go.func | .go.buildinfo ... .data [.bss .noptrbss] | symbols, debug

Each of the three groups is one page-aligned LOAD segment. Static, ET_EXEC, non-executable stack.

Sources: System V ABI; cmd/link/internal/ld/elf.go:asmbElf; linker-and-runtime-contracts C.1.
"""

from __future__ import annotations

import struct
from typing import Final, final

from .layout import HEADER_SIZE, SHF_ALLOC, SHT_NOBITS, SHT_NOTE, Layout, Section

SHT_SYMTAB: Final = 2
SHT_STRTAB: Final = 3
_PT_LOAD: Final = 1
_PT_NOTE: Final = 4
_PT_PHDR: Final = 6
_PT_GNU_STACK: Final = 0x6474E551
_X: Final = 1
_W: Final = 2
_R: Final = 4
_HEADER: Final = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM: Final = struct.Struct("<IIQQQQQQ")
_SECTION: Final = struct.Struct("<IIQQQQIIQQ")


@final
class Extra:
    """A section that is not loaded."""

    __slots__ = ("name", "type", "data", "link", "info", "align", "entry_size", "flags")

    def __init__(self, name: str, type: int, data: bytes, align: int = 1, entry_size: int = 0, flags: int = 0) -> None:
        self.name = name
        self.type = type
        self.data = data
        self.link = ""
        self.info = 0
        self.align = align
        self.entry_size = entry_size
        self.flags = flags


def section_indices(layout: Layout, notes: list[tuple[str, bytes]]) -> dict[str, int]:
    """The section numbers `write` will use for loaded sections; symbols refer to them."""
    out: dict[str, int] = {}
    for i, section in enumerate(layout.sections()):
        out[section.name] = i + 1
    for name, _ in notes:
        out[name] = len(out) + 1
    return out


def write(layout: Layout, notes: list[tuple[str, bytes]], extras: list[Extra], entry: int, page: int) -> bytearray:
    """The file's bytes. `notes` are (section name, content)."""
    indices = section_indices(layout, notes)
    loaded = layout.sections()
    for extra in extras:
        indices[extra.name] = len(indices) + 1
    names = bytearray(b"\0")
    name_at: dict[str, int] = {}
    for name in [*indices, ".shstrtab"]:
        name_at[name] = len(names)
        names += name.encode() + b"\0"

    out = bytearray(HEADER_SIZE)
    header_address = layout.text.address - HEADER_SIZE
    notes_at = HEADER_SIZE - sum((len(content) + 3) & ~3 for _, content in notes)
    headers: list[bytes] = [bytes(64)]
    last = loaded[0]
    for section in loaded:
        if section.type != SHT_NOBITS:
            if section.file_offset > len(out):
                out += bytes(section.file_offset - len(out))
            out += section.data
            last = section
        headers.append(
            _SECTION.pack(
                name_at[section.name],
                section.type,
                section.flags,
                section.address,
                section.file_offset,
                section.size,
                0,
                0,
                section.align,
                0,
            )
        )
    at = notes_at
    for name, content in notes:
        out[at : at + len(content)] = content
        headers.append(
            _SECTION.pack(name_at[name], SHT_NOTE, SHF_ALLOC, header_address + at, at, len(content), 0, 0, 4, 0)
        )
        at += (len(content) + 3) & ~3
    shstrtab = Extra(".shstrtab", SHT_STRTAB, bytes(names))
    indices[".shstrtab"] = len(indices) + 1
    for extra in [*extras, shstrtab]:
        out += bytes(-len(out) % extra.align)
        headers.append(
            _SECTION.pack(
                name_at[extra.name],
                extra.type,
                extra.flags,
                0,
                len(out),
                len(extra.data),
                indices.get(extra.link, 0),
                extra.info,
                extra.align,
                extra.entry_size,
            )
        )
        out += extra.data

    read_only = layout.read_only()
    writable = layout.writable()
    data_file_end = last.file_offset + last.size
    programs: list[bytes] = []
    count = 5 + (1 if notes else 0)
    programs.append(_program(_PT_PHDR, _R, 64, header_address + 64, 56 * count, 56 * count, page))
    if notes:
        size = HEADER_SIZE - notes_at
        programs.append(_program(_PT_NOTE, _R, notes_at, header_address + notes_at, size, size, 4))
    text_size = HEADER_SIZE + layout.text.size
    programs.append(_program(_PT_LOAD, _R | _X, 0, header_address, text_size, text_size, page))
    programs.append(_load(_R, read_only[0], _end(read_only[-1]), read_only[-1].file_offset + read_only[-1].size, page))
    programs.append(_load(_R | _W, writable[0], _end(writable[-1]), data_file_end, page))
    programs.append(_program(_PT_GNU_STACK, _R | _W, 0, 0, 0, 0, 8))
    sections_at = 64 + 56 * count
    if sections_at + 64 * len(headers) > notes_at:
        # Too many headers for the first page: they go to the end of the file.
        out += bytes(-len(out) % 8)
        sections_at = len(out)
        out += b"".join(headers)
    else:
        out[sections_at : sections_at + 64 * len(headers)] = b"".join(headers)
    out[64 : 64 + 56 * count] = b"".join(programs)
    out[0:64] = _HEADER.pack(
        b"\x7fELF\x02\x01\x01" + bytes(9), 2, 62, 1, entry, 64, sections_at, 0, 64, 56, count, 64,
        len(headers), len(headers) - 1,
    )
    return out


def _end(section: Section) -> int:
    return section.address + section.size


def _load(flags: int, first: Section, end: int, file_end: int, page: int) -> bytes:
    return _program(
        _PT_LOAD, flags, first.file_offset, first.address, file_end - first.file_offset, end - first.address, page
    )


def _program(kind: int, flags: int, offset: int, address: int, file_size: int, memory_size: int, align: int) -> bytes:
    return _PROGRAM.pack(kind, flags, offset, address, address, file_size, memory_size, align)
