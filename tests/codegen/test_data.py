"""Values made of parts, values in memory, control flow and calls."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, byref, c_bool, c_int64, c_uint8, c_uint64, c_void_p

import pytest

from goes.codegen.llvm import FULL, QUICK
from goes.ssa import instr as ir
from goes.ssa.function import LITERAL
from goes.syntax import tokens
from goes.types import types as t
from goes.types.objects import Var

from .harness import Builder, const, function, load

BYTES = t.Slice(t.TYP_BYTE)
NINE = t.Array(t.TYP_INT, 9)
MEMEQUAL = """
define dso_local swiftcc i8 @"runtime.memequal"(ptr %p, ptr %q, i64 %n) nounwind {
e: br label %l
l: %i = phi i64 [0, %e], [%j, %b]
 %d = icmp eq i64 %i, %n
 br i1 %d, label %y, label %b
b: %a = getelementptr i8, ptr %p, i64 %i
 %c = getelementptr i8, ptr %q, i64 %i
 %x = load i8, ptr %a
 %z = load i8, ptr %c
 %j = add i64 %i, 1
 %s = icmp eq i8 %x, %z
 br i1 %s, label %l, label %n0
y: ret i8 1
n0: ret i8 0
}
"""
PANIC = """
@"failures" = dso_local global i64 0
define dso_local swiftcc void @"runtime.goPanicIndex"(i64 %x, i64 %y) nounwind { call void @llvm.trap()
 unreachable }
declare void @llvm.trap()
"""
BARRIER_OFF = '@"runtime.writeBarrier" = dso_local global i32 0\n'
TRAP = """define dso_local swiftcc void @"runtime.wbStore"(ptr %s, ptr %v) nounwind { unreachable }
"""
BARRIER_ON = """@"runtime.writeBarrier" = dso_local global i32 1
@"calls" = dso_local global i64 0
define dso_local swiftcc void @"runtime.wbStore"(ptr %s, ptr %v) nounwind {
 store ptr %v, ptr %s
 %n = load i64, ptr @"calls"
 %m = add i64 %n, 1
 store i64 %m, ptr @"calls"
 ret void }
"""


class Slice(Structure):
    _fields_ = [("ptr", c_void_p), ("len", c_int64), ("cap", c_int64)]


def pair(*types: t.Type) -> t.Struct:
    return t.Struct([Var(0, None, f"f{k}", typ, True) for k, typ in enumerate(types)], [])


@pytest.mark.parametrize("level", [QUICK, FULL])
@pytest.mark.parametrize(
    "a,b,want", [(b"", b"", True), (b"abc", b"abd", False), (b"abc", b"abc", True), (b"a", b"ab", False)]
)
def test_string_equality(a: bytes, b: bytes, want: bool, level: int) -> None:
    fn = function("f", [t.TYP_STRING, t.TYP_STRING], [t.TYP_BOOL])
    build = Builder(fn)
    build.ret(build.add(ir.BinOp(t.TYP_BOOL, tokens.EQL, fn.params[0], fn.params[1], 0)))
    got = load([fn], MEMEQUAL, level).call(
        "f", c_bool, [ctypes.c_char_p, c_int64, ctypes.c_char_p, c_int64], a, len(a), b, len(b)
    )
    assert got is want


def test_string_equality_with_a_short_constant_needs_no_call() -> None:
    fn = function("f", [t.TYP_STRING], [t.TYP_BOOL])
    build = Builder(fn)
    build.ret(build.add(ir.BinOp(t.TYP_BOOL, tokens.NEQ, fn.params[0], const(t.TYP_STRING, b"hello!!"), 0)))
    program = load([fn], '@"go:string.\\22hello!!\\22" = dso_local global i8 0\n')
    assert program.call("f", c_bool, [ctypes.c_char_p, c_int64], b"hello!!", 7) is False
    assert program.call("f", c_bool, [ctypes.c_char_p, c_int64], b"hello!?", 7) is True
    assert program.call("f", c_bool, [ctypes.c_char_p, c_int64], b"hello", 5) is True


def test_slicing_never_points_past_the_object() -> None:
    fn = function("f", [BYTES, t.TYP_INT], [BYTES])
    build = Builder(fn)
    build.ret(build.add(ir.SliceOp(BYTES, fn.params[0], fn.params[1], None, None, 0)))
    program = load([fn])
    # The pointer is the first of the three result registers.
    first = program.call("f", c_uint64, [c_uint64, c_int64, c_int64, c_int64], 1000, 10, 10, 10)
    assert first == 1000
    assert program.call("f", c_uint64, [c_uint64, c_int64, c_int64, c_int64], 1000, 10, 10, 3) == 1003


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_sum_of_a_slice_with_phis_and_checks(level: int) -> None:
    ints = t.Slice(t.TYP_INT)
    fn = function("f", [ints], [t.TYP_INT])
    build = Builder(fn)
    entry = build.block
    n = build.add(ir.Len(t.TYP_INT, fn.params[0], 0))
    head, body, done = build.new_block(), build.new_block(), build.new_block()
    build.jump(head)
    build.block = head
    i = ir.Phi(t.TYP_INT, [const(t.TYP_INT, 0)])
    total = ir.Phi(t.TYP_INT, [const(t.TYP_INT, 0)])
    build.add(i)
    build.add(total)
    build.branch(build.add(ir.BinOp(t.TYP_BOOL, tokens.LSS, i, n, 0)), body, done)
    build.block = body
    build.add(ir.BoundsCheck(i, n, 0))
    p = build.add(ir.IndexAddr(t.Pointer(t.TYP_INT), fn.params[0], i, 0))
    v = build.add(ir.Load(t.TYP_INT, p, 0))
    total.args.append(build.add(ir.BinOp(t.TYP_INT, tokens.ADD, total, v, 0)))
    i.args.append(build.add(ir.BinOp(t.TYP_INT, tokens.ADD, i, const(t.TYP_INT, 1), 0)))
    build.jump(head)
    build.block = done
    build.ret(total)
    assert entry.succs == [head]
    array = (c_int64 * 5)(1, 2, 3, 4, 5)
    got = load([fn], PANIC, level).call("f", c_int64, [c_void_p, c_int64, c_int64], ctypes.addressof(array), 5, 5)
    assert got == 15


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_big_values_swap_in_a_loop(level: int) -> None:
    """x, y = y, x three times: phis of memory types are copied in parallel."""
    fn = function("f", [NINE, NINE], [NINE])
    build = Builder(fn)
    head, body, done = build.new_block(), build.new_block(), build.new_block()
    build.jump(head)
    build.block = head
    x = ir.Phi(NINE, [fn.params[0]])
    y = ir.Phi(NINE, [fn.params[1]])
    i = ir.Phi(t.TYP_INT, [const(t.TYP_INT, 0)])
    for phi in (x, y, i):
        build.add(phi)
    build.branch(build.add(ir.BinOp(t.TYP_BOOL, tokens.LSS, i, const(t.TYP_INT, 3), 0)), body, done)
    build.block = body
    x.args.append(y)
    y.args.append(x)
    i.args.append(build.add(ir.BinOp(t.TYP_INT, tokens.ADD, i, const(t.TYP_INT, 1), 0)))
    build.jump(head)
    build.block = done
    build.ret(x)
    a = (c_int64 * 9)(*range(9))
    b = (c_int64 * 9)(*range(10, 19))
    out = (c_int64 * 9)()
    load([fn], level=level).call("f", None, [c_void_p, c_void_p, c_void_p], byref(out), byref(a), byref(b))
    assert list(out) == list(range(10, 19))
    assert list(a) == list(range(9))


def test_a_loaded_big_value_is_a_snapshot() -> None:
    """x := *p; p[0] = 7; return x   — the old contents"""
    fn = function("f", [t.Pointer(NINE)], [NINE])
    build = Builder(fn)
    x = build.add(ir.Load(NINE, fn.params[0], 0))
    slot = build.add(ir.IndexAddr(t.Pointer(t.TYP_INT), fn.params[0], const(t.TYP_INT, 0), 0))
    build.add(ir.Store(slot, const(t.TYP_INT, 7), 0))
    build.ret(x)
    a = (c_int64 * 9)(*range(9))
    out = (c_int64 * 9)()
    load([fn]).call("f", None, [c_void_p, c_void_p], byref(out), byref(a))
    assert list(out) == list(range(9))
    assert a[0] == 7


def test_both_edges_of_a_branch_may_reach_one_block_with_different_values() -> None:
    fn = function("f", [t.TYP_BOOL], [t.TYP_INT])
    build = Builder(fn)
    join = build.new_block()
    build.branch(fn.params[0], join, join)
    build.block = join
    phi = ir.Phi(t.TYP_INT, [const(t.TYP_INT, 1), const(t.TYP_INT, 2)])
    build.add(phi)
    build.ret(phi)
    program = load([fn])
    assert program.call("f", c_int64, [c_bool], True) == 1
    assert program.call("f", c_int64, [c_bool], False) == 2


def test_struct_equality_skips_blank_fields() -> None:
    s = t.Struct(
        [
            Var(0, None, "a", t.TYP_INT32, True),
            Var(0, None, "_", t.TYP_INT32, True),
            Var(0, None, "b", t.TYP_BOOL, True),
        ],
        [],
    )
    fn = function("f", [s, s], [t.TYP_BOOL])
    build = Builder(fn)
    build.ret(build.add(ir.BinOp(t.TYP_BOOL, tokens.EQL, fn.params[0], fn.params[1], 0)))
    program = load([fn])
    types: list[object] = [ctypes.c_int32, ctypes.c_int32, c_uint8] * 2
    assert program.call("f", c_bool, types, 1, 2, 1, 1, 3, 1) is True
    assert program.call("f", c_bool, types, 1, 2, 1, 1, 2, 0) is False


def test_fields_of_struct_values() -> None:
    s = pair(t.TYP_BOOL, t.TYP_INT)
    fn = function("f", [s], [t.TYP_INT])
    build = Builder(fn)
    flag = build.add(ir.Field(t.TYP_BOOL, fn.params[0], 0, 0))
    n = build.add(ir.Field(t.TYP_INT, fn.params[0], 1, 0))
    yes, no = build.new_block(), build.new_block()
    build.branch(flag, yes, no)
    build.block = yes
    build.ret(n)
    build.block = no
    built = build.add(ir.Aggregate(s, [const(t.TYP_BOOL, True), n], 0))
    again = build.add(ir.Field(t.TYP_INT, built, 1, 0))
    build.ret(build.add(ir.UnOp(t.TYP_INT, tokens.SUB, again, 0)))
    program = load([fn])
    assert program.call("f", c_int64, [c_uint8, c_int64], 1, 5) == 5
    assert program.call("f", c_int64, [c_uint8, c_int64], 0, 5) == -5


@pytest.mark.parametrize("on", [False, True])
def test_write_barrier(on: bool) -> None:
    p = t.Pointer(t.TYP_INT)
    fn = function("f", [t.Pointer(p), p], [])
    build = Builder(fn)
    build.add(ir.Store(fn.params[0], fn.params[1], 0))
    build.ret()
    program = load([fn], BARRIER_ON if on else BARRIER_OFF + TRAP)
    slot = c_uint64(0)
    program.call("f", None, [c_void_p, c_uint64], byref(slot), 4096)
    assert slot.value == 4096
    if on:
        counter = POINTER(c_int64).from_buffer(c_uint64(program.engine.get_global_value_address("calls")))
        assert counter.contents.value == 1


def test_closures_read_their_captures() -> None:
    inner = function("f.func1", [t.TYP_INT], [t.TYP_INT], LITERAL)
    inner.free_vars = [ir.FreeVar(t.TYP_BOOL, "b", 0), ir.FreeVar(t.TYP_INT, "n", 1)]
    build = Builder(inner)
    build.ret(build.add(ir.BinOp(t.TYP_INT, tokens.ADD, inner.params[0], inner.free_vars[1], 0)))
    fn = function("f", [t.TYP_INT], [t.TYP_INT])
    build = Builder(fn)
    closure = ir.MakeClosure(inner.signature, inner, [const(t.TYP_BOOL, True), fn.params[0]], 0)
    closure.placement = ir.STACK
    build.add(closure)
    build.ret(build.add(ir.CallValue(t.TYP_INT, inner.signature, [closure, const(t.TYP_INT, 2)], 0)))
    assert load([fn, inner]).call("f", c_int64, [c_int64], 40) == 42


def test_many_results_travel_in_memory() -> None:
    five: list[t.Type] = [t.TYP_INT] * 5
    callee = function("g", [t.TYP_INT], five)
    build = Builder(callee)
    build.ret(*[build.add(ir.BinOp(t.TYP_INT, tokens.MUL, callee.params[0], const(t.TYP_INT, k), 0)) for k in range(5)])
    fn = function("f", [t.TYP_INT], [t.TYP_INT])
    build = Builder(fn)
    call = build.add(ir.CallStatic(t.Tuple(callee.signature.results.vars), callee, [fn.params[0]], 0))
    build.ret(build.add(ir.Extract(t.TYP_INT, call, 4)))
    assert load([fn, callee]).call("f", c_int64, [c_int64], 10) == 40


def test_switch_and_default() -> None:
    fn = function("f", [t.TYP_UINT8], [t.TYP_INT])
    build = Builder(fn)
    blocks = [build.new_block() for _ in range(3)]
    build.add(ir.Switch(fn.params[0], [3, 200]))
    build.edge(*blocks)
    for k, b in enumerate(blocks):
        build.block = b
        build.ret(const(t.TYP_INT, k))
    program = load([fn])
    assert [program.call("f", c_int64, [c_uint8], v) for v in (0, 3, 200)] == [0, 1, 2]
