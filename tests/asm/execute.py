"""Link a few definitions into memory and call them.

The C convention of the test process and goes' own agree for what is used here: integers in rdi rsi rdx rcx r8 r9,
floats in xmm0-7, results in rax and xmm0; and %fs:-8 is readable.
"""

from __future__ import annotations

import ctypes
import mmap
import struct

from goes.asm.assemble import assemble, default_defines
from goes.diag.diagnostic import Diagnostic
from goes.diag.source import SourceSet
from goes.obj import symbol as obj
from goes.obj.symbol import Definition


def definitions(source: str, package: str = "p", headers: dict[str, str] | None = None) -> list[Definition]:
    """Assemble text that must be right."""
    errors: list[Diagnostic] = []
    text = (
        "#define NOSPLIT 4\n#define NOFRAME 512\n#define RODATA 8\n#define NOPTR 16\n#define TOPFRAME 2048\n" + source
    )
    out = assemble("p.s", text.encode(), package, headers or {}, [], default_defines(), frozenset(), errors)
    assert [e.message for e in errors] == []
    return out


def messages(source: str) -> list[str]:
    """What the assembler says, as file:line: message."""
    errors: list[Diagnostic] = []
    sources = SourceSet()
    assemble("p.s", source.encode(), "p", {}, [], default_defines(), frozenset(), errors, sources=sources)
    return [f"{sources.position(e.pos).line}: {e.message}" for e in errors]


def text(defs: list[Definition], name: str) -> Definition:
    return next(d for d in defs if d.name == name)


class Image:
    """Executable memory holding definitions at `address[name]`."""

    def __init__(self, defs: list[Definition], externals: dict[str, int] | None = None) -> None:
        self.memory = mmap.mmap(-1, 1 << 20, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.address: dict[str, int] = dict(externals or {})
        at = 0
        for d in defs:
            at = (at + 63) // 64 * 64
            self.memory[at : at + len(d.data)] = d.data
            self.address[d.name] = base + at
            at += d.size
        for d in defs:
            for r in d.relocations:
                place = self.address[d.name] + r.offset
                value = self.address[r.target] + r.addend
                offset = place - base
                if r.kind == obj.R_PC32:
                    self.memory[offset : offset + 4] = struct.pack("<i", value - place)
                else:
                    assert r.kind == obj.R_ADDR64
                    self.memory[offset : offset + 8] = struct.pack("<Q", value)

    def call(self, name: str, *args: int, result: type = ctypes.c_int64) -> int:
        function = ctypes.CFUNCTYPE(result, *[ctypes.c_int64] * len(args))(self.address[name])
        return function(*args)  # type: ignore[no-any-return]
