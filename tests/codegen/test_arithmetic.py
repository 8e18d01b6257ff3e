"""Go's arithmetic on the edge: what LLVM leaves undefined, Go defines."""

from __future__ import annotations

from ctypes import c_bool, c_double, c_float, c_int8, c_int32, c_int64, c_uint8, c_uint32, c_uint64
from fractions import Fraction

import pytest

from goes.codegen.llvm import FULL, QUICK
from goes.ssa import instr as ir
from goes.syntax import tokens
from goes.types import types as t

from .harness import Builder, const, function, load

C_TYPES: dict[t.Type, type] = {
    t.TYP_INT: c_int64,
    t.TYP_INT8: c_int8,
    t.TYP_INT32: c_int32,
    t.TYP_UINT64: c_uint64,
    t.TYP_UINT8: c_uint8,
    t.TYP_UINT32: c_uint32,
    t.TYP_FLOAT64: c_double,
    t.TYP_FLOAT32: c_float,
    t.TYP_BOOL: c_bool,
}
MIN = -(1 << 63)


def binary(op: int, x: t.Type, y: t.Type, result: t.Type, a: object, b: object, level: int = QUICK) -> object:
    fn = function("f", [x, y], [result])
    build = Builder(fn)
    build.ret(build.add(ir.BinOp(result, op, fn.params[0], fn.params[1], 0)))
    return load([fn], level=level).call("f", C_TYPES[result], [C_TYPES[x], C_TYPES[y]], a, b)


def by_constant(op: int, x: t.Type, k: int, a: int) -> object:
    fn = function("f", [x], [x])
    build = Builder(fn)
    build.ret(build.add(ir.BinOp(x, op, fn.params[0], const(x, k), 0)))
    return load([fn]).call("f", C_TYPES[x], [C_TYPES[x]], a)


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_division(level: int) -> None:
    def div(a: int, b: int) -> object:
        return binary(tokens.DIV, t.TYP_INT, t.TYP_INT, t.TYP_INT, a, b, level)

    def rem(a: int, b: int) -> object:
        return binary(tokens.REM, t.TYP_INT, t.TYP_INT, t.TYP_INT, a, b, level)

    assert div(-7, 2) == -3
    assert rem(-7, 2) == -1
    assert div(MIN, -1) == MIN
    assert rem(MIN, -1) == 0


def test_division_by_powers_of_two_rounds_toward_zero() -> None:
    for a in (-9, -8, -7, -1, 0, 1, 7, 8, MIN):
        want = abs(a) // 8 * (-1 if a < 0 else 1)
        assert by_constant(tokens.DIV, t.TYP_INT, 8, a) == want
        assert by_constant(tokens.REM, t.TYP_INT, 8, a) == a - want * 8
    assert by_constant(tokens.DIV, t.TYP_INT8, 64, -128) == -2
    assert by_constant(tokens.DIV, t.TYP_INT, -1, MIN) == MIN
    assert by_constant(tokens.REM, t.TYP_UINT8, 16, 0xFF) == 15


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_shifts_by_any_count(level: int) -> None:
    def shift(op: int, x: t.Type, y: t.Type, a: int, b: int) -> object:
        return binary(op, x, y, x, a, b, level)

    assert shift(tokens.SHL, t.TYP_INT, t.TYP_UINT64, 1, 63) == MIN
    assert shift(tokens.SHL, t.TYP_INT, t.TYP_UINT64, 1, 64) == 0
    assert shift(tokens.SHR, t.TYP_INT, t.TYP_UINT64, -5, 1 << 40) == -1
    assert shift(tokens.SHR, t.TYP_UINT8, t.TYP_INT, 0x80, 7) == 1
    assert shift(tokens.SHR, t.TYP_UINT8, t.TYP_INT, 0x80, 256) == 0
    assert shift(tokens.SHL, t.TYP_INT, t.TYP_UINT8, 1, 200) == 0
    assert shift(tokens.SHR, t.TYP_INT8, t.TYP_UINT8, -1, 255) == -1


def test_small_integers_wrap() -> None:
    assert binary(tokens.ADD, t.TYP_UINT8, t.TYP_UINT8, t.TYP_UINT8, 200, 100) == 44
    assert binary(tokens.MUL, t.TYP_INT8, t.TYP_INT8, t.TYP_INT8, 64, 2) == -128
    assert binary(tokens.ANDNOT, t.TYP_INT, t.TYP_INT, t.TYP_INT, 0xFF, 0x0F) == 0xF0


def test_comparisons_follow_signedness_and_nan() -> None:
    nan = float("nan")
    assert binary(tokens.LSS, t.TYP_INT8, t.TYP_INT8, t.TYP_BOOL, -1, 1) is True
    assert binary(tokens.LSS, t.TYP_UINT8, t.TYP_UINT8, t.TYP_BOOL, 255, 1) is False
    assert binary(tokens.EQL, t.TYP_FLOAT64, t.TYP_FLOAT64, t.TYP_BOOL, nan, nan) is False
    assert binary(tokens.NEQ, t.TYP_FLOAT64, t.TYP_FLOAT64, t.TYP_BOOL, nan, nan) is True
    assert binary(tokens.LEQ, t.TYP_FLOAT64, t.TYP_FLOAT64, t.TYP_BOOL, nan, 1.0) is False


def convert(source: t.Type, to: t.Type, v: object, level: int = QUICK) -> object:
    fn = function("f", [source], [to])
    build = Builder(fn)
    build.ret(build.add(ir.Convert(to, fn.params[0], 0)))
    return load([fn], level=level).call("f", C_TYPES[to], [C_TYPES[source]], v)


@pytest.mark.parametrize("level", [QUICK, FULL])
def test_conversions_of_floats(level: int) -> None:
    assert convert(t.TYP_FLOAT64, t.TYP_INT, -1.9, level) == -1
    assert convert(t.TYP_FLOAT64, t.TYP_INT, 1e300, level) == MIN
    assert convert(t.TYP_FLOAT64, t.TYP_UINT64, 1.8e19, level) == 18000000000000000000
    assert convert(t.TYP_FLOAT64, t.TYP_UINT32, 4e9, level) == 4000000000
    assert convert(t.TYP_FLOAT64, t.TYP_INT8, 300.0, level) == 44
    assert convert(t.TYP_UINT64, t.TYP_FLOAT64, (1 << 64) - 1, level) == float(1 << 64)
    assert convert(t.TYP_UINT64, t.TYP_FLOAT32, (1 << 63) + (1 << 39) + 1, level) == 9223373136366403584.0
    assert convert(t.TYP_INT8, t.TYP_UINT64, -1, level) == (1 << 64) - 1


def test_constants_are_rounded_once() -> None:
    def value(typ: t.Type, v: Fraction) -> object:
        fn = function("f", [], [typ])
        build = Builder(fn)
        build.ret(const(typ, v))
        return load([fn]).call("f", C_TYPES[typ], [])

    assert value(t.TYP_FLOAT64, Fraction(1, 3)) == 1 / 3
    # Halfway between two float32 after rounding to float64 first, but not exactly.
    exact = Fraction(1) + Fraction(1, 1 << 24) + Fraction(1, 1 << 60)
    assert value(t.TYP_FLOAT32, exact) == 1 + 2.0**-23
    assert value(t.TYP_FLOAT32, Fraction(1, 1 << 149)) == 2.0**-149
    assert value(t.TYP_FLOAT32, Fraction(1, 1 << 151)) == 0.0
