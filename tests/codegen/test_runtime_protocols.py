"""Code and runtime together: recovery, interface calls, growing, iteration — with a stand-in for the runtime."""

from __future__ import annotations

import ctypes
from ctypes import c_int64, c_uint64, c_void_p

import pytest

from goes.codegen.llvm import FULL, QUICK
from goes.codegen.workers import WorkerPool
from goes.diag.diagnostic import Bug
from goes.ssa import instr as ir
from goes.syntax import tokens
from goes.types import types as t
from goes.types.objects import Var

from .harness import Builder, const, function, load, signature

INT = t.TYP_INT
FUNC = signature([], [])


def asm(*lines: str) -> str:
    return "\n".join(f'module asm "{line}"' for line in lines) + "\n"


SETLANDING = asm(
    ".globl runtime.setlanding",
    "runtime.setlanding:",
    "movq (%rsp),%rax",
    "leaq 8(%rsp),%rcx",
    "movq %rax,(%rdi)",
    "movq %rcx,8(%rdi)",
    "movq %rbp,16(%rdi)",
    "movq %rbx,24(%rdi)",
    "movq %r12,32(%rdi)",
    "movq %r13,40(%rdi)",
    "movq %r14,48(%rdi)",
    "movq %r15,56(%rdi)",
    "xorl %eax,%eax",
    "retq",
    ".globl resume",
    "resume:",  # of the record in rdi, as recovery does
    "movq 16(%rdi),%rbp",
    "movq 24(%rdi),%rbx",
    "movq 32(%rdi),%r12",
    "movq 40(%rdi),%r13",
    "movq 48(%rdi),%r14",
    "movq 56(%rdi),%r15",
    "movq 8(%rdi),%rsp",
    "movl $1,%eax",
    "jmpq *(%rdi)",
)
RECOVERY = SETLANDING + """
@"frame" = dso_local global ptr null
@"runtime.writeBarrier" = dso_local global i32 0
declare dso_local swiftcc void @"resume"(ptr)
define dso_local swiftcc void @"runtime.wbStore"(ptr %s, ptr %v) { unreachable }
define dso_local swiftcc void @"runtime.deferproc"(ptr %rec, ptr %fn) nounwind { store ptr %rec, ptr @"frame"
 ret void }
define dso_local swiftcc void @"runtime.deferreturn"(ptr %rec) nounwind { ret void }
define dso_local swiftcc i64 @"boom"(i64 %n) nounwind {
 %c = icmp eq i64 %n, 6
 br i1 %c, label %y, label %n0
y: %rec = load ptr, ptr @"frame"
 call swiftcc void @"resume"(ptr %rec)
 unreachable
n0: ret i64 %n
}
"""


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_results_of_a_recovered_function_are_what_was_stored_last(level: int) -> None:
    """func f(k, from int) (r int) { defer g(); for i := from; ; i++ { r = i*10; boom(i) } }   boom(6) panics: 60"""
    fn = function("f", [INT, INT, FUNC], [INT])
    b = Builder(fn)
    r = ir.Alloc(t.Pointer(INT), INT, "r", 0)
    r.placement = ir.STACK
    r.landing = True
    fn.results = [r]
    b.add(r)
    b.add(ir.Defer(fn.params[2], True, None, 0))
    head = b.new_block()
    b.jump(head)
    b.block = head
    i = ir.Phi(INT, [fn.params[1]])
    b.add(i)
    b.add(ir.Store(r, b.add(ir.BinOp(INT, tokens.MUL, i, const(INT, 10), 0)), 0))
    boom = function("boom", [INT], [INT])
    b.add(ir.CallStatic(INT, boom, [i], 0))
    i.args.append(b.add(ir.BinOp(INT, tokens.ADD, i, const(INT, 1), 0)))
    b.jump(head)
    landing = b.new_block()
    fn.landing = landing
    b.block = landing
    b.add(ir.RunDefers(0))
    b.ret(b.add(ir.BinOp(INT, tokens.ADD, b.add(ir.Load(INT, r, 0)), fn.params[0], 0)))
    assert load([fn], RECOVERY, level).call("f", c_int64, [c_int64, c_int64, c_void_p], 1, 2, None) == 61


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_method_calls_go_through_the_itab(level: int) -> None:
    from goes.types.objects import Func

    run = Func(0, None, "Run", signature([INT], [INT]))
    other = Func(0, None, "Also", signature([], []))
    runner = t.Interface([run, other], [])
    runner.complete = True
    fn = function("f", [runner], [INT])
    b = Builder(fn)
    call = ir.CallInvoke(INT, runner, run, signature([INT], [INT]), [fn.params[0], const(INT, 5)], 0)
    b.ret(b.add(call))
    runtime = """
@"itab" = dso_local global [5 x ptr] [ptr null, ptr null, ptr null, ptr null, ptr @"method"]
define dso_local swiftcc i64 @"method"(ptr %self, i64 %n) nounwind { %x = load i64, ptr %self
 %y = add i64 %x, %n
 ret i64 %y }
define dso_local swiftcc void @"runtime.panicnil"() { unreachable }
"""
    program = load([fn], runtime, level)
    self = c_int64(37)
    itab = program.engine.get_global_value_address("itab")
    assert program.call("f", c_int64, [c_uint64, c_void_p], itab, ctypes.addressof(self)) == 42


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_append_grows_when_full(level: int) -> None:
    """func f(s []int, n int) int { for range n { s = append(s, len(s)) }; return s[n-1] + len(s) }"""
    ints = t.Slice(INT)
    fn = function("f", [ints, INT], [INT])
    b = Builder(fn)
    head, body, done = b.new_block(), b.new_block(), b.new_block()
    b.jump(head)
    b.block = head
    s = ir.Phi(ints, [fn.params[0]])
    b.add(s)
    n = b.add(ir.Len(INT, s, 0))
    b.branch(b.add(ir.BinOp(t.TYP_BOOL, tokens.LSS, n, fn.params[1], 0)), body, done)
    b.block = body
    s.args.append(b.add(ir.Append(ints, [s, n], 0)))
    b.jump(head)
    b.block = done
    last = b.add(ir.BinOp(INT, tokens.SUB, n, const(INT, 1), 0))
    v = b.add(ir.Load(INT, b.add(ir.IndexAddr(t.Pointer(INT), s, last, 0)), 0))
    b.ret(b.add(ir.BinOp(INT, tokens.ADD, v, n, 0)))
    runtime = """
@"area" = dso_local global [100 x i64] zeroinitializer
@"type:int" = dso_local global i8 0
define dso_local swiftcc { ptr, i64, i64 } @"runtime.growslice"(ptr %p, i64 %n, i64 %c, i64 %k, ptr %t) nounwind {
 %r0 = insertvalue { ptr, i64, i64 } poison, ptr @"area", 0
 %r1 = insertvalue { ptr, i64, i64 } %r0, i64 %n, 1
 %nc = add i64 %n, 1
 %r2 = insertvalue { ptr, i64, i64 } %r1, i64 %nc, 2
 ret { ptr, i64, i64 } %r2 }
"""
    program = load([fn], runtime, level)
    assert program.call("f", c_int64, [c_void_p, c_int64, c_int64, c_int64], None, 0, 0, 9) == 8 + 9


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_map_iteration_advances_when_the_next_entry_is_wanted(level: int) -> None:
    """sum := 0; for _, v := range m { sum += v }   over 3 entries; the body runs before mapIterNext."""
    m = t.Map(INT, INT)
    fn = function("f", [m], [INT])
    b = Builder(fn)
    it = b.add(ir.MapRange(t.TYP_UNSAFE_POINTER, fn.params[0], m, 0))
    head, body, done = b.new_block(), b.new_block(), b.new_block()
    b.jump(head)
    b.block = head
    total = ir.Phi(INT, [const(INT, 0)])
    b.add(total)
    three = t.Tuple([Var(0, None, "", x) for x in (t.TYP_BOOL, INT, INT)])
    entry = b.add(ir.MapNext(three, it, False, True, 0))
    b.branch(b.add(ir.Extract(t.TYP_BOOL, entry, 0)), body, done)
    b.block = body
    advanced = b.add(ir.CallRuntime(INT, "advanced", [], 0))  # how often mapIterNext ran
    v = b.add(ir.Extract(INT, entry, 2))
    scaled = b.add(ir.BinOp(INT, tokens.MUL, v, const(INT, 100), 0))
    both = b.add(ir.BinOp(INT, tokens.ADD, scaled, advanced, 0))
    total.args.append(b.add(ir.BinOp(INT, tokens.ADD, total, both, 0)))
    b.jump(head)
    b.block = done
    b.ret(total)
    runtime = """
@"type:map[int]int" = dso_local global i8 0
@"elems" = dso_local global [3 x i64] [i64 1, i64 2, i64 3]
@"n" = dso_local global i64 0
define dso_local swiftcc i64 @"runtime.advanced"() nounwind { %n = load i64, ptr @"n"
 ret i64 %n }
define dso_local swiftcc void @"runtime.mapIterStart"(ptr %t, ptr %m, ptr %it) nounwind {
 store i64 0, ptr @"n"
 store ptr @"elems", ptr %it
 %e = getelementptr i8, ptr %it, i64 8
 store ptr @"elems", ptr %e
 ret void }
define dso_local swiftcc void @"runtime.mapIterNext"(ptr %it) nounwind {
 %n = load i64, ptr @"n"
 %k = add i64 %n, 1
 store i64 %k, ptr @"n"
 %p = getelementptr i64, ptr @"elems", i64 %k
 %end = icmp eq i64 %k, 3
 %key = select i1 %end, ptr null, ptr %p
 store ptr %key, ptr %it
 %e = getelementptr i8, ptr %it, i64 8
 store ptr %key, ptr %e
 ret void }
"""
    assert load([fn], runtime, level).call("f", c_int64, [c_void_p], None) == 600 + 0 + 1 + 2


def test_a_module_that_kills_llvm_is_named_and_kept() -> None:
    fatal = """define i64 @f() { %v = call i64 @llvm.read_register.i64(metadata !0)
 ret i64 %v }
declare i64 @llvm.read_register.i64(metadata)
!0 = !{!"no such register"}
"""
    with WorkerPool(1) as pool, pytest.raises(Bug, match=r"died .* on module bad, text in .*\.ll"):
        pool.compile([("bad", fatal)], QUICK)
