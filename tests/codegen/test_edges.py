"""Edge counters: what fuzzing is told about the way a function took."""

from __future__ import annotations

import ctypes
from ctypes import c_int64

from goes.codegen.emitter import Context
from goes.codegen.function import emit_function
from goes.codegen.llvm import QUICK, assemble_module
from goes.diag.source import SourceSet
from goes.obj.symbol import NOPTRBSS
from goes.ssa import instr as ir
from goes.ssa.function import Function
from goes.syntax import tokens
from goes.types import types as t
from goes.types.objects import Package
from goes.types.scope import Scope

from .harness import Builder, Program, const, function


class Counted:
    """A function of package "p", whose edges are counted, and its counters."""

    def __init__(self, fn: Function) -> None:
        fn.package = Package("p", "p", Scope(None))
        context = Context(SourceSet(), QUICK)
        context.counted = frozenset(["p"])
        self.code = emit_function(fn, context)
        (self.counters,) = self.code.references.definitions.values()
        self.code.declarations.pop(self.counters.name, None)
        variable = f'@"{self.counters.name}" = global [{self.counters.size} x i8] zeroinitializer\n'
        self.program = Program(assemble_module([self.code]) + variable, QUICK)

    def call(self, argument: int) -> object:
        return self.program.call("f", c_int64, [c_int64], argument)

    def counts(self) -> list[int]:
        """The bytes of the counters, which are zero again afterwards."""
        address = self.program.engine.get_global_value_address(self.counters.name)
        out = list(ctypes.string_at(address, self.counters.size))
        ctypes.memset(address, 0, self.counters.size)
        return out


def is_one(build: Builder, x: ir.Value) -> ir.Value:
    return build.add(ir.BinOp(t.TYP_BOOL, tokens.EQL, x, const(t.TYP_INT, 1), 0))


def two_ways() -> Counted:
    """if x == 1 { return 10 }; return 20"""
    fn = function("f", [t.TYP_INT], [t.TYP_INT])
    build = Builder(fn)
    yes, no = build.new_block(), build.new_block()
    build.branch(is_one(build, fn.params[0]), yes, no)
    for block, value in ((yes, 10), (no, 20)):
        build.block = block
        build.ret(const(t.TYP_INT, value))
    return Counted(fn)


def test_the_call_and_each_side_of_a_branch_have_counters() -> None:
    f = two_ways()
    assert (f.counters.kind, f.counters.size) == (NOPTRBSS, 3)
    assert f.call(1) == 10
    one = f.counts()
    assert f.call(5) == 20
    other = f.counts()
    assert sorted(one) == sorted(other) == [0, 1, 1]
    assert one != other


def test_a_counter_that_counted_is_never_zero_again() -> None:
    f = two_ways()
    for _ in range(256):
        f.call(1)
    assert sorted(f.counts()) == [0, 1, 1]


def test_a_branch_around_nothing_is_counted_as_well() -> None:
    """y := 7; if x == 1 { y = 8 }; return y: no block stands for x != 1."""
    fn = function("f", [t.TYP_INT], [t.TYP_INT])
    build = Builder(fn)
    body, end = build.new_block(), build.new_block()
    build.branch(is_one(build, fn.params[0]), body, end)
    build.block = body
    build.jump(end)
    build.block = end
    build.ret(build.add(ir.Phi(t.TYP_INT, [const(t.TYP_INT, 7), const(t.TYP_INT, 8)])))
    f = Counted(fn)
    assert (f.call(1), f.call(2), f.call(3)) == (8, 7, 7)
    assert sorted(f.counts()) == [1, 2, 3]


def test_other_packages_have_no_counters() -> None:
    fn = function("f", [], [t.TYP_INT])
    Builder(fn).ret(const(t.TYP_INT, 1))
    fn.package = Package("q", "q", Scope(None))
    context = Context(SourceSet(), QUICK)
    context.counted = frozenset(["p"])
    assert emit_function(fn, context).references.definitions == {}
