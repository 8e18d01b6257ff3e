"""Run overlay assembly in this process.

Definitions are placed in executable memory below 2 GiB and relocated; a call switches to a stack and a thread pointer
(FS) of its own, so that g, the stack limit and the segments are ours, and switches back.
"""

from __future__ import annotations

import ctypes
import mmap
import struct
from pathlib import Path

from official import GOROOT

from goes.asm.assemble import assemble
from goes.diag.diagnostic import Diagnostic
from goes.obj.symbol import R_ADDR64, R_PC32, Definition

OVERLAY = Path(__file__).parents[2] / "src" / "goes" / "overlay"
MAP_32BIT = 0x40


def assemble_file(path: Path, go_asm_h: str = "") -> list[Definition]:
    errors: list[Diagnostic] = []
    definitions = assemble(
        str(path),
        path.read_bytes(),
        str(path.parent.relative_to(OVERLAY)),
        {"go_asm.h": go_asm_h},
        [str(GOROOT / "src" / "runtime"), str(GOROOT / "pkg" / "include")],
        {"GOOS_linux": "1", "GOARCH_amd64": "1", "GOAMD64_v1": "1"},
        frozenset(),
        errors,
    )
    assert not errors, [str(e) for e in errors]
    return definitions


class Memory:
    """Anonymous memory with an address."""

    def __init__(self, size: int, executable: bool = False) -> None:
        prot = mmap.PROT_READ | mmap.PROT_WRITE | (mmap.PROT_EXEC if executable else 0)
        self.map = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_32BIT, prot)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        self.size = size

    def word(self, offset: int) -> int:
        return int(struct.unpack_from("<Q", self.map, offset)[0])

    def set_word(self, offset: int, value: int) -> None:
        struct.pack_into("<Q", self.map, offset, value & (1 << 64) - 1)


class Image:
    """Loaded definitions. Calls of `externals` go through jumps that `connect` directs; other unknowns are `ud2`."""

    def __init__(self, definitions: list[Definition], externals: tuple[str, ...] = ()) -> None:
        self.memory = Memory(1 << 20, executable=True)
        self.symbols: dict[str, int] = {}
        self.memory.map[0:2] = b"\x0f\x0b"
        at = 64
        self.stubs: dict[str, int] = {}
        for name in externals:
            self.memory.map[at : at + 14] = b"\xff\x25\0\0\0\0" + struct.pack("<Q", self.memory.address)  # jmp *0(%rip)
            self.stubs[name] = at
            self.symbols[name] = self.memory.address + at
            at += 16
        offsets = []
        for d in definitions:
            offsets.append(at)
            self.symbols.setdefault(d.name, self.memory.address + at)
            self.memory.map[at : at + len(d.data)] = bytes(d.data)
            at = (at + d.size + 31) // 16 * 16
        for d, offset in zip(definitions, offsets, strict=True):
            for r in d.relocations:
                target = self.symbols.get(r.target, self.memory.address) + r.addend
                place = offset + r.offset
                if r.kind == R_PC32:
                    struct.pack_into("<i", self.memory.map, place, target - (self.memory.address + place))
                elif r.kind == R_ADDR64:
                    struct.pack_into("<Q", self.memory.map, place, target)
                else:
                    raise AssertionError(r)

    def connect(self, name: str, address: int) -> None:
        struct.pack_into("<Q", self.memory.map, self.stubs[name] + 6, address)
