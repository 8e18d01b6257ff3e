"""LLVM: put functions into one module, and compile a module to an object.

    assemble_module([f, g])  →  text          compile_module(text, QUICK)  →  ELF64 object

A function's text says `!SP` where its debug scope's number belongs and refers to attribute groups and metadata by the
numbers fixed here. QUICK runs no IR passes: fast instruction selection with the greedy register allocator. FULL is the
O1 pipeline with code generation level 1. LLVM options are global to a process and can be set once; the first
compilation decides. LLVM may abort the process: use codegen.workers outside of tests.

Sources: llvm-notes sections 6-8; linker-and-runtime-contracts F.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..diag.diagnostic import Bug
from ..obj.llvmobject import FunctionMeta

if TYPE_CHECKING:
    from .references import References

QUICK: Final = 0
FULL: Final = 1
TIERS: Final = (QUICK, FULL)

TRIPLE: Final = "x86_64-unknown-linux-gnu"
LAYOUT: Final = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
# Attribute groups.
SPLIT: Final = "#0"  # a function that may grow the stack
NOSPLIT: Final = "#1"
CALL: Final = "#2"  # call sites
CALL_NORETURN: Final = "#3"
CALL_TWICE: Final = "#4"
UNLIKELY: Final = "!prof !3"  # branch whose first successor is rare
LIKELY: Final = "!prof !4"
_FIRST_SCOPE: Final = 10

_COMMON: Final = (
    'noinline noredzone nounwind uwtable null_pointer_is_valid "frame-pointer"="none" "disable-tail-calls"="true" '
    '"no-jump-tables"="true" "no-builtins" "target-cpu"="x86-64" "no-trapping-math"="true"'
)
_HEADER: Final = f"""target datalayout = "{LAYOUT}"
target triple = "{TRIPLE}"
"""
_FOOTER: Final = f"""attributes #0 = {{ {_COMMON} "split-stack" }}
attributes #1 = {{ {_COMMON} }}
attributes #2 = {{ nomerge nounwind }}
attributes #3 = {{ nomerge nounwind noreturn }}
attributes #4 = {{ nomerge nounwind returns_twice }}
!llvm.dbg.cu = !{{!0}}
!llvm.module.flags = !{{!5, !6}}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, producer: "goes", isOptimized: true, runtimeVersion: 0, \
emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "go", directory: "")
!2 = !DISubroutineType(types: !7)
!3 = !{{!"branch_weights", i32 1, i32 2000}}
!4 = !{{!"branch_weights", i32 2000, i32 1}}
!5 = !{{i32 2, !"Debug Info Version", i32 3}}
!6 = !{{i32 2, !"Dwarf Version", i32 4}}
!7 = !{{}}
"""


class FunctionCode:
    """One function as LLVM text with everything the object reader and the build engine need to know. `level`: its tier.
    `declarations`: symbol → its `declare` or `external global` line."""

    __slots__ = ("name", "text", "meta", "references", "declarations", "level")

    def __init__(
        self, name: str, text: str, meta: FunctionMeta, references: References, declarations: dict[str, str],
        level: int = QUICK,
    ) -> None:
        self.name = name
        self.text = text
        self.meta = meta
        self.references = references
        self.declarations = declarations
        self.level = level


def assemble_module(functions: list[FunctionCode]) -> str:
    """One module of several functions. Declarations of the same symbol are alike or compatible: pointers are opaque."""
    defined = {f.name for f in functions}
    declared: dict[str, str] = {}
    for f in functions:
        for name, line in f.declarations.items():
            if name in defined:
                continue
            if name not in declared or declared[name].startswith("@") and not line.startswith("@"):
                declared[name] = line
    out = [_HEADER]
    out.extend(declared.values())
    scopes: list[str] = []
    for i, f in enumerate(functions):
        number = f"!{_FIRST_SCOPE + i}"
        out.append(f.text.replace("!SP", number))
        scopes.append(
            f'{number} = distinct !DISubprogram(name: "f", scope: !1, file: !1, line: 1, type: !2, '
            "spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !0)"
        )
    out.append(_FOOTER)
    out.extend(scopes)
    out.append("")
    return "\n".join(out)


# Copies of a function for certain arguments would be functions of names, line tables and sections of their own.
_OPTIONS: Final = (
    "--no-x86-call-frame-opt", "--trap-unreachable", "--disable-lsr", "--x86-cmov-converter=false", "--funcspec-max-iters=0",
)  # fmt: skip
_QUICK_OPTIONS: Final = ("--optimize-regalloc", "--regalloc=greedy", "--enable-misched=false")

_ready: list[int] = []


def initialise(level: int) -> None:
    """Set LLVM up for this process; only the first call's level counts."""
    if _ready:
        return
    _ready.append(level)
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.initialize_native_asmparser()
    for option in _OPTIONS + (_QUICK_OPTIONS if level == QUICK else ()):
        llvm.set_option("goes", option)


def compile_module(text: str, level: int) -> bytes:
    """The ELF object of a module. Raises Bug if LLVM rejects the text."""
    initialise(level)
    import llvmlite.binding as llvm

    try:
        module = llvm.parse_assembly(text, llvm.create_context())
        module.verify()
    except RuntimeError as e:
        raise Bug("codegen", f"LLVM rejects the module: {e}") from e
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(
        cpu="x86-64", features="", opt=0 if level == QUICK else 1, reloc="static", codemodel="small"
    )
    if level != QUICK:
        builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=1))
        builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))
