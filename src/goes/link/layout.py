"""Where every symbol goes.

    definitions by kind  →  sections with symbols at offsets  →  addresses, segment by segment

Within a section order never depends on the order definitions came in: text by package and name, data by size and name
(so small symbols stay together and padding stays small), types as the runtime walks them. The FIPS module's symbols
stand between marker symbols, because the running program hashes them.

Sources: cmd/link/internal/ld/data.go (dodata, dodataSect, symalign, address), linker-and-runtime-contracts A.3, C.1, E.
"""

from __future__ import annotations

from typing import Final, final

from ..obj.pcvalue import FUNCTION_ALIGN, tables_of
from ..obj.symbol import (
    BSS,
    DATA,
    FUNCVAL,
    FUZZ_COUNTERS,
    GCBITS,
    GOSTRING,
    ITAB,
    LOCAL,
    NOPTRBSS,
    NOPTRDATA,
    RODATA,
    TEXT,
    TYPE,
    TYPELINK,
    TYPENAME,
    UNSAFE_POINT,
    Definition,
)

# ELF section types and flags.
SHT_PROGBITS: Final = 1
SHT_NOTE: Final = 7
SHT_NOBITS: Final = 8
SHF_WRITE: Final = 1
SHF_ALLOC: Final = 2
SHF_EXECINSTR: Final = 4

_MAX_ALIGN: Final = 32
# ELF header, program and section headers, notes.
HEADER_SIZE: Final = 4096
# No type may have offset 0: nameOff and typeOff 0 mean "none".
TYPES_SKIP: Final = 8

# Between these internal/fuzz finds the edge counters.
EDGE_BOUNDS: Final = ("internal/fuzz._counters", "internal/fuzz._ecounters")

_FIPS_PREFIX: Final = "crypto/internal/fips140"
_FIPS_METADATA: Final = (".inittask", ".dict", ".typeAssert")


@final
class Section:
    """An output section: symbols at offsets, then an address and a place in the file. `data` is empty for NOBITS."""

    __slots__ = ("name", "type", "flags", "align", "symbols", "offsets", "size", "address", "file_offset", "data")

    def __init__(self, name: str, type: int, flags: int, align: int = 1) -> None:
        self.name = name
        self.type = type
        self.flags = flags
        self.align = align
        self.symbols: list[Definition] = []
        self.offsets: list[int] = []
        self.size = 0
        self.address = 0
        self.file_offset = 0
        self.data = bytearray()

    def place(self, d: Definition, align: int, size: int) -> int:
        """Put d behind what is there; its offset."""
        offset = (self.size + align - 1) & -align
        self.symbols.append(d)
        self.offsets.append(offset)
        self.size = offset + size
        if align > self.align:
            self.align = align
        return offset

    def pad(self, align: int) -> None:
        self.size = (self.size + align - 1) & -align


def alignment(d: Definition) -> int:
    """A symbol's alignment: its own, or the largest power of two not above its size, at most 32."""
    align = d.align
    if align == 0:
        if d.kind == GOSTRING or d.kind == TYPENAME:
            return 1
        align = _MAX_ALIGN
        while align > 1 and align > d.size:
            align >>= 1
    if d.ptrmask and align < 8:
        return 8
    return align


def is_fips(d: Definition) -> bool:
    """Whether d belongs to the FIPS module, whose code and data the running program verifies.

    The rule is cmd/internal/obj/fips140.go:setFIPSType."""
    name = d.name
    if not name.startswith(_FIPS_PREFIX) or d.package.endswith("_test"):
        return False
    if name[len(_FIPS_PREFIX) : len(_FIPS_PREFIX) + 1] not in (".", "/"):
        return False
    if d.kind == TEXT:
        return True
    for part in _FIPS_METADATA:
        if part in name:
            return False
    return not name.endswith("·f") and name != "crypto/internal/fips140/check.linkinfo"


def _by_size(d: Definition) -> tuple[int, str]:
    return (d.size, d.name)


def _by_package(d: Definition) -> tuple[str, str]:
    return (d.package, d.name)


def _by_type_string(d: Definition) -> tuple[str, str]:
    return (d.sort_key, d.name)


def _marker(name: str, kind: int) -> Definition:
    out = Definition(name, kind, b"\0", align=1, flags=LOCAL | UNSAFE_POINT)
    return out


@final
class Layout:
    """All sections with their symbols. Made by `lay_out`; addresses come from `assign_addresses`."""

    __slots__ = (
        "text",
        "rodata",
        "pclntab",
        "types",
        "funcvals",
        "buildinfo",
        "fipsinfo",
        "module",
        "noptrdata",
        "data",
        "bss",
        "noptrbss",
        "typedesclen",
        "itaboffset",
        "itabsize",
        "counters",
        "counters_size",
        "edges",
        "edges_size",
    )

    def __init__(self) -> None:
        read = SHF_ALLOC
        write = SHF_ALLOC | SHF_WRITE
        self.text = Section(".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, FUNCTION_ALIGN)
        self.rodata = Section(".rodata", SHT_PROGBITS, read, _MAX_ALIGN)
        self.pclntab = Section(".gopclntab", SHT_PROGBITS, read, _MAX_ALIGN)
        self.types = Section(".go.type", SHT_PROGBITS, read, _MAX_ALIGN)
        self.funcvals = Section(".go.func", SHT_PROGBITS, read, 8)
        self.buildinfo = Section(".go.buildinfo", SHT_PROGBITS, write, 16)
        self.fipsinfo = Section(".go.fipsinfo", SHT_PROGBITS, write, _MAX_ALIGN)
        self.module = Section(".go.module", SHT_PROGBITS, write, _MAX_ALIGN)
        self.noptrdata = Section(".noptrdata", SHT_PROGBITS, write, _MAX_ALIGN)
        self.data = Section(".data", SHT_PROGBITS, write, _MAX_ALIGN)
        self.bss = Section(".bss", SHT_NOBITS, write, _MAX_ALIGN)
        self.noptrbss = Section(".noptrbss", SHT_NOBITS, write, _MAX_ALIGN)
        self.typedesclen = 0
        self.itaboffset = 0
        self.itabsize = 0
        self.counters = 0  # offset of the coverage counters in noptrbss
        self.counters_size = 0
        self.edges = 0  # offset of the edge counters in noptrbss
        self.edges_size = 0

    def read_only(self) -> list[Section]:
        return [self.rodata, self.pclntab, self.types, self.funcvals]

    def writable(self) -> list[Section]:
        return [self.buildinfo, self.fipsinfo, self.module, self.noptrdata, self.data, self.bss, self.noptrbss]

    def sections(self) -> list[Section]:
        """In address order."""
        return [self.text, *self.read_only(), *self.writable()]


@final
class _Kinds:
    """Definitions sorted into the buckets that become sections."""

    __slots__ = ("by_kind",)

    def __init__(self, definitions: dict[str, Definition]) -> None:
        self.by_kind: dict[int, list[Definition]] = {}
        for d in definitions.values():
            self.by_kind.setdefault(d.kind, []).append(d)

    def of(self, kind: int) -> list[Definition]:
        return self.by_kind.get(kind, [])


def lay_out(definitions: dict[str, Definition], counters: tuple[str, ...] = ()) -> Layout:
    """Put every definition into its section. The linker's own contents (.gopclntab, .go.module ...) are added later.
    `counters`: how the names of coverage counters begin; these stand side by side."""
    out = Layout()
    kinds = _Kinds(definitions)
    _lay_out_text(out.text, kinds.of(TEXT))
    _lay_out_types(out, kinds)
    for d in sorted(kinds.of(FUNCVAL), key=_by_package):
        out.funcvals.place(d, 8, d.size)
    for kind in (GOSTRING, GCBITS):
        for d in sorted(kinds.of(kind), key=_by_size):
            out.rodata.place(d, alignment(d), d.size)
    _place_with_fips(out.rodata, kinds.of(RODATA), RODATA, "go:rodatafipsstart", "go:rodatafipsend")
    _place_with_fips(out.noptrdata, kinds.of(NOPTRDATA), NOPTRDATA, "go:noptrdatafipsstart", "go:noptrdatafipsend")
    _place_with_fips(out.data, kinds.of(DATA), DATA, "go:datafipsstart", "go:datafipsend")
    for d in sorted(kinds.of(BSS), key=_by_size):
        out.bss.place(d, alignment(d), d.size)
    counted: list[Definition] = []
    in_order = sorted(kinds.of(NOPTRBSS), key=_zero_size_first)
    edges = [d for d in in_order if d.name.startswith(FUZZ_COUNTERS)]
    for d in in_order:
        if edges and (d.name.startswith(FUZZ_COUNTERS) or d.name in EDGE_BOUNDS):
            continue
        if counters and d.name.startswith(counters) and not d.name.endswith("P"):
            counted.append(d)
        else:
            out.noptrbss.place(d, alignment(d), d.size)
    out.noptrbss.pad(4)
    out.counters = out.noptrbss.size
    for d in counted:
        out.noptrbss.place(d, 4, d.size)
    out.counters_size = out.noptrbss.size - out.counters
    out.edges = out.noptrbss.size
    for d in edges:
        out.noptrbss.place(d, 1, d.size)
    out.edges_size = out.noptrbss.size - out.edges
    return out


def _zero_size_first(d: Definition) -> tuple[int, int, int, str]:
    # All zero-size variables share the address of runtime.zerobase, which mallocgc returns for zero-size objects.
    if d.size == 0:
        return (0, 0, 0, d.name)
    if d.name == "runtime.zerobase":
        return (1, 0, 0, d.name)
    return (2, 0, d.size, d.name)


def _lay_out_text(section: Section, functions: list[Definition]) -> None:
    fips: list[Definition] = []
    others: list[Definition] = []
    for d in functions:
        if is_fips(d):
            fips.append(d)
        else:
            others.append(d)
    fips.sort(key=_by_package)
    others.sort(key=_by_package)
    order = [*others, _marker("go:textfipsstart", TEXT), *fips, _marker("go:textfipsend", TEXT)]
    for d in order:
        align = d.align if d.align > FUNCTION_ALIGN else FUNCTION_ALIGN
        section.place(d, align, tables_of(d).extent)


def _lay_out_types(out: Layout, kinds: _Kinds) -> None:
    """The order that runtime.moduleTypelinks and addModuleItabs walk: composite types by their string, then what nobody
    walks, then itabs without gaps."""
    section = out.types
    section.size = TYPES_SKIP
    linked: list[Definition] = []
    others: list[Definition] = []
    for d in kinds.of(TYPE):
        if d.flags & TYPELINK:
            linked.append(d)
        else:
            others.append(d)
    linked.sort(key=_by_type_string)
    for d in linked:
        section.place(d, 8, d.size)
    out.typedesclen = section.size
    for d in sorted(others, key=_by_size):
        section.place(d, 8, d.size)
    for d in sorted(kinds.of(TYPENAME), key=_by_size):
        section.place(d, 1, d.size)
    section.pad(8)
    out.itaboffset = section.size
    for d in sorted(kinds.of(ITAB), key=_by_package):
        section.place(d, 8, d.size)
    out.itabsize = section.size - out.itaboffset


def _place_with_fips(section: Section, symbols: list[Definition], kind: int, start: str, end: str) -> None:
    fips: list[Definition] = []
    others: list[Definition] = []
    for d in symbols:
        if is_fips(d):
            fips.append(d)
        else:
            others.append(d)
    others.sort(key=_by_size)
    fips.sort(key=_by_size)
    for d in others:
        section.place(d, alignment(d), d.size)
    section.place(_marker(start, kind), 1, 1)
    for d in fips:
        section.place(d, alignment(d), d.size)
    section.place(_marker(end, kind), 1, 1)


def assign_addresses(layout: Layout, text_address: int, page: int, data_address: int = -1) -> None:
    """Addresses and file offsets. Each segment begins on a page of its own; file offsets are congruent to addresses."""
    layout.text.address = text_address
    # The headers fill the file's first HEADER_SIZE bytes; they are mapped just below the text.
    layout.text.file_offset = HEADER_SIZE
    address = text_address + layout.text.size
    offset = layout.text.file_offset + layout.text.size
    address, offset = _assign(layout.read_only(), _page_up(address, page), _page_up(offset, page))
    address = _page_up(address, page)
    offset = _page_up(offset, page)
    if data_address >= 0:
        address = data_address
    _assign(layout.writable(), address, offset)


def _page_up(value: int, page: int) -> int:
    return (value + page - 1) & -page


def _assign(sections: list[Section], address: int, offset: int) -> tuple[int, int]:
    base = address - offset
    for section in sections:
        address = (address + section.align - 1) & -section.align
        section.address = address
        section.file_offset = address - base
        address += section.size
    return address, address - base
