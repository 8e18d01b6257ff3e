"""Read Go executables, ours and gc's: sections, symbols, function and line tables.

    binary = open_binary("a.out")
    binary.symbols()                       →  [BinarySymbol("main.main", 0x401000, 48, "T"), ...]
    binary.line_table().lookup(0x401004)   →  ("main.main", "/src/main.go", 7)

Sources: System V ABI; cmd/internal/objfile/elf.go (symbol letters); debug/gosym (roles).
"""

from __future__ import annotations

import bisect
import struct
import zlib
from typing import Final, final

from ..diag.diagnostic import UserError
from ..link.pclntab import MAGIC
from ..obj.archive import MAGIC as ARCHIVE_MAGIC
from ..obj.archive import Member, open_object, read_archive
from ..obj.pcvalue import decode_runs
from ..obj.symbol import BSS, DATA, NOPTRBSS, NOPTRDATA, TEXT, TLSBSS

_SHT_SYMTAB: Final = 2
_SHT_NOBITS: Final = 8
_SHF_WRITE: Final = 1
_SHF_ALLOC: Final = 2
_SHF_EXEC: Final = 4
_SHF_COMPRESSED: Final = 0x800
_SHN_UNDEF: Final = 0
_SHN_ABS: Final = 0xFFF1
_SHN_COMMON: Final = 0xFFF2
_SECTION: Final = struct.Struct("<IIQQQQIIQQ")
_SYMBOL: Final = struct.Struct("<IBBHQQ")
_NT_GO_BUILDID: Final = 4


@final
class BinarySection:
    __slots__ = ("name", "type", "flags", "address", "offset", "size", "link")

    def __init__(self, name: str, type: int, flags: int, address: int, offset: int, size: int, link: int) -> None:
        self.name = name
        self.type = type
        self.flags = flags
        self.address = address
        self.offset = offset
        self.size = size
        self.link = link


@final
class BinarySymbol:
    """`code`: nm's letter."""

    __slots__ = ("name", "address", "size", "code")

    def __init__(self, name: str, address: int, size: int, code: str) -> None:
        self.name = name
        self.address = address
        self.size = size
        self.code = code


@final
class LineTable:
    """.gopclntab: functions and lines by address."""

    __slots__ = ("data", "text", "entries", "_records", "_names", "_cutab", "_files", "_pctab")

    def __init__(self, data: bytes, text: int) -> None:
        self.data = data
        self.text = text
        self.entries: list[int] = []  # function starts and the end of the last one, as offsets from text
        self._records: list[int] = []
        magic = struct.unpack_from("<I", data, 0)[0]
        if magic != MAGIC:
            raise UserError(f"unsupported line table version {magic:#x}")
        nfunc, _, _, self._names, self._cutab, self._files, self._pctab, functab = struct.unpack_from("<8Q", data, 8)
        table = struct.unpack_from(f"<{2 * nfunc + 1}I", data, functab)
        self.entries = list(table[::2])
        self._records = [functab + offset for offset in table[1::2]]

    def function_at(self, pc: int) -> int:
        """Index of the function at that address, -1 if there is none."""
        offset = pc - self.text
        if not self.entries or offset < self.entries[0] or offset >= self.entries[-1]:
            return -1
        return bisect.bisect_right(self.entries, offset) - 1

    def _string(self, at: int) -> str:
        return self.data[at : self.data.index(0, at)].decode("utf-8", "replace")

    def name(self, index: int) -> str:
        return self._string(self._names + int(struct.unpack_from("<i", self.data, self._records[index] + 4)[0]))

    def rows(self, index: int) -> list[tuple[int, int, str, int]]:
        """[(start, end, file, line)...] of a function, as addresses."""
        data = self.data
        pcfile, pcln = struct.unpack_from("<II", data, self._records[index] + 20)
        unit = struct.unpack_from("<I", data, self._records[index] + 32)[0]
        if pcfile == 0 or pcln == 0:
            return []
        entry = self.text + self.entries[index]
        files = decode_runs(data, self._pctab + pcfile)
        out: list[tuple[int, int, str, int]] = []
        at = 0
        for start, end, line in decode_runs(data, self._pctab + pcln):
            while start < end:
                while at < len(files) and files[at][1] <= start:
                    at += 1
                if at == len(files):
                    break
                stop = min(end, files[at][1])
                offset = struct.unpack_from("<I", data, self._cutab + 4 * (unit + files[at][2]))[0]
                file = "?" if offset == 0xFFFFFFFF else self._string(self._files + offset)
                out.append((entry + start, entry + stop, file, line))
                start = stop
        return out

    def lookup(self, pc: int) -> tuple[str, str, int]:
        """(function, file, line) at an address; line -1 in padding, ("", "", 0) outside of Go code."""
        index = self.function_at(pc)
        if index < 0:
            return "", "", 0
        for start, end, file, line in self.rows(index):
            if start <= pc < end:
                return self.name(index), file, line
        return self.name(index), "", -1


@final
class Binary:
    """An ELF64 executable, shared library or relocatable object."""

    __slots__ = ("path", "data", "sections")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.sections: list[BinarySection] = []
        try:
            self._read_sections()
        except (struct.error, ValueError, IndexError):
            raise UserError(f"open {path}: unrecognized object file") from None

    def _read_sections(self) -> None:
        data = self.data
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError
        table = struct.unpack_from("<Q", data, 40)[0]
        count, names_index = struct.unpack_from("<HH", data, 60)
        raw = [_SECTION.unpack_from(data, table + 64 * i) for i in range(count)]
        names = raw[names_index][4] if raw else 0
        for name, kind, flags, address, offset, size, link, _, _, _ in raw:
            at = names + name
            text = data[at : data.index(0, at)].decode("utf-8", "replace")
            self.sections.append(BinarySection(text, kind, flags, address, offset, size, link))

    def section(self, name: str) -> BinarySection | None:
        for s in self.sections:
            if s.name == name:
                return s
        return None

    def content(self, section: BinarySection) -> bytes:
        if section.type == _SHT_NOBITS:
            return bytes(section.size)
        data = self.data[section.offset : section.offset + section.size]
        if section.flags & _SHF_COMPRESSED:
            return zlib.decompress(data[24:])
        return data

    def symbols(self) -> list[BinarySymbol]:
        """The symbol table without its null entry."""
        out: list[BinarySymbol] = []
        for section in self.sections:
            if section.type != _SHT_SYMTAB:
                continue
            strings = self.content(self.sections[section.link])
            for name, info, _, index, value, size in _SYMBOL.iter_unpack(self.content(section)[24:]):
                text = strings[name : strings.index(0, name)].decode("utf-8", "replace")
                out.append(BinarySymbol(text, value, size, self._code(index, info)))
        return out

    def _code(self, index: int, info: int) -> str:
        code = "?"
        if index == _SHN_UNDEF:
            code = "U"
        elif index == _SHN_COMMON:
            code = "B"
        elif index < len(self.sections):
            section = self.sections[index]
            access = section.flags & (_SHF_WRITE | _SHF_ALLOC | _SHF_EXEC)
            if access == _SHF_ALLOC | _SHF_EXEC:
                code = "T"
            elif access == _SHF_ALLOC:
                code = "R"
            elif access == _SHF_ALLOC | _SHF_WRITE:
                code = "B" if section.type == _SHT_NOBITS else "D"
        if info >> 4 == 0:
            # Go's nm adds 'a' - 'A' whatever the letter is; '?' becomes '_'.
            code = chr(ord(code) + 32)
        return code

    def line_table(self) -> LineTable:
        text = self.section(".text")
        table = self.section(".gopclntab") or self.section(".data.rel.ro.gopclntab")
        if text is None or table is None:
            raise UserError(f"reading {self.path}: no Go line table")
        try:
            return LineTable(self.content(table), text.address)
        except struct.error:
            raise UserError(f"reading {self.path}: damaged Go line table") from None

    def build_id(self) -> str:
        """The Go build ID, "" if there is none."""
        section = self.section(".note.go.buildid")
        if section is None:
            return ""
        data = self.content(section)
        if len(data) < 16:
            return ""
        owner, size, kind = struct.unpack_from("<III", data, 0)
        if owner != 4 or kind != _NT_GO_BUILDID or data[12:16] != b"Go\0\0":
            return ""
        return data[16 : 16 + size].decode("utf-8", "replace")


def read_file(path: str) -> bytes:
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as err:
        raise UserError(f"open {path}: {(err.strerror or str(err)).lower()}") from None


def open_binary(path: str) -> Binary:
    return Binary(path, read_file(path))


@final
class Entry:
    """One thing with symbols: an executable, or a member of an archive."""

    __slots__ = ("name", "symbols")

    def __init__(self, name: str, symbols: list[BinarySymbol]) -> None:
        self.name = name
        self.symbols = symbols


def open_entries(path: str) -> list[Entry]:
    """What nm lists: the file, or the archive's members."""
    data = read_file(path)
    if data[: len(ARCHIVE_MAGIC)] != ARCHIVE_MAGIC:
        return [Entry("", Binary(path, data).symbols())]
    out: list[Entry] = []
    for member in read_archive(data, path):
        symbols = _member_symbols(member)
        if symbols is not None:
            out.append(Entry(member.name, symbols))
    return out


def _member_symbols(member: Member) -> list[BinarySymbol] | None:
    if member.data[:4] == b"\x7fELF":
        return Binary(member.name, member.data).symbols()
    store = open_object(member)
    if store is None:
        return None
    out: list[BinarySymbol] = []
    referenced: dict[str, bool] = {}
    offset = 0
    for d in store.definitions():
        code = "R"
        if d.kind == TEXT:
            code = "T"
        elif d.kind == DATA or d.kind == NOPTRDATA:
            code = "D"
        elif d.kind == BSS or d.kind == NOPTRBSS or d.kind == TLSBSS:
            code = "B"
        out.append(BinarySymbol(d.name, offset, d.size, code))
        offset += d.size
        for r in d.relocations:
            if r.kind < 20:
                referenced[r.target] = True
    for name in referenced:
        if name not in store.offsets:
            out.append(BinarySymbol(name, 0, 0, "U"))
    return out
