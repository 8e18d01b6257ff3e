"""A thread with one goroutine, made of raw memory, that runs LLVM code on overlay assembly.

    w = World(go_asm_h, ir);  w.run("f", 7)   # calls f(7) on the goroutine's stack

`externals` are the functions defined in the IR that assembly calls.
"""

from __future__ import annotations

import ctypes
import re

import llvmlite.binding as llvm
from machine import OVERLAY, Image, Memory, assemble_file

# long enter(fn, argument, stack, fs, saved): switch FS and the stack, call fn(argument) in goes' convention.
_ENTER = """
target triple = "x86_64-unknown-linux-gnu"
module asm ".globl enter"
module asm "enter:"
module asm " pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15; subq $8, %rsp"
module asm " movq %rdi, %rbx; movq %rsi, %rbp; movq %rdx, %r12; movq %rcx, %r13; movq %r8, %r14"
module asm " movl $0x1003, %edi; movq %r14, %rsi; movl $158, %eax; syscall"
module asm " movl $0x1002, %edi; movq %r13, %rsi; movl $158, %eax; syscall"
module asm " movq %rsp, %r15; movq %r12, %rsp; movq %rbp, %rdi; call *%rbx; movq %r15, %rsp"
module asm " movq %rax, %rbp"
module asm " movl $0x1002, %edi; movq (%r14), %rsi; movl $158, %eax; syscall"
module asm " movq %rbp, %rax"
module asm " addq $8, %rsp; popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx; ret"
"""


class World:
    def __init__(self, go_asm_h: str, ir: str, externals: tuple[str, ...] = ()) -> None:
        self.names = {m[0]: int(m[1], 0) for m in re.findall(r"#define (\S+) (\d+)$", go_asm_h, re.M)}
        self.thread = Memory(1 << 16)
        self.stack = Memory(1 << 16)
        self.system = Memory(1 << 18)
        self.g, self.g0, self.m, self.fs = 0, 4096, 8192, 12288
        o = self.names
        self.set_g(self.g, "g_m", self.thread.address + self.m)
        self.set_g(self.g0, "g_m", self.thread.address + self.m)
        self.thread.set_word(self.m + o["m_g0"], self.thread.address + self.g0)
        self.thread.set_word(self.m + o["m_curg"], self.thread.address + self.g)
        for g, stack in ((self.g, self.stack), (self.g0, self.system)):
            self.thread.set_word(g, stack.address)
            self.thread.set_word(g + 8, stack.address + stack.size)
            self.set_g(g, "g_stackguard0", stack.address + o["const_stackGuard"])
        self.set_g(self.g0, "g_sched", self.system.address + self.system.size - 256)
        self.set_g(self.g, "g_sched", self.thread.address + self.g, o["gobuf_g"])
        self.thread.set_word(self.fs - 8, self.thread.address + self.g)
        self.thread.set_word(self.fs + 0x70, self.stack.address + o["const_stackGuard"])

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        llvm.initialize_native_asmparser()
        target = llvm.Target.from_triple("x86_64-unknown-linux-gnu")
        machine = target.create_target_machine(opt=2, reloc="static", codemodel="large")
        self.engine = llvm.create_mcjit_compiler(llvm.parse_assembly(_ENTER), machine)
        self.modules = [llvm.parse_assembly(ir)]
        definitions = []
        for name in ("stack_goes_amd64.s", "asm_goes_amd64.s", "preempt_goes_amd64.s"):
            definitions += assemble_file(OVERLAY / "runtime" / name, go_asm_h)
        self.image = Image(definitions, externals)
        for name, address in self.image.symbols.items():
            if name not in externals:
                llvm.add_symbol(name, address)
        self.engine.add_module(self.modules[0])
        self.engine.finalize_object()
        for name in externals:
            self.image.connect(name, self.engine.get_function_address(name))
        self.segments: list[Memory] = []
        self.saved = ctypes.c_uint64(0)

    def set_g(self, g: int, field: str, value: int, extra: int = 0) -> None:
        self.thread.set_word(g + self.names[field] + extra, value)

    def get_g(self, field: str, extra: int = 0) -> int:
        return self.thread.word(self.g + self.names[field] + extra)

    def add_segment(self, size: int) -> None:
        """Append a spare segment, as newstack makes it."""
        o = self.names
        memory = Memory(size)
        header = size - o["stackseg__size"]
        memory.set_word(header + o["stackseg_lo"], memory.address)
        memory.set_word(header + o["stackseg_hi"], memory.address + size)
        memory.set_word(header + o["stackseg_room"], header - o["const_stackGuard"] - 320)
        address = memory.address + header
        if self.segments:
            last = self.segments[-1]
            last.set_word(last.size - o["stackseg__size"] + o["stackseg_next"], address)
        else:
            self.set_g(self.g, "g_spare", address)
        self.segments.append(memory)

    def spare(self) -> list[int]:
        """Sizes of the spare segments, in order."""
        o = self.names
        by_header = {s.address + s.size - o["stackseg__size"]: s for s in self.segments}
        sizes = []
        at = self.get_g("g_spare")
        while at:
            s = by_header[at]
            sizes.append(s.size)
            at = s.word(s.size - o["stackseg__size"] + o["stackseg_next"])
        return sizes

    def run(self, name: str, argument: int = 0) -> int:
        enter = ctypes.CFUNCTYPE(ctypes.c_uint64, *[ctypes.c_uint64] * 5)(self.engine.get_function_address("enter"))
        top = self.stack.address + self.stack.size - 64
        return int(
            enter(
                self.engine.get_function_address(name),
                argument,
                top,
                self.thread.address + self.fs,
                ctypes.addressof(self.saved),
            )
        )
