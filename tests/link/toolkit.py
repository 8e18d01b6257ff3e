"""Make definitions from LLVM IR and run what the linker makes of them."""

from __future__ import annotations

import os
import subprocess
import tempfile

import llvmlite.binding as llvm

from goes.link.link import LinkOptions, link
from goes.link.reach import Reach
from goes.obj.llvmobject import FunctionMeta, read_object
from goes.obj.symbol import NOPTRDATA, NOSPLIT, R_ADDR64, RODATA, TEXT, Definition, InlineCall, Relocation, TextInfo

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
llvm.initialize_native_asmparser()

TRIPLE = "x86_64-unknown-linux-gnu"
ATTRIBUTES = 'noredzone nounwind uwtable "frame-pointer"="none" "disable-tail-calls"="true"'


def emit(ir: str, opt: int = 1) -> bytes:
    """The object of a module."""
    module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\n' + ir, llvm.create_context())
    module.verify()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
        cpu="x86-64", features="", opt=opt, reloc="static", codemodel="small"
    )
    return machine.emit_object(module)


def debug_info(functions: list[str]) -> str:
    """Metadata for LineTablesOnly debug info: !0 is the first function's scope, !1 the second's ..."""
    out = []
    n = len(functions)
    for i, name in enumerate(functions):
        out.append(
            f'!{i} = distinct !DISubprogram(name: "{name}", file: !{n}, line: 1, type: !{n + 1}, unit: !{n + 3},'
            " spFlags: DISPFlagDefinition)"
        )
    out.append(f'!{n} = !DIFile(filename: "x", directory: "")')
    out.append(f"!{n + 1} = !DISubroutineType(types: !{n + 2})")
    out.append(f"!{n + 2} = !{{}}")
    out.append(
        f"!{n + 3} = distinct !DICompileUnit(language: DW_LANG_Go, file: !{n}, isOptimized: false,"
        " runtimeVersion: 0, emissionKind: LineTablesOnly)"
    )
    out.append(f"!llvm.dbg.cu = !{{!{n + 3}}}")
    out.append(f"!llvm.module.flags = !{{!{n + 4}, !{n + 5}}}")
    out.append(f'!{n + 4} = !{{i32 2, !"Debug Info Version", i32 3}}')
    out.append(f'!{n + 5} = !{{i32 7, !"Dwarf Version", i32 5}}')
    return "\n".join(out)


def code(name: str, data: bytes, *relocations: Relocation, flags: int = 0) -> Definition:
    """A function from machine code."""
    out = Definition(name, TEXT, data, flags=flags, package=name.split(".")[0])
    out.relocations = list(relocations)
    out.text = TextInfo()
    return out


class Table:
    """A provider that knows a fixed set."""

    def __init__(self, definitions: list[Definition]) -> None:
        self.definitions = {d.name: d for d in definitions}

    def definition(self, name: str) -> Definition | None:
        return self.definitions.get(name)


def task(name: str, functions: list[str], imports: list[str]) -> Definition:
    """An init task."""
    from goes.obj.symbol import R_INITORDER

    out = Definition(name, NOPTRDATA, (0).to_bytes(4, "little") + len(functions).to_bytes(4, "little"), align=8)
    out.size = 8 + 8 * len(functions)
    for i, f in enumerate(functions):
        out.relocations.append(Relocation(8 + 8 * i, R_ADDR64, f))
    for i in imports:
        out.relocations.append(Relocation(0, R_INITORDER, i))
    return out


def minimal(*more: Definition) -> dict[str, Definition]:
    """The live set of a program: `more` and what every program must have."""
    base = [
        code("runtime.unreachableMethod", b"\x0f\x0b"),
        task("main..inittask", [], ["runtime..inittask"]),
        task("runtime..inittask", [], []),
    ]
    return {d.name: d for d in [*base, *more]}


def options(entry: str) -> LinkOptions:
    out = LinkOptions()
    out.entry = entry
    out.build_id = "action/content"
    return out


def run(file: bytes) -> tuple[int, bytes]:
    """Exit status and standard output of an executable."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.out")
        with open(path, "wb") as f:
            f.write(file)
        os.chmod(path, 0o755)
        done = subprocess.run([path], capture_output=True, timeout=10)
        return done.returncode, done.stdout


__all__ = [
    "ATTRIBUTES", "NOSPLIT", "RODATA", "FunctionMeta", "InlineCall", "LinkOptions", "Reach", "Table", "code",
    "debug_info", "emit", "link", "minimal", "options", "read_object", "run", "task",
]
