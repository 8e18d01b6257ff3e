"""A handful of x86-64 instructions as bytes, enough for call adapters.

    c = Code(); c.push(RBX); c.load(RAX, 16, 8)   →   53 48 8b 44 24 10, depth table [(0, 0), (1, 8)]

Memory operands are always disp(%rsp) or disp(base). The stack depth is tracked as pcsp wants it.
Source: Intel 64 manual, volume 2.
"""

from __future__ import annotations

from typing import Final, final

from ..obj.symbol import R_PC32, Relocation

RAX: Final = 0
RCX: Final = 1
RDX: Final = 2
RBX: Final = 3
RSP: Final = 4
RBP: Final = 5
RSI: Final = 6
RDI: Final = 7
R8: Final = 8
R9: Final = 9
R10: Final = 10
R11: Final = 11
R12: Final = 12
R13: Final = 13
R14: Final = 14
R15: Final = 15


@final
class Code:
    __slots__ = ("bytes", "relocations", "pcsp", "depth")

    def __init__(self) -> None:
        self.bytes = bytearray()
        self.relocations: list[Relocation] = []
        self.pcsp: list[tuple[int, int]] = [(0, 0)]
        self.depth = 0

    def set_depth(self, depth: int) -> None:
        """From here on the stack pointer is depth bytes below its value at entry."""
        if depth == self.depth:
            return
        self.depth = depth
        at = len(self.bytes)
        if self.pcsp[-1][0] == at:
            self.pcsp.pop()
        if not self.pcsp or self.pcsp[-1][1] != depth:
            self.pcsp.append((at, depth))

    def push(self, r: int) -> None:
        if r >= 8:
            self.bytes.append(0x41)
        self.bytes.append(0x50 | r & 7)
        self.set_depth(self.depth + 8)

    def pop(self, r: int) -> None:
        if r >= 8:
            self.bytes.append(0x41)
        self.bytes.append(0x58 | r & 7)
        self.set_depth(self.depth - 8)

    def adjust(self, n: int) -> None:
        """subq $n, %rsp (n < 0: addq)."""
        if n == 0:
            return
        op = 0xEC if n > 0 else 0xC4
        v = abs(n)
        if v < 128:
            self.bytes += bytes((0x48, 0x83, op, v))
        else:
            self.bytes += bytes((0x48, 0x81, op)) + v.to_bytes(4, "little")
        self.set_depth(self.depth + n)

    def _modrm(self, reg: int, base: int, disp: int) -> None:
        small = -128 <= disp < 128
        mode = 0x40 if small else 0x80
        self.bytes.append(mode | (reg & 7) << 3 | base & 7)
        if base & 7 == RSP:
            self.bytes.append(0x24)
        self.bytes += disp.to_bytes(1 if small else 4, "little", signed=True)

    def move(self, to: int, source: int) -> None:
        """movq %source, %to"""
        if to != source:
            self.bytes += bytes((0x48 | (source >> 3) << 2 | to >> 3, 0x89, 0xC0 | (source & 7) << 3 | to & 7))

    def load(self, r: int, disp: int, size: int, base: int = RSP) -> None:
        """Load size bytes, zero-extended."""
        rex = 0x40 | (r >> 3) << 2 | base >> 3
        if size == 8:
            self.bytes += bytes((rex | 8, 0x8B))
        elif size == 4:
            self.bytes += bytes((rex, 0x8B))
        elif size == 2:
            self.bytes += bytes((rex, 0x0F, 0xB7))
        else:
            self.bytes += bytes((rex, 0x0F, 0xB6))
        self._modrm(r, base, disp)

    def store(self, r: int, disp: int, size: int, base: int = RSP) -> None:
        rex = 0x40 | (r >> 3) << 2 | base >> 3
        if size == 8:
            self.bytes += bytes((rex | 8, 0x89))
        elif size == 4:
            self.bytes += bytes((rex, 0x89))
        elif size == 2:
            self.bytes += bytes((0x66, rex, 0x89))
        else:
            self.bytes += bytes((rex, 0x88))
        self._modrm(r, base, disp)

    def lea(self, r: int, disp: int, base: int = RSP) -> None:
        self.bytes += bytes((0x48 | (r >> 3) << 2 | base >> 3, 0x8D))
        self._modrm(r, base, disp)

    def _sse(self, op: int, x: int, disp: int, size: int) -> None:
        self.bytes.append(0xF2 if size == 8 else 0xF3)
        if x >= 8:
            self.bytes.append(0x44)
        self.bytes += bytes((0x0F, op))
        self._modrm(x, RSP, disp)

    def load_float(self, x: int, disp: int, size: int) -> None:
        """movsd or movss disp(%rsp), %xmm"""
        self._sse(0x10, x, disp, size)

    def store_float(self, x: int, disp: int, size: int) -> None:
        self._sse(0x11, x, disp, size)

    def load_g(self) -> None:
        """movq %fs:-8, %r14"""
        self.bytes += bytes.fromhex("644c8b3425f8ffffff")

    def zero_x15(self) -> None:
        """xorps %xmm15, %xmm15"""
        self.bytes += bytes.fromhex("450f57ff")

    def call(self, target: str) -> None:
        self.relocations.append(Relocation(len(self.bytes) + 1, R_PC32, target, -4))
        self.bytes += b"\xe8\0\0\0\0"

    def ret(self) -> None:
        self.bytes.append(0xC3)

    def jump_if_stack_unaligned(self) -> int:
        """testb $8, %spl; jne ?   taken when rsp ≡ 8 (mod 16). Returns the place to patch."""
        self.bytes += bytes.fromhex("40f6c4080f8500000000")
        return len(self.bytes) - 4

    def patch(self, at: int) -> None:
        self.bytes[at : at + 4] = (len(self.bytes) - at - 4).to_bytes(4, "little", signed=True)

    def copy(self, to_base: int, to_disp: int, from_base: int, from_disp: int, size: int) -> None:
        """Copy size bytes through r11; long runs with rep movsb, which takes rdi, rsi and rcx."""
        if size > 256:
            if to_base == RSI:
                self.lea(RDI, to_disp, to_base)
                self.lea(RSI, from_disp, from_base)
            else:
                self.lea(RSI, from_disp, from_base)
                self.lea(RDI, to_disp, to_base)
            self.bytes += b"\xb9" + size.to_bytes(4, "little") + b"\xf3\xa4"
            return
        at = 0
        for step in (8, 4, 2, 1):
            while size - at >= step:
                self.load(R11, from_disp + at, step, from_base)
                self.store(R11, to_disp + at, step, to_base)
                at += step
