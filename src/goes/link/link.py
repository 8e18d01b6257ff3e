"""The linker: definitions in, executable out.

    reach = Reach(provider, LINKER_SYMBOLS)
    add_roots(reach, options)
    reach.run()
    file = link(options, reach.live)

`link` reads like the list of what happens. It is a pure function: equal definitions and options give equal bytes,
whatever order the definitions came in. `definitions` must be the live set; a reference to something outside of it is
weak or an error, in the words of Go's linker.

Sources: cmd/link/internal/ld/main.go (order of passes), linker-and-runtime-contracts A.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from typing import Final, final

from ..diag.diagnostic import UserError
from ..obj.symbol import (
    DATA,
    NOPTRBSS,
    NOPTRDATA,
    R_ADDR64,
    RODATA,
    Definition,
    Relocation,
)
from . import dwarf, elf, gcprog, inittasks, moduledata, notes, pclntab, symtab
from .buildinfo import ALIGN as BUILDINFO_ALIGN
from .buildinfo import buildinfo
from .layout import EDGE_BOUNDS, Layout, assign_addresses, lay_out
from .reach import Reach
from .relocate import UNREACHABLE_METHOD, relocate, write_section, write_text

TEXT_ADDRESS: Final = 0x401000
PAGE: Final = 4096
ENTRY: Final = "_rt0_amd64_linux.abi0"
# Go's linker gives up after this many messages.
_MAX_ERRORS: Final = 20

FIPS_INFO: Final = "go:fipsinfo"
_FIPS_MAGIC: Final = b"\xff Go fipsinfo \xff\x00"
_FIPS_SUM_OFFSET: Final = len(_FIPS_MAGIC)
_FIPS_SUM_SIZE: Final = 32
_FIPS_GROUPS: Final = ("text", "rodata", "noptrdata", "data")
_FIPS_HEADER: Final = b"go fips object v1\n"

MAIN_TASKS: Final = "go:main.inittasks"
RUNTIME_TASKS: Final = "go:runtime.inittasks"
RUNTIME_TASKS_HEADER: Final = "runtime.runtime_inittasks"
_MAIN_TASK: Final = "main..inittask"
_RUNTIME_TASK: Final = "runtime..inittask"

# Bounds of sections: name, section, whether it is the end.
_BOUNDS: Final = (
    ("runtime.text", ".text", False),
    ("runtime.etext", ".text", True),
    ("runtime.rodata", ".rodata", False),
    ("runtime.erodata", ".rodata", True),
    ("runtime.types", ".go.type", False),
    ("runtime.etypes", ".go.type", True),
    ("runtime.pclntab", ".gopclntab", False),
    ("runtime.epclntab", ".gopclntab", True),
    ("runtime.noptrdata", ".noptrdata", False),
    ("runtime.enoptrdata", ".noptrdata", True),
    ("runtime.data", ".data", False),
    ("runtime.edata", ".data", True),
    ("runtime.bss", ".bss", False),
    ("runtime.ebss", ".bss", True),
    ("runtime.noptrbss", ".noptrbss", False),
    ("runtime.enoptrbss", ".noptrbss", True),
    ("runtime.end", ".noptrbss", True),
)

# What the linker makes itself: nobody has to provide these.
LINKER_SYMBOLS: Final = frozenset(
    [name for name, _, _ in _BOUNDS]
    + [
        "runtime.covctrs",
        "runtime.ecovctrs",
        moduledata.NAME,
        "runtime.lastmoduledatap",
        RUNTIME_TASKS_HEADER,
        MAIN_TASKS,
        RUNTIME_TASKS,
        "runtime.gcdata",
        "runtime.gcbss",
        "runtime.tlsg",
        "runtime.pcheader",
        "runtime.funcnametab",
        "runtime.cutab",
        "runtime.filetab",
        "runtime.pctab",
        "runtime.functab",
        "runtime.findfunctab",
        "go:func.*",
        "type:*",
        "runtime.textsectionmap",
        "runtime.disableMemoryProfiling",
        "go:buildinfo",
        FIPS_INFO,
    ]
    + [f"go:{group}fips{end}" for group in _FIPS_GROUPS for end in ("start", "end")]
)


@final
class LinkOptions:
    """What the command line decides. `strings`: (variable, value) of -X, later ones win."""

    __slots__ = (
        "entry",
        "build_id",
        "gnu_build_id",
        "strip_symbols",
        "strip_dwarf",
        "compress_dwarf",
        "strings",
        "build_version",
        "modinfo",
        "text_address",
        "data_address",
        "round",
        "goroot",
        "trimmed",
        "counters",
        "verbose",
        "report",
    )

    def __init__(self) -> None:
        self.entry = ""  # -E
        self.build_id = ""  # -buildid
        self.gnu_build_id = ""  # -B
        self.strip_symbols = False  # -s
        self.strip_dwarf = False  # -w
        self.compress_dwarf = True  # -compressdwarf
        self.strings: list[tuple[str, str]] = []  # -X
        self.build_version = "go1.27.3"
        self.modinfo = b""  # framed (buildinfo.frame_modinfo)
        self.text_address = TEXT_ADDRESS  # -T
        self.data_address = -1  # -D
        self.round = PAGE  # -R
        self.goroot = ""  # replaces a leading $GOROOT in file names
        # -trimpath: directories and what stands for them in file names; None to keep file names.
        self.trimmed: list[tuple[str, str]] | None = None
        self.counters: list[str] = []  # how the names of coverage counters begin
        self.verbose = False  # -v
        self.report = ""  # what -v prints

    def file_prefixes(self) -> list[tuple[str, str]]:
        """What is replaced at the beginning of file names."""
        if self.trimmed is not None:
            return [("$GOROOT/src/", ""), *self.trimmed]
        return [("$GOROOT/", self.goroot + "/")] if self.goroot else []


def add_roots(reach: Reach, options: LinkOptions) -> None:
    """What every program needs; the rest follows by reference."""
    reach.add_root(options.entry or ENTRY)
    reach.add_root(UNREACHABLE_METHOD)
    reach.add_root(_MAIN_TASK)
    reach.add_root(_RUNTIME_TASK)


def link(options: LinkOptions, definitions: dict[str, Definition]) -> bytes:
    """Link the live set."""
    return link_image(options, definitions)[0]


@final
class Image:
    """A linked program before it is a file: what the self-check and the explainer look at."""

    __slots__ = ("definitions", "layout", "address", "table", "markers")

    def __init__(self, definitions: dict[str, Definition], layout: Layout, table: pclntab.PclnTab) -> None:
        self.definitions = definitions
        self.layout = layout
        self.table = table
        self.address: dict[str, int] = {}
        self.markers: list[tuple[str, int, str]] = []  # name, address, section


def link_image(options: LinkOptions, live: dict[str, Definition]) -> tuple[bytes, Image]:
    """Link the live set; also return how."""
    errors: list[str] = []
    # Linker-made symbols replace declarations of the same name; the caller's definitions stay as they are.
    definitions = dict(live)
    set_strings(options, definitions, errors)
    main_tasks = add_inittasks(definitions)
    module = moduledata.moduledata(main_tasks)
    definitions.pop(moduledata.NAME, None)
    definitions.pop(FIPS_INFO, None)
    add_small_symbols(definitions)

    # Beyond this point no symbol appears or changes its size, except for the linker's read-only tables.
    layout = lay_out(definitions, tuple(options.counters))
    if layout.edges_size:
        for name in EDGE_BOUNDS:
            definitions.pop(name, None)
    text = layout.text
    offsets = text.offsets
    table = pclntab.build(text.symbols, offsets, text.size, options.file_prefixes())
    image = Image(definitions, layout, table)
    layout.pclntab.place(_blob(".pclntab", table.data), 32, len(table.data))
    add_gc_programs(layout)
    layout.rodata.place(moduledata.text_section_map(text.size), 8, 24)
    info = buildinfo(options.build_version.encode(), options.modinfo)
    layout.buildinfo.place(_blob("go:buildinfo", info), BUILDINFO_ALIGN, len(info))
    fips = fips_info()
    layout.fipsinfo.place(fips, 32, fips.size)
    moduledata.fill(module, table.blocks, table.nfunc, layout.typedesclen, layout.itaboffset, layout.itabsize)
    layout.module.place(module, 32, module.size)

    # Sizes are final: everything gets its address.
    assign_addresses(layout, options.text_address, options.round, options.data_address)
    resolve(image)
    address = image.address
    types = address["runtime.types"]
    for section in layout.sections():
        if section is text:
            write_text(section)
        else:
            write_section(section)
    for section in layout.sections():
        relocate(section, address, definitions, types, text.address, errors)
    entry = options.entry or ENTRY
    start = address.get(entry, -1)
    if start < 0:
        errors.append(f"entry symbol {entry} not defined")
    if errors:
        raise UserError(_error_text(errors))

    # Contents are final: what is computed from them.
    seal_fips(layout, address)
    if "linkcheck" in os.environ.get("GOES_DEBUG", "").split(","):
        from .selfcheck import check

        check(image)
    id_notes = [(".note.go.buildid", notes.go_note(options.build_id))]
    gnu = notes.gnu_id(options.gnu_build_id, options.build_id)
    if gnu:
        id_notes.append((".note.gnu.build-id", notes.gnu_note(gnu)))
    extras: list[elf.Extra] = []
    if not options.strip_dwarf:
        extras += dwarf.sections(text, options.file_prefixes(), options.compress_dwarf)
    if not options.strip_symbols:
        extras += symbol_sections(image, id_notes)
    return bytes(elf.write(layout, id_notes, extras, start, options.round)), image


def _error_text(errors: list[str]) -> str:
    distinct = list(dict.fromkeys(errors))
    if len(distinct) > _MAX_ERRORS:
        distinct = [*distinct[:_MAX_ERRORS], "too many errors"]
    return "\n".join(distinct)


def _blob(name: str, data: bytes) -> Definition:
    return Definition(name, RODATA, data)


def _string_variables(options: LinkOptions) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = [("runtime.buildVersion", options.build_version)]
    if options.goroot and options.trimmed is None:
        out.append(("runtime.defaultGOROOT", options.goroot))
    if options.modinfo:
        out.append(("runtime.modinfo", options.modinfo.decode("utf-8", "surrogateescape")))
    return out + options.strings


def set_strings(options: LinkOptions, definitions: dict[str, Definition], errors: list[str]) -> None:
    """-X: give string variables their value. Variables the program does not have are ignored."""
    values = dict(_string_variables(options))
    for name, value in values.items():
        variable = definitions.get(name)
        if variable is None or not variable.gotype:
            continue
        if variable.gotype != "type:string":
            errors.append(f"{name}: cannot set with -X: not a var of type string ({variable.gotype})")
            continue
        content = value.encode("utf-8", "surrogateescape")
        text = Definition(f"{name}.str", RODATA, content, align=1)
        definitions[text.name] = text
        out = Definition(name, DATA, struct.pack("<QQ", 0, len(content)), 16, 8, variable.flags, variable.package)
        out.relocations.append(Relocation(0, R_ADDR64, text.name))
        out.ptrmask = b"\x01"
        out.gotype = variable.gotype
        definitions[name] = out


def add_inittasks(definitions: dict[str, Definition]) -> int:
    """The two lists of init tasks; the number of tasks in the program's."""
    main = inittasks.schedule(_MAIN_TASK, definitions)
    if main:
        definitions[MAIN_TASKS] = _pointers(MAIN_TASKS, main)
    first = inittasks.schedule(_RUNTIME_TASK, definitions)
    header = Definition(RUNTIME_TASKS_HEADER, NOPTRDATA, struct.pack("<QQQ", 0, len(first), len(first)), align=8)
    if first:
        definitions[RUNTIME_TASKS] = _pointers(RUNTIME_TASKS, first)
        header.relocations.append(Relocation(0, R_ADDR64, RUNTIME_TASKS))
    definitions[RUNTIME_TASKS_HEADER] = header
    return len(main)


def _pointers(name: str, targets: list[str]) -> Definition:
    out = Definition(name, NOPTRDATA, bytes(8 * len(targets)), align=8)
    for i, target in enumerate(targets):
        out.relocations.append(Relocation(8 * i, R_ADDR64, target))
    return out


def add_small_symbols(definitions: dict[str, Definition]) -> None:
    """Variables whose value only the linker knows."""
    last = Definition("runtime.lastmoduledatap", NOPTRDATA, bytes(8), align=8)
    last.relocations.append(Relocation(0, R_ADDR64, moduledata.NAME))
    definitions[last.name] = last
    # Without its reader, nobody can see the memory profile: do not sample.
    unread = "runtime.memProfileInternal" not in definitions
    name = "runtime.disableMemoryProfiling"
    definitions[name] = Definition(name, NOPTRDATA if unread else NOPTRBSS, b"\1" if unread else b"", 1)


def add_gc_programs(layout: Layout) -> None:
    for name, section in (("runtime.gcdata", layout.data), ("runtime.gcbss", layout.bss)):
        bits = gcprog.pointer_bits(section.symbols, section.offsets, section.size)
        program = gcprog.encode(bits)
        layout.rodata.place(_blob(name, program), 1, len(program))


def fips_info() -> Definition:
    """go:fipsinfo: magic, checksum, own address, bounds of the four groups."""
    out = Definition(FIPS_INFO, NOPTRDATA, _FIPS_MAGIC + bytes(_FIPS_SUM_SIZE + 8 * 9), align=32)
    at = _FIPS_SUM_OFFSET + _FIPS_SUM_SIZE
    out.relocations.append(Relocation(at, R_ADDR64, FIPS_INFO))
    for group in _FIPS_GROUPS:
        for end in ("start", "end"):
            at += 8
            out.relocations.append(Relocation(at, R_ADDR64, f"go:{group}fips{end}"))
    return out


def resolve(image: Image) -> None:
    """Addresses of all symbols and marks."""
    address = image.address
    layout = image.layout
    bounds: dict[str, tuple[int, int]] = {}
    for section in layout.sections():
        base = section.address
        bounds[section.name] = (base, base + section.size)
        for d, offset in zip(section.symbols, section.offsets):
            address[d.name] = base + offset
    for name, where, end in _BOUNDS:
        image.markers.append((name, bounds[where][1 if end else 0], where))
    counters = layout.noptrbss.address + layout.counters
    image.markers.append(("runtime.covctrs", counters, ".noptrbss"))
    image.markers.append(("runtime.ecovctrs", counters + layout.counters_size, ".noptrbss"))
    if layout.edges_size:
        first = layout.noptrbss.address + layout.edges
        for name, at in zip(EDGE_BOUNDS, (first, first + layout.edges_size)):
            image.markers.append((name, at, ".noptrbss"))
    for name, (offset, _) in image.table.blocks.items():
        image.markers.append((name, layout.pclntab.address + offset, ".gopclntab"))
    image.markers.append(("type:*", layout.types.address + 8, ".go.type"))
    for name, at, _ in image.markers:
        address[name] = at


def seal_fips(layout: Layout, address: dict[str, int]) -> None:
    """Write the checksum that crypto/internal/fips140/check compares with its own."""
    digest = hmac.new(bytes(32), _FIPS_HEADER, hashlib.sha256)
    for group, section in zip(_FIPS_GROUPS, (layout.text, layout.rodata, layout.noptrdata, layout.data)):
        start = address[f"go:{group}fipsstart"] - section.address
        end = address[f"go:{group}fipsend"] - section.address
        digest.update(struct.pack(">Q", end - start))
        digest.update(section.data[start:end])
    layout.fipsinfo.data[_FIPS_SUM_OFFSET : _FIPS_SUM_OFFSET + _FIPS_SUM_SIZE] = digest.digest()


def symbol_sections(image: Image, id_notes: list[tuple[str, bytes]]) -> list[elf.Extra]:
    indices = elf.section_indices(image.layout, id_notes)
    table, strings, local = symtab.build(image.layout.sections(), indices, image.definitions, image.markers)
    symbols = elf.Extra(".symtab", elf.SHT_SYMTAB, table, 8, 24)
    symbols.link = ".strtab"
    symbols.info = local
    return [symbols, elf.Extra(".strtab", elf.SHT_STRTAB, strings)]
