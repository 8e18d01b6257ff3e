"""Segments, stack switches and landings, run with code made by LLVM in goes' convention."""

# ruff: noqa: E501 (LLVM IR)

from __future__ import annotations

import pytest
from merge import Merged
from world import World

ATTRIBUTES = 'attributes #0 = { noinline nounwind noredzone uwtable "frame-pointer"="none" "split-stack" "disable-tail-calls"="true" }\n'

# sum(n) recurses with 600-byte frames, nine integer arguments (three on the stack), a float, and four results.
RECURSION = (
    """
define swiftcc {i64,i64,i64,double} @sum(i64 %n, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, double %x) #0 {
  %buf = alloca [75 x i64], align 16
  %z = icmp eq i64 %n, 0
  br i1 %z, label %stop, label %more
stop:
  %s0 = add i64 %f, %g
  %s1 = add i64 %s0, %h
  %r0 = insertvalue {i64,i64,i64,double} undef, i64 %s1, 0
  %r1 = insertvalue {i64,i64,i64,double} %r0, i64 %e, 1
  %r2 = insertvalue {i64,i64,i64,double} %r1, i64 0, 2
  %r3 = insertvalue {i64,i64,i64,double} %r2, double %x, 3
  ret {i64,i64,i64,double} %r3
more:
  %p = getelementptr [75 x i64], ptr %buf, i64 0, i64 40
  store volatile i64 %n, ptr %p
  %n1 = sub i64 %n, 1
  %x1 = fadd double %x, 1.0
  %r = call swiftcc {i64,i64,i64,double} @sum(i64 %n1, i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f, i64 %g, i64 %h, double %x1)
  %v = load volatile i64, ptr %p
  %t = extractvalue {i64,i64,i64,double} %r, 2
  %t1 = add i64 %t, %v
  %q = insertvalue {i64,i64,i64,double} %r, i64 %t1, 2
  ret {i64,i64,i64,double} %q
}
define swiftcc i64 @main(i64 %n) #0 {
  %r = call swiftcc {i64,i64,i64,double} @sum(i64 %n, i64 1, i64 2, i64 3, i64 4, i64 5, i64 100, i64 200, i64 300, double 0.5)
  %s = extractvalue {i64,i64,i64,double} %r, 0
  %e = extractvalue {i64,i64,i64,double} %r, 1
  %t = extractvalue {i64,i64,i64,double} %r, 2
  %x = extractvalue {i64,i64,i64,double} %r, 3
  %x2 = fmul double %x, 2.0
  %xi = fptosi double %x2 to i64
  %c0 = mul i64 %t, 1000000
  %c1 = mul i64 %s, 1000
  %c2 = add i64 %c0, %c1
  %c3 = add i64 %c2, %e
  %c4 = add i64 %c3, %xi
  ret i64 %c4
}
"""
    + ATTRIBUTES
)


def expected(n: int) -> int:
    return n * (n + 1) // 2 * 1000000 + 600 * 1000 + 5 + 2 * n + 1


def test_recursion_through_chained_segments(merged: Merged) -> None:
    w = World(merged.go_asm_h, RECURSION)
    for size in (1 << 17, 1 << 18, 1 << 19):
        w.add_segment(size)
    bounds = (w.thread.word(w.g), w.thread.word(w.g + 8), w.get_g("g_stackguard0"))
    for n in (10, 200, 1000, 10):
        assert w.run("main", n) == expected(n)
        assert (w.thread.word(w.g), w.thread.word(w.g + 8), w.get_g("g_stackguard0")) == bounds
        assert w.thread.word(w.fs + 0x70) == bounds[2]
        assert w.get_g("g_seg") == 0
        assert w.spare() == [1 << 17, 1 << 18, 1 << 19]


def test_a_segment_that_is_too_small_is_not_entered(merged: Merged) -> None:
    ir = RECURSION.replace("[75 x i64], align 16", "[20000 x i64], align 16")
    w = World(merged.go_asm_h, ir)
    w.add_segment(1 << 20)
    assert w.run("main", 2) == expected(2)


def test_landing_returns_twice_with_callee_saved_registers(merged: Merged) -> None:
    ir = (
        """
@record = global [8 x i64] zeroinitializer
@gobuf = global [11 x i64] zeroinitializer
declare i32 @"runtime.setlanding"(ptr) returns_twice
declare swiftcc void @"runtime.gogo"(ptr)
define swiftcc i64 @clobber(i64 %x) #0 {
  call void asm sideeffect "xorl %ebx,%ebx; xorl %ebp,%ebp; xorl %r12d,%r12d; xorl %r13d,%r13d; xorl %r14d,%r14d; xorl %r15d,%r15d", "~{rbx},~{rbp},~{r12},~{r13},~{r14},~{r15},~{memory}"()
  %g = call i64 asm "movq %fs:-8, $0", "=r"()
  store i64 %g, ptr getelementptr ([11 x i64], ptr @gobuf, i64 0, i64 2)
  %pc = load i64, ptr @record
  store i64 %pc, ptr getelementptr ([11 x i64], ptr @gobuf, i64 0, i64 1)
  %sp = load i64, ptr getelementptr ([8 x i64], ptr @record, i64 0, i64 1)
  store i64 %sp, ptr @gobuf
  %bp = load i64, ptr getelementptr ([8 x i64], ptr @record, i64 0, i64 2)
  store i64 %bp, ptr getelementptr ([11 x i64], ptr @gobuf, i64 0, i64 5)
"""
        + "".join(
            f"  %r{i} = load i64, ptr getelementptr ([8 x i64], ptr @record, i64 0, i64 {i + 3})\n"
            f"  store i64 %r{i}, ptr getelementptr ([11 x i64], ptr @gobuf, i64 0, i64 {i + 6})\n"
            for i in range(5)
        )
        + """
  call swiftcc void @"runtime.gogo"(ptr @gobuf)
  unreachable
}
define swiftcc i64 @body(i64 %n) #0 {
  %res = alloca [2 x i64]
  %a = mul i64 %n, 3
  %b = mul i64 %n, 5
  store i64 0, ptr %res
  %sj = call i32 @"runtime.setlanding"(ptr @record) returns_twice
  %z = icmp eq i32 %sj, 0
  br i1 %z, label %first, label %second
first:
  store volatile i64 7, ptr %res
  %x = call swiftcc i64 @clobber(i64 %n)
  ret i64 %x
second:
  %r = load volatile i64, ptr %res
  %s = add i64 %r, %a
  %t = add i64 %s, %b
  ret i64 %t
}
define swiftcc i64 @main(i64 %n) #0 {
  %k = mul i64 %n, 1000
  %x = call swiftcc i64 @body(i64 %n)
  %y = add i64 %x, %k
  ret i64 %y
}
"""
        + ATTRIBUTES
    )
    w = World(merged.go_asm_h, ir)
    assert w.run("main", 11) == 11 * 1000 + 7 + 33 + 55


def test_systemstack_runs_on_g0_and_keeps_registers(merged: Merged) -> None:
    ir = (
        """
@where = global i64 0
@fn = global ptr @onsystem
declare swiftcc void @"runtime.systemstack"(ptr)
define swiftcc void @onsystem(ptr swiftself %ctx) #0 {
  %x = alloca i64, align 16
  %p = ptrtoint ptr %x to i64
  store i64 %p, ptr @where
  %same = icmp eq ptr %ctx, @fn
  %y = zext i1 %same to i64
  store volatile i64 %y, ptr %x
  %v = load volatile i64, ptr %x
  %w = mul i64 %v, 1
  call void asm sideeffect "xorl %ebx,%ebx; xorl %ebp,%ebp; xorl %r12d,%r12d; xorl %r14d,%r14d; xorl %r15d,%r15d", "~{rbx},~{rbp},~{r12},~{r14},~{r15},~{memory}"()
  ret void
}
define swiftcc i64 @main(i64 %n) #0 {
  %a = mul i64 %n, 3
  call swiftcc void @"runtime.systemstack"(ptr @fn)
  %b = add i64 %a, %n
  %p = load i64, ptr @where
  %q = and i64 %p, 15
  %z = mul i64 %q, 1000000
  %r = add i64 %b, %z
  ret i64 %r
}
define swiftcc i64 @place(i64 %n) #0 {
  %p = load i64, ptr @where
  ret i64 %p
}
"""
        + ATTRIBUTES
    )
    w = World(merged.go_asm_h, ir)
    assert w.run("main", 5) == 20
    where = w.run("place")
    assert w.system.address <= where < w.system.address + w.system.size
    assert w.thread.word(w.fs - 8) == w.thread.address + w.g
    assert w.thread.word(w.fs + 0x70) == w.get_g("g_stackguard0")


@pytest.mark.parametrize("slots", [0, 1, 9, 700])
def test_reflectcall_passes_registers_and_slots(merged: Merged, slots: int) -> None:
    pad = "".join(f", i64 %s{i}" for i in range(max(slots, 0)))
    total = "  %t0 = add i64 %a, %f\n" + "".join(f"  %t{i + 1} = add i64 %t{i}, %s{i}\n" for i in range(slots))
    ir = (
        f"""
@fn = global ptr @callee
@regs = global [21 x i64] zeroinitializer
@slots = global [{slots + 1} x i64] zeroinitializer
declare swiftcc void @"runtime.reflectcall"(ptr, ptr, ptr, i32, i32, i32, ptr)
define swiftcc {{i64, double, i64}} @callee(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f{pad}, double %x, double %y, ptr swiftself %ctx) #0 {{
{total}
  %z = fsub double %x, %y
  %same = icmp eq ptr %ctx, @fn
  %w = zext i1 %same to i64
  %r0 = insertvalue {{i64, double, i64}} undef, i64 %t{slots}, 0
  %r1 = insertvalue {{i64, double, i64}} %r0, double %z, 1
  %r2 = insertvalue {{i64, double, i64}} %r1, i64 %w, 2
  ret {{i64, double, i64}} %r2
}}
define swiftcc i64 @main(i64 %n) #0 {{
  store i64 1000, ptr @regs
  store i64 34, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 5)
  store double 9.0, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 6)
  store double 2.0, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 7)
  br label %loop
loop:
  %i = phi i64 [0, %0], [%j, %loop]
  %p = getelementptr i64, ptr @slots, i64 %i
  store i64 %i, ptr %p
  %j = add i64 %i, 1
  %more = icmp slt i64 %j, {slots}
  br i1 %more, label %loop, label %go
go:
  call swiftcc void @"runtime.reflectcall"(ptr @fn, ptr @fn, ptr @slots, i32 {slots * 8}, i32 0, i32 {slots * 8}, ptr @regs)
  %a = load i64, ptr @regs
  %b = load i64, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 1)
  %x = load double, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 6)
  %xi = fptosi double %x to i64
  %x1 = mul i64 %xi, 100000000
  %b1 = mul i64 %b, 1000000000
  %s = add i64 %a, %x1
  %r = add i64 %s, %b1
  ret i64 %r
}}
"""
        + ATTRIBUTES
    )
    w = World(merged.go_asm_h, ir)
    w.add_segment(1 << 20)
    assert w.run("main") == 1034 + slots * (slots - 1) // 2 + 700000000 + 1000000000


# morestackgo notes what it was asked, clobbers what a call may clobber, clears the poisoned limit, and answers @answer.
MORESTACKGO = """
@asked = global [3 x i64] zeroinitializer
@answer = global i8 1
@limit = global i64 0
define swiftcc i8 @"runtime.morestackgo"(i64 %frame, i64 %args, i64 %sp) noinline {
  store i64 %frame, ptr @asked
  store i64 %args, ptr getelementptr ([3 x i64], ptr @asked, i64 0, i64 1)
  %n = load i64, ptr getelementptr ([3 x i64], ptr @asked, i64 0, i64 2)
  %n1 = add i64 %n, 1
  store i64 %n1, ptr getelementptr ([3 x i64], ptr @asked, i64 0, i64 2)
  call void asm sideeffect "xorl %ecx,%ecx; xorl %edx,%edx; xorl %esi,%esi; xorl %edi,%edi; xorl %r8d,%r8d; xorl %r9d,%r9d; xorps %xmm0,%xmm0; xorps %xmm1,%xmm1", "~{rcx},~{rdx},~{rsi},~{rdi},~{r8},~{r9},~{xmm0},~{xmm1},~{memory}"()
  %g = call ptr asm "movq %fs:-8, $0", "=r"()
  %guard = getelementptr i64, ptr %g, i64 2
  %l = load i64, ptr @limit
  store i64 %l, ptr %guard
  %a = load i8, ptr @answer
  ret i8 %a
}
define swiftcc i64 @setup(i64 %limit) {
  store i64 %limit, ptr @limit
  ret i64 0
}
define swiftcc i64 @say(i64 %answer) {
  %a = trunc i64 %answer to i8
  store i8 %a, ptr @answer
  ret i64 0
}
define swiftcc i64 @calls(i64 %x) {
  %n = load i64, ptr getelementptr ([3 x i64], ptr @asked, i64 0, i64 2)
  ret i64 %n
}
define swiftcc i64 @argbytes(i64 %x) {
  %n = load i64, ptr getelementptr ([3 x i64], ptr @asked, i64 0, i64 1)
  ret i64 %n
}
"""


@pytest.mark.parametrize("answer", [1, 0])
def test_slow_path_keeps_every_argument(merged: Merged, answer: int) -> None:
    w = World(merged.go_asm_h, RECURSION + MORESTACKGO, ("runtime.morestackgo",))
    guard = w.get_g("g_stackguard0")
    w.run("setup", guard)
    w.run("say", answer)
    if answer == 0:
        w.add_segment(1 << 17)
    poison = (1 << 64) - 1314
    w.set_g(w.g, "g_stackguard0", poison)
    w.thread.set_word(w.fs + 0x70, poison)
    # The first check (main's) finds the poison; morestackgo restores the limit but the cached copy is still poisoned
    # for the callee when it continues on the same segment.
    assert w.run("main", 1) == expected(1)
    assert w.run("calls") >= 1
    assert w.run("argbytes") in (0, 24)


PREEMPT = (
    """
@seen = global i64 0
define swiftcc void @"runtime.asyncPreempt2"() noinline {
  %x = alloca i64, align 16
  %p = ptrtoint ptr %x to i64
  store i64 %p, ptr @seen
  call void asm sideeffect "xorl %eax,%eax; xorl %ebx,%ebx; xorl %ecx,%ecx; xorl %edx,%edx; xorl %esi,%esi; xorl %edi,%edi; xorl %ebp,%ebp; xorl %r8d,%r8d; xorl %r9d,%r9d; xorl %r10d,%r10d; xorl %r11d,%r11d; xorl %r12d,%r12d; xorl %r13d,%r13d; xorl %r14d,%r14d; xorl %r15d,%r15d; xorps %xmm0,%xmm0; xorps %xmm15,%xmm15", "~{rax},~{rbx},~{rcx},~{rdx},~{rsi},~{rdi},~{rbp},~{r8},~{r9},~{r10},~{r11},~{r12},~{r13},~{r14},~{r15},~{xmm0},~{xmm15},~{memory},~{flags}"()
  ret void
}
declare void @"runtime.asyncPreempt.abi0"()
declare void @"runtime.asyncPreemptUnaligned.abi0"()
define swiftcc i64 @aligned(i64 %n) { ; RSP is 0 mod 16 at the interrupted instruction
  %r = call i64 asm sideeffect "pushq %rbp; pushq %rbx; pushq %r12; pushq %r15; movq %rsp, %r15; andq $$-16, %rsp; movl $$1, %ebx; movl $$2, %ecx; movl $$3, %edx; movl $$4, %esi; movl $$5, %edi; movl $$6, %ebp; movl $$7, %r8d; movl $$8, %r9d; movl $$9, %r10d; movl $$10, %r11d; movl $$11, %r12d; movq $$1000, %rax; cvtsi2sdq %rax, %xmm15; cmpq %rax, %rax; callq *$1; setz %al; movzbl %al, %eax; addq %rbx, %rax; addq %rcx, %rax; addq %rdx, %rax; addq %rsi, %rax; addq %rdi, %rax; addq %rbp, %rax; addq %r8, %rax; addq %r9, %rax; addq %r10, %rax; addq %r11, %rax; addq %r12, %rax; cvttsd2siq %xmm15, %rbx; addq %rbx, %rax; movq %r15, %rsp; popq %r15; popq %r12; popq %rbx; popq %rbp", "={rax},{r13},~{rcx},~{rdx},~{rsi},~{rdi},~{r8},~{r9},~{r10},~{r11},~{xmm15},~{memory},~{flags}"(ptr @"runtime.asyncPreempt.abi0")
  ret i64 %r
}
"""
)


@pytest.mark.parametrize("parity", [0, 8])
def test_injected_preemption_restores_everything(merged: Merged, parity: int) -> None:
    ir = PREEMPT
    if parity == 8:
        ir = ir.replace("andq $$-16, %rsp;", "andq $$-16, %rsp; pushq $$0;").replace(
            '(ptr @"runtime.asyncPreempt.abi0")', '(ptr @"runtime.asyncPreemptUnaligned.abi0")'
        )
    ir += "define swiftcc i64 @stack(i64 %x) {\n  %p = load i64, ptr @seen\n  ret i64 %p\n}\n"
    w = World(merged.go_asm_h, ir, ("runtime.asyncPreempt2",))
    p = w.thread.address + 20000
    w.thread.set_word(w.m + w.names["m_p"], p)
    scratch = p + w.names["p_xRegs"] + w.names["xRegPerP_scratch"]
    w.thread.set_word(p - w.thread.address + w.names["p_xRegs"] + w.names["xRegPerP_cache"], scratch)
    assert w.run("aligned") == 1 + sum(range(1, 12)) + 1000
    assert w.run("stack") % 16 == 0


def test_finalizer_with_results_in_memory(merged: Merged) -> None:
    ir = (
        """
@fn = global ptr @callee
@regs = global [21 x i64] zeroinitializer
@frame = global [8 x i64] zeroinitializer
declare swiftcc void @"runtime.reflectcall"(ptr, ptr, ptr, i32, i32, i32, ptr)
define swiftcc void @callee(ptr %results, i64 %type, i64 %data) #0 {
  store i64 %type, ptr %results
  %p = getelementptr i64, ptr %results, i64 5
  store i64 %data, ptr %p
  ret void
}
define swiftcc i64 @main(i64 %n) #0 {
  store i64 3, ptr @regs
  store i64 40, ptr getelementptr ([21 x i64], ptr @regs, i64 0, i64 1)
  call swiftcc void @"runtime.reflectcall"(ptr null, ptr @fn, ptr @frame, i32 64, i32 64, i32 64, ptr @regs)
  %a = load i64, ptr @frame
  %b = load i64, ptr getelementptr ([8 x i64], ptr @frame, i64 0, i64 5)
  %r = add i64 %a, %b
  ret i64 %r
}
"""
        + ATTRIBUTES
    )
    assert World(merged.go_asm_h, ir).run("main") == 43
