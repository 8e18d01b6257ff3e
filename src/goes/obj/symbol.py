"""The definition: what the compiler and the assembler hand to the linker.

    func f()       →  Definition("main.f", TEXT, code, relocations, text=TextInfo(...))
    var x []int    →  Definition("main.x", BSS, size=24, ptrmask=b"\\x01")
    type T struct  →  Definition("type:main.T", TYPE, ...)

A program is a set of definitions closed under references. A reference names its target by symbol name; a name is unique
in a program (LLVM's and the assembler's file-local symbols are renamed when the object is read). Everything here is
plain data: it serialises (obj/store.py) and knows nothing of ELF or LLVM.

Names (gc's linker names, so that tracebacks and tools agree):
    pkg/path.Func   pkg.(*T).M   pkg.T.M   pkg.F.func1   pkg.init.0   pkg.T.M-fm   type:<LinkString>   go:itab.<T>,<I>
    go:fuzzcounters:pkg.F   go:string."..." (content named)   pkg.F·f (funcval)   pkg..inittask   runtime.gcbits.<hex>
Package paths are escaped as cmd/internal/objabi PathToPrefix does. Three calling worlds share one code symbol space:
    name           goes' own convention (codegen/abi.py): all Go code, our own assembly, and adapters to the two below
    name.abi0      an upstream assembly TEXT with gc's ABI0, or an adapter from ABI0 to Go
    name.abiint    an upstream assembly TEXT with gc's ABIInternal

Sources: linker-and-runtime-contracts A-E; cmd/internal/goobj (roles).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from ..diag.native import mypyc_attr

if TYPE_CHECKING:
    from .pcvalue import PcTables

# How the names of variables with edge counters begin (codegen/edges.py).
FUZZ_COUNTERS: Final = "go:fuzzcounters:"

# Kinds: which part of the image the symbol goes to.
TEXT: Final = 1
RODATA: Final = 2  # read-only; relocations allowed (static executables)
DATA: Final = 3  # writable, initialised, scanned by the GC (ptrmask or gc type)
NOPTRDATA: Final = 4
BSS: Final = 5  # zero, scanned
NOPTRBSS: Final = 6
TYPE: Final = 7  # type descriptor, in .go.type
ITAB: Final = 8  # in .go.type, contiguous
TYPENAME: Final = 9  # type:.namedata.* and importpath, in .go.type
GOSTRING: Final = 10  # string bytes, in .rodata, content named
FUNCVAL: Final = 11  # read-only {code pointer}, in .go.func
GCBITS: Final = 12  # pointer masks, in .rodata
TLSBSS: Final = 13

# Definition.flags.
DUPOK: Final = 1  # may be defined several times with equal content; any one is kept
TYPELINK: Final = 2  # an unnamed composite type descriptor that moduleTypelinks must find
USED_IN_IFACE: Final = 4
NOSPLIT: Final = 8
WRAPPER: Final = 16  # funcID wrapper
TOPFRAME: Final = 32
SPWRITE: Final = 64
ASM: Final = 128
REFLECT_METHOD: Final = 256  # calls reflect's Method/MethodByName: keeps all exported methods
PKG_INIT: Final = 512
LOCAL: Final = 1024  # STB_LOCAL in the symbol table
UNSAFE_POINT: Final = 2048  # no async preemption anywhere inside (runtime packages, nosplit)

# Relocation kinds. S = target's address, A = addend, P = address of the field.
R_PC32: Final = 1  # 4 bytes  S + A - P  (calls, rip-relative; A as in ELF, usually -4)
R_ADDR64: Final = 2  # 8 bytes  S + A
R_ADDR32: Final = 3  # 4 bytes  S + A, unsigned
R_ADDR32S: Final = 4  # 4 bytes  S + A, signed
R_TYPEOFF: Final = 5  # 4 bytes  S + A - runtime.types (nameOff, typeOff)
R_TEXTOFF: Final = 6  # 4 bytes  S + A - runtime.text
R_METHODOFF: Final = 7  # like R_TYPEOFF (Mtyp) / R_TEXTOFF (Ifn, Tfn) but kept alive only by the method rule; else -1
R_WEAK_TYPEOFF: Final = 8  # R_TYPEOFF if the target is otherwise live, else 0
R_WEAK_ADDR64: Final = 9  # R_ADDR64 if the target is otherwise live, else runtime.unreachableMethod
R_TPOFF32: Final = 10  # 4 bytes, thread pointer offset
R_PC64: Final = 11  # 8 bytes  S + A - P
# No bytes, liveness only (size 0 at offset 0):
R_KEEP: Final = 20  # strong edge
R_USEIFACE: Final = 21  # target type is converted to interface here
R_USEIFACEMETHOD: Final = 22  # target: interface type symbol; addend: index of the method in its sorted method list
R_USENAMEDMETHOD: Final = 23  # target is not a symbol but a bare method name
R_INITORDER: Final = 24  # inittask → inittask of an imported package

# FuncIDs (internal/abi/symtab.go); 0 normal. Assigned by the linker from the name, except WRAPPER.
FUNCID_NORMAL: Final = 0


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class Relocation:
    """`size` follows from the kind."""

    __slots__ = ("offset", "kind", "target", "addend")

    def __init__(self, offset: int, kind: int, target: str, addend: int = 0) -> None:
        self.offset = offset
        self.kind = kind
        self.target = target
        self.addend = addend

    def __repr__(self) -> str:
        return f"Relocation({self.offset:#x}, {self.kind}, {self.target!r}, {self.addend})"


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class InlineCall:
    """One inlined call. `parent` is the index of the enclosing inlined call in the same list, or -1. `file`/`line` are
    the *call site*; `name` and `start_line` describe the inlined function. `func_id` 0, or the wrapper id."""

    __slots__ = ("parent", "file", "line", "name", "start_line", "func_id")

    def __init__(self, parent: int, file: str, line: int, name: str, start_line: int, func_id: int = 0) -> None:
        self.parent = parent
        self.file = file
        self.line = line
        self.name = name
        self.start_line = start_line
        self.func_id = func_id


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class TextInfo:
    """What the runtime's tables need to know of a function.

    `pcsp`: [(start pc, sp delta)...], pcs relative to the function, ascending, first at 0; delta as in gc's pcsp (0 at entry).
    `lines`: [(start pc, file index, line, inline index or -1)...]; file index into `files`.
    `unsafe`: [(start, end)...] ranges where async preemption must not happen.
    `landing`: offset of the recover landing block, 0 if the function has none (reported as _func.deferreturn).
    `args`: bytes of stack arguments, or ARGS_UNKNOWN.
    `tables`: the same in the runtime's encoding (obj/pcvalue.py), made when the object is made or on first use.
    """

    __slots__ = (
        "pcsp", "lines", "files", "inlines", "unsafe", "landing", "args", "start_line", "wrapped", "file", "tables",
    )

    def __init__(self) -> None:
        self.pcsp: list[tuple[int, int]] = []
        self.lines: list[tuple[int, int, int, int]] = []
        self.files: list[str] = []
        self.inlines: list[InlineCall] = []
        self.unsafe: list[tuple[int, int]] = []
        self.landing = 0
        self.args = ARGS_UNKNOWN
        self.start_line = 0
        self.wrapped = ""  # FUNCDATA_WrapInfo: name of the function a go/defer wrapper wraps
        self.file = ""
        self.tables: PcTables | None = None


ARGS_UNKNOWN: Final = -0x80000000


@final
@mypyc_attr(serializable=True, allow_interpreted_subclasses=True)
class Definition:
    """One symbol. `size` >= len(data); the rest is zero. `align` in bytes, 0 = by size (linker's symalign).

    `ptrmask`: for DATA/BSS, little-endian bit mask, one bit per 8-byte word, of the words that hold pointers.
    `gotype`: symbol name of the variable's type descriptor (for -X and DWARF), "" if none; not a strong reference.
    `package`: escaped path of the package it is from. `sort_key`: for TYPE, the type string typelinks sort by.
    """

    __slots__ = ("name", "kind", "data", "size", "align", "relocations", "flags", "ptrmask", "gotype", "package", "text", "sort_key")

    def __init__(self, name: str, kind: int, data: bytes = b"", size: int = -1, align: int = 0, flags: int = 0, package: str = "") -> None:
        self.name = name
        self.kind = kind
        self.data = data
        self.size = len(data) if size < 0 else size
        self.align = align
        self.relocations: list[Relocation] = []
        self.flags = flags
        self.ptrmask = b""
        self.gotype = ""
        self.package = package
        self.text: TextInfo | None = None
        self.sort_key = ""

    def __repr__(self) -> str:
        return f"Definition({self.name!r}, kind={self.kind}, size={self.size})"
