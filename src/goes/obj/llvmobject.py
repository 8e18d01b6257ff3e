"""Turn an object made by LLVM into definitions.

    object with sections .text.main.f, .rodata.cst8, .eh_frame, .debug_line; FunctionMeta("main.f", ...)
    →  Definition("main.f", TEXT, code, relocations, text=TextInfo(pcsp, lines, inlines, unsafe, landing))
       Definition("go:cst.<sha>", RODATA, 8 bytes, DUPOK)

What the code generator promises: every function is alone in `section ".text.<name>"`; data does not go through LLVM;
the "line" of a DILocation is a 1-based index into that function's `positions`; frames are constant
("frame-pointer"="none"). LLVM's own constants are named by content, so that equal ones of a program share their place.
Jump tables belong to one function each and become its `go:jump.` symbol.

Sources: linker-and-runtime-contracts B.8, D.2; System V ABI x86-64 (GOTPCRELX relaxation).
"""

from __future__ import annotations

import hashlib
import struct
from typing import Final, final

from ..diag.diagnostic import Bug
from ..diag.native import mypyc_attr
from . import elfreader as elf
from .debugline import END, read_line_table
from .ehframe import stack_depths
from .elfreader import ElfObject, ElfRelocation
from .pcvalue import FUNCTION_ALIGN, tables_of
from .symbol import (
    ARGS_UNKNOWN,
    DUPOK,
    LOCAL,
    R_ADDR32,
    R_ADDR32S,
    R_ADDR64,
    R_PC32,
    R_PC64,
    R_TPOFF32,
    RODATA,
    TEXT,
    Definition,
    InlineCall,
    Relocation,
    TextInfo,
)

# Folded displacements may put a jump table's reference a little outside the table.
_JUMP_TABLE_SLACK: Final = 64

_KINDS: Final = {
    elf.R_X86_64_PC32: R_PC32,
    elf.R_X86_64_PLT32: R_PC32,
    elf.R_X86_64_64: R_ADDR64,
    elf.R_X86_64_32: R_ADDR32,
    elf.R_X86_64_32S: R_ADDR32S,
    elf.R_X86_64_PC64: R_PC64,
    elf.R_X86_64_TPOFF32: R_TPOFF32,
}
_GOT_KINDS: Final = (elf.R_X86_64_GOTPCREL, elf.R_X86_64_GOTPCRELX, elf.R_X86_64_REX_GOTPCRELX)
_PC_RELATIVE: Final = (elf.R_X86_64_PC32, elf.R_X86_64_PLT32)


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class PositionEntry:
    """What one line id stands for. `inline` indexes FunctionMeta.inlines, -1 = the function itself. All code with a
    barrier site's id lies between the write-barrier flag's load and the store, where preemption must not happen. The
    landing id marks the block that a recovered panic resumes at."""

    __slots__ = ("file", "line", "inline", "is_barrier_site", "is_landing")

    def __init__(
        self, file: str, line: int, inline: int = -1, is_barrier_site: bool = False, is_landing: bool = False
    ) -> None:
        self.file = file
        self.line = line
        self.inline = inline
        self.is_barrier_site = is_barrier_site
        self.is_landing = is_landing


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class FunctionMeta:
    """What the code generator knows of a function and LLVM does not carry. `flags` are Definition flags; `relocations`
    are the ones without bytes (R_USEIFACE ...); `wrapped` is the function a go/defer wrapper wraps."""

    __slots__ = (
        "name",
        "flags",
        "package",
        "start_line",
        "file",
        "positions",
        "inlines",
        "relocations",
        "wrapped",
        "has_landing",
        "args",
    )

    def __init__(self, name: str, flags: int = 0, package: str = "", file: str = "", start_line: int = 0) -> None:
        self.name = name
        self.flags = flags
        self.package = package
        self.start_line = start_line
        self.file = file
        self.positions: list[PositionEntry] = []
        self.inlines: list[InlineCall] = []
        self.relocations: list[Relocation] = []
        self.wrapped = ""
        self.has_landing = False
        self.args = ARGS_UNKNOWN


def read_object(data: bytes, functions: list[FunctionMeta]) -> list[Definition]:
    """The definitions in an LLVM object: the functions, in the order of `functions`, then constants by name."""
    return _Reader(ElfObject(data)).read(functions)


@final
class _Reader:
    __slots__ = ("obj", "text_name", "constants", "jump_tables", "pieces", "depths", "line_rows")

    def __init__(self, obj: ElfObject) -> None:
        self.obj = obj
        self.text_name: dict[int, str] = {}  # section → function
        self.constants: dict[str, Definition] = {}
        self.jump_tables: dict[str, Definition] = {}  # function → its tables
        self.pieces: dict[str, tuple[int, int, int]] = {}  # function → section, start, end of its tables
        self.depths = stack_depths(obj)
        self.line_rows = read_line_table(obj)

    def read(self, functions: list[FunctionMeta]) -> list[Definition]:
        obj = self.obj
        section_of: dict[str, int] = {}
        for symbol in obj.symbols:
            index = symbol.section
            if symbol.type == elf.STT_FUNC and index != elf.SHN_UNDEF and index < len(obj.sections):
                if index in self.text_name or symbol.value != 0:
                    raise Bug("obj", "function shares its section with another", symbol.name)
                self.text_name[index] = symbol.name
                section_of[symbol.name] = index
        for i, section in enumerate(obj.sections):
            if section.flags & elf.SHF_EXECINSTR and section.size > 0 and i not in self.text_name:
                raise Bug("obj", f"code in section {section.name} belongs to no function")
            if section.flags & elf.SHF_ALLOC and section.flags & elf.SHF_WRITE and section.size > 0:
                raise Bug("obj", f"writable section {section.name} in a code object")
        self._find_jump_tables()
        known: set[str] = set()
        out: list[Definition] = []
        for meta in functions:
            index = section_of.get(meta.name, -1)
            if index < 0:
                raise Bug("obj", "LLVM dropped the function", meta.name)
            known.add(meta.name)
            out.append(self._function(meta, index))
        for name in section_of:
            if name not in known:
                raise Bug("obj", "function without description", name)
        for meta in functions:
            table = self.jump_tables.get(meta.name)
            if table is not None:
                table.package = meta.package
                table.flags |= meta.flags & DUPOK
                out.append(table)
        for name in sorted(self.constants):
            out.append(self.constants[name])
        return out

    # Code

    def _function(self, meta: FunctionMeta, index: int) -> Definition:
        obj = self.obj
        code = obj.content(index)
        relocations = obj.relocations(index)
        out = Definition(meta.name, TEXT, code, align=FUNCTION_ALIGN, flags=meta.flags, package=meta.package)
        for r in relocations:
            if r.type in _GOT_KINDS:
                code = _relax_got(code, r, meta.name)
                out.relocations.append(Relocation(r.offset, R_PC32, r.symbol.name, r.addend))
                continue
            out.relocations.append(self._convert(r, meta.name))
        out.data = code
        out.relocations.extend(meta.relocations)
        text = TextInfo()
        text.pcsp = self.depths.get(f"{index}+0", [(0, 0)])
        text.inlines = meta.inlines
        text.args = meta.args
        text.start_line = meta.start_line
        text.wrapped = meta.wrapped
        text.file = meta.file
        out.text = text
        self._lines(meta, text, self.line_rows.get(index, []), len(code))
        tables_of(out)
        return out

    def _lines(self, meta: FunctionMeta, text: TextInfo, rows: list[tuple[int, int]], size: int) -> None:
        """Fill text.lines, files, unsafe and landing from rows of (pc, line id)."""
        positions = meta.positions
        numbers = {meta.file: 0}
        files = [meta.file]
        lines = text.lines
        previous = (0, meta.start_line or 1, -1)
        hull: dict[int, tuple[int, int]] = {}
        landing = -1
        n = len(rows)
        for i in range(n):
            pc, line_id = rows[i]
            if line_id == END or pc >= size:
                continue
            end = rows[i + 1][0] if i + 1 < n else size
            if line_id == 0:
                place = previous
            else:
                if line_id > len(positions):
                    raise Bug("obj", f"line id {line_id} beyond {len(positions)} positions", meta.name)
                entry = positions[line_id - 1]
                number = numbers.get(entry.file, -1)
                if number < 0:
                    number = len(files)
                    files.append(entry.file)
                    numbers[entry.file] = number
                place = (number, entry.line if entry.line > 0 else previous[1], entry.inline)
                if entry.is_landing and (landing < 0 or pc < landing):
                    landing = pc
                if entry.is_barrier_site and end > pc:
                    low, high = hull.get(line_id, (pc, end))
                    hull[line_id] = (min(low, pc), max(high, end))
            previous = place
            if end <= pc:
                continue
            if lines and lines[-1][0] == pc:
                lines.pop()
            if not lines or lines[-1][1:] != place:
                lines.append((pc, place[0], place[1], place[2]))
        if not lines:
            lines.append((0, 0, meta.start_line or 1, -1))
        text.files = files
        text.unsafe = [hull[k] for k in sorted(hull)]
        if meta.has_landing:
            if landing < 0:
                raise Bug("obj", "no code carries the landing's line id", meta.name)
            text.landing = landing

    # References

    def _convert(self, r: ElfRelocation, function: str) -> Relocation:
        kind = _KINDS.get(r.type, 0)
        if kind == 0:
            raise Bug("obj", f"relocation type {r.type} against {r.symbol.name}", function)
        symbol = r.symbol
        index = symbol.section
        if index == elf.SHN_UNDEF or index >= elf.SHN_LORESERVE and symbol.name:
            return Relocation(r.offset, kind, symbol.name, r.addend)
        name = self.text_name.get(index, "")
        if name:
            return Relocation(r.offset, kind, name, r.addend + symbol.value)
        # A constant. The addend of a pc-relative field counts from the field, the constant's offset does not.
        bias = -4 if r.type in _PC_RELATIVE else 0
        if symbol.type == elf.STT_SECTION:
            place = r.addend - bias
            target, start = self._constant(index, place, function)
            return Relocation(r.offset, kind, target.name, place - start + bias)
        target, start = self._constant(index, symbol.value, function)
        return Relocation(r.offset, kind, target.name, r.addend + symbol.value - start)

    def _constant(self, index: int, place: int, function: str) -> tuple[Definition, int]:
        """The definition that holds offset `place` of a read-only section, and the offset it begins at."""
        section = self.obj.sections[index]
        if section.flags & elf.SHF_MERGE and section.entry_size > 1:
            size = section.entry_size
            start = place // size * size
            content = self.obj.content(index)[start : start + size]
            return self._content_named(content, size, []), start
        piece = self.pieces.get(function)
        if piece is not None and piece[0] == index:
            if piece[1] - _JUMP_TABLE_SLACK <= place < piece[2] + _JUMP_TABLE_SLACK:
                return self.jump_tables[function], piece[1]
        relocations: list[Relocation] = []
        for r in self.obj.relocations(index):
            if r.symbol.section in self.text_name and r.symbol.type == elf.STT_SECTION:
                continue  # a jump table's entry
            relocations.append(self._convert(r, function))
        return self._content_named(self.obj.content(index), max(section.align, 1), relocations), 0

    def _content_named(self, content: bytes, align: int, relocations: list[Relocation]) -> Definition:
        digest = hashlib.sha256(content)
        digest.update(b"%d" % align)
        for r in relocations:
            digest.update(f"\n{r.offset} {r.kind} {r.target} {r.addend}".encode("utf-8", "surrogateescape"))
        name = f"go:cst.{digest.hexdigest()[:32]}"
        found = self.constants.get(name)
        if found is None:
            found = Definition(name, RODATA, content, align=align, flags=DUPOK | LOCAL)
            found.relocations = relocations
            self.constants[name] = found
        return found

    def _find_jump_tables(self) -> None:
        """Cut the entries that point into one function's blocks out of the read-only sections.

        An entry is an 8-byte address or a 4-byte difference from the table's start (static and small code model: the
        former). LLVM emits functions in order, so a function's tables are contiguous."""
        obj = self.obj
        for index, section in enumerate(obj.sections):
            if not section.flags & elf.SHF_ALLOC or index in self.text_name or section.name == ".eh_frame":
                continue
            runs: dict[str, list[ElfRelocation]] = {}
            for r in obj.relocations(index):
                name = self.text_name.get(r.symbol.section, "")
                if name and r.symbol.type == elf.STT_SECTION:
                    runs.setdefault(name, []).append(r)
            for name, entries in runs.items():
                start = entries[0].offset
                last = entries[-1]
                end = last.offset + (8 if last.type == elf.R_X86_64_64 else 4)
                content = obj.content(index)[start:end]
                table = Definition(f"go:jump.{name}", RODATA, content, align=8, flags=LOCAL)
                for r in entries:
                    kind = _KINDS[r.type]
                    table.relocations.append(Relocation(r.offset - start, kind, name, r.addend))
                self.jump_tables[name] = table
                self.pieces[name] = (index, start, end)


def _relax_got(code: bytes, r: ElfRelocation, function: str) -> bytes:
    """The instruction with its load from the global offset table replaced by the address itself."""
    at = r.offset
    opcode = code[at - 2]
    if opcode == 0x8B:  # mov x@GOTPCREL(%rip), reg → lea x(%rip), reg
        return code[: at - 2] + b"\x8d" + code[at - 1 :]
    if opcode == 0xFF and code[at - 1] == 0x15:  # call *x@GOTPCREL(%rip) → addr32 call x
        return code[: at - 2] + b"\x67\xe8" + code[at:]
    operation = struct.pack("BB", opcode, code[at - 1]).hex()
    raise Bug("obj", f"cannot relax GOT access {operation} to {r.symbol.name}", function)
