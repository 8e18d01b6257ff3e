"""From a .s file to definitions: the assembler's front door.

    assemble("add_amd64.s", b"TEXT ·Add(SB), NOSPLIT, $0-24 ...", "example.com/p", headers, dirs, defines, skip, errors)
    →  [Definition("example.com/p.Add.abi0", TEXT, ...)]

Names (obj/symbol.py): TEXT without selector or with <ABI0> defines `name.abi0`, <ABIInternal> `name.abiint`, <ABIGoes>
the plain name. A call or jump follows the same rule. Any other reference is to code if it carries a selector or if the
name is a function: defined by a TEXT of this file or listed in `functions`; else to data, under the plain name.
`name<>` is local to the file and becomes `pkg.name<file.s>`.

Sources: linker-and-runtime-contracts F.0; cmd/internal/obj (symbol attributes, frames).
"""

from __future__ import annotations

import os
from typing import Final, final

from ..diag.diagnostic import Bug, Diagnostic
from ..diag.source import SourceSet
from ..obj import symbol as obj
from ..obj.symbol import Definition, Relocation, TextInfo
from . import machine
from . import operand as o
from .amd64 import Amd64, FunctionText, Resolver, Symbols, explain_refusal, translate
from .clobbers import clobber_sets
from .lexer import Input
from .literals import float_bytes
from .machine import EncodeError, Section
from .operand import Global, Operand, Text, Unit
from .parser import parse_file
from .report import Errors

FUNCTION_ALIGN: Final = 32  # as gc aligns assembly on amd64
MAX_SYMBOL: Final = 2_000_000_000  # gc's limit for one symbol
_SUFFIX: Final[dict[str, str]] = {"": ".abi0", "ABI0": ".abi0", "ABIInternal": ".abiint", "ABIGoes": ""}
_RELOCATION: Final[dict[int, int]] = {
    machine.R_X86_64_64: obj.R_ADDR64,
    machine.R_X86_64_PC32: obj.R_PC32,
    machine.R_X86_64_PLT32: obj.R_PC32,
    machine.R_X86_64_32: obj.R_ADDR32,
    machine.R_X86_64_32S: obj.R_ADDR32S,
}


def default_defines(
    goos: str = "linux", goarch: str = "amd64", level: int = 1, experiments: tuple[str, ...] = ()
) -> dict[str, str]:
    """The macros cmd/go and cmd/asm predefine."""
    out = {"GOOS_" + goos: "1", "GOARCH_" + goarch: "1"}
    for name in experiments:
        out["GOEXPERIMENT_" + name] = "1"
    if goarch == "amd64":
        out[f"GOAMD64_v{level}"] = "1"
    return out


def assemble(
    path: str,
    source: bytes,
    package: str,
    headers: dict[str, str],
    include_dirs: list[str],
    defines: dict[str, str],
    skip: frozenset[str],
    errors: list[Diagnostic],
    functions: frozenset[str] = frozenset(),
    sources: SourceSet | None = None,
    shown_path: str = "",
    is_std: bool = True,
    clobbers: dict[str, int] | None = None,
) -> list[Definition]:
    """Assemble one file of package (its escaped link path).

    `headers`: texts of generated headers by name. `functions`: link names (without ABI suffix) known to be functions,
    of this package and others. `sources`: where positions of diagnostics are entered. `shown_path`: the file name
    recorded in line tables, path if empty. `is_std`: ABI selectors are permitted. `clobbers`: filled with the
    callee-saved registers each function may change (clobbers.py), for the adapters. On errors the list is empty.
    """
    collector = Errors(SourceSet() if sources is None else sources, errors)
    text = source.decode("utf-8", "replace")
    if sources is not None and all(f.name != path for f in sources.files):
        sources.add(path, source)
    stream = Input(path, text, headers, [os.path.dirname(path) or ".", *include_dirs], defines)
    unit = parse_file(stream, path, package, Amd64(), collector, skip, is_std)
    if collector.count:
        return []
    assembler = _Assembler(unit, functions, collector, shown_path or path)
    out = assembler.run()
    if clobbers is not None and out:
        for t, mask in zip(unit.texts, clobber_sets(unit.texts)):
            clobbers[assembler.text_name(t)] = mask
    return out


@final
class FileNames(Resolver):
    __slots__ = ("package", "file", "functions", "local_texts")

    def __init__(self, package: str, file: str, functions: frozenset[str], texts: list[Text]) -> None:
        self.package = package
        self.file = file
        self.functions = functions
        self.local_texts: dict[str, str] = {}
        for t in texts:
            if not t.static and t.symbol not in self.local_texts:
                self.local_texts[t.symbol] = t.abi

    def static_name(self, symbol: str) -> str:
        prefix = self.package + "."
        name = symbol if symbol.startswith(prefix) else prefix + symbol
        return f"{name}<{self.file}>"

    def link_name(self, a: Operand, is_call: bool) -> str:
        symbol = a.symbol
        if a.static:
            return self.static_name(symbol)
        if is_call or a.abi:
            return symbol + _SUFFIX[a.abi]
        if symbol in self.functions or symbol in self.local_texts:
            return symbol + ".abi0"
        return symbol


@final
class _Assembler:
    __slots__ = ("unit", "names", "symbols", "errors", "shown_path")

    def __init__(self, unit: Unit, functions: frozenset[str], errors: Errors, shown_path: str) -> None:
        self.unit = unit
        self.names = FileNames(unit.package, os.path.basename(unit.path), functions, unit.texts)
        self.symbols = Symbols(self.names)
        self.errors = errors
        self.shown_path = shown_path

    def run(self) -> list[Definition]:
        out: list[Definition] = []
        translated: list[FunctionText] = []
        for t in self.unit.texts:
            f = translate(t, self.symbols)
            translated.append(f)
            for file, line, message in f.errors:
                self.errors.add(file, line, message)
        if self.errors.count:
            return []
        if translated:
            sections = self._encode(translated)
            if sections is None:
                return []
            table = sections[".tab"].data if ".tab" in sections else b""
            at = 0
            for n, f in enumerate(translated):
                offsets = [int.from_bytes(table[k : k + 4], "little") for k in range(at, at + 4 * len(f.lines), 4)]
                at += 4 * len(f.lines)
                out.append(self._text(self.unit.texts[n], f, sections[f".t{n}"], offsets))
        for g in self.unit.globals.values():
            d = self._global(g)
            if d is not None:
                out.append(d)
        for name, data in self.symbols.floats.items():
            d = Definition(
                name, obj.RODATA, data, align=len(data), flags=obj.DUPOK | obj.LOCAL, package=self.unit.package
            )
            out.append(d)
        return [] if self.errors.count else out

    def _encode(self, functions: list[FunctionText]) -> dict[str, Section] | None:
        """One LLVM run for the file. Every line has a label; `.tab` holds their offsets in their sections."""
        lines: list[str] = []
        origin: list[tuple[int, int]] = []  # (function, line) of each output line
        label = 0
        for n, f in enumerate(functions):
            targets: dict[int, str] = {}
            for at, att, target in f.jumps:
                targets[at] = f"{att} .L{n}_{f.starts[target]}"
            lines.append(f'.section .t{n},"ax",@progbits')
            origin.append((n, 0))
            for k, line in enumerate(f.lines):
                lines.append(f".L{n}_{k}: {targets.get(k, line.text)}")
                origin.append((n, k))
            lines.append(f".L{n}_{len(f.lines)}:")
            origin.append((n, max(len(f.lines) - 1, 0)))
            label += len(f.lines)
        lines.append('.section .tab,"",@progbits')
        for n, f in enumerate(functions):
            for k in range(len(f.lines)):
                lines.append(f".long .L{n}_{k}-.L{n}_0")
        try:
            return machine.encode("\n".join(lines) + "\n")
        except EncodeError as e:
            if e.line - 1 >= len(origin):
                raise Bug("asm", f"LLVM: {e.message}: {lines[e.line - 1]}", self.unit.path) from e
            n, k = origin[e.line - 1]
            bad = functions[n].lines[k]
            if bad.source is None:
                raise Bug("asm", f"LLVM: {e.message}: {bad.text}", self.unit.path) from e
            self.errors.add(bad.file, bad.line, f"{explain_refusal(bad.source)}: {bad.source}")
            return None

    def text_name(self, t: Text) -> str:
        return self.names.static_name(t.symbol) if t.static else t.symbol + _SUFFIX[t.abi]

    def _text(self, t: Text, f: FunctionText, section: Section, offsets: list[int]) -> Definition:
        name = self.text_name(t)
        d = Definition(name, obj.TEXT, section.data, align=max(FUNCTION_ALIGN, f.align), package=self.unit.package)
        flags = obj.ASM | obj.UNSAFE_POINT
        if f.nosplit:
            flags |= obj.NOSPLIT
        if f.spwrite:
            flags |= obj.SPWRITE
        if t.flags & o.DUPOK:
            flags |= obj.DUPOK
        if t.flags & o.TOPFRAME:
            flags |= obj.TOPFRAME
        if t.flags & (o.WRAPPER | o.ABIWRAPPER):
            flags |= obj.WRAPPER
        if t.flags & o.REFLECTMETHOD:
            flags |= obj.REFLECT_METHOD
        if t.static:
            flags |= obj.LOCAL
        d.flags = flags
        for offset, kind, symbol, addend in section.relocations:
            if kind not in _RELOCATION:
                raise Bug("asm", f"relocation type {kind}", name)
            target = self.symbols.names[int(symbol[1:])]
            d.relocations.append(Relocation(offset, _RELOCATION[kind], target, addend))
        info = TextInfo()
        info.file = self._file(t.file)
        info.start_line = t.line
        info.args = t.args if t.args >= 0 else obj.ARGS_UNKNOWN
        info.files = [info.file]
        info.unsafe = [(0, len(section.data))]
        self._tables(info, f, offsets)
        d.text = info
        return d

    def _file(self, file: str) -> str:
        return self.shown_path if file == self.unit.path else file

    def _tables(self, info: TextInfo, f: FunctionText, offsets: list[int]) -> None:
        """pcsp and line tables: an entry where the value changes; of several values at one pc the last wins."""
        pcsp = info.pcsp
        places = info.lines
        for k, line in enumerate(f.lines):
            pc = offsets[k]
            if pcsp and pcsp[-1][0] == pc:
                pcsp.pop()
            if not pcsp or pcsp[-1][1] != line.depth:
                pcsp.append((pc, line.depth))
            file = self._file(line.file)
            if file not in info.files:
                info.files.append(file)
            number = info.files.index(file)
            if places and places[-1][0] == pc:
                places.pop()
            if not places or places[-1][1] != number or places[-1][2] != line.line:
                places.append((pc, number, line.line, -1))
        if not pcsp:
            pcsp.append((0, 0))
        if not places:
            places.append((0, 0, info.start_line, -1))

    def _global(self, g: Global) -> Definition | None:
        if g.size < 0:
            self.errors.add(g.file, g.line, f"missing GLOBL for {g.symbol}")
            return None
        if g.size > MAX_SYMBOL:
            self.errors.add(g.file, g.line, f"symbol {g.symbol} too large ({g.size} bytes > {MAX_SYMBOL} bytes)")
            return None
        relocations: list[Relocation] = []
        data = bytearray(min(max((d.offset + d.size for d in g.data), default=0), g.size))
        for d in g.data:
            value = d.value
            if d.offset < 0 or d.offset + d.size > g.size:
                self.errors.add(
                    g.file, g.line, f"write out of bounds of {g.symbol}: DATA at {d.offset} of {g.size} bytes"
                )
                return None
            if value.kind == o.CONST:
                chunk = (value.offset & ((1 << (8 * d.size)) - 1)).to_bytes(d.size, "little")
            elif value.kind == o.FCONST:
                chunk = float_bytes(value.value, d.size)
            elif value.kind == o.SCONST:
                chunk = value.text.encode("latin-1", "replace")
                if len(chunk) > d.size:
                    self.errors.add(g.file, g.line, f"string larger than its DATA size: {len(chunk)} > {d.size}")
                    return None
                chunk = chunk.ljust(d.size, b"\0")
            else:
                chunk = bytes(8)
                target = self.names.link_name(value, False)
                relocations.append(Relocation(d.offset, obj.R_ADDR64, target, value.offset))
            data[d.offset : d.offset + d.size] = chunk
        has_data = bool(g.data)
        kind = obj.DATA if has_data else obj.BSS
        if g.flags & o.RODATA:
            kind = obj.RODATA
        elif g.flags & o.TLSBSS:
            kind = obj.TLSBSS
        elif g.flags & o.NOPTR:
            kind = obj.NOPTRDATA if has_data else obj.NOPTRBSS
        name = self.names.static_name(g.symbol) if g.static else g.symbol
        out = Definition(name, kind, bytes(data), max(g.size, len(data)), package=self.unit.package)
        out.relocations = relocations
        if g.flags & o.DUPOK:
            out.flags |= obj.DUPOK
        if g.static:
            out.flags |= obj.LOCAL
        if kind == obj.DATA:
            mask = bytearray((out.size // 8 + 7) // 8)
            for r in relocations:
                word = r.offset // 8
                mask[word // 8] |= 1 << (word % 8)
            out.ptrmask = bytes(mask)
        return out
