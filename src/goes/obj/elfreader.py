"""Read a relocatable ELF64 object for x86-64, as LLVM emits it.

    obj = ElfObject(tm.emit_object(module))
    obj.sections[3].name            →  ".text.main.f"
    obj.relocations(3)              →  [ElfRelocation(0x12, R_X86_64_PLT32, symbol, -4), ...]

Nothing is interpreted here: `llvmobject` turns sections into definitions.
Sources: System V ABI, generic and x86-64 supplements.
"""

from __future__ import annotations

import struct
from typing import Final, final

from ..diag.diagnostic import Bug

SHT_PROGBITS: Final = 1
SHT_SYMTAB: Final = 2
SHT_STRTAB: Final = 3
SHT_RELA: Final = 4
SHT_NOBITS: Final = 8
SHT_SYMTAB_SHNDX: Final = 18
SHF_WRITE: Final = 1
SHF_ALLOC: Final = 2
SHF_EXECINSTR: Final = 4
SHF_MERGE: Final = 16
SHN_UNDEF: Final = 0
SHN_LORESERVE: Final = 0xFF00
SHN_ABS: Final = 0xFFF1
SHN_COMMON: Final = 0xFFF2
SHN_XINDEX: Final = 0xFFFF
STB_LOCAL: Final = 0
STB_GLOBAL: Final = 1
STB_WEAK: Final = 2
STT_NOTYPE: Final = 0
STT_OBJECT: Final = 1
STT_FUNC: Final = 2
STT_SECTION: Final = 3
STT_FILE: Final = 4

R_X86_64_64: Final = 1
R_X86_64_PC32: Final = 2
R_X86_64_PLT32: Final = 4
R_X86_64_GOTPCREL: Final = 9
R_X86_64_32: Final = 10
R_X86_64_32S: Final = 11
R_X86_64_TPOFF32: Final = 23
R_X86_64_PC64: Final = 24
R_X86_64_GOTPCRELX: Final = 41
R_X86_64_REX_GOTPCRELX: Final = 42

_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_SYMBOL: Final = struct.Struct("<IBBHQQ")
_RELA: Final = struct.Struct("<QQq")


@final
class ElfSection:
    __slots__ = ("name", "type", "flags", "offset", "size", "link", "info", "align", "entry_size")

    def __init__(
        self,
        name: str,
        type: int,
        flags: int,
        offset: int,
        size: int,
        link: int,
        info: int,
        align: int,
        entry_size: int,
    ) -> None:
        self.name = name
        self.type = type
        self.flags = flags
        self.offset = offset
        self.size = size
        self.link = link
        self.info = info
        self.align = align
        self.entry_size = entry_size


@final
class ElfSymbol:
    __slots__ = ("name", "binding", "type", "section", "value", "size")

    def __init__(self, name: str, binding: int, type: int, section: int, value: int, size: int) -> None:
        self.name = name
        self.binding = binding
        self.type = type
        self.section = section
        self.value = value
        self.size = size


@final
class ElfRelocation:
    __slots__ = ("offset", "type", "symbol", "addend")

    def __init__(self, offset: int, type: int, symbol: ElfSymbol, addend: int) -> None:
        self.offset = offset
        self.type = type
        self.symbol = symbol
        self.addend = addend


@final
class ElfObject:
    """The sections and symbols of one object; contents and relocations on request."""

    __slots__ = ("data", "sections", "symbols", "_relocation_section")

    def __init__(self, data: bytes) -> None:
        self.data = data
        if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
            raise Bug("obj", "not a little-endian ELF64 object")
        kind, machine = struct.unpack_from("<HH", data, 16)
        if kind != 1 or machine != 62:
            raise Bug("obj", f"not a relocatable x86-64 object (type {kind}, machine {machine})")
        table = struct.unpack_from("<Q", data, 40)[0]
        count, names_index = struct.unpack_from("<HH", data, 60)
        if count == 0:
            # More than 65,279 sections: the count is in the size field of section 0.
            count = struct.unpack_from("<Q", data, table + 32)[0]
        if names_index == SHN_XINDEX:
            names_index = struct.unpack_from("<I", data, table + 40)[0]
        raw = list(_SECTION.iter_unpack(data[table : table + 64 * count]))
        names_start = raw[names_index][4]
        self.sections: list[ElfSection] = []
        self._relocation_section: dict[int, int] = {}
        symtab = -1
        extended = -1
        for i, (name, type_, flags, _, offset, size, link, info, align, entry) in enumerate(raw):
            start = names_start + name
            text = data[start : data.index(0, start)].decode("utf-8", "surrogateescape")
            self.sections.append(ElfSection(text, type_, flags, offset, size, link, info, align, entry))
            if type_ == SHT_SYMTAB:
                symtab = i
            elif type_ == SHT_RELA:
                self._relocation_section[info] = i
            elif type_ == SHT_SYMTAB_SHNDX:
                extended = i
        self.symbols: list[ElfSymbol] = []
        if symtab >= 0:
            self._read_symbols(symtab, extended)

    def _read_symbols(self, symtab: int, extended: int) -> None:
        data = self.data
        section = self.sections[symtab]
        strings = self.sections[section.link].offset
        indices: tuple[int, ...] = ()
        if extended >= 0:
            x = self.sections[extended]
            indices = struct.unpack_from(f"<{x.size // 4}I", data, x.offset)
        body = data[section.offset : section.offset + section.size]
        for i, (name, info, _, index, value, size) in enumerate(_SYMBOL.iter_unpack(body)):
            text = ""
            if name:
                start = strings + name
                text = data[start : data.index(0, start)].decode("utf-8", "surrogateescape")
            if index == SHN_XINDEX:
                index = indices[i]
            self.symbols.append(ElfSymbol(text, info >> 4, info & 15, index, value, size))

    def content(self, index: int) -> bytes:
        section = self.sections[index]
        if section.type == SHT_NOBITS:
            return bytes(section.size)
        return self.data[section.offset : section.offset + section.size]

    def find(self, name: str) -> int:
        """Index of the first section of that name, -1 if there is none."""
        for i, section in enumerate(self.sections):
            if section.name == name:
                return i
        return -1

    def relocations(self, index: int) -> list[ElfRelocation]:
        """The relocations that apply to section `index`, by offset."""
        at = self._relocation_section.get(index, -1)
        if at < 0:
            return []
        section = self.sections[at]
        symbols = self.symbols
        out: list[ElfRelocation] = []
        for offset, info, addend in _RELA.iter_unpack(self.data[section.offset : section.offset + section.size]):
            out.append(ElfRelocation(offset, info & 0xFFFFFFFF, symbols[info >> 32], addend))
        return out
