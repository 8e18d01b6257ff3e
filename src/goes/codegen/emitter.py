"""The pen: LLVM text of one function, values as scalar parts, names, positions, calls.

    t3 = t1 + t2        →      %4 = add i64 %t1, %t2, !dbg !DILocation(line: 2, scope: !SP)

A Go value is a list of operands, one per part of abi.parts_of, in their memory form; only a value whose own type is
boolean is an i1 (`true`, `%5`) instead of an i8. A value of a memory type is one pointer to memory that nobody writes
as long as the value lives. Every line carries the id of its position; ids index FunctionMeta.positions.

Cold code (failed checks, slow paths) is collected apart and comes after everything else.

Sources: codegen/abi.py; compiler-contracts 14; linker-and-runtime-contracts F.0; llvm-notes sections 1, 6.
"""

from __future__ import annotations

from typing import Final, final

from ..diag.source import NO_POS, Pos, SourceSet
from ..obj.llvmobject import FunctionMeta, PositionEntry
from ..obj.symbol import InlineCall
from ..ssa.function import Block, Function
from ..ssa.instr import Defer, InlineSite, Phi, Value
from ..types import types as t
from ..types.linkname import link_string
from ..types.sizes import alignof, ptrdata, sizeof
from .abi import PART_SIZE, Part, parts_of
from .llvm import CALL, CALL_NORETURN, LIKELY, QUICK, UNLIKELY
from .references import References

FUNCID_WRAPPER: Final = 23
MAX_INLINE_COPY: Final = 64  # bytes copied or cleared by single moves
ZERO_VALUE_SIZE: Final = 1024  # of runtime.zeroVal
MAX_ALLOCA_ALIGN: Final = 16


@final
class Shape:
    """How values of a type look: `parts` None: a memory type; `llvms`: operand types; `pointers`: has GC pointers."""

    __slots__ = ("type", "parts", "llvms", "size", "align", "is_bool", "pointers")

    def __init__(self, typ: t.Type) -> None:
        self.type = typ
        self.parts: list[Part] | None = parts_of(typ)
        self.size = sizeof(typ)
        self.align = alignof(typ)
        u = t.under(typ)
        self.is_bool = isinstance(u, t.Basic) and u.info & t.IS_BOOLEAN != 0
        self.pointers = ptrdata(typ) != 0
        if self.is_bool:
            self.llvms = ["i1"]
        elif self.parts is None:
            self.llvms = ["ptr"]
        else:
            self.llvms = [p.llvm for p in self.parts]


class Context:
    """What all functions of a program share. `abi0`: functions that are upstream assembly, with a raw `.abi0` entry;
    `counted`: import paths of packages with edge counters (edges.py)."""

    __slots__ = ("sources", "level", "abi0", "counted", "_shapes", "_types", "_places")

    def __init__(self, sources: SourceSet, level: int = QUICK) -> None:
        self.sources = sources
        self.level = level
        self.abi0: set[str] = set()
        self.counted: frozenset[str] = frozenset()
        self._shapes: dict[t.Type, Shape] = {}
        self._types: dict[t.Type, str] = {}
        self._places: dict[Pos, tuple[str, int]] = {}

    def shape(self, typ: t.Type) -> Shape:
        s = self._shapes.get(typ)
        if s is None:
            s = Shape(typ)
            self._shapes[typ] = s
        return s

    def type_name(self, typ: t.Type) -> str:
        name = self._types.get(typ)
        if name is None:
            name = link_string(typ)
            self._types[typ] = name
        return name

    def place(self, pos: Pos) -> tuple[str, int]:
        """File and line of a position."""
        found = self._places.get(pos)
        if found is None:
            p = self.sources.position(pos)
            found = (p.filename, p.line)
            self._places[pos] = found
        return found


def quote(name: str) -> str:
    """A symbol name as LLVM writes it, without @."""
    if name.isascii() and '"' not in name and "\\" not in name and "\n" not in name:
        return f'"{name}"'
    out = []
    for c in name.encode("utf-8", "surrogateescape"):
        out.append(chr(c) if 32 <= c < 127 and c != 34 and c != 92 else f"\\{c:02X}")
    return '"' + "".join(out) + '"'


@final
class PendingPhi:
    """A phi line to be completed when all blocks are known."""

    __slots__ = ("at", "name", "phi", "part", "llvm")

    def __init__(self, at: int, name: str, phi: Phi, part: int, llvm: str) -> None:
        self.at = at
        self.name = name
        self.phi = phi
        self.part = part
        self.llvm = llvm


@final
class Emitter:
    __slots__ = (
        "fn",
        "ctx",
        "refs",
        "meta",
        "declarations",
        "out",
        "entry",
        "cold",
        "count",
        "dbg",
        "line_id",
        "own",
        "geps",
        "calls",
        "frame",
        "current",
        "values",
        "tuples",
        "ids",
        "inlines",
        "pending",
        "phi_buffers",
        "edge_labels",
        "result_pointer",
        "results_in_memory",
        "landing_area",
        "defer_records",
        "open_defers",
        "landing_slots",
        "uses",
        "skip",
        "next_of",
        "needs_context",
        "order",
    )

    def __init__(self, fn: Function, ctx: Context) -> None:
        self.fn = fn
        self.ctx = ctx
        self.refs = References()
        self.meta = FunctionMeta(fn.name)
        self.declarations: dict[str, str] = {}
        self.out: list[str] = []
        self.entry: list[str] = []  # allocas
        self.cold: list[str] = []
        self.count = 0
        self.dbg = ""
        self.line_id = 0
        self.own = (0, "")  # the last position outside inlined code
        self.calls = 0  # calls that return
        self.frame = 0  # bytes of allocas
        self.geps: dict[str, tuple[str, int]] = {}  # address → what it is a constant offset from
        self.current = "entry"
        self.values: dict[Value, list[str]] = {}
        self.tuples: dict[Value, list[list[str]]] = {}
        self.ids: dict[tuple[str, int, int, int], int] = {}
        self.inlines: dict[InlineSite, int] = {}
        self.pending: list[PendingPhi] = []
        self.phi_buffers: dict[Phi, tuple[str, str]] = {}
        # (block, index of its successor) → label the edge leaves from; index -1: where the block ends
        self.edge_labels: dict[tuple[Block, int], str] = {}
        self.result_pointer = ""
        self.results_in_memory = False
        self.landing_area = ""
        self.defer_records: dict[Defer, str] = {}
        self.open_defers: list[Defer] | None = None
        self.landing_slots: dict[Value, int] = {}
        self.uses: dict[Value, int] = {}
        self.skip: set[Value] = set()
        self.next_of: dict[Value, Value] = {}
        self.needs_context = False
        self.order: list[Block] = []

    # Positions

    def at(self, pos: Pos, site: InlineSite | None) -> None:
        """Give the lines that follow this position."""
        file, line = self._place(pos)
        inline = -1 if site is None else self._inline(site)
        self.line_id = self._id(file, line, inline, 0)
        self.dbg = f", !dbg !DILocation(line: {self.line_id}, scope: !SP)"
        if site is None:
            self.own = (self.line_id, self.dbg)

    def back_to_own(self) -> None:
        """For an instruction without position: the last one of the function itself."""
        self.line_id, self.dbg = self.own

    def _place(self, pos: Pos) -> tuple[str, int]:
        if pos == NO_POS:
            pos = self.fn.pos
        if pos == NO_POS:
            return "<autogenerated>", 1
        return self.ctx.place(pos)

    def _id(self, file: str, line: int, inline: int, barrier: int, landing: bool = False) -> int:
        key = (file, line, inline, barrier if not landing else -1)
        found = self.ids.get(key)
        if found is None:
            self.meta.positions.append(PositionEntry(file, line, inline, barrier > 0, landing))
            found = len(self.meta.positions)
            self.ids[key] = found
        return found

    def special(self, landing: bool) -> str:
        """A fresh position id at the current place: a write barrier's, or the landing block's."""
        entry = self.meta.positions[self.line_id - 1]
        n = self._id(entry.file, entry.line, entry.inline, len(self.meta.positions) + 1, landing)
        return f", !dbg !DILocation(line: {n}, scope: !SP)"

    def _inline(self, site: InlineSite) -> int:
        found = self.inlines.get(site)
        if found is None:
            parent = -1 if site.parent is None else self._inline(site.parent)
            file, line = self._place(site.pos)
            func_id = FUNCID_WRAPPER if site.callee_is_wrapper else 0
            found = len(self.meta.inlines)
            self.meta.inlines.append(InlineCall(parent, file, line, site.callee_name, site.callee_start_line, func_id))
            self.inlines[site] = found
        return found

    # Lines and blocks

    def op(self, text: str) -> str:
        """Append an instruction with a result; returns its name."""
        self.count += 1
        name = f"%v{self.count}"
        self.out.append(f"  {name} = {text}{self.dbg}")
        return name

    def do(self, text: str) -> None:
        self.out.append(f"  {text}{self.dbg}")

    def new_label(self) -> str:
        self.count += 1
        return f"L{self.count}"

    def label(self, name: str) -> None:
        self.out.append(f"{name}:")
        self.current = name

    def branch(self, condition: str, yes: str, no: str, weight: str = "") -> None:
        tail = f", {weight}" if weight else ""
        self.do(f"br i1 {condition}, label %{yes}, label %{no}{tail}")

    def jump(self, to: str) -> None:
        self.do(f"br label %{to}")

    def fail_unless(self, ok: str, name: str, args: list[tuple[str, str]]) -> None:
        """Call the runtime function that panics unless ok; later code runs only if ok."""
        if ok == "true":
            return
        cold = self.new_label()
        cont = self.new_label()
        self.branch(ok, cont, cold, LIKELY)
        main = self.out
        self.out = self.cold
        self.out.append(f"{cold}:")
        self.runtime("void", name, args, noreturn=True)
        self.do("unreachable")
        self.out = main
        self.label(cont)

    def phi(self, llvm: str, incoming: list[tuple[str, str]]) -> str:
        """incoming: (value, label)"""
        return self.op(f"phi {llvm} " + ", ".join(f"[ {v}, %{l} ]" for v, l in incoming))

    # Symbols

    def data(self, name: str) -> str:
        """A data symbol, declared."""
        q = "@" + quote(name)
        if name not in self.declarations:
            self.declarations[name] = f"{q} = external dso_local global i8"
        return q

    def code(self, name: str, result: str, params: list[str]) -> str:
        """A function symbol, declared."""
        q = "@" + quote(name)
        found = self.declarations.get(name)
        if found is None or found[0] == "@":
            self.declarations[name] = f"declare dso_local swiftcc {result} {q}({', '.join(params)})"
        return q

    def runtime_data(self, name: str) -> str:
        self.refs.symbols["runtime." + name] = None
        return self.data("runtime." + name)

    def type_symbol(self, typ: t.Type) -> str:
        name = "type:" + self.ctx.type_name(typ)
        self.refs.types[name] = typ
        return self.data(name)

    def itab_symbol(self, typ: t.Type, interface: t.Type) -> str:
        name = f"go:itab.{self.ctx.type_name(typ)},{self.ctx.type_name(interface)}"
        self.refs.itabs[name] = (typ, interface)
        return self.data(name)

    # Calls

    def call(self, result: str, target: str, args: list[tuple[str, str]], noreturn: bool = False) -> str:
        """args: (type with attributes, value). Returns "" for void."""
        text = ", ".join(f"{ty} {v}" for ty, v in args)
        line = f"call swiftcc {result} {target}({text}) {CALL_NORETURN if noreturn else CALL}"
        if not noreturn:
            self.calls += 1
        if result == "void":
            self.do(line)
            return ""
        return self.op(line)

    def runtime(self, result: str, name: str, args: list[tuple[str, str]], noreturn: bool = False) -> str:
        """Call runtime.<name>."""
        full = "runtime." + name
        self.refs.symbols[full] = None
        return self.call(result, self.code(full, result, [ty for ty, _ in args]), args, noreturn)

    def intrinsic(self, result: str, name: str, args: list[tuple[str, str]]) -> str:
        """Call an LLVM intrinsic."""
        if name not in self.declarations:
            self.declarations[name] = f"declare {result} @{name}({', '.join(ty for ty, _ in args)})"
        text = ", ".join(f"{ty} {v}" for ty, v in args)
        line = f"call {result} @{name}({text})"
        if result == "void":
            self.do(line)
            return ""
        return self.op(line)

    def unpack(self, llvms: list[str], value: str) -> list[str]:
        """The fields of a struct {llvms...} returned by a call; of a single one, itself."""
        if not llvms:
            return []
        if len(llvms) == 1:
            return [value]
        text = "{ " + ", ".join(llvms) + " }"
        return [self.op(f"extractvalue {text} {value}, {i}") for i in range(len(llvms))]

    # Memory

    def alloca(self, size: int, align: int = 8) -> str:
        self.count += 1
        name = f"%v{self.count}"
        self.frame += size + 8
        align = min(max(align, 8 if size >= 8 else 1), MAX_ALLOCA_ALIGN)
        self.entry.append(f"  {name} = alloca [{max(size, 1)} x i8], align {align}")
        return name

    def gep(self, pointer: str, offset: int) -> str:
        if offset == 0:
            return pointer
        if pointer.startswith("@"):
            return f"getelementptr (i8, ptr {pointer}, i64 {offset})"
        known = self.geps.get(pointer)
        if known is not None:
            pointer = known[0]
            offset += known[1]
        name = self.op(f"getelementptr i8, ptr {pointer}, i64 {offset}")
        self.geps[name] = (pointer, offset)
        return name

    def load(self, llvm: str, pointer: str, align: int = 0) -> str:
        a = align or PART_SIZE[llvm]
        if self.ctx.level != QUICK and self.fn.is_runtime and a == PART_SIZE[llvm]:
            return self.op(f"load atomic {llvm}, ptr {pointer} unordered, align {a}")
        return self.op(f"load {llvm}, ptr {pointer}, align {a}")

    def store(self, llvm: str, value: str, pointer: str, align: int = 0) -> None:
        a = align or PART_SIZE[llvm]
        if self.ctx.level != QUICK and self.fn.is_runtime and a == PART_SIZE[llvm]:
            self.do(f"store atomic {llvm} {value}, ptr {pointer} unordered, align {a}")
            return
        self.do(f"store {llvm} {value}, ptr {pointer}, align {a}")

    def copy(self, to: str, source: str, size: int, align: int) -> None:
        """Copy size bytes; the areas may overlap."""
        if size == 0 or to == source:
            return
        if size > MAX_INLINE_COPY:
            self.calls += 1
            a = min(align, 8)
            name = "llvm.memmove.p0.p0.i64"
            if name not in self.declarations:
                self.declarations[name] = f"declare void @{name}(ptr, ptr, i64, i1)"
            self.do(f"call void @{name}(ptr align {a} {to}, ptr align {a} {source}, i64 {size}, i1 false)")
            return
        moves: list[tuple[str, int, str]] = []
        offset = 0
        for llvm, width in (("i64", 8), ("i32", 4), ("i16", 2), ("i8", 1)):
            while size - offset >= width:
                a = min(width, align)
                moves.append((llvm, offset, self.op(f"load {llvm}, ptr {self.gep(source, offset)}, align {a}")))
                offset += width
        for llvm, offset, v in moves:
            a = min(PART_SIZE[llvm], align)
            self.do(f"store {llvm} {v}, ptr {self.gep(to, offset)}, align {a}")

    def clear(self, to: str, size: int, align: int) -> None:
        """Zero size bytes, without barrier."""
        if size > MAX_INLINE_COPY:
            self.calls += 1
            name = "llvm.memset.p0.i64"
            if name not in self.declarations:
                self.declarations[name] = f"declare void @{name}(ptr, i8, i64, i1)"
            self.do(f"call void @{name}(ptr align {min(align, 8)} {to}, i8 0, i64 {size}, i1 false)")
            return
        offset = 0
        for llvm, width in (("i64", 8), ("i32", 4), ("i16", 2), ("i8", 1)):
            while size - offset >= width:
                self.do(f"store {llvm} 0, ptr {self.gep(to, offset)}, align {min(width, align)}")
                offset += width

    # Values and their memory form

    def to_memory(self, shape: Shape, vals: list[str]) -> list[str]:
        """Operands as they lie in memory and travel in calls: booleans as i8."""
        if not shape.is_bool:
            return vals
        return [self.to_byte(vals[0])]

    def to_byte(self, v: str) -> str:
        if v == "true":
            return "1"
        if v == "false":
            return "0"
        return self.op(f"zext i1 {v} to i8")

    def from_memory(self, shape: Shape, vals: list[str]) -> list[str]:
        if not shape.is_bool:
            return vals
        return [self.op(f"trunc i8 {vals[0]} to i1")]

    def load_parts(self, shape: Shape, pointer: str) -> list[str]:
        """The value of a type with parts at an address."""
        assert shape.parts is not None
        out = [self.load(p.llvm, self.gep(pointer, p.offset)) for p in shape.parts]
        return self.from_memory(shape, out)

    def store_parts(self, shape: Shape, vals: list[str], pointer: str) -> None:
        """Without barrier."""
        if shape.parts is None:
            self.copy(pointer, vals[0], shape.size, shape.align)
            return
        mem = self.to_memory(shape, vals)
        for p, v in zip(shape.parts, mem):
            self.store(p.llvm, v, self.gep(pointer, p.offset))

    def spill(self, shape: Shape, vals: list[str]) -> str:
        """The address of the value in memory that nobody writes."""
        if shape.parts is None:
            return vals[0]
        if shape.size == 0:
            return self.runtime_data("zerobase")
        p = self.alloca(shape.size, shape.align)
        self.store_parts(shape, vals, p)
        return p

    def fetch(self, shape: Shape, pointer: str) -> list[str]:
        """The value at an address whose memory will not change."""
        if shape.parts is None:
            return [pointer]
        return self.load_parts(shape, pointer)

    def snapshot(self, shape: Shape, pointer: str) -> list[str]:
        """The value at an address now."""
        if shape.parts is not None:
            return self.load_parts(shape, pointer)
        p = self.alloca(shape.size, shape.align)
        self.copy(p, pointer, shape.size, shape.align)
        return [p]

    def zero(self, shape: Shape) -> list[str]:
        """The zero value."""
        if shape.parts is not None:
            return [ZERO[ty] for ty in shape.llvms] if shape.parts else []
        if shape.size <= ZERO_VALUE_SIZE:
            return [self.runtime_data("zeroVal")]
        return [self.data(self.refs.zero_area(shape.size))]

    def unlikely(self, condition: str, yes: str, no: str) -> None:
        self.branch(condition, yes, no, UNLIKELY)


ZERO: Final[dict[str, str]] = {
    "i1": "false",
    "i8": "0",
    "i16": "0",
    "i32": "0",
    "i64": "0",
    "ptr": "null",
    "float": "0.0",
    "double": "0.0",
}
